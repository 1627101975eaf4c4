package org.yuandian.app.model.store

import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.screens.CaseCard
import org.yuandian.app.screens.CasesAction
import org.yuandian.app.screens.CasesState
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.Frame

/** 我的事件: everything that one opened, holds or waits for. The search is on this phone. */
class CasesStore(
    session: Session,
    route: Route.Cases = Route.Cases(),
) : Store<CasesState, CasesAction>(session, route, CasesState(session.frame(route), tab = route.tab ?: CasesTab.OPEN, loading = true)) {
    private val lists = Lists(session)
    private val first = now.tab
    private var limit = PAGE
    private var cell: String? = null

    init {
        keepRead(::read)
        keepTyped(::chosen) { kept ->
            change { state ->
                state.copy(
                    tab = CasesTab.entries.firstOrNull { it.name == kept[TAB] } ?: state.tab,
                    query = kept[QUERY] ?: state.query,
                    asCells = CELLS in kept,
                )
            }
            if (kept.isNotEmpty()) read()
        }
    }

    override fun act(action: CasesAction) {
        when (action) {
            is CasesAction.InFrame -> {
                inFrame(action.action)
            }

            is CasesAction.ChooseTab -> {
                limit = PAGE
                change { it.copy(tab = action.tab) }
                go { read() }
            }

            is CasesAction.Search -> {
                change { it.copy(query = action.query) }
                go { read() }
            }

            is CasesAction.Open -> {
                open(CaseId(action.id))
            }

            CasesAction.More -> {
                limit += PAGE
                go { read() }
            }

            is CasesAction.ShowCells -> {
                cell = null
                change { it.copy(asCells = action.on) }
                go { read() }
            }

            is CasesAction.ChooseCell -> {
                cell = action.id.takeUnless { it == cell }
                go { read() }
            }

            CasesAction.Capture -> {
                session.navigator.open(Route.Capture())
            }
        }
    }

    override fun framed(
        state: CasesState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun spoken() = now.cards.joinToString("\n") { "${it.service} ${it.title} ${it.stage}" }

    private fun chosen(state: CasesState): Map<String, String> {
        val tab = state.tab.takeIf { it != first }?.name
        return mapOf(TAB to tab.orEmpty(), QUERY to state.query, CELLS to if (state.asCells) "1" else "")
    }

    private fun open(id: CaseId) = go { session.navigator.open(lists.routeOf(id)) }

    private suspend fun read() {
        val query = now.query
        val wanted = session.wanted.drafts.value
        val (submitted, drafts) = lists.drafts(query).partition { it.id in wanted }
        val mine = lists.lines(query, mine = true)
        val tabs =
            mapOf(
                CasesTab.DRAFTS to drafts,
                CasesTab.WAITING to submitted + mine.filter { it.sync.isOnItsWay },
                CasesTab.OPEN to mine.filterNot { it.hasEnded },
                CasesTab.DONE to mine.filter { it.hasEnded },
            )
        // Somebody typed or chose on meanwhile: that reading comes.
        if (query != now.query) return
        val all = tabs.getValue(now.tab)
        val cards = all.take(limit).map { card(it) }
        change { state ->
            val shown = cell?.let { id -> cards.filter { (_, at) -> at?.let(::cellId) == id } } ?: cards
            state.copy(
                counts = tabs.mapValues { it.value.size },
                loading = false,
                cards = shown.map { it.first },
                more = all.size > limit,
                cells =
                    if (state.asCells) {
                        cellsOf(
                            cards.mapNotNull { (card, at) ->
                                at?.let { it to card.isUrgent }
                            },
                            null,
                            cell,
                        )
                    } else {
                        emptyList()
                    },
            )
        }
    }

    private suspend fun card(line: CaseLine): Pair<CaseCard, org.yuandian.app.model.Place?> {
        if (line.isDraft) return lists.draftCard(line) to null
        val whole = lists.whole(line)
        return lists.card(line, whole) to whole?.place
    }

    private companion object {
        const val PAGE = 50

        /** Names of what is typed and chosen. */
        const val TAB = "tab"
        const val QUERY = "query"
        const val CELLS = "cells"
    }
}

/** Whether little or no time is left. */
internal val CaseCard.isUrgent: Boolean get() = due != null && due.level != org.yuandian.app.screens.DueLevel.GREEN

/** Whether a service is a task that somebody was given: a patrol, a visit. */
internal val ServiceId.isTask: Boolean get() = value.startsWith("task.") && value != "task.notice"
