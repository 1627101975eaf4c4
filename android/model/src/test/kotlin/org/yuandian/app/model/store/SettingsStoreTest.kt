package org.yuandian.app.model.store

import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Language
import org.yuandian.app.model.NamedPerson
import org.yuandian.app.model.QuietHours
import org.yuandian.app.model.Role
import org.yuandian.app.model.codes.Codes
import org.yuandian.app.model.codes.PersonCode
import org.yuandian.app.model.fake.CodePhoto
import org.yuandian.app.model.fake.CodePhoto.Companion.taken
import org.yuandian.app.model.fake.FakePhone
import org.yuandian.app.model.navigation.BackStack
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.Scan
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.FamilyProblem
import org.yuandian.app.screens.ForgetState
import org.yuandian.app.screens.NoScan
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.SettingsAction
import org.yuandian.app.screens.SettingsSheet
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
            bench.device.fixes = flow { error("nobody has to be found for it") }
            for (hour in listOf(21, 20, 19)) {
                store.act(SettingsAction.SetQuiet(hour * 60, 7 * 60))
                assertEquals(hour * 60 to 7 * 60, quiet(store.state.value))
                advanceTimeBy(1_000)
            }
            assertEquals(QuietHours(22 * 60, 7 * 60), disk(session).quiet)
            store.close()
            advanceTimeBy(1_000)
            assertEquals(QuietHours(19 * 60, 7 * 60), disk(session).quiet, "whoever leaves has chosen")
            assertTrue(disk(session).homeSet)
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
            bench.phones.fill("a")
            store.act(SettingsAction.SetQuiet(60, 120))
            advanceTimeBy(2_000)
            assertEquals(Notice.StorageFull, session.notice.value)
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

    private val form = { store: SettingsStore -> store.state.value.sheet as SettingsSheet.AddFamily }

    private suspend fun relative(
        bench: Bench,
        name: String,
    ): PersonCode {
        val person =
            checkNotNull(
                bench
                    .other(name, Role.RESIDENT)
                    .identity
                    .person()
                    .orNull(),
            )
        return PersonCode(person.user, person.name)
    }

    @Test
    fun one_s_own_code_says_id_and_name_and_can_be_sent() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val me = checkNotNull(session.person.value)
            val store = SettingsStore(session)
            store.act(SettingsAction.ShowMyCode)
            val shown = store.state.value.sheet as SettingsSheet.MyCode
            assertEquals(PersonCode(me.user, me.name), PersonCode.of(checkNotNull(Codes.read(shown.square.taken(CodePhoto())))))
            assertEquals(PersonCode(me.user, me.name), PersonCode.of(shown.spelled))
            assertEquals(me.name, shown.name)
            store.act(SettingsAction.CopyMyCode)
            runCurrent()
            assertEquals(listOf("${me.user.value} ${me.name}"), bench.device.copied)
            store.act(SettingsAction.CloseSheet)
            assertNull(store.state.value.sheet)
        }

    @Test
    fun nobody_who_is_not_signed_in_has_a_code() =
        runTest {
            val store = SettingsStore(Bench(this).session(null))
            store.act(SettingsAction.ShowMyCode)
            assertNull(store.state.value.sheet)
        }

    @Test
    fun family_is_added_by_scanning_their_code_or_by_typing_what_it_says() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val store = SettingsStore(session)
            val (scanned, typed) = relative(bench, "高国营") to relative(bench, "张秀兰")
            bench.device.scan = Scan.Read(scanned.text)
            store.act(SettingsAction.AddFamily)
            store.act(SettingsAction.ScanFamily)
            runCurrent()
            assertNull(store.state.value.sheet)
            store.act(SettingsAction.AddFamily)
            store.act(SettingsAction.EditFamilyCode("  ${typed.spelled}\n"))
            store.act(SettingsAction.ConfirmFamily)
            runCurrent()
            assertNull(store.state.value.sheet)
            assertEquals(listOf(scanned, typed).map { it.user to it.name }, disk(session).family.map { it.user to it.name })
            assertEquals(
                listOf("高国营", "张秀兰"),
                store.state.value.family
                    .map { it.name },
            )
        }

    @Test
    fun what_names_nobody_who_may_be_family_says_why_and_what_helps() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val store = SettingsStore(session)
            val me = checkNotNull(session.person.value)
            val other = relative(bench, "高国营")
            val wrong =
                mapOf(
                    "" to FamilyProblem.EMPTY,
                    " \n" to FamilyProblem.EMPTY,
                    "高国营" to FamilyProblem.NOT_A_CODE,
                    "https://city.example/#7K3M-9QRT-2XWB" to FamilyProblem.NOT_A_CODE,
                    "${other.user.value.dropLast(1)} 高国营" to FamilyProblem.NOT_A_CODE,
                    other.user.value to FamilyProblem.NAME_MISSING,
                    "${me.user.value} 另一个名字" to FamilyProblem.ONESELF,
                    me.user.value.uppercase() to FamilyProblem.ONESELF,
                )
            store.act(SettingsAction.AddFamily)
            for ((text, problem) in wrong) {
                store.act(SettingsAction.EditFamilyCode("写了一半"))
                bench.device.scan = Scan.Read(text)
                store.act(SettingsAction.ScanFamily)
                runCurrent()
                assertEquals(SettingsSheet.AddFamily("写了一半", problem), form(store), "scanned: $text")
                store.act(SettingsAction.EditFamilyCode(text))
                assertNull(form(store).problem)
                store.act(SettingsAction.ConfirmFamily)
                runCurrent()
                assertEquals(SettingsSheet.AddFamily(text, problem), form(store), "typed: $text")
            }
            assertEquals(emptyList<NamedPerson>(), disk(session).family)
            store.act(SettingsAction.EditFamilyCode("x".repeat(100_000)))
            assertEquals(PersonCode.TEXT_MAX, form(store).code.length)
        }

    @Test
    fun family_are_five_and_one_of_them_may_get_another_name() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val store = SettingsStore(session)
            val six = (1..6).map { relative(bench, "家人$it") }

            fun add(text: String) {
                store.act(SettingsAction.AddFamily)
                store.act(SettingsAction.EditFamilyCode(text))
                store.act(SettingsAction.ConfirmFamily)
                runCurrent()
            }
            six.take(5).forEach { add(it.text) }
            add(six[5].text)
            assertEquals(FamilyProblem.FULL, form(store).problem)
            add("${six[0].user.value} 大哥")
            assertNull(store.state.value.sheet)
            assertEquals(setOf("大哥", "家人2", "家人3", "家人4", "家人5"), disk(session).family.map { it.name }.toSet())
        }

    @Test
    fun a_scan_that_brings_nothing_is_told_and_the_sheet_waits_for_what_is_typed() =
        runTest {
            val told =
                mapOf(
                    Scan.NoCode to Notice.NothingScanned(NoScan.NO_CODE),
                    Scan.Denied to Notice.NothingScanned(NoScan.NOT_ALLOWED),
                    Scan.Unavailable to Notice.NothingScanned(NoScan.NO_CAMERA),
                    Scan.StorageFull to Notice.StorageFull,
                    Scan.Cancelled to null,
                )
            for ((scan, notice) in told) {
                val bench = Bench(this)
                val session = bench.session(Role.RESIDENT)
                val store = SettingsStore(session)
                bench.device.scan = scan
                store.act(SettingsAction.AddFamily)
                store.act(SettingsAction.ScanFamily)
                runCurrent()
                assertEquals(notice to SettingsSheet.AddFamily(), session.notice.value to store.state.value.sheet, "$scan")
                bench.device.scan = Scan.Cancelled
                store.act(SettingsAction.ScanFamily)
                runCurrent()
                assertEquals(notice.takeIf { it == Notice.StorageFull }, session.notice.value, "what was told of the last scan is over")
            }
        }

    @Test
    fun where_family_could_not_be_kept_what_was_typed_stays() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val store = SettingsStore(session)
            val other = relative(bench, "高国营")
            store.act(SettingsAction.AddFamily)
            store.act(SettingsAction.EditFamilyCode(other.text))
            runCurrent()
            bench.phones.fill("a")
            store.act(SettingsAction.ConfirmFamily)
            runCurrent()
            assertEquals(Notice.StorageFull to SettingsSheet.AddFamily(other.text), session.notice.value to store.state.value.sheet)
        }

    @Test
    fun going_back_closes_a_sheet_before_it_leaves_the_screen() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            session.navigator.goTo(Route.Settings)
            runCurrent()
            val store = session.screens.store(Route.Settings) { SettingsStore(session) }
            for (opens in listOf(SettingsAction.ShowMyCode, SettingsAction.AddFamily, SettingsAction.AskForget)) {
                store.act(opens)
                session.screens.back()
                assertEquals(null to ForgetState.NO, store.state.value.let { it.sheet to it.forget }, "$opens")
                assertEquals(Route.Settings, session.navigator.routes.value.top)
            }
            session.screens.back()
            assertEquals(Route.Home, session.navigator.routes.value.top)
        }
}
