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
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.runDesktopComposeUiTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaptureState
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.CaseDetailState
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.HandOverAction
import org.yuandian.app.screens.HandOverState
import org.yuandian.app.screens.NearbyAction
import org.yuandian.app.screens.NearbyState
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.PeopleAction
import org.yuandian.app.screens.PeopleState
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.SettingsAction
import org.yuandian.app.screens.SettingsSheet
import org.yuandian.app.screens.SettingsState
import org.yuandian.app.screens.SyncAction
import org.yuandian.app.screens.SyncScreenState
import org.yuandian.app.screens.Unopened
import org.yuandian.app.screens.UnopenedAction
import org.yuandian.app.screens.UnopenedState
import org.yuandian.app.screens.words.ScreenWordsZh
import org.yuandian.app.ui.screens.CaptureScreen
import org.yuandian.app.ui.screens.CaseDetailScreen
import org.yuandian.app.ui.screens.HandOverScreen
import org.yuandian.app.ui.screens.NearbyScreen
import org.yuandian.app.ui.screens.PeopleScreen
import org.yuandian.app.ui.screens.SettingsScreen
import org.yuandian.app.ui.screens.SyncScreen
import org.yuandian.app.ui.screens.UnopenedScreen
import org.yuandian.app.ui.states.CaptureStates
import org.yuandian.app.ui.states.CaseDetailStates
import org.yuandian.app.ui.states.HandOverStates
import org.yuandian.app.ui.states.NearbyStates
import org.yuandian.app.ui.states.PeopleStates
import org.yuandian.app.ui.states.Provider
import org.yuandian.app.ui.states.Sample
import org.yuandian.app.ui.states.SettingsStates
import org.yuandian.app.ui.states.SyncStates
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
    fun `one's own code is shown and copied, and family are scanned or typed`() =
        drawn<SettingsState, SettingsAction>(
            sample(SettingsStates, "volunteer"),
            { state, act -> SettingsScreen(state, act) },
            { state, act ->
                when (act) {
                    SettingsAction.ShowMyCode -> state.copy(sheet = sample(SettingsStates, "my-code").sheet)
                    SettingsAction.AddFamily -> state.copy(sheet = SettingsSheet.AddFamily())
                    is SettingsAction.EditFamilyCode -> state.copy(sheet = SettingsSheet.AddFamily(act.text))
                    SettingsAction.CloseSheet -> state.copy(sheet = null)
                    else -> state
                }
            },
        ) { asked ->
            listOf(words.settingsMyCode, words.settingsMyCodeCopy, words.close).forEach { presses(it) }
            listOf(words.settingsFamilyAdd, words.settingsFamilyScan).forEach { presses(it) }
            onNode(hasContentDescription(words.settingsFamilyCode) and hasSetTextAction()).performTextReplacement("0192 高国营")
            listOf(words.settingsFamilyYes, words.cancel).forEach { presses(it) }
            assertEquals(
                listOf(
                    SettingsAction.ShowMyCode,
                    SettingsAction.CopyMyCode,
                    SettingsAction.CloseSheet,
                    SettingsAction.AddFamily,
                    SettingsAction.ScanFamily,
                    SettingsAction.EditFamilyCode("0192 高国营"),
                    SettingsAction.ConfirmFamily,
                    SettingsAction.CloseSheet,
                ),
                asked,
            )
        }

    @Test
    fun `without a sign-in there is no code, and nobody to be added`() =
        drawn<SettingsState, SettingsAction>(sample(SettingsStates, "signed-out"), { state, act -> SettingsScreen(state, act) }) {
            assertEquals(0 to 0, count(words.settingsMyCode) to count(words.settingsFamilyAdd))
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

    @Test
    fun `a kind is chosen by two touches, and what is chosen stands on the list`() =
        drawn<NearbyState, NearbyAction>(
            sample(NearbyStates, "list"),
            { state, act -> NearbyScreen(state, act) },
            { state, act ->
                when (act) {
                    is NearbyAction.ChooseKind -> state.copy(choosesKind = act.on)
                    is NearbyAction.FilterKind -> state.copy(chosenKind = act.id, choosesKind = false)
                    else -> state
                }
            },
        ) { asked ->
            val kind = sample(NearbyStates, "list").kinds.last()
            presses(words.sentence(listOf(words.nearbyFilter, words.nearbyAll)))
            presses(kind.title)
            assertEquals(listOf(NearbyAction.ChooseKind(true), NearbyAction.FilterKind(kind.id)), asked)
            presses(words.sentence(listOf(words.nearbyFilter, kind.title)))
        }

    @Test
    fun `where nothing was sent because of the server, the community is called`() =
        drawn<SyncScreenState, SyncAction>(sample(SyncStates, "untrusted"), { state, act -> SyncScreen(state, act) }) { asked ->
            presses(words.homeCall)
            presses(words.syncNow)
            assertEquals(listOf(SyncAction.CallCommunity, SyncAction.SyncNow), asked)
        }

    @Test
    fun `whose key is lost is offered what the message advises`() =
        drawn<PeopleState, PeopleAction>(sample(PeopleStates, "key-lost"), { state, act -> PeopleScreen(state, act) }) { asked ->
            presses(words.peopleAdd)
            assertEquals(listOf<PeopleAction>(PeopleAction.Add), asked)
        }

    @Test
    fun `a note is asked for where somebody will read it, and after it the next one may come`() {
        val (open, nothing) = sample(HandOverStates, "full") to sample(HandOverStates, "nothing-open")
        for ((state, notes) in listOf(open to 1, nothing to 0)) {
            drawn<HandOverState, HandOverAction>(state, { now, act -> HandOverScreen(now, act) }) { asked ->
                assertEquals(notes, count(words.handOverNote))
                presses(words.handOverSend)
                assertEquals(listOf<HandOverAction>(HandOverAction.HandOver), asked)
            }
        }
        drawn<HandOverState, HandOverAction>(sample(HandOverStates, "done"), { now, act -> HandOverScreen(now, act) }) { asked ->
            assertEquals(0 to 1, count(words.handOverNote) to count(words.handOverNoted(2)))
            presses(words.peopleTitle)
            assertEquals(listOf<HandOverAction>(HandOverAction.ChangePerson), asked)
        }
    }

    private companion object {
        const val WIDTH = 400
        const val HEIGHT = 4_000
    }
}
