package org.yuandian.app.model.store

import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.DutyCardAction
import org.yuandian.app.screens.DutyCardState
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.HandOverAction
import org.yuandian.app.screens.HandOverState
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.WorkState

/**
 * The card that is shown at the door. It speaks for what the platform said last: it is good for [TERM_MS] after that, and no longer
 * than the
 * right that it shows.
 */
class DutyCardStore(
    session: Session,
) : Store<DutyCardState, DutyCardAction>(
        session,
        Route.DutyCard,
        DutyCardState(
            session.frame(Route.DutyCard),
            name = "",
            role = "",
            grid = "",
            unit = "",
            number = "",
            stationPhone = null,
            validUntilMs = 0,
        ),
    ) {
    override fun act(action: DutyCardAction) {
        when (action) {
            is DutyCardAction.InFrame -> inFrame(action.action)
            DutyCardAction.CallStation -> go { session.callCommunity() }
            DutyCardAction.Renew -> session.syncer.insist()
        }
    }

    override fun framed(
        state: DutyCardState,
        frame: Frame,
    ): DutyCardState {
        val person = session.person.value ?: return state.copy(frame = frame)
        val chosen = session.settings.settings.value
        val grant = person.grants.firstOrNull { it.role != org.yuandian.app.model.Role.RESIDENT } ?: person.grants.firstOrNull()
        val term = (chosen.lastSuccessMs ?: 0) + TERM_MS
        return state.copy(
            frame = frame,
            name = person.name,
            role = grant?.let { session.strings.role(it.role) }.orEmpty(),
            grid = grant?.gridName.orEmpty(),
            unit = grant?.unit.orEmpty(),
            number = CaseId(person.user.value).receipt,
            stationPhone = session.settings.settings.value.communityPhone,
            validUntilMs = minOf(term, grant?.untilMs ?: Long.MAX_VALUE),
        )
    }

    override fun spoken() = listOf(now.name, now.role, now.grid).joinToString("\n")

    companion object {
        /** A day: whoever was shut out is not let in with an old phone for long. */
        const val TERM_MS = 24 * 3_600_000L
    }
}

/** 交班: counts of matters, never of people. */
class HandOverStore(
    session: Session,
) : Store<HandOverState, HandOverAction>(
        session,
        Route.HandOver,
        HandOverState(
            session.frame(Route.HandOver),
            grid = "",
            sinceMs = session.settings.settings.value.shiftSinceMs ?: (session.platform.clock.nowMs() - SHIFT_MS),
        ),
    ) {
    private val lists = Lists(session)

    init {
        keepRead(::read)
        keepTyped({ mapOf(NOTE to it.note) }, setOf(NOTE)) { kept -> change { it.copy(note = it.note.ifEmpty { kept[NOTE].orEmpty() }) } }
    }

    override fun act(action: HandOverAction) {
        when (action) {
            is HandOverAction.InFrame -> {
                inFrame(action.action)
            }

            is HandOverAction.EditNote -> {
                change { it.copy(note = action.text.take(NOTE_MAX)) }
            }

            is HandOverAction.Open -> {
                session.navigator.open(Route.Detail(CaseId(action.id)))
            }

            HandOverAction.OpenDrafts -> {
                session.navigator.goTo(Route.Cases(CasesTab.DRAFTS))
            }

            HandOverAction.HandOver -> {
                lasting { handOver() }
            }

            HandOverAction.ChangePerson -> {
                session.navigator.open(Route.People)
            }
        }
    }

    override fun framed(
        state: HandOverState,
        frame: Frame,
    ) = state.copy(frame = frame)

    /**
     * The core has no act for a shift: what the next one must know is a note in every open matter, which whoever comes next reads
     * there.
     */
    private suspend fun handOver() {
        if (now.sending || now.done != null) return
        change { it.copy(sending = true) }
        val note = now.note.trim()
        val matters =
            now.open
                .map { CaseId(it.id) }
                .takeIf { note.isNotEmpty() }
                .orEmpty()
        val failed = matters.any { !noted(it, note) }
        change { it.copy(sending = false) }
        if (failed) return
        session.settings.update { it.copy(shiftSinceMs = session.platform.clock.nowMs()) }
        change { it.copy(note = "", done = WorkState.OnPhone, noted = matters.size) }
        session.tell(Notice.SavedOnPhone)
        session.recount()
        session.syncer.wish()
    }

    private suspend fun noted(
        id: CaseId,
        note: String,
    ) = withSession { phone.cases.note(id, "${strings.handOverHeading}$note").orTell() } != null

    private suspend fun read() {
        val mine = lists.lines(mine = true)
        val since = now.sinceMs
        val open = mine.filterNot { it.hasEnded }
        val wholes = open.take(SHOWN).map { line -> line to lists.whole(line) }
        val cards = wholes.map { (line, whole) -> lists.card(line, whole) }
        change { state ->
            state.copy(
                grid = session.gridName,
                reported = mine.count { it.isOwn && it.openedMs >= since },
                settled = mine.count { it.hasEnded && it.updatedMs >= since },
                overdue = cards.count { it.due?.let { due -> due.leftMs < 0 } == true },
                waiting = mine.count(::waits) + session.wanted.drafts.value.size,
                drafts = session.work.value.drafts - session.wanted.drafts.value.size,
                open = cards,
                done = state.done?.let { if (open.none(::waits)) WorkState.Delivered else WorkState.OnPhone },
            )
        }
    }

    private fun waits(line: CaseLine) = line.sync.isOnItsWay

    private companion object {
        const val NOTE = "note"
        const val NOTE_MAX = 1_000
        const val SHOWN = 50
        const val SHIFT_MS = 12 * 3_600_000L
    }
}
