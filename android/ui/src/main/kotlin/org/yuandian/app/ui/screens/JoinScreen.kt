package org.yuandian.app.ui.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.JoinAction
import org.yuandian.app.screens.JoinProblem
import org.yuandian.app.screens.JoinState
import org.yuandian.app.screens.JoinStep
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.Heading
import org.yuandian.app.ui.parts.Pictogram
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.Toggle
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.chosenBorder
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.originRings
import org.yuandian.app.ui.parts.softBorder
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.parts.toneBorder
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Yd

/** First start. One can go on without an invitation: reporting works before any sign-in. */
@Composable
fun JoinScreen(
    state: JoinState,
    onAction: (JoinAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val words = Yd.words
    Screen(
        state.frame,
        if (state.step == JoinStep.ROLE) words.joinTitle else words.joinInvitationTitle,
        { onAction(JoinAction.InFrame(it)) },
        modifier,
        isRoot = state.step == JoinStep.ROLE,
        bottom = {
            if (state.step == JoinStep.INVITATION) {
                WideButton(words.joinLater, { onAction(JoinAction.Later) }, weight = Weight.SECOND)
                WideButton(
                    if (state.sending) words.joinSending else words.joinSend,
                    { onAction(JoinAction.Send) },
                    enabled = !state.sending,
                )
            }
        },
    ) { if (state.step == JoinStep.ROLE) roles(state, onAction) else invitation(state, onAction) }
}

private fun LazyListScope.roles(
    state: JoinState,
    onAction: (JoinAction) -> Unit,
) {
    item {
        Column(
            Modifier
                .fillMaxWidth()
                .clip(Corners.card)
                .background(Yd.colors.hero.back)
                .originRings(Yd.colors.hero.ink)
                .padding(20.dp),
            spaced(Yd.space.near),
        ) {
            Pictogram(Pictograms.origin, size = Yd.space.icon * 2, tint = Yd.colors.hero.ink)
            Words(Yd.words.joinLead, style = Yd.type.title, color = Yd.colors.hero.ink)
        }
    }
    item { Heading(Yd.words.joinRoleAsk) }
    item {
        Column(Modifier.selectableGroup(), spaced(Yd.space.gap)) {
            for (role in AppRole.entries) RoleCard(role, role == state.role) { onAction(JoinAction.ChooseRole(role)) }
        }
    }
    item {
        Card(pad = Yd.space.near) {
            Toggle(
                Yd.words.joinElder,
                state.frame.elder,
                { onAction(JoinAction.SetElder(it)) },
                Modifier.padding(horizontal = Yd.space.near),
                Yd.words.joinElderHelp,
                Pictograms.elder,
            )
        }
    }
}

@Composable
private fun RoleCard(
    role: AppRole,
    chosen: Boolean,
    onClick: () -> Unit,
) {
    val image =
        when (role) {
            AppRole.RESIDENT -> Pictograms.home
            AppRole.VOLUNTEER -> Pictograms.thanks
            AppRole.GRID_WORKER -> Pictograms.cells
        }
    val tone = if (role == AppRole.VOLUNTEER) Yd.colors.warmSoft else Yd.colors.primarySoft
    Row(
        Modifier
            .fillMaxWidth()
            .heightIn(min = Yd.space.big)
            .clip(Corners.card)
            .background(Yd.colors.card)
            .border(if (chosen) chosenBorder() else softBorder(), Corners.card)
            .selectable(chosen, role = Role.RadioButton, onClick = onClick)
            .padding(Yd.space.pad),
        spaced(Yd.space.gap),
        Alignment.CenterVertically,
    ) {
        if (!hugeText) {
            Box(
                Modifier
                    .clip(CircleShape)
                    .background(tone.back)
                    .border(toneBorder(tone), CircleShape)
                    .padding(12.dp),
            ) {
                Pictogram(image, tint = tone.ink)
            }
        }
        Column(Modifier.weight(1f)) {
            Words(Yd.words.role(role), style = Yd.type.heading)
            SmallWords(Yd.words.joinRoleHelp(role))
        }
        Pictogram(if (chosen) Pictograms.check else Pictograms.forward, size = Yd.space.iconSmall, tint = Yd.colors.inkSoft)
    }
}

private fun LazyListScope.invitation(
    state: JoinState,
    onAction: (JoinAction) -> Unit,
) {
    val problem = state.problem
    if (state.keptReports > 0) {
        item {
            Card(tone = Yd.colors.onPhone) {
                SignedWords(Pictograms.save, Yd.words.joinKept(state.keptReports), style = Yd.type.body, color = Yd.colors.onPhone.ink)
            }
        }
    }
    item {
        val ofCode = problem.takeIf { it is JoinProblem.Empty || it is JoinProblem.NoInvitation || it is JoinProblem.Refused }
        Field(
            Yd.words.joinInvitation,
            state.invitation,
            { onAction(JoinAction.EditInvitation(it)) },
            help = Yd.words.joinInvitationHelp,
            error = ofCode?.let(Yd.words::joinProblem),
            image = Pictograms.key,
        )
    }
    item { SmallButton(Yd.words.joinScan, { onAction(JoinAction.Scan) }, image = Pictograms.scan) }
    if (state.asksServer) {
        item {
            Field(Yd.words.joinServer, state.server, {
                onAction(JoinAction.EditServer(it))
            }, help = Yd.words.joinServerHelp, image = Pictograms.globe)
        }
    }
    item {
        Field(
            Yd.words.joinName,
            state.name,
            { onAction(JoinAction.EditName(it)) },
            help = Yd.words.joinNameHelp,
            error = problem.takeIf { it is JoinProblem.NameMissing }?.let(Yd.words::joinProblem),
            image = Pictograms.person,
        )
    }
    if (problem is JoinProblem.Offline || problem is JoinProblem.UntrustedServer) {
        item {
            val tone = if (problem is JoinProblem.Offline) Yd.colors.onPhone else Yd.colors.dangerSoft
            val image = if (problem is JoinProblem.Offline) Pictograms.offline else Pictograms.attention
            Card(tone = tone) { SignedWords(image, Yd.words.joinProblem(problem), style = Yd.type.body, color = tone.ink) }
        }
    }
    item { SmallWords(Yd.words.joinLaterHelp) }
}
