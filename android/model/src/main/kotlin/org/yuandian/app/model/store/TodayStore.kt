package org.yuandian.app.model.store

import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.screens.CaseCard
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.DueLevel
import org.yuandian.app.screens.FieldTask
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.TodayAction
import org.yuandian.app.screens.TodayState

/** 今日: what is due, the overdue first, and what was given to do. */
class TodayStore(
    session: Session,
) : Store<TodayState, TodayAction>(session, Route.Today, TodayState(session.frame(Route.Today), grid = "", loading = true)) {
    private val lists = Lists(session)

    init {
        keepRead(::read)
    }

    override fun act(action: TodayAction) {
        when (action) {
            is TodayAction.InFrame -> inFrame(action.action)
            TodayAction.Capture -> session.navigator.open(Route.Capture())
            is TodayAction.Open -> session.navigator.open(Route.Detail(CaseId(action.id)))
            is TodayAction.OpenTask -> session.navigator.open(Route.Detail(CaseId(action.id)))
            TodayAction.OpenDrafts -> session.navigator.goTo(Route.Cases(CasesTab.DRAFTS))
            TodayAction.ShowDutyCard -> session.navigator.open(Route.DutyCard)
            TodayAction.HandOver -> session.navigator.open(Route.HandOver)
        }
    }

    override fun framed(
        state: TodayState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun spoken() = (now.overdue + now.dueToday).joinToString("\n") { "${it.service} ${it.title} ${it.stage}" }

    /** Of all that is open, in the core's order; whole cases are read for what is shown of them alone. */
    private suspend fun read() {
        val open = lists.open()
        val overdue = open.filter { it.due?.isOver == true }
        val today = open.filter { it.due?.isOver == false }.map(lists::card).filter(::isDueToday)
        val timed = overdue.map { it.id.value } + today.map { it.id }
        val tasks = open.filter { it.service.isTask && it.id.value !in timed }.take(TASKS_MAX).map { it to lists.whole(it) }
        change { state ->
            state.copy(
                grid = session.gridName,
                loading = false,
                overdue = overdue.take(SHOWN_MAX).map(lists::card),
                dueToday = today.take(SHOWN_MAX),
                tasks = tasks.map { (line, whole) -> taskOf(line, whole) },
                drafts = session.work.value.drafts - session.wanted.drafts.value.size,
            )
        }
    }

    private fun taskOf(
        line: CaseLine,
        whole: Case?,
    ) = FieldTask(
        id = line.id.value,
        sign = signOf(line.service),
        title = line.title.ifBlank { line.serviceText },
        place = whole?.gridName,
        done = whole?.tally?.done ?: 0,
        all = whole?.tally?.of,
    )

    private fun isDueToday(card: CaseCard): Boolean {
        val due = card.due ?: return false
        return due.level == DueLevel.YELLOW || (due.level == DueLevel.GREEN && due.leftMs < DAY_MS)
    }

    private companion object {
        const val SHOWN_MAX = 100
        const val TASKS_MAX = 20
        const val DAY_MS = 24 * 3_600_000L
    }
}
