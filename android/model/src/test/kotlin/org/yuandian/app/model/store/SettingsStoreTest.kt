package org.yuandian.app.model.store

import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Language
import org.yuandian.app.model.QuietHours
import org.yuandian.app.model.Role
import org.yuandian.app.model.fake.FakePhone
import org.yuandian.app.model.navigation.BackStack
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.ForgetState
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.SettingsAction
import org.yuandian.app.screens.SettingsState

class SettingsStoreTest {
    private fun disk(session: Session) = (session.phone as FakePhone).disk

    private fun quiet(state: SettingsState) = state.reach.quietFrom to state.reach.quietTo

    @Test
    fun a_language_holds_at_once_and_after_a_restart() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val store = SettingsStore(session)
            store.act(SettingsAction.SetLanguage(AppLanguage.EN))
            runCurrent()
            assertEquals(AppLanguage.EN, store.state.value.language)
            assertEquals("Thank you!", session.strings.thanksNote)
            bench.phones.kill("a")
            assertEquals(Language.EN, bench.session(Role.RESIDENT).language)
        }

    @Test
    fun elder_mode_begins_at_a_home_of_its_own_and_ends_at_the_other() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val store = SettingsStore(session)
            for ((on, home) in listOf(true to Route.ElderHome, false to Route.Home)) {
                store.act(SettingsAction.SetElder(on))
                runCurrent()
                assertEquals(on, store.state.value.frame.elder)
                assertEquals(BackStack(home), session.navigator.routes.value)
            }
        }

    @Test
    fun photos_wait_for_wifi_as_it_is_said() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val store = SettingsStore(session)
            for (on in listOf(false, true)) {
                store.act(SettingsAction.SetWifiOnly(on))
                runCurrent()
                val kept =
                    session.phone.sync
                        .policies()
                        .orNull()
                        ?.wifiOnly
                assertEquals(on to on, store.state.value.wifiOnly to kept)
            }
        }

    @Test
    fun reach_takes_the_home_along_and_gives_it_back() =
        runTest {
            val session = Bench(this).session(Role.VOLUNTEER)
            val store = SettingsStore(session)
            store.act(SettingsAction.SetReach(true))
            runCurrent()
            assertTrue(store.state.value.reach.on && store.state.value.reach.homeSet && disk(session).homeSet)
            assertEquals(QuietHours(22 * 60, 7 * 60), disk(session).quiet)
            store.act(SettingsAction.SetReach(false))
            runCurrent()
            assertFalse(store.state.value.reach.on || store.state.value.reach.homeSet || disk(session).homeSet)
        }

    @Test
    fun a_home_that_was_set_is_not_lost_where_no_other_is_found() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.VOLUNTEER)
            val store = SettingsStore(session)
            store.act(SettingsAction.SetReach(true))
            runCurrent()
            bench.device.fixes = flowOf(Fix.Unavailable)
            store.act(SettingsAction.SetReach(true))
            store.act(SettingsAction.SetHome)
            runCurrent()
            assertEquals(Notice.Failed, session.notice.value)
            assertTrue(store.state.value.reach.homeSet && disk(session).homeSet)
        }

    @Test
    fun quiet_hours_are_shown_with_each_touch_and_told_once_the_hand_rests() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.VOLUNTEER)
            val store = SettingsStore(session)
            store.act(SettingsAction.SetReach(true))
            runCurrent()
            var asked = 0
            bench.device.fixes =
                flow {
                    asked += 1
                    emit(Fix.Found(Bench.HERE, "gps", false, 0))
                }
            for (hour in listOf(21, 20, 19)) {
                store.act(SettingsAction.SetQuiet(hour * 60, 7 * 60))
                assertEquals(hour * 60 to 7 * 60, quiet(store.state.value))
                advanceTimeBy(1_000)
            }
            assertEquals(QuietHours(22 * 60, 7 * 60), disk(session).quiet)
            store.close()
            advanceTimeBy(1_000)
            assertEquals(QuietHours(19 * 60, 7 * 60), disk(session).quiet, "whoever leaves has chosen")
            assertEquals(1, asked)
            val again = SettingsStore(session)
            runCurrent()
            assertEquals(19 * 60 to 7 * 60, quiet(again.state.value))
        }

    @Test
    fun quiet_hours_that_could_not_be_told_are_not_shown_as_if_they_held() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.VOLUNTEER)
            val store = SettingsStore(session)
            store.act(SettingsAction.SetReach(true))
            runCurrent()
            bench.device.fixes = flowOf(Fix.Denied)
            store.act(SettingsAction.SetQuiet(60, 120))
            advanceTimeBy(2_000)
            assertEquals(Notice.PermissionDenied(Permission.LOCATION), session.notice.value)
            assertEquals(22 * 60 to 7 * 60, quiet(store.state.value))
        }

    @Test
    fun to_be_forgotten_is_asked_twice_and_can_be_left() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val store = SettingsStore(session)
            runCurrent()
            val steps =
                listOf(
                    SettingsAction.ConfirmForget to ForgetState.NO,
                    SettingsAction.AskForget to ForgetState.ASKED,
                    SettingsAction.CancelForget to ForgetState.NO,
                    SettingsAction.AskForget to ForgetState.ASKED,
                )
            for ((act, stands) in steps) {
                store.act(act)
                runCurrent()
                assertEquals(stands, store.state.value.forget, "$act")
                assertFalse(disk(session).forgotten)
            }
            store.act(SettingsAction.ConfirmForget)
            runCurrent()
            assertTrue(disk(session).forgotten)
            assertEquals(ForgetState.WAITING, store.state.value.forget)
            store.act(SettingsAction.CancelForget)
            assertEquals(ForgetState.WAITING, store.state.value.forget, "it cannot be taken back")
            val again = SettingsStore(session)
            runCurrent()
            assertEquals(ForgetState.WAITING, again.state.value.forget)
        }
}
