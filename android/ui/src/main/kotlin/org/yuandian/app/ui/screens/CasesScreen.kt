package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.yuandian.app.screens.CaseCard
import org.yuandian.app.screens.CasesAction
import org.yuandian.app.screens.CasesState
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.ui.parts.CaseLine
import org.yuandian.app.ui.parts.CellMap
import org.yuandian.app.ui.parts.Cells
import org.yuandian.app.ui.parts.Choice
import org.yuandian.app.ui.parts.CountTab
import org.yuandian.app.ui.parts.Empty
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SearchField
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** 我的事件, by where they stand; as a list or as cells. */
@Composable
fun CasesScreen(
    state: CasesState,
    onAction: (CasesAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    Screen(
        state.frame,
        Yd.words.casesTitle(state.frame.role),
        { onAction(CasesAction.InFrame(it)) },
        modifier,
        bottom = { WideButton(Yd.words.casesNew, { onAction(CasesAction.Capture) }, Pictograms.camera) },
    ) {
        item { SearchField(Yd.words.casesSearch, state.query, { onAction(CasesAction.Search(it)) }) }
        item {
            Cells(CasesTab.entries.size, Modifier.selectableGroup()) { index, place ->
                val tab = CasesTab.entries[index]
                val count = state.counts[tab] ?: 0
                val spoken = Yd.words.casesTabCount(tab, count)
                CountTab(Yd.words.casesTab(tab), count, spoken, tab == state.tab, { onAction(CasesAction.ChooseTab(tab)) }, place)
            }
        }
        item { ListOrCells(state.asCells) { onAction(CasesAction.ShowCells(it)) } }
        if (state.asCells) {
            item { CellMap(state.cells, { onAction(CasesAction.ChooseCell(it)) }) }
            item { SmallWords(Yd.words.nearbyCellHelp) }
        }
        cards(state, onAction)
    }
}

private fun LazyListScope.cards(
    state: CasesState,
    onAction: (CasesAction) -> Unit,
) {
    when {
        state.loading -> {
            item { LoadingLine() }
        }

        state.cards.isEmpty() && state.query.isNotBlank() -> {
            item {
                Empty(Pictograms.search, Yd.words.casesNothing, Yd.words.clearSearch) { onAction(CasesAction.Search(state.query.take(0))) }
            }
        }

        state.cards.isEmpty() && state.asCells -> {
            item { Empty(Pictograms.cells, Yd.words.casesCellEmpty) }
        }

        state.cards.isEmpty() -> {
            // What one can do stands at the thumb already.
            item { Empty(Pictograms.list, Yd.words.casesEmpty(state.tab)) }
        }
    }
    items(state.cards, key = CaseCard::id) { card -> CaseLine(card, state.frame.nowMs, { onAction(CasesAction.Open(card.id)) }) }
    if (state.more) item { SmallButton(Yd.words.more, { onAction(CasesAction.More) }, Modifier.fillMaxWidth()) }
}

/** The same matters as a list or as cells; the list is complete without the other. */
@Composable
internal fun ListOrCells(
    asCells: Boolean,
    onChange: (Boolean) -> Unit,
) {
    Flow(Modifier.selectableGroup()) {
        Choice(Yd.words.asList, !asCells, { onChange(false) }, image = Pictograms.list)
        Choice(Yd.words.asCells, asCells, { onChange(true) }, image = Pictograms.cells)
    }
}
