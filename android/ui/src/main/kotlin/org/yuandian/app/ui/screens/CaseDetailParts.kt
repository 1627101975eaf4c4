package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.sp
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.CaseDetailState
import org.yuandian.app.screens.CodeWordPair
import org.yuandian.app.screens.Feedback
import org.yuandian.app.screens.NoteLine
import org.yuandian.app.screens.StepForm
import org.yuandian.app.screens.StepItem
import org.yuandian.app.screens.StepWeight
import org.yuandian.app.ui.parts.Beside
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Choice
import org.yuandian.app.ui.parts.Fact
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.FormQuestion
import org.yuandian.app.ui.parts.Mark
import org.yuandian.app.ui.parts.Part
import org.yuandian.app.ui.parts.PhotoStrip
import org.yuandian.app.ui.parts.Sheet
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.dotted
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** A step that is possible. */
@Composable
internal fun StepButton(
    step: StepItem,
    onClick: () -> Unit,
) {
    Column(Modifier.fillMaxWidth(), spaced(Yd.space.tiny)) {
        SmallButton(step.label, onClick, Modifier.fillMaxWidth(), grave = step.weight == StepWeight.GRAVE)
        if (step.waitsForServer) SignedWords(Pictograms.clock, Yd.words.detailWaitsForServer)
    }
}

/** What cannot be done, now or by this person: told to whoever asks, and nobody else. */
@Composable
internal fun WhyNot(
    steps: List<StepItem>,
    open: Boolean,
    onToggle: () -> Unit,
) {
    Column(Modifier.fillMaxWidth(), spaced(Yd.space.near)) {
        if (open) {
            Card(gap = Yd.space.gap) { for (step in steps) Fact(step.label, step.whyNot.orEmpty()) }
        }
        SmallButton(if (open) Yd.words.detailWhyNotHide else Yd.words.detailWhyNotShow, onToggle, image = Pictograms.lock)
    }
}

@Composable
internal fun StepSheet(
    form: StepForm,
    onAction: (CaseDetailAction) -> Unit,
) {
    Sheet(
        form.label,
        { onAction(CaseDetailAction.CancelStep) },
        buttons = {
            val problem = form.problem
            if (problem != null) SignedWords(Pictograms.attention, problem)
            WideButton(
                if (form.sending) Yd.words.sending else form.label,
                { onAction(CaseDetailAction.ConfirmStep) },
                weight = if (form.grave) Weight.GRAVE else Weight.MAIN,
                enabled = !form.sending && form.problem == null,
            )
        },
    ) {
        if (form.grave) {
            Card(tone = Yd.colors.dangerSoft) {
                SignedWords(Pictograms.attention, Yd.words.stepGrave, style = Yd.type.body, color = Yd.colors.dangerSoft.ink)
            }
        }
        for (field in form.fields) FormQuestion(field) { onAction(CaseDetailAction.AnswerStep(field.key, it)) }
        if (form.photosWanted > 0 || form.photos.isNotEmpty()) {
            SmallWords(Yd.words.stepPhotos(form.photos.size, form.photosWanted))
            PhotoStrip(
                form.photos,
                { onAction(CaseDetailAction.OpenPhoto(it)) },
                onRemove = { onAction(CaseDetailAction.RemoveStepPhoto(it)) },
                onAdd = { onAction(CaseDetailAction.TakeStepPhoto) },
            )
            SmallButton(Yd.words.choosePhoto, { onAction(CaseDetailAction.ChooseStepPhoto) }, image = Pictograms.photo)
        }
        if (form.asksText) {
            Field(Yd.words.stepText, form.text, { onAction(CaseDetailAction.EditStepText(it)) }, help = Yd.words.stepTextHelp, lines = 3)
        }
    }
}

/** Digits apart, so that they are read one by one. */
private val APART = 4.sp

/** Large and apart, to be read at the door. */
@Composable
internal fun CodeWordsPart(pair: CodeWordPair) {
    val tone = Yd.colors.warmSoft
    Card(tone = tone, gap = Yd.space.gap) {
        SignedWords(Pictograms.key, Yd.words.detailCodeWords, style = Yd.type.heading, color = tone.ink)
        Beside(count = 2) { index, place ->
            Column(place.semantics(mergeDescendants = true) {}) {
                Words(if (index == 0) Yd.words.detailCodeComing else Yd.words.detailCodeLeaving, style = Yd.type.small, color = tone.ink)
                Words(if (index == 0) pair.coming else pair.leaving, style = Yd.type.display.copy(letterSpacing = APART), color = tone.ink)
            }
        }
        Words(Yd.words.detailCodeWordsHelp, style = Yd.type.small, color = tone.ink)
    }
}

@Composable
internal fun FeedbackPart(
    feedback: Feedback,
    onAction: (CaseDetailAction) -> Unit,
) {
    Part(Yd.words.detailFeedback) {
        Card(gap = Yd.space.gap) {
            Flow {
                if (feedback.thanked) Mark(Yd.colors.delivered, Pictograms.thanks, Yd.words.detailThanked)
                if (feedback.canThank) {
                    SmallButton(
                        Yd.words.detailThank,
                        { onAction(CaseDetailAction.Thank) },
                        image = Pictograms.thanks,
                        filled = true,
                    )
                }
                if (feedback.canReopen) SmallButton(Yd.words.detailReopen, { onAction(CaseDetailAction.Reopen) }, image = Pictograms.again)
            }
            val rated = feedback.rated
            if (rated != null) SignedWords(Pictograms.starFull, Yd.words.rated(rated), style = Yd.type.body)
            if (feedback.canRate) {
                SmallWords(Yd.words.detailRate)
                Flow(Modifier.selectableGroup()) {
                    for (score in SCORES) {
                        Choice(
                            Yd.words.rateScore(score),
                            score == rated,
                            { onAction(CaseDetailAction.Rate(score)) },
                            image = Pictograms.star,
                        )
                    }
                }
            }
        }
    }
}

private val SCORES = 5 downTo 1

@Composable
internal fun LooksPart(
    state: CaseDetailState,
    onAction: (CaseDetailAction) -> Unit,
) {
    Part(Yd.words.detailLooks) {
        for (look in state.looks) {
            Card {
                Column(Modifier.semantics(mergeDescendants = true) {}) {
                    Words(dotted(look.by, Yd.words.moment(look.atMs, state.frame.nowMs)))
                    SmallWords(Yd.words.lookedAt(look.what))
                }
                SmallButton(Yd.words.detailKeepApart, { onAction(CaseDetailAction.KeepApart(look.userId)) }, image = Pictograms.eyeOff)
            }
        }
    }
}

@Composable
internal fun NotesPart(
    state: CaseDetailState,
    onAction: (CaseDetailAction) -> Unit,
) {
    Part(Yd.words.detailNotes) {
        for (note in state.notes) Note(note, state.frame.nowMs)
        Field(Yd.words.detailNoteLabel, state.noteText, { onAction(CaseDetailAction.EditNote(it)) }, lines = 2)
        Flow {
            SmallButton(Yd.words.detailNoteSend, {
                onAction(CaseDetailAction.SendNote)
            }, image = Pictograms.note, enabled = state.noteText.isNotBlank())
            SmallButton(Yd.words.takePhoto, { onAction(CaseDetailAction.AddPhoto) }, image = Pictograms.camera)
        }
    }
}

@Composable
private fun Note(
    note: NoteLine,
    nowMs: Long,
) {
    Card(Modifier.semantics(mergeDescendants = true) {}, gap = Yd.space.tiny) {
        if (note.text.isNotBlank()) Words(note.text)
        val voice = note.voiceMs
        if (voice != null) SignedWords(Pictograms.voice, Yd.words.voiceRecorded((voice / MS).toInt()))
        SmallWords(dotted(note.by, Yd.words.moment(note.atMs, nowMs)))
        if (note.pending) Mark(Yd.colors.waiting, Pictograms.waitingUp, Yd.words.detailPending)
    }
}

private const val MS = 1000L

@Composable
internal fun HistoryPart(
    state: CaseDetailState,
    onAction: (CaseDetailAction) -> Unit,
) {
    val text = if (state.historyOpen) Yd.words.detailHistoryHide else Yd.words.detailHistoryShow
    Part(Yd.words.detailHistory) {
        if (state.historyOpen) {
            Card(gap = Yd.space.gap) {
                for (line in state.history) {
                    Column(Modifier.semantics(mergeDescendants = true) {}) {
                        Words(line.label)
                        SmallWords(dotted(line.by, Yd.words.moment(line.atMs, state.frame.nowMs)))
                        val refused = line.refused
                        if (refused != null) SignedWords(Pictograms.attention, refused)
                        if (line.pending) Mark(Yd.colors.waiting, Pictograms.waitingUp, Yd.words.detailPending)
                    }
                }
            }
        }
        SmallButton(text, { onAction(CaseDetailAction.ToggleHistory) }, image = Pictograms.clock)
    }
}
