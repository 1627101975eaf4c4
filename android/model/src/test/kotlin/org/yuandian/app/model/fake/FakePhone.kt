package org.yuandian.app.model.fake

import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.onSubscription
import kotlinx.coroutines.flow.takeWhile
import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Language
import org.yuandian.app.model.Person
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Events
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.gateway.Identity
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.gateway.Phones

/** Phones in memory. What was written stays with the home when a phone is closed, or lost with its process. */
class FakePhones(
    val city: FakeCity = FakeCity(),
    val network: FakeNetwork = FakeNetwork(),
    private val nowMs: () -> Long = { 1_764_550_800_000 },
) : Phones {
    private val disks = mutableMapOf<String, FakeDisk>()

    /** What is in the way of opening anything; none. */
    var trouble: Trouble? = null

    override suspend fun open(
        home: String,
        key: ByteArray?,
        roots: List<ByteArray>,
    ): Answer<Phone> {
        trouble?.let { return Answer.Failed(it) }
        val disk = disks.getOrPut(home) { FakeDisk(key?.copyOf()) }
        return when {
            disk.open -> Answer.Failed(Trouble.InUse)
            !disk.key.contentEquals(key) -> Answer.Failed(Trouble.WrongKey)
            else -> Answer.Done(FakePhone(city, network, disk, nowMs))
        }
    }

    /** The process of this home ends without a word: what was written stays. */
    fun kill(home: String) {
        disks[home]?.open = false
    }

    /** Nothing more can be written there. */
    fun fill(
        home: String,
        full: Boolean = true,
    ) {
        disks.getValue(home).full = full
    }

    /** Words can be written there and photos cannot. */
    fun fillForPhotos(
        home: String,
        full: Boolean = true,
    ) {
        disks.getValue(home).noRoomForPhotos = full
    }
}

/** One open phone in memory. */
class FakePhone internal constructor(
    internal val city: FakeCity,
    internal val network: FakeNetwork,
    internal val disk: FakeDisk,
    internal val nowMs: () -> Long,
) : Phone {
    internal val memory = FakeMemory()
    private val told = MutableSharedFlow<Happening?>(extraBufferCapacity = Channel.UNLIMITED, onBufferOverflow = BufferOverflow.SUSPEND)

    init {
        disk.open = true
    }

    override val cases = FakeCases(this)
    override val drafts = FakeDrafts(this)
    override val typed = FakeTyped(this)
    override val services = FakeServices(this)
    override val attention = FakeAttention(this)
    override val sync = FakeSync(this)
    override val doorstep = FakeDoorstep(this)
    override val ownData = FakeOwnData(this)
    override val platform = FakePlatformWork()

    override val identity =
        object : Identity {
            override suspend fun person() = asking { person -> Answer.Done(person) }

            override suspend fun enroll(
                server: String,
                code: String,
                name: String,
            ): Answer<Person> =
                calling {
                    when {
                        name.isBlank() || name.length > 40 -> {
                            Answer.Failed(Trouble.Mend("name"))
                        }

                        !network.open -> {
                            Answer.Failed(Trouble.Unreachable("cut"))
                        }

                        else -> {
                            city.enroll(code, name)?.let { person ->
                                disk.person = person
                                Answer.Done(person)
                            } ?: Answer.Failed(Trouble.ServerRefused("unknown"))
                        }
                    }
                }

            override suspend fun setLanguage(language: Language) =
                calling {
                    memory.language = language
                    Answer.Done(Unit)
                }
        }

    override val events =
        object : Events {
            // As the real one: what was there before is to be read.
            override val happenings: Flow<Happening> =
                told.onSubscription { emit(if (memory.closed) null else Happening.Missed) }.takeWhile { it != null }.filterNotNull()
        }

    override suspend fun close() {
        if (memory.closed) return
        memory.closed = true
        disk.open = false
        told.tryEmit(null)
    }

    internal fun tell(happening: Happening) {
        told.tryEmit(happening)
    }

    internal fun changed(case: CaseId) = tell(Happening.CaseChanged(case))

    /** Does something on an open phone. */
    internal inline fun <T> calling(work: () -> Answer<T>): Answer<T> = if (memory.closed) Answer.Failed(Trouble.Closed) else work()

    /** The same, where somebody must be enrolled. */
    internal inline fun <T> asking(work: (Person) -> Answer<T>): Answer<T> =
        calling { disk.person?.let { work(it) } ?: Answer.Failed(Trouble.NotEnrolled) }

    /** The same, where something is written. */
    internal inline fun <T> writing(work: () -> Answer<T>): Answer<T> =
        calling { if (disk.full) Answer.Failed(Trouble.StorageFull) else work() }

    /** Every case, with what is on its way. */
    internal fun seen(): Map<CaseId, FakeCase> {
        val person = disk.person ?: return disk.base
        return disk.outbox.fold(disk.base.toMap()) { cases, item ->
            // What waits for the server's word changes nothing that is shown but the claim.
            val verdict = FakeRule.judge(cases[item.intent.case], item.intent, person, item.atMs)
            when {
                waitsForWord(item.intent, cases[item.intent.case]) -> cases
                verdict is FakeVerdict.Taken -> cases + (item.intent.case to verdict.case)
                else -> cases
            }
        }
    }

    internal fun waitsForWord(
        intent: FakeIntent,
        case: FakeCase?,
    ) = intent is FakeIntent.Do &&
        case != null &&
        FakeWorkflow.of(case.service).any {
            it.act == intent.act && it.offline != org.yuandian.app.model.OfflineClass.DONE_HERE
        }

    internal fun queue(intent: FakeIntent) {
        disk.outbox += FakeItem(disk.number(), intent, nowMs())
        changed(intent.case)
    }
}
