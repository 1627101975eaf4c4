package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.yuandian.app.screens.ConflictAction
import org.yuandian.app.screens.ConflictChoice
import org.yuandian.app.screens.ConflictField
import org.yuandian.app.screens.ConflictState
import org.yuandian.app.ui.parts.BigButton
import org.yuandian.app.ui.parts.ButtonPair
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.Heading
import org.yuandian.app.ui.parts.RadioLine
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.dotted
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** Both versions with who and when, and three things to do: 用我的, 用对方的, 合并. */
@Composable
fun ConflictScreen(
    state: ConflictState,
    onAction: (ConflictAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    Screen(
        state.frame,
        Yd.words.conflictTitle,
        { onAction(ConflictAction.InFrame(it)) },
        modifier,
        bottom = {
            if (!state.ready) SignedWords(Pictograms.draft, Yd.words.conflictMissing)
            Settle(state, onAction)
        },
    ) {
        item { SignedWords(Pictograms.note, state.caseTitle, style = Yd.type.body) }
        items(state.fields, key = ConflictField::key) { Versions(it, state.frame.nowMs, onAction) }
        item {
            Card(tone = Yd.colors.onPhone) {
                SignedWords(Pictograms.save, Yd.words.conflictHelp, color = Yd.colors.onPhone.ink)
            }
        }
    }
}

@Composable
private fun Settle(
    state: ConflictState,
    onAction: (ConflictAction) -> Unit,
) = ButtonPair(
    { BigButton(Yd.words.conflictLater, { onAction(ConflictAction.Close) }, it, weight = Weight.SECOND) },
    {
        BigButton(
            if (state.sending) Yd.words.sending else Yd.words.conflictApply,
            { onAction(ConflictAction.Apply) },
            it,
            enabled = state.ready && !state.sending,
        )
    },
)

@Composable
private fun Versions(
    field: ConflictField,
    nowMs: Long,
    onAction: (ConflictAction) -> Unit,
) {
    val words = Yd.words
    val choose = { choice: ConflictChoice -> onAction(ConflictAction.Choose(field.key, choice)) }
    Column(Modifier.selectableGroup(), spaced(Yd.space.near)) {
        Heading(field.label)
        RadioLine(
            field.mine.value,
            field.choice == ConflictChoice.Mine,
            { choose(ConflictChoice.Mine) },
            help = dotted(words.conflictUseMine, field.mine.by, words.moment(field.mine.atMs, nowMs)),
        )
        for (version in field.theirs) {
            RadioLine(
                version.value,
                field.choice == ConflictChoice.Theirs(version.n),
                { choose(ConflictChoice.Theirs(version.n)) },
                help = dotted(words.conflictUseTheirs, version.by, words.moment(version.atMs, nowMs)),
            )
        }
        if (field.canMerge) {
            val merging = field.choice == ConflictChoice.Merged
            RadioLine(words.conflictMerge, merging, { choose(ConflictChoice.Merged) }, help = words.conflictMergeHelp)
            if (merging) Field(words.conflictMergedLabel, field.merged, { onAction(ConflictAction.EditMerged(field.key, it)) }, lines = 3)
        }
    }
}
