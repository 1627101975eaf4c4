package org.yuandian.app.model.fake

import org.yuandian.app.model.AttentionItem
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.ConsentLine
import org.yuandian.app.model.Draft
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.Language
import org.yuandian.app.model.NamedPerson
import org.yuandian.app.model.Person
import org.yuandian.app.model.QuietHours
import org.yuandian.app.model.UploadPolicies
import org.yuandian.app.model.UploadPolicy

/** What one phone can reach, as a test says. */
class FakeNetwork {
    /** Whether the platform can be reached. */
    var open: Boolean = true

    /** Whether whoever answers is the platform, as its certificate says. */
    var trusted: Boolean = true

    /** How long an exchange takes. */
    var latencyMs: Long = 0

    /** How many photos a run gets through before it ends. */
    var photosPerRun: Int = Int.MAX_VALUE

    /** By how much the phone's clock is ahead of the platform's, ms. */
    var clockOffMs: Long? = null
}

/** Something on its way. */
internal data class FakeItem(
    val number: Long,
    val intent: FakeIntent,
    val atMs: Long,
)

/** Everything of one person that outlives the process. Written whole or not at all. */
internal class FakeDisk(
    val key: ByteArray?,
) {
    var person: Person? = null
    val drafts = linkedMapOf<CaseId, Draft>()
    val typed = mutableMapOf<String, Map<String, String>>()
    val base = linkedMapOf<CaseId, FakeCase>()
    val outbox = mutableListOf<FakeItem>()
    val attention = linkedMapOf<Long, Pair<AttentionItem, FakeIntent>>()

    /** Files of others' photos that were fetched. */
    val fetched = mutableSetOf<FileHash>()
    val consents = mutableListOf<ConsentLine>()
    var family = emptyList<NamedPerson>()
    var apart = emptyList<NamedPerson>()
    var quiet: QuietHours? = null
    var homeSet = false
    var forgotten = false
    var policies = UploadPolicies(UploadPolicy.ANY_NETWORK, UploadPolicy.UNMETERED, UploadPolicy.UNMETERED)
    var numbers = 0L
    var told = setOf<Pair<CaseId, String>>()

    /** Set by tests: nothing more can be written. */
    var full = false

    /** Set by tests: words can be written and photos cannot. */
    var noRoomForPhotos = false
    var open = false

    fun number(): Long {
        numbers += 1
        return numbers
    }
}

/** What does not outlive the process. */
internal class FakeMemory(
    var language: Language = Language.ZH_HANS,
    var metered: Boolean = false,
    var running: Boolean = false,
    var stopped: Boolean = false,
    var closed: Boolean = false,
)
