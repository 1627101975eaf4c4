package org.yuandian.app.gateway

import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.ConsentLine
import org.yuandian.app.model.GridCode
import org.yuandian.app.model.HoursLine
import org.yuandian.app.model.NamedPerson
import org.yuandian.app.model.NewsKind
import org.yuandian.app.model.NewsLine
import org.yuandian.app.model.Position
import org.yuandian.app.model.QuietHours
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.UserId
import org.yuandian.app.model.gateway.ActOutcome
import org.yuandian.app.model.gateway.Doorstep
import org.yuandian.app.model.gateway.LeaveInput
import org.yuandian.app.model.gateway.OwnData
import org.yuandian.core.PersonView
import org.yuandian.core.ConsentLine as CoreConsentLine
import org.yuandian.core.HoursLine as CoreHoursLine
import org.yuandian.core.LeaveInput as CoreLeaveInput

internal class CoreDoorstep(
    private val core: CoreLine,
) : Doorstep {
    override suspend fun arrive(
        case: CaseId,
        code: String?,
        position: Position?,
    ): Answer<ActOutcome> = core.ask { outcome(arrive(case.value, code, position?.let(::corePosition))) }

    override suspend fun leave(
        case: CaseId,
        leaving: LeaveInput,
    ): Answer<ActOutcome> =
        core.ask {
            val input = CoreLeaveInput(leaving.code, leaving.text, leaving.photos, leaving.files.map(::attachment))
            outcome(leave(case.value, input))
        }

    override suspend fun sos(
        request: CaseId?,
        position: Position?,
        text: String,
    ): Answer<CaseId> = core.ask { CaseId(sos(request?.value, position?.let(::corePosition), text)) }

    override suspend fun complain(
        request: CaseId?,
        what: String,
        told: String,
    ): Answer<CaseId> = core.ask { CaseId(complain(request?.value, what, told)) }

    override suspend fun news(): Answer<List<NewsLine>> =
        core.ask { news().map { NewsLine(CaseId(it.caseId), newsKind(it.why), it.text, it.urgent) } }

    /** Of a reason that this app does not know it is certain only that something has changed. */
    private fun newsKind(id: String): NewsKind = NewsKind.entries.firstOrNull { it.name.lowercase() == id } ?: NewsKind.MOVED
}

internal class CoreOwnData(
    private val core: CoreLine,
) : OwnData {
    override suspend fun hours(): Answer<List<HoursLine>> = core.ask { hours().map(::hoursLine) }

    override suspend fun consents(): Answer<List<ConsentLine>> = core.ask { consents().map(::consent) }

    override suspend fun all(): Answer<String> = core.ask { ownData() }

    override suspend fun family(): Answer<List<NamedPerson>> = core.ask { family(null, "", true).map(::person) }

    override suspend fun nameFamily(
        user: UserId,
        name: String,
        isFamily: Boolean,
    ): Answer<List<NamedPerson>> = core.ask { family(user.value, name, isFamily).map(::person) }

    override suspend fun apart(): Answer<List<NamedPerson>> = core.ask { apart().map(::person) }

    override suspend fun keepApart(
        user: UserId,
        name: String,
        apart: Boolean,
    ): Answer<List<NamedPerson>> = core.ask { keepApart(user.value, name, apart).map(::person) }

    override suspend fun keepApartFrom(
        case: CaseId,
        apart: Boolean,
    ): Answer<List<NamedPerson>> = core.ask { keepApartFrom(case.value, apart).map(::person) }

    override suspend fun setReach(
        home: Position?,
        quiet: QuietHours,
    ): Answer<Unit> = core.ask { setReach(home?.let(::corePosition), minute(quiet.fromMinute), minute(quiet.toMinute)) }

    override suspend fun setQuiet(quiet: QuietHours): Answer<Unit> = core.ask { setQuiet(minute(quiet.fromMinute), minute(quiet.toMinute)) }

    private fun minute(ofDay: Int) = unsigned(ofDay, "quiet").toUShort()

    override suspend fun forgetMe(): Answer<Unit> = core.ask { forgetMe() }

    override suspend fun wantsToBeForgotten(): Answer<Boolean> = core.ask { wantsToBeForgotten() }

    private fun person(person: PersonView) = NamedPerson(UserId(person.user), person.name)

    private fun hoursLine(line: CoreHoursLine) =
        HoursLine(
            case = CaseId(line.caseId),
            service = ServiceId(line.service),
            serviceText = line.serviceText,
            grid = GridCode(line.grid),
            fromMs = line.fromMs,
            toMs = line.toMs,
            minutes = line.minutes.toInt(),
            confirmedMs = line.confirmedMs,
        )

    private fun consent(line: CoreConsentLine) =
        ConsentLine(
            case = CaseId(line.caseId),
            service = ServiceId(line.service),
            key = line.key,
            label = line.label,
            purpose = line.purpose,
            retentionDays = line.retentionDays.toInt(),
            given = line.given,
            atMs = line.atMs,
        )
}
