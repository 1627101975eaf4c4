package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.yuandian.app.screens.Unopened
import org.yuandian.app.screens.UnopenedAction
import org.yuandian.app.screens.UnopenedState
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.NavLine
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** Somebody's data cannot be opened: what it is, that they are safe, and the one step that helps most. */
@Composable
fun UnopenedScreen(
    state: UnopenedState,
    onAction: (UnopenedAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val words = Yd.words
    Screen(
        state.frame,
        words.unopenedTitle,
        { onAction(UnopenedAction.InFrame(it)) },
        modifier,
        isRoot = true,
        bottom = { Steps(state, onAction) },
    ) {
        item {
            Card(gap = Yd.space.gap) {
                Words(words.unopenedWhat(state.why), style = Yd.type.title)
                SignedWords(Pictograms.lock, words.unopenedSafe(state.why), style = Yd.type.body, color = Yd.colors.ink)
                SignedWords(Pictograms.attention, words.unopenedHelp(state.why), style = Yd.type.body, color = Yd.colors.ink)
            }
        }
        item {
            Card {
                if (state.communityPhone != null) {
                    NavLine(words.unopenedCall, { onAction(UnopenedAction.CallCommunity) }, image = Pictograms.phone)
                }
                if (state.why != Unopened.WRONG_KEY) {
                    NavLine(words.unopenedOthers, { onAction(UnopenedAction.Others) }, image = Pictograms.people)
                }
                NavLine(
                    words.syncCopyDiagnosis,
                    { onAction(UnopenedAction.CopyDiagnosis) },
                    help = words.syncDiagnosisHelp,
                    image = Pictograms.note,
                )
            }
        }
    }
}

@Composable
private fun ColumnScope.Steps(
    state: UnopenedState,
    onAction: (UnopenedAction) -> Unit,
) {
    val words = Yd.words
    val again = if (state.trying) words.pinOpening else words.unopenedAgain
    val first =
        when (state.why) {
            Unopened.WRONG_LIBRARY, Unopened.APP_TOO_OLD -> words.unopenedUpdate to UnopenedAction.Update
            Unopened.STORAGE_FULL -> words.unopenedRoom to UnopenedAction.FreeRoom
            Unopened.WRONG_KEY -> words.unopenedOthers to UnopenedAction.Others
            else -> null
        }
    val weight = if (first == null) Weight.MAIN else Weight.SECOND
    WideButton(again, { onAction(UnopenedAction.Again) }, Pictograms.again, weight, enabled = !state.trying)
    if (first != null) WideButton(first.first, { onAction(first.second) })
}
