package org.yuandian.app.model.fake

import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withTimeoutOrNull
import org.yuandian.app.model.Answer
import org.yuandian.app.model.AttentionItem
import org.yuandian.app.model.ItemId
import org.yuandian.app.model.Person
import org.yuandian.app.model.PhotoProgress
import org.yuandian.app.model.Room
import org.yuandian.app.model.SyncProgress
import org.yuandian.app.model.SyncReport
import org.yuandian.app.model.SyncStanding
import org.yuandian.app.model.UploadPolicies
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.gateway.Sync

/** Runs of sync of a [FakePhone]: what the network lets through is judged by the city, and nothing else is called delivered. */
class FakeSync internal constructor(
    private val phone: FakePhone,
) : Sync {
    /** How many runs have begun. */
    var runs = 0
        private set

    /** Whether the city has said that there is something new. */
    val news = MutableStateFlow(false)

    override suspend fun run(): Answer<SyncReport> =
        phone.asking { person ->
            while (phone.memory.running) delay(POLL_MS)
            phone.memory.running = true
            phone.memory.stopped = false
            runs += 1
            try {
                Answer.Done(exchange(person)).also { phone.tell(Happening.SyncFinished(it.value)) }
            } finally {
                phone.memory.running = false
            }
        }

    override fun stop() {
        phone.memory.stopped = true
    }

    override suspend fun waitForNews(seconds: Int): Answer<Boolean> =
        phone.asking { _ ->
            val told = withTimeoutOrNull(seconds * 1000L) { news.first { it } }
            news.value = false
            Answer.Done(told != null)
        }

    override suspend fun setNetwork(
        metered: Boolean,
        charging: Boolean,
    ): Answer<Unit> =
        phone.calling {
            phone.memory.metered = metered
            Answer.Done(Unit)
        }

    override suspend fun policies(): Answer<UploadPolicies> = phone.calling { Answer.Done(phone.disk.policies) }

    override suspend fun setPolicies(policies: UploadPolicies): Answer<Unit> =
        phone.writing {
            phone.disk.policies = policies
            Answer.Done(Unit)
        }

    override suspend fun photosSent(): Answer<PhotoProgress> =
        phone.calling {
            val mine =
                phone
                    .seen()
                    .values
                    .flatMap(FakeCase::photos)
                    .filter { it.by.user == phone.disk.person?.user }
            val waiting = mine.filterNot(FakePhoto::stored)
            val held = if (phone.disk.policies.wifiOnly && phone.memory.metered) waiting.size else 0
            Answer.Done(
                PhotoProgress(mine.size, mine.size - waiting.size, emptyList(), waiting.size, held, 0, waiting.sumOf { it.sizeBytes }),
            )
        }

    override suspend fun room(): Answer<Room> =
        phone.calling { Answer.Done(Room(2L shl 30, 0, 0, false, 0, if (phone.disk.full) 0 else 4L shl 30)) }

    override suspend fun setRoom(budgetBytes: Long): Answer<Room> = room()

    override suspend fun standing(): Answer<SyncStanding> =
        phone.calling { Answer.Done(SyncStanding(1, phone.disk.base.size, 0, 0, emptyMap())) }

    private suspend fun exchange(person: Person): SyncReport {
        delay(phone.network.latencyMs)
        if (!phone.network.open) return SyncReport(reached = false, complete = false, failures = 1, lastFailure = "cut")
        if (!phone.network.trusted) return SyncReport(reached = false, complete = false, failures = 1, untrusted = true)
        val (pushed, told) = push(person)
        var report =
            SyncReport(reached = true, complete = phone.disk.outbox.isEmpty(), pushed = pushed, clockOffMs = phone.network.clockOffMs)
        if (phone.network.open && !phone.memory.stopped) report = photos(person, report)
        if (phone.network.open) report = report.copy(pulled = pull())
        if (told) phone.tell(Happening.AttentionChanged(phone.disk.attention.size))
        return if (phone.memory.stopped || !phone.network.open) report.copy(complete = false) else report
    }

    /** Everything that waits, in order; each answer is kept together with the item's end. */
    private suspend fun push(person: Person): Pair<Int, Boolean> {
        var pushed = 0
        var told = false
        while (phone.network.open && !phone.memory.stopped) {
            val item = phone.disk.outbox.firstOrNull() ?: break
            val verdict = phone.city.judge(item.intent, person, item.atMs)
            phone.disk.outbox.remove(item)
            phone.city.cases[item.intent.case]?.let { phone.disk.base[item.intent.case] = it }
            when (verdict) {
                is FakeVerdict.No -> told = refused(item, verdict.code)
                is FakeVerdict.InLine -> told = refused(item, "r_taken")
                is FakeVerdict.Taken -> Unit
            }
            pushed += 1
            phone.changed(item.intent.case)
            phone.tell(Happening.SyncProgressed(SyncProgress(judged = pushed)))
            delay(phone.network.latencyMs)
        }
        return pushed to told
    }

    private fun refused(
        item: FakeItem,
        code: String,
    ): Boolean {
        val number = phone.disk.number()
        val words =
            when (val intent = item.intent) {
                is FakeIntent.AddNote -> listOf(intent.note.text)
                is FakeIntent.Do -> listOfNotNull(intent.note?.text)
                is FakeIntent.Edit -> intent.answers.map { it.value }
                is FakeIntent.Open -> listOf(intent.opened.text)
                is FakeIntent.Settle -> listOf(intent.value)
            }
        val title = phone.seen()[item.intent.case]?.let { FakeCases.titleOf(it.text) }.orEmpty()
        val entry =
            AttentionItem(
                id = ItemId(number),
                case = item.intent.case,
                title = title,
                act = item.intent.act,
                code = code,
                reason = FakeCity.reason(code),
                next = FakeCity.next(code),
                kept = words.filter(String::isNotBlank),
                review = null,
                atMs = phone.nowMs(),
            )
        phone.disk.attention[number] = entry to item.intent
        return true
    }

    private suspend fun photos(
        person: Person,
        report: SyncReport,
    ): SyncReport {
        if (phone.disk.policies.wifiOnly && phone.memory.metered) return report
        var left = phone.network.photosPerRun
        var result = report
        val waiting =
            phone.disk.base.values.toList().flatMap { case ->
                case.photos.filter { it.by.user == person.user && !it.stored }.map { case.id to it }
            }
        for ((case, photo) in waiting) {
            if (left == 0 || !phone.network.open || phone.memory.stopped) return result.copy(complete = false)
            phone.tell(Happening.SyncProgressed(SyncProgress(result.pushed, 0, photo.sizeBytes / 2, photo.sizeBytes)))
            delay(phone.network.latencyMs)
            if (!phone.network.open) return result.copy(complete = false)
            phone.city.store(case, photo.hash)
            phone.city.cases[case]?.let { phone.disk.base[case] = it }
            result = result.copy(uploaded = result.uploaded + 1, uploadedBytes = result.uploadedBytes + photo.sizeBytes)
            left -= 1
            phone.changed(case)
        }
        return result
    }

    private fun pull(): Int {
        val news =
            phone.city.cases.values
                .filter { phone.disk.base[it.id] != it }
        news.forEach {
            phone.disk.base[it.id] = it
            phone.changed(it.id)
        }
        return news.size
    }

    private companion object {
        const val POLL_MS = 10L
    }
}
