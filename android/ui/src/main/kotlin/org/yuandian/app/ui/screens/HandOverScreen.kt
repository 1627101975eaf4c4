package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.semantics
import org.yuandian.app.screens.CaseCard
import org.yuandian.app.screens.HandOverAction
import org.yuandian.app.screens.HandOverState
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.CaseLine
import org.yuandian.app.ui.parts.Cells
import org.yuandian.app.ui.parts.Empty
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.Heading
import org.yuandian.app.ui.parts.NavCard
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.StateChip
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.dotted
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** 交班: counts of matters, what is still open, a note. */
@Composable
fun HandOverScreen(
    state: HandOverState,
    onAction: (HandOverAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val words = Yd.words
    val done = state.done
    Screen(
        state.frame,
        words.handOverTitle,
        { onAction(HandOverAction.InFrame(it)) },
        modifier,
        bottom =
            {
                if (done == null) {
                    WideButton(
                        if (state.sending) words.sending else words.handOverSend,
                        { onAction(HandOverAction.HandOver) },
                        Pictograms.swap,
                        enabled = !state.sending,
                    )
                } else {
                    WideButton(words.peopleTitle, { onAction(HandOverAction.ChangePerson) }, Pictograms.people, Weight.SECOND)
                }
            },
    ) {
        item {
            SignedWords(
                Pictograms.place,
                dotted(
                    state.grid,
                    words.handOverSince(words.moment(state.sinceMs, state.frame.nowMs)),
                ),
            )
        }
        if (done != null) {
            item {
                Card(tone = Yd.colors.primarySoft) {
                    SignedWords(Pictograms.check, words.handOverDone, style = Yd.type.heading, color = Yd.colors.primarySoft.ink)
                    if (state.noted > 0) Words(words.handOverNoted(state.noted), color = Yd.colors.primarySoft.ink)
                    StateChip(done)
                }
            }
        }
        item { Counts(state) }
        if (state.drafts > 0) {
            item {
                NavCard(
                    words.handOverDrafts(state.drafts),
                    { onAction(HandOverAction.OpenDrafts) },
                    Pictograms.draft,
                    tone = Yd.colors.draft,
                )
            }
        }
        open(state, onAction)
        if (done == null && state.open.isNotEmpty()) write(state, onAction)
    }
}

@Composable
private fun Counts(state: HandOverState) {
    val words = Yd.words
    Card {
        val counts =
            listOf(
                words.handOverReported to state.reported,
                words.handOverSettled to state.settled,
                words.handOverOverdue to state.overdue,
                words.handOverWaiting to state.waiting,
            )
        Cells(counts.size) { index, place -> Count(counts[index].first, counts[index].second, place) }
        if (state.waiting > 0) SignedWords(Pictograms.waitingUp, words.handOverWaitingHelp)
    }
}

@Composable
private fun Count(
    label: String,
    count: Int,
    modifier: Modifier,
) {
    Column(modifier.semantics(mergeDescendants = true) {}) {
        Words(count.toString(), style = Yd.type.display)
        SmallWords(label)
    }
}

private fun LazyListScope.open(
    state: HandOverState,
    onAction: (HandOverAction) -> Unit,
) {
    item { Heading(Yd.words.handOverOpen) }
    if (state.open.isEmpty()) item { Empty(Pictograms.delivered, Yd.words.handOverNothingOpen) }
    items(state.open, key = CaseCard::id) { card ->
        CaseLine(card, state.frame.nowMs, {
            onAction(HandOverAction.Open(card.id))
        }, showsDelivered = false)
    }
}

private fun LazyListScope.write(
    state: HandOverState,
    onAction: (HandOverAction) -> Unit,
) {
    item {
        Field(
            Yd.words.handOverNote,
            state.note,
            { onAction(HandOverAction.EditNote(it)) },
            help = Yd.words.handOverNoteHelp(state.open.size),
            note = Yd.words.optional,
            lines = 3,
        )
    }
}
