package org.yuandian.app.model.store

import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotSame
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Test
import org.yuandian.app.model.ActId
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Role
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.store.Bench.Companion.opens
import org.yuandian.app.model.store.Bench.Companion.snap
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.CasesAction
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.JoinAction
import org.yuandian.app.screens.NearbyAction
import org.yuandian.app.screens.SettingsAction
import org.yuandian.app.screens.SettingsSheet

/** Screens that are covered, turned and ended hold what they held. */
class ScreensTest {
    private fun TestScope.settle() = advanceTimeBy(5_000)

    private fun Session.cases() = screens.store(Route.Cases()) { CasesStore(this) }

    private fun Session.detail(id: CaseId) = screens.store(Route.Detail(id)) { CaseDetailStore(this, id) }

    @Test
    fun a_screen_that_is_covered_holds_what_was_searched_for_and_reads_again_when_it_is_seen() =
        runTest {
            val session = Bench(this).session(Role.GRID_WORKER)
            val first = session.phone.opens(snap("路灯不亮"))
            session.navigator.goTo(Route.Cases())
            settle()
            val cases = session.cases()
            settle()
            cases.act(CasesAction.Search("路灯"))
            settle()
            session.navigator.open(Route.Detail(first))
            settle()
            val second = session.phone.opens(snap("路灯杆倒了"))
            settle()
            assertEquals(
                listOf(first.value),
                cases.state.value.cards
                    .map { it.id },
                "nobody sees it",
            )
            session.navigator.back()
            settle()
            assertSame(cases, session.cases())
            assertEquals("路灯", cases.state.value.query)
            assertEquals(
                setOf(first.value, second.value),
                cases.state.value.cards
                    .map { it.id }
                    .toSet(),
            )
        }

    @Test
    fun what_was_searched_for_is_there_after_the_system_ended_the_app_and_not_after_the_screen_was_left() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            session.navigator.goTo(Route.Cases())
            settle()
            session.cases().act(CasesAction.Search("路灯"))
            session.cases().act(CasesAction.ChooseTab(CasesTab.DONE))
            session.looked(at = false)
            settle()
            val again = bench.again(session)
            again.cases()
            settle()
            assertEquals(
                "路灯" to CasesTab.DONE,
                again
                    .cases()
                    .state.value
                    .let { it.query to it.tab },
            )
            val before = again.cases()
            again.navigator.goTo(Route.Today)
            settle()
            again.navigator.goTo(Route.Cases())
            settle()
            assertNotSame(before, again.cases())
            settle()
            assertEquals(
                "" to CasesTab.OPEN,
                again
                    .cases()
                    .state.value
                    .let { it.query to it.tab },
            )
        }

    @Test
    fun a_step_half_written_and_its_photo_are_there_after_the_app_ended_and_a_note_even_after_the_case_was_left() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val id = bench.dispatched(session)
            session.navigator.open(Route.Detail(id))
            settle()
            session.detail(id)
            settle()
            session.detail(id).act(CaseDetailAction.EditNote("灯杆编号 12"))
            session.detail(id).act(CaseDetailAction.OpenStep(ActId.RETURN_REQUEST.value))
            session.detail(id).act(CaseDetailAction.EditStepText("换了灯泡"))
            session.detail(id).act(CaseDetailAction.TakeStepPhoto)
            settle()
            val step =
                checkNotNull(
                    session
                        .detail(id)
                        .state.value.openStep,
                )
            assertEquals("换了灯泡" to 1, step.text to step.photos.size)
            val again = bench.again(session)
            again.detail(id)
            settle()
            assertEquals(
                step,
                again
                    .detail(id)
                    .state.value.openStep,
            )
            assertEquals(
                "灯杆编号 12",
                again
                    .detail(id)
                    .state.value.noteText,
            )
            again.navigator.back()
            settle()
            again.navigator.open(Route.Detail(id))
            settle()
            again.detail(id)
            settle()
            assertNull(
                again
                    .detail(id)
                    .state.value.openStep,
            )
            assertEquals(
                "灯杆编号 12",
                again
                    .detail(id)
                    .state.value.noteText,
            )
            again.detail(id).act(CaseDetailAction.SendNote)
            settle()
            assertEquals(
                emptyMap<String, String>(),
                again.phone.typed
                    .kept("case:${id.value}")
                    .orNull(),
            )
        }

    @Test
    fun what_was_written_for_a_step_that_cannot_be_taken_any_more_becomes_the_note() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val id = bench.dispatched(session)
            session.navigator.open(Route.Detail(id))
            session.detail(id)
            settle()
            session.detail(id).act(CaseDetailAction.OpenStep(ActId.RETURN_REQUEST.value))
            session.detail(id).act(CaseDetailAction.EditStepText("换了灯泡"))
            settle()
            bench.city.move(id, "closed")
            session.phone.sync.run()
            val again = bench.again(session)
            again.detail(id)
            settle()
            assertNull(
                again
                    .detail(id)
                    .state.value.openStep,
            )
            assertEquals(
                "换了灯泡",
                again
                    .detail(id)
                    .state.value.noteText,
            )
        }

    @Test
    fun an_invitation_half_typed_is_there_again() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(null)
            session.navigator.goTo(Route.Join)
            val join = session.screens.store(Route.Join) { JoinStore(session) }
            settle()
            join.act(JoinAction.EditInvitation("7K3M-9"))
            join.act(JoinAction.EditName("王阿姨"))
            settle()
            val again = bench.again(session)
            val back = again.screens.store(Route.Join) { JoinStore(again) }
            settle()
            assertEquals("7K3M-9" to "王阿姨", back.state.value.let { it.invitation to it.name })
        }

    @Test
    fun a_sheet_of_the_settings_and_a_code_half_typed_in_it_are_there_again_until_the_screen_is_left() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            session.navigator.goTo(Route.Settings)

            fun Session.settingsStore() = screens.store(Route.Settings) { SettingsStore(this) }
            session.settingsStore()
            settle()
            session.settingsStore().act(SettingsAction.ShowMyCode)
            val code =
                session
                    .settingsStore()
                    .state.value.sheet
            val second = bench.again(session)
            second.settingsStore()
            settle()
            assertEquals(
                code,
                second
                    .settingsStore()
                    .state.value.sheet,
            )
            second.settingsStore().act(SettingsAction.AddFamily)
            second.settingsStore().act(SettingsAction.EditFamilyCode("0192 f3c4"))
            val third = bench.again(second)
            third.settingsStore()
            settle()
            assertEquals(
                SettingsSheet.AddFamily("0192 f3c4"),
                third
                    .settingsStore()
                    .state.value.sheet,
            )
            third.navigator.goTo(Route.Home)
            settle()
            third.navigator.goTo(Route.Settings)
            settle()
            third.settingsStore()
            settle()
            assertNull(
                third
                    .settingsStore()
                    .state.value.sheet,
            )
        }

    @Test
    fun a_claim_that_can_still_be_taken_back_goes_out_when_the_list_is_left() =
        runTest {
            val bench = Bench(this)
            val asker = bench.other("asker", Role.RESIDENT)
            val id = asker.opens(Bench.errand())
            val session = bench.session(Role.VOLUNTEER)
            session.phone.sync.run()
            session.navigator.goTo(Route.Nearby)
            val nearby = session.screens.store(Route.Nearby) { NearbyStore(session) }
            settle()
            bench.offline()
            nearby.act(NearbyAction.Claim(id.value))
            advanceTimeBy(500)
            session.looked(at = false)
            advanceTimeBy(500)
            assertEquals(
                1,
                session.phone.attention
                    .outbox()
                    .orNull()
                    ?.size,
                "before its three seconds are over",
            )
        }

    private suspend fun Bench.dispatched(session: Session): CaseId {
        val id = session.phone.opens(snap("路灯不亮"))
        city.move(id, "dispatched")
        session.phone.sync.run()
        return id
    }

    @Test
    fun a_draft_that_is_first_written_while_the_app_goes_out_of_sight_is_open_again() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            session.navigator.open(Route.Capture())
            session.screens.store(Route.Capture()) { CaptureStore(session) }.act(CaptureAction.EditText("路灯不亮"))
            val again = bench.again(session)
            val top = again.navigator.routes.value.top as Route.Capture
            val store = again.screens.store(top) { CaptureStore(again, top.draft) }
            settle()
            assertEquals("路灯不亮", store.state.value.text)
        }

    /** The process ends and another begins, with what the system kept. */
    private suspend fun Bench.again(session: Session): Session {
        // In this order, as the system does it.
        val saved =
            session.navigator.routes.value
                .save()
        session.write()
        phones.kill("a")
        return session(null, saved = saved)
    }
}
