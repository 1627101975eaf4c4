package org.yuandian.app.model.store

import org.yuandian.app.model.CaseId
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

    /** The core's list tells no limits yet: the latest cases are read whole, and no more of them than a phone reads in a moment. */
    private suspend fun read() {
        val open = lists.lines().filterNot { it.stage.isEnd }
        val (tasks, cases) = open.partition { it.service.isTask }
        val wholes = cases.take(LOOKED_AT).mapNotNull { line -> lists.whole(line)?.let { line to it } }
        val cards = wholes.map { (line, whole) -> lists.card(line, whole) }.sortedBy { it.due?.leftMs ?: Long.MAX_VALUE }
        val grid =
            wholes.firstOrNull()?.second?.gridName ?: session.person.value
                ?.grants
                ?.firstOrNull()
                ?.grid
                ?.value
        val todo = tasks.take(TASKS_MAX).map { line -> lists.whole(line) to line }
        change { state ->
            state.copy(
                grid = grid.orEmpty(),
                loading = false,
                overdue = cards.filter { it.due?.level == DueLevel.RED || it.due?.level == DueLevel.DARK_RED },
                dueToday = cards.filter(::isDueToday),
                tasks =
                    todo.map { (whole, line) ->
                        val title = line.title.ifBlank { line.serviceText }
                        FieldTask(line.id.value, signOf(line.service), title, whole?.gridName, whole?.stays?.size ?: 0, 1)
                    },
                drafts = session.work.value.drafts - session.wanted.drafts.value.size,
            )
        }
    }

    private fun isDueToday(card: CaseCard): Boolean {
        val due = card.due ?: return false
        return due.level == DueLevel.YELLOW || (due.level == DueLevel.GREEN && due.leftMs < DAY_MS)
    }

    private companion object {
        const val LOOKED_AT = 60
        const val TASKS_MAX = 20
        const val DAY_MS = 24 * 3_600_000L
    }
}
