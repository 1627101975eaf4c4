package org.yuandian.app.model.store

import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.ActId
import org.yuandian.app.model.Role
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.store.Bench.Companion.opens
import org.yuandian.app.model.store.Bench.Companion.snap
import org.yuandian.app.model.store.Bench.Companion.step
import org.yuandian.app.model.store.Bench.Companion.task
import org.yuandian.app.screens.AttentionAction
import org.yuandian.app.screens.AttentionStep
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.ElderHomeAction
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.TasksAction

/** Going back closes what lies over a screen, and leaves the screen only after that. */
class SheetsCloseTest {
    private fun TestScope.settle() = advanceTimeBy(10_000)

    @Test
    fun a_step_of_a_case() =
        runTest {
            val (session, store) = step(Bench(this))
            val here = session.navigator.routes.value
            assertNotNull(store.state.value.openStep)
            store.act(CaseDetailAction.InFrame(FrameAction.Back))
            assertNull(store.state.value.openStep)
            assertEquals(here, session.navigator.routes.value)
        }

    @Test
    fun a_form_of_a_task() =
        runTest {
            val (session, store) = task(Bench(this))
            assertNotNull(store.state.value.form)
            store.act(TasksAction.InFrame(FrameAction.Back))
            assertNull(store.state.value.form)
            assertFalse(session.navigator.leaves.value)
        }

    @Test
    fun a_form_of_what_needs_the_person() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val id = session.phone.opens(snap("堆放垃圾"))
            bench.city.refuse(id, ActId.CONTENT, "r_state")
            session.phone.cases.note(id, "灯杆编号 12")
            session.phone.sync.run()
            session.navigator.open(Route.Attention)
            val store = AttentionStore(session)
            settle()
            val item =
                store.state.value.items
                    .single()
            store.act(AttentionAction.Take(item.item, AttentionStep.APPEAL))
            store.act(AttentionAction.InFrame(FrameAction.Back))
            assertEquals(null to Route.Attention, store.state.value.form to session.navigator.routes.value.top)
            store.act(AttentionAction.InFrame(FrameAction.Back))
            assertFalse(session.navigator.routes.value.top == Route.Attention)
        }

    @Test
    fun the_types_of_a_report_and_the_question_whether_it_is_deleted() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            session.navigator.open(Route.Capture())
            val store = session.screens.store(Route.Capture()) { CaptureStore(session) }
            store.act(CaptureAction.EditText("路灯不亮"))
            settle()
            val here = session.navigator.routes.value
            store.act(CaptureAction.OpenTypes)
            store.act(CaptureAction.InFrame(FrameAction.Back))
            assertFalse(store.state.value.type.choosing)
            store.act(CaptureAction.Discard)
            assertTrue(store.state.value.discards)
            store.act(CaptureAction.InFrame(FrameAction.Back))
            assertFalse(store.state.value.discards)
            assertEquals(here to 1, session.navigator.routes.value to drafts(session))
            store.act(CaptureAction.Discard)
            store.act(CaptureAction.ConfirmDiscard)
            runCurrent()
            assertEquals(Route.Home to 0, session.navigator.routes.value.top to drafts(session))
        }

    @Test
    fun the_question_whether_an_alarm_is_raised() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val store = ElderHomeStore(session)
            settle()
            store.act(ElderHomeAction.Sos)
            assertTrue(store.state.value.sosAsked)
            store.act(ElderHomeAction.InFrame(FrameAction.Back))
            assertFalse(store.state.value.sosAsked || session.navigator.leaves.value)
        }

    private suspend fun drafts(session: Session) =
        session.phone.drafts
            .drafts()
            .orNull()
            .orEmpty()
            .size
}
