package org.yuandian.app.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.runDesktopComposeUiTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaptureState
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.CaseDetailState
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.SettingsAction
import org.yuandian.app.screens.SettingsState
import org.yuandian.app.screens.Unopened
import org.yuandian.app.screens.UnopenedAction
import org.yuandian.app.screens.UnopenedState
import org.yuandian.app.screens.words.ScreenWordsZh
import org.yuandian.app.ui.screens.CaptureScreen
import org.yuandian.app.ui.screens.CaseDetailScreen
import org.yuandian.app.ui.screens.SettingsScreen
import org.yuandian.app.ui.screens.UnopenedScreen
import org.yuandian.app.ui.states.CaptureStates
import org.yuandian.app.ui.states.CaseDetailStates
import org.yuandian.app.ui.states.Provider
import org.yuandian.app.ui.states.Sample
import org.yuandian.app.ui.states.SettingsStates
import org.yuandian.app.ui.states.UnopenedStates
import org.yuandian.app.ui.theme.LocalPictures
import org.yuandian.app.ui.theme.Look
import org.yuandian.app.ui.theme.Pictures
import org.yuandian.app.ui.theme.YuandianTheme

/** What a screen offers to a finger, and what it asks for when it is pressed: a way that is not drawn is none. */
@OptIn(ExperimentalTestApi::class)
class OfferedTest {
    private val words = ScreenWordsZh

    private fun <S> sample(
        provider: Provider<S>,
        name: String,
    ): S = provider.states(Sample(AppLanguage.ZH_HANS, elder = false)).first { it.name == name }.state

    /** Draws [first]; [play] presses, and looks at what was asked for. [after] says what a state becomes by an action. */
    private fun <S : Any, A : Any> drawn(
        first: S,
        screen: @Composable (S, (A) -> Unit) -> Unit,
        after: (S, A) -> S = { state, _ -> state },
        play: ComposeUiTest.(asked: List<A>) -> Unit,
    ) = runDesktopComposeUiTest(WIDTH, HEIGHT) {
        val asked = mutableListOf<A>()
        var state by mutableStateOf(first)
        setContent {
            YuandianTheme(Look.LIGHT, elder = false, words) {
                CompositionLocalProvider(LocalPictures provides Pictures.None) {
                    screen(state) {
                        asked += it
                        state = after(state, it)
                    }
                }
            }
        }
        play(asked)
    }

    private fun ComposeUiTest.presses(label: String) {
        onNode((hasText(label) or hasContentDescription(label)) and hasClickAction()).performClick()
        waitForIdle()
    }

    private fun ComposeUiTest.count(text: String) = onAllNodesWithText(text, useUnmergedTree = true).fetchSemanticsNodes().size

    @Test
    fun `whoever cannot take a photo says so by a button, and is asked why`() =
        drawn<CaptureState, CaptureAction>(
            sample(CaptureStates, "empty"),
            { state, act -> CaptureScreen(state, act) },
            { state, act -> if (act == CaptureAction.NoPhoto) state.copy(noPhotoReason = "") else state },
        ) { asked ->
            assertEquals(0, count(words.captureNoPhotoReason))
            presses(words.captureNoPhoto)
            assertEquals(listOf<CaptureAction>(CaptureAction.NoPhoto), asked)
            assertEquals(1 to 0, count(words.captureNoPhotoReason) to count(words.captureNoPhoto))
        }

    @Test
    fun `quiet hours move by an hour and round the day`() =
        drawn<SettingsState, SettingsAction>(
            sample(SettingsStates, "volunteer"),
            { state, act -> SettingsScreen(state, act) },
            { state, act ->
                val quiet = act as SettingsAction.SetQuiet
                state.copy(reach = state.reach.copy(quietFrom = quiet.fromMinute, quietTo = quiet.toMinute))
            },
        ) { asked ->
            repeat(2) { presses(words.hourLater(words.settingsQuietFrom)) }
            presses(words.hourEarlier(words.settingsQuietFrom))
            presses(words.hourEarlier(words.settingsQuietTo))
            val (from, to) = 23 * 60 to 7 * 60
            assertEquals(
                listOf(from to to, 0 to to, from to to, from to 6 * 60),
                asked.map { it as SettingsAction.SetQuiet }.map { it.fromMinute to it.toMinute },
            )
            assertEquals(1, count(words.quiet("23:00", "6:00", overnight = true)))
        }

    @Test
    fun `a camera that is refused in a step is told on the step, with an old photo as the way`() =
        drawn<CaseDetailState, CaseDetailAction>(
            sample(CaseDetailStates, "camera-denied"),
            { state, act -> CaseDetailScreen(state, act) },
        ) { asked ->
            val notice = Notice.PermissionDenied(Permission.CAMERA)
            presses(checkNotNull(words.noticeStep(notice)))
            presses(words.choosePhoto)
            assertEquals(
                listOf(
                    CaseDetailAction.InFrame(FrameAction.NoticeStep(notice)),
                    CaseDetailAction.ChooseStepPhoto,
                ),
                asked,
            )
        }

    @Test
    fun `whatever keeps data closed says so, that they are safe, and what helps`() {
        val first =
            mapOf(
                Unopened.WRONG_LIBRARY to (words.unopenedUpdate to UnopenedAction.Update),
                Unopened.APP_TOO_OLD to (words.unopenedUpdate to UnopenedAction.Update),
                Unopened.STORAGE_FULL to (words.unopenedRoom to UnopenedAction.FreeRoom),
                Unopened.WRONG_KEY to (words.unopenedOthers to UnopenedAction.Others),
            )
        for (why in Unopened.entries) {
            val (label, step) = first[why] ?: (words.unopenedAgain to UnopenedAction.Again)
            drawn<UnopenedState, UnopenedAction>(
                sample(UnopenedStates, "damaged").copy(why = why),
                { state, act -> UnopenedScreen(state, act) },
            ) { asked ->
                val said = listOf(words.unopenedWhat(why), words.unopenedSafe(why), words.unopenedHelp(why))
                assertEquals(said.map { 1 }, said.map { count(it) })
                presses(label)
                presses(words.unopenedCall)
                presses(words.unopenedAgain)
                assertEquals(listOf(step, UnopenedAction.CallCommunity, UnopenedAction.Again), asked)
            }
        }
    }

    private companion object {
        const val WIDTH = 400
        const val HEIGHT = 4_000
    }
}
