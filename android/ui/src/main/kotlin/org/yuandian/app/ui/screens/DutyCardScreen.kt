package org.yuandian.app.ui.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.DutyCardAction
import org.yuandian.app.screens.DutyCardState
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Fact
import org.yuandian.app.ui.parts.Pictogram
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.Thumb
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.contentDescriptionOf
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.originRings
import org.yuandian.app.ui.parts.softBorder
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Yd
import org.yuandian.app.ui.theme.grown

/** What a resident at the door must be able to check: who, of which unit, valid until when, whom to call. */
@Composable
fun DutyCardScreen(
    state: DutyCardState,
    onAction: (DutyCardAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val words = Yd.words
    val phone = state.stationPhone
    Screen(
        state.frame,
        words.dutyTitle,
        { onAction(DutyCardAction.InFrame(it)) },
        modifier,
        bottom =
            if (phone ==
                null
            ) {
                null
            } else {
                ({ WideButton(words.dutyCall, { onAction(DutyCardAction.CallStation) }, Pictograms.phone, Weight.SECOND) })
            },
    ) {
        item { Badge(state) }
        item {
            Card(gap = Yd.space.gap) {
                Fact(words.dutyUnit, state.unit)
                Fact(words.dutyGrid, state.grid)
                Fact(words.dutyNumber, state.number)
                if (phone != null) Fact(words.dutyCallHelp, phone)
            }
        }
        item { SmallButton(words.dutyRenew, { onAction(DutyCardAction.Renew) }, image = Pictograms.again) }
    }
}

@Composable
private fun Badge(state: DutyCardState) {
    val words = Yd.words
    val tone = if (state.valid) Yd.colors.hero else Yd.colors.heroDanger
    val until = words.moment(state.validUntilMs, state.frame.nowMs)
    Column(
        Modifier
            .fillMaxWidth()
            .clip(Corners.card)
            .background(tone.back)
            .originRings(tone.ink)
            .padding(20.dp),
        spaced(14.dp),
    ) {
        Row(horizontalArrangement = spaced(16.dp), verticalAlignment = Alignment.CenterVertically) {
            Portrait(state.portrait)
            Column(Modifier.weight(1f)) {
                Words(state.name, style = if (hugeText) Yd.type.title else Yd.type.title.grown(NAME), color = tone.ink)
                Words(state.role, style = Yd.type.heading, color = tone.ink)
            }
        }
        SignedWords(
            if (state.valid) Pictograms.delivered else Pictograms.attention,
            if (state.valid) words.dutyValid(until) else words.dutyExpired(until),
            style = Yd.type.label,
            color = tone.ink,
        )
    }
}

@Composable
private fun Portrait(key: String?) {
    val told = Yd.words.dutyPortrait
    val place = Modifier.size(92.dp).semantics { contentDescriptionOf(told) }
    if (key != null) {
        Thumb(key, place)
    } else {
        Box(place.clip(Corners.button).background(Yd.colors.card).border(softBorder(), Corners.button), Alignment.Center) {
            Pictogram(Pictograms.person, size = 48.dp, tint = Yd.colors.inkSoft)
        }
    }
}

private const val NAME = 1.2f
