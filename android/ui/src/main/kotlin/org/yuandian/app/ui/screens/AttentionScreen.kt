package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.semantics
import org.yuandian.app.screens.AttentionAction
import org.yuandian.app.screens.AttentionCard
import org.yuandian.app.screens.AttentionForm
import org.yuandian.app.screens.AttentionState
import org.yuandian.app.screens.AttentionStep
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Empty
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.Sheet
import org.yuandian.app.ui.parts.SignDisc
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.largeText
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** 需处理: each with its reason, what is kept, and what can be done. */
@Composable
fun AttentionScreen(
    state: AttentionState,
    onAction: (AttentionAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val form = state.form
    Screen(
        state.frame,
        Yd.words.attentionTitle,
        { onAction(AttentionAction.InFrame(it)) },
        modifier,
        sheet = if (form == null) null else ({ FormSheet(form, onAction) }),
    ) {
        when {
            state.loading -> item { LoadingLine() }
            state.items.isEmpty() -> item { Empty(Pictograms.delivered, Yd.words.attentionEmpty) }
            else -> item { Words(Yd.words.attentionLead, color = Yd.colors.inkSoft) }
        }
        items(state.items, key = AttentionCard::item) { item -> ItemCard(item, state.frame.nowMs, onAction) }
    }
}

@Composable
private fun ItemCard(
    item: AttentionCard,
    nowMs: Long,
    onAction: (AttentionAction) -> Unit,
) {
    Card(gap = Yd.space.gap) {
        Column(Modifier.semantics(mergeDescendants = true) {}, spaced(Yd.space.near)) {
            Row(horizontalArrangement = spaced(Yd.space.gap)) {
                if (!hugeText) SignDisc(item.sign)
                Column(Modifier.weight(1f)) {
                    Words(item.title, style = Yd.type.heading)
                    SmallWords(Yd.words.attentionWhat(item.what, Yd.words.moment(item.atMs, nowMs)))
                }
            }
            val (tone, image) =
                if (item.isCalm) Yd.colors.onPhone to Pictograms.person else Yd.colors.attention to Pictograms.attention
            Card(tone = tone) {
                SignedWords(image, item.reason, style = Yd.type.body, color = tone.ink)
            }
            val review = item.review
            if (review != null) Told(Yd.words.attentionReview, review)
            if (item.kept.isNotEmpty()) Told(Yd.words.attentionKept, Yd.words.sentence(item.kept), Pictograms.save)
        }
        Flow(Modifier.fillMaxWidth()) {
            item.steps.forEachIndexed { index, step ->
                SmallButton(
                    Yd.words.attentionStep(step),
                    { onAction(AttentionAction.Take(item.item, step)) },
                    if (largeText || index == 0) Modifier.fillMaxWidth() else Modifier,
                    image = stepSign(step),
                    grave = step == AttentionStep.DISCARD,
                    filled = index == 0,
                )
            }
        }
    }
}

@Composable
private fun Told(
    label: String,
    text: String,
    image: ImageVector = Pictograms.note,
) = Column {
    SmallWords(label)
    SignedWords(image, text, style = Yd.type.body, color = Yd.colors.ink)
}

private fun stepSign(step: AttentionStep): ImageVector =
    when (step) {
        AttentionStep.AMEND -> Pictograms.draft
        AttentionStep.AGAIN -> Pictograms.again
        AttentionStep.KEEP_AS_NOTE -> Pictograms.note
        AttentionStep.APPEAL -> Pictograms.appeal
        AttentionStep.OPEN_CASE -> Pictograms.eye
        AttentionStep.SEE_OTHERS -> Pictograms.people
        AttentionStep.EXPORT -> Pictograms.export
        AttentionStep.DISCARD -> Pictograms.bin
    }

@Composable
private fun FormSheet(
    form: AttentionForm,
    onAction: (AttentionAction) -> Unit,
) {
    val discards = form.step == AttentionStep.DISCARD
    Sheet(
        Yd.words.attentionStep(form.step),
        { onAction(AttentionAction.CloseForm) },
        buttons = {
            WideButton(Yd.words.cancel, { onAction(AttentionAction.CloseForm) }, weight = Weight.SECOND)
            WideButton(
                if (form.sending) Yd.words.sending else Yd.words.attentionSend(form.step),
                { onAction(AttentionAction.SendForm) },
                weight = if (discards) Weight.GRAVE else Weight.MAIN,
                enabled = !form.sending && (discards || form.text.isNotBlank()),
            )
        },
    ) {
        if (discards) {
            Words(Yd.words.attentionDiscardAsk)
        } else {
            Field(Yd.words.attentionFormLabel(form.step), form.text, { onAction(AttentionAction.EditForm(it)) }, lines = 4)
        }
    }
}
