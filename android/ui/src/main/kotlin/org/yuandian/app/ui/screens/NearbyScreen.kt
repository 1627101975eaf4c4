package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.AskCard
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.NearbyAction
import org.yuandian.app.screens.NearbyState
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.CellMap
import org.yuandian.app.ui.parts.ClaimChip
import org.yuandian.app.ui.parts.DueChip
import org.yuandian.app.ui.parts.Empty
import org.yuandian.app.ui.parts.FilterButton
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.Mark
import org.yuandian.app.ui.parts.RadioLine
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.Sheet
import org.yuandian.app.ui.parts.SignDisc
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.StepCard
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.dotted
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.sign.ServiceSigns
import org.yuandian.app.ui.theme.Yd

/** 志愿者 附近求助: rough areas only; a claim is 正在确认 until the server has said so. */
@Composable
fun NearbyScreen(
    state: NearbyState,
    onAction: (NearbyAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    Screen(
        state.frame,
        Yd.words.nearbyTitle,
        { onAction(NearbyAction.InFrame(it)) },
        modifier,
        sheet = if (state.choosesKind) ({ KindSheet(state, onAction) }) else null,
    ) {
        item {
            Flow(Modifier.fillMaxWidth()) {
                ListOrCells(state.asCells) { onAction(NearbyAction.ShowCells(it)) }
                if (state.kinds.isNotEmpty()) KindButton(state) { onAction(NearbyAction.ChooseKind(true)) }
            }
        }
        if (state.asCells) {
            item { CellMap(state.cells, { onAction(NearbyAction.ChooseCell(it)) }) }
            item { SmallWords(Yd.words.nearbyCellHelp) }
        }
        asks(state, onAction)
        if (state.asks.isNotEmpty()) item { SignedWords(Pictograms.lock, Yd.words.nearbyAreaOnly) }
    }
}

@Composable
private fun KindButton(
    state: NearbyState,
    onClick: () -> Unit,
) {
    val chosen = state.kinds.firstOrNull { it.id == state.chosenKind }?.title ?: Yd.words.nearbyAll
    FilterButton(chosen, Yd.words.sentence(listOf(Yd.words.nearbyFilter, chosen)), state.chosenKind != null, onClick)
}

/** A choice is the last touch: the sheet closes with it. */
@Composable
private fun KindSheet(
    state: NearbyState,
    onAction: (NearbyAction) -> Unit,
) {
    Sheet(Yd.words.nearbyFilter, { onAction(NearbyAction.ChooseKind(false)) }) {
        Column(Modifier.selectableGroup(), spaced(Yd.space.near)) {
            RadioLine(Yd.words.nearbyAll, state.chosenKind == null, { onAction(NearbyAction.FilterKind(null)) })
            for (kind in state.kinds) {
                RadioLine(
                    kind.title,
                    kind.id == state.chosenKind,
                    { onAction(NearbyAction.FilterKind(kind.id)) },
                    image = ServiceSigns.of(kind.sign),
                )
            }
        }
    }
}

private fun LazyListScope.asks(
    state: NearbyState,
    onAction: (NearbyAction) -> Unit,
) {
    when {
        state.loading -> {
            item { LoadingLine() }
        }

        state.asks.isEmpty() && state.chosenCell != null -> {
            item { Empty(Pictograms.cells, Yd.words.nearbyCellEmpty) }
        }

        state.asks.isEmpty() && state.chosenKind != null -> {
            item {
                Empty(Pictograms.filter, Yd.words.nearbyKindEmpty, Yd.words.nearbyKindEmptyStep) { onAction(NearbyAction.FilterKind(null)) }
            }
        }

        state.asks.isEmpty() -> {
            item {
                Empty(
                    Pictograms.thanks,
                    Yd.words.nearbyEmpty,
                    Yd.words.nearbyEmptyStep.takeUnless { state.reachSet },
                ) { onAction(NearbyAction.SetReach) }
            }
        }
    }
    items(state.asks, key = AskCard::id) { ask -> AskLine(ask, onAction) }
}

@Composable
private fun AskLine(
    ask: AskCard,
    onAction: (NearbyAction) -> Unit,
) {
    val words = Yd.words
    val distance = ask.distanceM?.let { words.nearbyDistance(words.metres(it)) }
    val money = ask.moneyMost?.let(words::moneyMost)
    val sentence =
        words.sentence(
            listOfNotNull(ask.title, ask.service, distance, ask.time, money, ask.due?.let(words::due), words.claimState(ask.claim)),
        )
    StepCard(sentence, { onAction(NearbyAction.Open(ask.id)) }, below = { ClaimLine(ask, onAction) }) {
        Row(horizontalArrangement = spaced(Yd.space.gap)) {
            if (!hugeText) SignDisc(ask.sign)
            Column(Modifier.weight(1f), spaced(2.dp)) {
                Words(ask.title, style = Yd.type.heading)
                SmallWords(dotted(ask.service, distance))
            }
        }
        Flow(gap = 6.dp) {
            val due = ask.due
            // Somebody is on it: the time that is left is theirs.
            if (due != null && ask.claim !is ClaimState.Lost) DueChip(due)
            Mark(Yd.colors.draft, Pictograms.clock, ask.time)
            if (money != null) Mark(Yd.colors.draft, Pictograms.money, money)
        }
    }
}

@Composable
private fun ClaimLine(
    ask: AskCard,
    onAction: (NearbyAction) -> Unit,
) {
    Flow(Modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Polite }) {
        when (val claim = ask.claim) {
            ClaimState.None -> {
                SmallButton(Yd.words.nearbyClaim, {
                    onAction(NearbyAction.Claim(ask.id))
                }, Modifier.fillMaxWidth(), Pictograms.thanks, filled = true)
            }

            is ClaimState.Lost -> {
                LostLine(claim)
            }

            is ClaimState.Waiting -> {
                ClaimChip(claim)
                SmallWords(Yd.words.nearbyInLine(claim.by))
            }

            else -> {
                ClaimChip(claim)
            }
        }
        if (ask.canUndo) SmallButton(Yd.words.nearbyUndo, { onAction(NearbyAction.UndoClaim(ask.id)) })
    }
}

@Composable
private fun LostLine(claim: ClaimState) {
    Card(tone = Yd.colors.onPhone) {
        SignedWords(Pictograms.person, Yd.words.claimState(claim), style = Yd.type.label, color = Yd.colors.onPhone.ink)
        Words(Yd.words.nearbyLostHelp, color = Yd.colors.onPhone.ink)
    }
}
