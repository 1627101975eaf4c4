package org.yuandian.app.model.fake

import org.yuandian.app.model.ActId
import org.yuandian.app.model.Answer
import org.yuandian.app.model.BothText
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.ConsentLine
import org.yuandian.app.model.Contact
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.FormStanding
import org.yuandian.app.model.Grant
import org.yuandian.app.model.HoursLine
import org.yuandian.app.model.ItemId
import org.yuandian.app.model.Named
import org.yuandian.app.model.NamedPerson
import org.yuandian.app.model.NewsKind
import org.yuandian.app.model.NewsLine
import org.yuandian.app.model.NextStep
import org.yuandian.app.model.OutboxLine
import org.yuandian.app.model.OutboxState
import org.yuandian.app.model.Position
import org.yuandian.app.model.QuietHours
import org.yuandian.app.model.Role
import org.yuandian.app.model.ServiceChoice
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.UserId
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.ActOutcome
import org.yuandian.app.model.gateway.Attention
import org.yuandian.app.model.gateway.BackgroundUpload
import org.yuandian.app.model.gateway.Doorstep
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.gateway.LeaveInput
import org.yuandian.app.model.gateway.OwnData
import org.yuandian.app.model.gateway.PlatformWork
import org.yuandian.app.model.gateway.PreviewWanted
import org.yuandian.app.model.gateway.Services

class FakeServices internal constructor(
    private val phone: FakePhone,
) : Services {
    override suspend fun find(text: String): Answer<List<ServiceChoice>> =
        phone.calling {
            val roles =
                phone.disk.person
                    ?.grants
                    ?.map(Grant::role)
                    ?.toSet() ?: setOf(Role.RESIDENT)
            val used =
                phone
                    .seen()
                    .values
                    .groupingBy(FakeCase::service)
                    .eachCount()
            Answer.Done(FakeCatalogue.find(text, roles, used))
        }

    override suspend fun form(service: ServiceId): Answer<ServiceForm> =
        phone.calling {
            FakeCatalogue.form(service)?.let { Answer.Done(it) } ?: Answer.Failed(Trouble.NotFound("service", service.value))
        }

    override suspend fun formOf(case: CaseId): Answer<ServiceForm> =
        phone.calling {
            phone.seen()[case]?.let { FakeCatalogue.form(it.service) }?.let { Answer.Done(it) }
                ?: Answer.Failed(Trouble.NotFound("case", case.value))
        }

    override suspend fun community(): Answer<Contact?> = phone.calling { Answer.Done(FakeCity.COMMUNITY) }

    override suspend fun standing(
        service: ServiceId,
        answers: List<Named>,
    ): Answer<FormStanding> =
        phone.calling {
            val form = FakeCatalogue.form(service) ?: return@calling Answer.Failed(Trouble.Mend("service"))
            val (asked, required) = FakeCatalogue.asked(form, answers)
            val wrong =
                answers
                    .filter { it.key == "budget" && it.value.isNotEmpty() && it.value.toBigDecimalOrNull() == null }
                    .associate { it.key to BothText("“预算”应为金额", "“Budget” should be an amount") }
            Answer.Done(FormStanding(asked, required, wrong))
        }
}

class FakeAttention internal constructor(
    private val phone: FakePhone,
) : Attention {
    override suspend fun items() =
        phone.calling {
            Answer.Done(
                phone.disk.attention.values
                    .map { it.first },
            )
        }

    override suspend fun amend(
        item: ItemId,
        text: String?,
        answers: List<Named>,
    ) = settling(item, NextStep.AMEND) { intent -> phone.queue(amended(intent, text, answers)) }

    override suspend fun keepAsNote(item: ItemId) =
        settling(item, NextStep.NOTE) { intent ->
            val person = phone.disk.person ?: return@settling
            val words =
                when (intent) {
                    is FakeIntent.AddNote -> intent.note.text
                    is FakeIntent.Do -> intent.note?.text.orEmpty()
                    is FakeIntent.Edit -> intent.answers.joinToString("\n") { it.value }
                    is FakeIntent.Open -> intent.opened.text
                    is FakeIntent.Settle -> intent.value
                }
            val note = FakeNote("note-${phone.disk.number()}", words, person, phone.nowMs())
            phone.queue(FakeIntent.AddNote(intent.case, note, emptyList()))
        }

    override suspend fun appeal(
        item: ItemId,
        why: String,
    ) = settling(item, NextStep.APPEAL) {}

    override suspend fun discard(item: ItemId) = settling(item, NextStep.DISCARD) {}

    override suspend fun export(
        item: ItemId,
        path: String,
    ): Answer<Unit> = phone.calling { if (item.value in phone.disk.attention) Answer.Done(Unit) else missing(item) }

    override suspend fun outbox() =
        phone.calling { Answer.Done(phone.disk.outbox.map { OutboxLine(it.number, it.intent.case, it.intent.act, OutboxState.QUEUED, 0) }) }

    private fun amended(
        intent: FakeIntent,
        text: String?,
        answers: List<Named>,
    ): FakeIntent =
        when (intent) {
            is FakeIntent.AddNote -> {
                intent.copy(note = intent.note.copy(text = text ?: intent.note.text))
            }

            is FakeIntent.Do -> {
                intent.copy(
                    note = text?.let { intent.note?.copy(text = it) } ?: intent.note,
                    arguments =
                        intent.arguments + answers,
                )
            }

            is FakeIntent.Edit -> {
                intent.copy(answers = intent.answers + answers)
            }

            else -> {
                intent
            }
        }

    private inline fun settling(
        item: ItemId,
        step: NextStep,
        work: (FakeIntent) -> Unit,
    ): Answer<Unit> =
        phone.writing {
            val (entry, intent) = phone.disk.attention[item.value] ?: return@writing missing(item)
            if (step !in entry.next) return@writing Answer.Failed(Trouble.Mend("item"))
            phone.disk.attention.remove(item.value)
            work(intent)
            phone.changed(entry.case)
            phone.tell(Happening.AttentionChanged(phone.disk.attention.size))
            Answer.Done(Unit)
        }

    private fun missing(item: ItemId) = Answer.Failed(Trouble.NotFound("item", item.toString()))
}

class FakeDoorstep internal constructor(
    private val phone: FakePhone,
) : Doorstep {
    override suspend fun arrive(
        case: CaseId,
        code: String?,
        position: Position?,
    ): Answer<ActOutcome> {
        if (code != null && !code.matches(Regex("\\d{4}"))) {
            return Answer.Failed(Trouble.Refused("r_schema", FakeCity.reason("r_schema"), FakeCity.next("r_schema")))
        }
        return phone.cases.act(case, ActInput(ActId.ARRIVE, arguments = listOfNotNull(code?.let { Named("code", it) })))
    }

    override suspend fun leave(
        case: CaseId,
        leaving: LeaveInput,
    ): Answer<ActOutcome> = phone.cases.act(case, ActInput(ActId.REPORT_BACK, leaving.text, emptyList(), leaving.photos, leaving.files))

    override suspend fun sos(
        request: CaseId?,
        position: Position?,
        text: String,
    ): Answer<CaseId> = opened("sos", text)

    override suspend fun complain(
        request: CaseId?,
        what: String,
        told: String,
    ): Answer<CaseId> = opened("conduct", told)

    override suspend fun news(): Answer<List<NewsLine>> =
        phone.asking { person ->
            val moved =
                phone.disk.base.values
                    .filter { it.author.user == person.user && it.stage != FakeWorkflow.first(it.service) }
                    .filter { (it.id to it.stage.value) !in phone.disk.told }
            phone.disk.told += moved.map { it.id to it.stage.value }
            Answer.Done(
                moved.map { NewsLine(it.id, NewsKind.MOVED, FakeWorkflow.stageText(it.stage).inLanguage(phone.memory.language), false) },
            )
        }

    private fun opened(
        kind: String,
        text: String,
    ): Answer<CaseId> =
        phone.asking { person ->
            phone.writing {
                val id = CaseId("0198c0de-$kind-%08d".format(phone.disk.number()))
                val now = phone.nowMs()
                val case =
                    FakeCase(
                        id,
                        FakeCatalogue.SNAP,
                        person,
                        now,
                        null,
                        FakeWorkflow.first(FakeCatalogue.SNAP),
                        fields = mapOf("text" to listOf(FakeValue(text, person, now, 1))),
                        history = listOf(FakeStep(ActId("report"), person, now)),
                    )
                phone.queue(FakeIntent.Open(case))
                Answer.Done(id)
            }
        }
}

class FakeOwnData internal constructor(
    private val phone: FakePhone,
) : OwnData {
    override suspend fun hours(): Answer<List<HoursLine>> =
        phone.asking { person ->
            val lines =
                phone.disk.base.values.filter { it.stage.value == "confirmed" || it.stage.value == "rated" }.flatMap { case ->
                    case.stays.filter { it.by.user == person.user && it.outMs != null }.map { stay ->
                        val to = stay.outMs ?: stay.inMs
                        val title =
                            FakeCatalogue
                                .form(case.service)
                                ?.title
                                ?.inLanguage(phone.memory.language)
                                .orEmpty()
                        HoursLine(case.id, case.service, title, FakeCity.GRID, stay.inMs, to, ((to - stay.inMs) / 60_000).toInt(), to)
                    }
                }
            Answer.Done(lines)
        }

    override suspend fun consents(): Answer<List<ConsentLine>> = phone.calling { Answer.Done(phone.disk.consents.toList()) }

    override suspend fun all(): Answer<String> = phone.asking { person -> Answer.Done("{\"name\":\"${person.name}\"}") }

    override suspend fun family(): Answer<List<NamedPerson>> = phone.calling { Answer.Done(phone.disk.family) }

    override suspend fun nameFamily(
        user: UserId,
        name: String,
        isFamily: Boolean,
    ): Answer<List<NamedPerson>> =
        phone.writing {
            val others = phone.disk.family.filter { it.user != user }
            val oneself = user == phone.disk.person?.user
            if (isFamily && (oneself || others.size >= FAMILY_MAX)) return@writing Answer.Failed(Trouble.Mend("user"))
            phone.disk.family = if (isFamily) others + NamedPerson(user, name) else others
            Answer.Done(phone.disk.family)
        }

    override suspend fun apart(): Answer<List<NamedPerson>> = phone.calling { Answer.Done(phone.disk.apart) }

    override suspend fun keepApart(
        user: UserId,
        name: String,
        apart: Boolean,
    ): Answer<List<NamedPerson>> =
        phone.writing {
            if (user == phone.disk.person?.user) return@writing Answer.Failed(Trouble.Mend("user"))
            val others = phone.disk.apart.filter { it.user != user }
            phone.disk.apart = if (apart) others + NamedPerson(user, name) else others
            Answer.Done(phone.disk.apart)
        }

    override suspend fun keepApartFrom(
        case: CaseId,
        apart: Boolean,
    ): Answer<List<NamedPerson>> {
        val known = phone.seen()[case] ?: return Answer.Failed(Trouble.NotFound("case", case.value))
        val met =
            (known.holders + known.author).firstOrNull { it.user != phone.disk.person?.user } ?: return Answer.Failed(Trouble.Mend("case"))
        return keepApart(met.user, met.name, apart)
    }

    override suspend fun setReach(
        home: Position?,
        quiet: QuietHours,
    ): Answer<Unit> =
        phone.writing {
            keepQuiet(quiet).also { if (it is Answer.Done) phone.disk.homeSet = home != null }
        }

    override suspend fun setQuiet(quiet: QuietHours): Answer<Unit> = phone.writing { keepQuiet(quiet) }

    private fun keepQuiet(quiet: QuietHours): Answer<Unit> {
        if (quiet.fromMinute !in DAY || quiet.toMinute !in DAY) return Answer.Failed(Trouble.Mend("quiet"))
        phone.disk.quiet = quiet
        return Answer.Done(Unit)
    }

    override suspend fun forgetMe(): Answer<Unit> =
        phone.asking { _ ->
            phone.disk.forgotten = true
            phone.disk.typed.clear()
            phone.disk.consents.clear()
            Answer.Done(Unit)
        }

    override suspend fun wantsToBeForgotten(): Answer<Boolean> = phone.calling { Answer.Done(phone.disk.forgotten) }

    private companion object {
        const val FAMILY_MAX = 5
        val DAY = 0 until 24 * 60
    }
}

/** Nothing is left to the platform here. */
class FakePlatformWork : PlatformWork {
    override suspend fun previewsNeeded(): Answer<List<PreviewWanted>> = Answer.Done(emptyList())

    override suspend fun original(id: FileHash): Answer<ByteArray> = missing(id)

    override suspend fun providePreview(
        id: FileHash,
        path: String,
    ): Answer<Unit> = missing(id)

    override suspend fun noPreview(id: FileHash): Answer<Unit> = missing(id)

    override suspend fun uploads(most: Int): Answer<List<BackgroundUpload>> = Answer.Done(emptyList())

    override suspend fun spool(
        hash: FileHash,
        offset: Long,
        path: String,
    ): Answer<Unit> = missing(hash)

    override suspend fun begun(
        hash: FileHash,
        location: String,
    ): Answer<Unit> = missing(hash)

    override suspend fun ended(
        hash: FileHash,
        status: Int,
        offset: Long?,
    ): Answer<Unit> = missing(hash)

    override suspend fun readForSearch(limit: Int): Answer<Int> = Answer.Done(0)

    private fun missing(hash: FileHash) = Answer.Failed(Trouble.NotFound("photo", hash.value))
}
