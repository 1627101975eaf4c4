package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.CaseDetailState
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.StepWeight
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.ClaimChip
import org.yuandian.app.ui.parts.DueChip
import org.yuandian.app.ui.parts.Fact
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.Mark
import org.yuandian.app.ui.parts.Part
import org.yuandian.app.ui.parts.PhotoStrip
import org.yuandian.app.ui.parts.ProgressPath
import org.yuandian.app.ui.parts.RecordState
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignDisc
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.StateChip
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.dotted
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** 事件处置: where it stands, what happened, what can be done. */
@Composable
fun CaseDetailScreen(
    state: CaseDetailState,
    onAction: (CaseDetailAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    // Until a form that was left open is back with what was typed there is nothing to press: it would be answered half, or opened anew.
    val main = state.steps.firstOrNull { it.weight == StepWeight.MAIN && it.allowed && !state.loading }
    val form = state.openStep.takeUnless { state.loading }
    Screen(
        state.frame,
        Yd.words.detailTitle,
        { onAction(CaseDetailAction.InFrame(it)) },
        modifier,
        bottom = if (main == null) null else ({ WideButton(main.label, { onAction(CaseDetailAction.OpenStep(main.act)) }) }),
        sheet = if (form == null) null else ({ StepSheet(form, onAction) }),
    ) {
        item { Head(state) }
        if (state.loading) {
            item { LoadingLine() }
            return@Screen
        }
        if (state.notesOnly) {
            item {
                Card(tone = Yd.colors.waiting) {
                    SignedWords(Pictograms.attention, Yd.words.detailNotesOnly, style = Yd.type.body, color = Yd.colors.waiting.ink)
                }
            }
        }
        if (state.conflicts > 0) item { ConflictLine(state.conflicts) { onAction(CaseDetailAction.OpenConflict) } }
        if (state.codeWords != null) item { CodeWordsPart(state.codeWords!!) }
        if (state.progress.isNotEmpty()) item { Part(Yd.words.detailProgress) { Card { ProgressPath(state.progress, state.frame.nowMs) } } }
        content(state, onAction)
        steps(state, onAction)
        if (state.feedback != null) item { FeedbackPart(state.feedback!!, onAction) }
        if (state.looks.isNotEmpty()) item { LooksPart(state, onAction) }
        item { NotesPart(state, onAction) }
        if (state.history.isNotEmpty()) item { HistoryPart(state, onAction) }
        item { FootButtons(state, onAction) }
    }
}

@Composable
private fun Head(state: CaseDetailState) {
    Column(verticalArrangement = spaced(Yd.space.near)) {
        Row(horizontalArrangement = spaced(Yd.space.gap)) {
            if (!hugeText) SignDisc(state.sign)
            Column(Modifier.weight(1f)) {
                Words(state.title.ifBlank { state.service }, style = Yd.type.title)
                SmallWords(dotted(state.service, state.number))
            }
        }
        Flow {
            val due = state.due
            if (due != null) DueChip(due)
            Mark(Yd.colors.draft, Pictograms.origin, state.stage)
            if (state.isAsked) RecordState(state.work) else StateChip(state.work)
            if (state.claim != ClaimState.None) ClaimChip(state.claim)
        }
        if (state.holders.isNotEmpty()) SignedWords(Pictograms.person, Yd.words.heldBy(state.holders, state.isAsked))
        if (state.followers > 0) SignedWords(Pictograms.people, Yd.words.followers(state.followers))
    }
}

@Composable
private fun ConflictLine(
    count: Int,
    onOpen: () -> Unit,
) {
    Card(tone = Yd.colors.conflict) {
        SignedWords(Pictograms.conflict, Yd.words.conflictCount(count), style = Yd.type.body, color = Yd.colors.conflict.ink)
        SmallButton(Yd.words.detailSeeVersions, onOpen, filled = true)
    }
}

private fun LazyListScope.content(
    state: CaseDetailState,
    onAction: (CaseDetailAction) -> Unit,
) {
    if (state.photos.isNotEmpty()) {
        item {
            Part(Yd.words.detailPhotos) {
                PhotoStrip(state.photos, { onAction(CaseDetailAction.OpenPhoto(it)) })
                if (state.photosText.isNotBlank()) SmallWords(state.photosText)
            }
        }
    }
    val place = state.place
    val words = state.text.isNotBlank() || place != null || state.answers.isNotEmpty()
    if (!words) return
    item {
        Card(gap = Yd.space.gap) {
            if (state.text.isNotBlank()) Fact(Yd.words.detailText, state.text)
            if (place != null) Fact(Yd.words.detailPlace, place)
            for (answer in state.answers) {
                Fact(answer.label, answer.value) {
                    if (answer.isPrivate) Mark(Yd.colors.draft, Pictograms.lock, Yd.words.detailPrivate)
                    if (answer.pending) Mark(Yd.colors.waiting, Pictograms.waitingUp, Yd.words.detailPending)
                    if (answer.inConflict) Mark(Yd.colors.conflict, Pictograms.conflict, Yd.words.countConflict)
                }
            }
            if (state.canEdit) SmallButton(Yd.words.detailEdit, { onAction(CaseDetailAction.EditContent) }, image = Pictograms.note)
        }
    }
}

private fun LazyListScope.steps(
    state: CaseDetailState,
    onAction: (CaseDetailAction) -> Unit,
) {
    val (possible, others) = state.steps.partition { it.allowed }
    val shown = possible.filter { it.weight != StepWeight.MAIN }
    if (shown.isNotEmpty()) {
        item {
            Part(Yd.words.detailSteps) {
                val (grave, plain) = shown.partition { it.weight == StepWeight.GRAVE }
                for (step in plain + grave) StepButton(step) { onAction(CaseDetailAction.OpenStep(step.act)) }
            }
        }
    }
    if (others.isNotEmpty()) item { WhyNot(others, state.whyNotOpen) { onAction(CaseDetailAction.ToggleWhyNot) } }
}

@Composable
private fun FootButtons(
    state: CaseDetailState,
    onAction: (CaseDetailAction) -> Unit,
) {
    Flow(Modifier.fillMaxWidth()) {
        val follow = if (state.followed) Yd.words.detailUnfollow else Yd.words.detailFollow
        SmallButton(follow, {
            onAction(CaseDetailAction.SetFollowed(!state.followed))
        }, image = if (state.followed) Pictograms.starFull else Pictograms.star)
        SmallButton(Yd.words.detailExport, { onAction(CaseDetailAction.Export) }, image = Pictograms.export)
    }
}
