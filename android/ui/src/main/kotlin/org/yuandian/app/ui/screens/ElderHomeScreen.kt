package org.yuandian.app.ui.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.ElderHomeAction
import org.yuandian.app.screens.ElderHomeState
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.WorkState
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.CaseLine
import org.yuandian.app.ui.parts.NavLine
import org.yuandian.app.ui.parts.Part
import org.yuandian.app.ui.parts.Pictogram
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.Sheet
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.StateChip
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.contentDescriptionOf
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.originRings
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.parts.toneBorder
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.sign.ServiceSigns
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Tone
import org.yuandian.app.ui.theme.Yd

/** 长辈版 首页: 我要报问题, 我要求助, 助老服务, 打电话给社区. */
@Composable
fun ElderHomeScreen(
    state: ElderHomeState,
    onAction: (ElderHomeAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    Screen(
        state.frame,
        Yd.words.elderGreeting(state.name),
        { onAction(ElderHomeAction.InFrame(it)) },
        modifier,
        isRoot = true,
        sheet = if (state.sosAsked) ({ SosSheet(onAction) }) else null,
    ) {
        val raised = state.sosRaised
        if (raised != null) {
            item { Raised(raised, onAction) }
            item { CallCommunity(state.communityPhone, onAction) }
        }
        item {
            Huge(
                Yd.colors.hero,
                Pictograms.camera,
                Yd.words.elderReport,
                Yd.words.elderReportHelp,
            ) { onAction(ElderHomeAction.Report) }
        }
        item {
            Huge(
                Yd.colors.heroWarm,
                ServiceSigns.of(Sign.HELP),
                Yd.words.elderAsk,
                Yd.words.elderAskHelp,
            ) { onAction(ElderHomeAction.Ask) }
        }
        if (state.orders) {
            item {
                Huge(
                    Yd.colors.warmSoft,
                    ServiceSigns.of(Sign.MEAL),
                    Yd.words.orderTitle,
                    Yd.words.orderHelp,
                ) { onAction(ElderHomeAction.Order) }
            }
        }
        if (raised == null) item { CallCommunity(state.communityPhone, onAction) }
        if (state.sosReady && raised == null) {
            item { WideButton(Yd.words.elderSos, { onAction(ElderHomeAction.Sos) }, ServiceSigns.of(Sign.SOS), Weight.GRAVE) }
        }
        if (!state.sosReady && raised == null) {
            item { WideButton(Yd.words.elderAmbulance, { onAction(ElderHomeAction.CallAmbulance) }, Pictograms.phone, Weight.GRAVE) }
        }
        val latest = state.latest
        if (latest != null) {
            item {
                Part(Yd.words.elderMine) {
                    if (state.open > 0) SmallWords(Yd.words.elderOpen(state.open))
                    CaseLine(latest, state.frame.nowMs, { onAction(ElderHomeAction.OpenMine) })
                }
            }
        }
        if (!state.signedIn) item { NavLine(Yd.words.elderSignIn, { onAction(ElderHomeAction.SignIn) }, image = Pictograms.key) }
        item { NavLine(Yd.words.elderLeave, { onAction(ElderHomeAction.LeaveElder) }, image = Pictograms.settings) }
    }
}

/** An alarm that was raised: whether it is out, and what is quicker. */
@Composable
private fun Raised(
    work: WorkState,
    onAction: (ElderHomeAction) -> Unit,
) {
    val tone = Yd.colors.dangerSoft
    Card(Modifier.semantics { liveRegion = LiveRegionMode.Assertive }, tone) {
        SignedWords(ServiceSigns.of(Sign.SOS), Yd.words.elderSosRaised, style = Yd.type.heading, color = tone.ink)
        StateChip(work)
        Words(Yd.words.elderSosStands(work == WorkState.Delivered), color = tone.ink)
        WideButton(Yd.words.elderAmbulance, { onAction(ElderHomeAction.CallAmbulance) }, Pictograms.phone, Weight.ALARM)
    }
}

@Composable
private fun CallCommunity(
    number: String?,
    onAction: (ElderHomeAction) -> Unit,
) {
    if (number == null) {
        Card { SignedWords(Pictograms.phone, Yd.words.elderCallNone, style = Yd.type.body) }
    } else {
        Huge(Yd.colors.primarySoft, Pictograms.phone, Yd.words.elderCall, number) { onAction(ElderHomeAction.CallCommunity) }
    }
}

@Composable
private fun Huge(
    tone: Tone,
    image: ImageVector,
    title: String,
    help: String,
    onClick: () -> Unit,
) {
    val sentence = Yd.words.sentence(listOf(title, help))
    val press =
        Modifier
            .fillMaxWidth()
            .heightIn(min = 120.dp)
            .clip(Corners.card)
            .background(tone.back)
            .border(toneBorder(tone), Corners.card)
            .originRings(tone.ink)
            .clickable(role = Role.Button, onClick = onClick)
            .semantics { contentDescriptionOf(sentence) }
            .padding(20.dp)
    val words: @Composable () -> Unit = {
        Words(title, style = Yd.type.title, color = tone.ink)
        Words(help, style = Yd.type.small, color = tone.ink)
    }
    if (hugeText) {
        Column(press, spaced(Yd.space.near)) {
            Pictogram(image, size = 40.dp, tint = tone.ink)
            words()
        }
    } else {
        Row(press, spaced(20.dp), Alignment.CenterVertically) {
            Pictogram(image, size = 56.dp, tint = tone.ink)
            Column(Modifier.weight(1f)) { words() }
        }
    }
}

@Composable
private fun SosSheet(onAction: (ElderHomeAction) -> Unit) {
    Sheet(
        Yd.words.elderSosAsk,
        { onAction(ElderHomeAction.CancelSos) },
        buttons = {
            WideButton(Yd.words.elderSosNo, { onAction(ElderHomeAction.CancelSos) }, weight = Weight.SECOND)
            WideButton(Yd.words.elderSosYes, { onAction(ElderHomeAction.ConfirmSos) }, ServiceSigns.of(Sign.SOS), Weight.ALARM)
        },
    ) {
        Words(Yd.words.elderSosHelp)
        WideButton(Yd.words.elderAmbulance, { onAction(ElderHomeAction.CallAmbulance) }, Pictograms.phone, Weight.GRAVE)
    }
}
