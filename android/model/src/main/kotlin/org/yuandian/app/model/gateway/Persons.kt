package org.yuandian.app.model.gateway

import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.ConsentLine
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.HoursLine
import org.yuandian.app.model.NamedPerson
import org.yuandian.app.model.NewsLine
import org.yuandian.app.model.Position
import org.yuandian.app.model.QuietHours
import org.yuandian.app.model.UserId

/** What goes along with leaving. */
data class LeaveInput(
    val code: String? = null,
    /** At most 2,000 characters. */
    val text: String? = null,
    val photos: List<String> = emptyList(),
    val files: List<FileInput> = emptyList(),
)

/** At the door, and calls for help. */
interface Doorstep {
    /** [code]: the word said at the door, five wrong ones at most. Of [position] only whether it is near the door goes along. */
    suspend fun arrive(
        case: CaseId,
        code: String?,
        position: Position?,
    ): Answer<ActOutcome>

    suspend fun leave(
        case: CaseId,
        leaving: LeaveInput,
    ): Answer<ActOutcome>

    /**
     * Calls for help: kept when it returns and sent with the next sync. Gives the case. If life is in danger 110, 120 or 119 come
     * first.
     */
    suspend fun sos(
        request: CaseId?,
        position: Position?,
        text: String,
    ): Answer<CaseId>

    /** Tells a moderator in private about a problem with somebody. Gives the case. */
    suspend fun complain(
        request: CaseId?,
        what: String,
        told: String,
    ): Answer<CaseId>

    /** What is new since the last time; it counts as told then. */
    suspend fun news(): Answer<List<NewsLine>>
}

/** What is kept of this person, and what they have decided. */
interface OwnData {
    /** The first first. */
    suspend fun hours(): Answer<List<HoursLine>>

    suspend fun consents(): Answer<List<ConsentLine>>

    /** Everything, as JSON. */
    suspend fun all(): Answer<String>

    suspend fun family(): Answer<List<NamedPerson>>

    /** Five at most. */
    suspend fun nameFamily(
        user: UserId,
        name: String,
        isFamily: Boolean,
    ): Answer<List<NamedPerson>>

    suspend fun apart(): Answer<List<NamedPerson>>

    suspend fun keepApart(
        user: UserId,
        name: String,
        apart: Boolean,
    ): Answer<List<NamedPerson>>

    /** The same of those whom one met in a case. */
    suspend fun keepApartFrom(
        case: CaseId,
        apart: Boolean,
    ): Answer<List<NamedPerson>>

    /** Where the person is at home (the platform learns the 500 m cell; none takes it back) and when they are not woken. */
    suspend fun setReach(
        home: Position?,
        quiet: QuietHours,
    ): Answer<Unit>

    /** When they are not woken; the home stays as it was said. */
    suspend fun setQuiet(quiet: QuietHours): Answer<Unit>

    /** Cannot be taken back: ask twice. */
    suspend fun forgetMe(): Answer<Unit>

    suspend fun wantsToBeForgotten(): Answer<Boolean>
}

/** A photo that only the platform can decode. */
data class PreviewWanted(
    val case: CaseId,
    val id: FileHash,
    val path: String?,
)

/** A request that the platform sends as it is. */
data class BackgroundUpload(
    val hash: FileHash,
    val case: CaseId?,
    val method: String,
    val url: String,
    val headers: List<Pair<String, String>>,
    /**
     * The file to send; none where files are encrypted. Then, and where [offset] is not 0, what is left is written with
     * [PlatformWork.spool] first.
     */
    val path: String?,
    val offset: Long,
    /** Bytes to send; 0 for a request without a body. */
    val length: Long,
)

/** What only the platform can do for the core: pictures that it cannot decode, uploads while it sleeps. */
interface PlatformWork {
    suspend fun previewsNeeded(): Answer<List<PreviewWanted>>

    /** An upright JPEG at [path], which is only read. */
    suspend fun original(id: FileHash): Answer<ByteArray>

    suspend fun providePreview(
        id: FileHash,
        path: String,
    ): Answer<Unit>

    suspend fun noPreview(id: FileHash): Answer<Unit>

    suspend fun uploads(most: Int): Answer<List<BackgroundUpload>>

    suspend fun spool(
        hash: FileHash,
        offset: Long,
        path: String,
    ): Answer<Unit>

    suspend fun begun(
        hash: FileHash,
        location: String,
    ): Answer<Unit>

    suspend fun ended(
        hash: FileHash,
        status: Int,
        offset: Long?,
    ): Answer<Unit>

    /** Reads documents into lists and search in idle moments. Fewer than [limit]: none is left. */
    suspend fun readForSearch(limit: Int): Answer<Int>
}

/** One person's open phone. */
interface Phone {
    val cases: Cases
    val drafts: Drafts
    val typed: Typed
    val services: Services
    val attention: Attention
    val sync: Sync
    val identity: Identity
    val events: Events
    val doorstep: Doorstep
    val ownData: OwnData
    val platform: PlatformWork

    /** Stops runs and streams, waits for calls under way and closes. Every later call fails with Closed; closing twice is no error. */
    suspend fun close()
}

/** Opens phones. */
fun interface Phones {
    /**
     * Opens the data in the folder [home], making them where needed.
     *
     * [key]: 32 bytes that open an encrypted store; none for a plain one. [roots]: certificates (DER) trusted beside the public
     * authorities.
     * Fails with InUse, AppTooOld, WrongLibrary, WrongKey, StorageFull, Damaged.
     */
    suspend fun open(
        home: String,
        key: ByteArray?,
        roots: List<ByteArray>,
    ): Answer<Phone>
}
