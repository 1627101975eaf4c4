package org.yuandian.app.ui.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.HoursAction
import org.yuandian.app.screens.HoursItem
import org.yuandian.app.screens.HoursState
import org.yuandian.app.ui.parts.Empty
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.Heading
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.PressCard
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignDisc
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.dotted
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.originRings
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.parts.toneBorder
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Yd

/** 服务时长: for oneself alone. */
@Composable
fun HoursScreen(
    state: HoursState,
    onAction: (HoursAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val words = Yd.words
    Screen(
        state.frame,
        words.hoursTitle,
        { onAction(HoursAction.InFrame(it)) },
        modifier,
        bottom =
            if (state.months.isEmpty()) {
                null
            } else {
                (
                    {
                        WideButton(words.hoursExport, { onAction(HoursAction.Export) }, Pictograms.export, Weight.SECOND)
                    }
                )
            },
    ) {
        if (state.loading) item { LoadingLine() } else item { Total(state) }
        if (state.months.isEmpty() && !state.loading) item { Nothing(state, onAction) }
        for (month in state.months) {
            item {
                Flow(Modifier.fillMaxWidth(), apart = true) {
                    Heading(words.month(month.year, month.month))
                    Words(words.hoursAndMinutes(month.minutes), style = Yd.type.label)
                }
            }
            for (line in month.lines) item { HoursLine(line, state.frame.nowMs) { onAction(HoursAction.Open(line.caseId)) } }
        }
    }
}

/** Only who helps neighbours sees what they ask for. */
@Composable
private fun Nothing(
    state: HoursState,
    onAction: (HoursAction) -> Unit,
) = Empty(Pictograms.thanks, Yd.words.hoursEmpty, Yd.words.hoursEmptyStep.takeIf { state.canHelp }) { onAction(HoursAction.FindAsks) }

@Composable
private fun Total(state: HoursState) {
    val tone = Yd.colors.warmSoft
    Column(
        Modifier
            .fillMaxWidth()
            .clip(Corners.card)
            .background(tone.back)
            .border(toneBorder(tone), Corners.card)
            .originRings(tone.ink)
            .padding(Yd.space.pad),
        spaced(Yd.space.near),
    ) {
        Column(Modifier.semantics(mergeDescendants = true) {}) {
            Words(Yd.words.hoursTotal, style = Yd.type.small, color = tone.ink)
            Words(Yd.words.hoursAndMinutes(state.totalMinutes), style = Yd.type.display, color = tone.ink)
        }
        SignedWords(Pictograms.lock, Yd.words.hoursPrivate, color = tone.ink)
        if (state.unconfirmed > 0) SignedWords(Pictograms.clock, Yd.words.hoursUnconfirmed(state.unconfirmed), color = tone.ink)
    }
}

@Composable
private fun HoursLine(
    line: HoursItem,
    nowMs: Long,
    onClick: () -> Unit,
) {
    val words = Yd.words
    val from = words.moment(line.fromMs, nowMs)
    val spent = words.hoursAndMinutes(line.minutes)
    PressCard(words.sentence(listOf(line.service, from, spent, line.grid)), onClick) {
        Row(horizontalArrangement = spaced(Yd.space.gap)) {
            if (!hugeText) SignDisc(line.sign)
            Column(Modifier.weight(1f)) {
                Flow(Modifier.fillMaxWidth(), lineGap = 0.dp, apart = true) {
                    Words(line.service, style = Yd.type.heading)
                    Words(spent, style = Yd.type.label)
                }
                SmallWords(dotted(from, line.grid))
            }
        }
    }
}
