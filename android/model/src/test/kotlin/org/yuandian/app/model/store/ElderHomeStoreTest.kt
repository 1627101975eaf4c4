package org.yuandian.app.model.store

import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Role
import org.yuandian.app.model.ports.SpeechOutcome
import org.yuandian.app.model.store.Bench.Companion.opens
import org.yuandian.app.model.store.Bench.Companion.snap
import org.yuandian.app.screens.ElderHomeAction
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.WorkState

class ElderHomeStoreTest {
    private fun TestScope.settle() = advanceTimeBy(10_000)

    @Test
    fun an_alarm_is_asked_about_first_and_can_be_left() =
        runTest {
            val bench = Bench(this)
            val store = ElderHomeStore(bench.session(Role.RESIDENT))
            settle()
            assertTrue(store.state.value.sosReady)
            store.act(ElderHomeAction.ConfirmSos)
            settle()
            assertNull(store.state.value.sosRaised, "nothing is raised by one touch")
            store.act(ElderHomeAction.Sos)
            assertTrue(store.state.value.sosAsked)
            store.act(ElderHomeAction.CancelSos)
            store.act(ElderHomeAction.ConfirmSos)
            settle()
            assertFalse(store.state.value.sosAsked)
            assertNull(store.state.value.sosRaised)
            assertEquals(0, bench.city.cases.size)
        }

    @Test
    fun an_alarm_goes_out_at_once_and_waits_for_no_place() =
        runTest {
            val bench = Bench(this)
            bench.device.fixes = flow { awaitCancellation() }
            val store = ElderHomeStore(bench.session(Role.RESIDENT))
            settle()
            store.act(ElderHomeAction.Sos)
            store.act(ElderHomeAction.ConfirmSos)
            advanceTimeBy(3_000)
            assertEquals(1, bench.city.cases.size)
            settle()
            assertEquals(WorkState.Delivered, store.state.value.sosRaised)
            assertEquals(listOf("kept"), bench.device.felt)
        }

    @Test
    fun an_alarm_without_a_network_says_that_it_is_not_out_yet_until_it_is() =
        runTest {
            val bench = Bench(this)
            val store = ElderHomeStore(bench.session(Role.RESIDENT))
            bench.offline()
            store.act(ElderHomeAction.Sos)
            store.act(ElderHomeAction.ConfirmSos)
            settle()
            assertEquals(WorkState.OnPhone, store.state.value.sosRaised)
            bench.online()
            settle()
            assertEquals(WorkState.Delivered, store.state.value.sosRaised)
        }

    @Test
    fun without_an_invitation_nobody_would_hear_an_alarm() =
        runTest {
            val session = Bench(this).session(role = null)
            val store = ElderHomeStore(session)
            settle()
            assertFalse(store.state.value.sosReady)
        }

    @Test
    fun the_home_is_read_aloud_and_a_phone_without_a_voice_says_so() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            session.phone.opens(snap("路灯不亮"))
            val store = ElderHomeStore(session)
            settle()
            store.act(ElderHomeAction.InFrame(FrameAction.ReadAloud))
            runCurrent()
            assertEquals(listOf("a，您好\n随手拍 路灯不亮 已上报"), bench.device.spoken)
            assertNull(session.notice.value)
            bench.device.voiceOfReader = SpeechOutcome.NO_VOICE
            store.act(ElderHomeAction.InFrame(FrameAction.ReadAloud))
            runCurrent()
            assertEquals(Notice.NoReader, session.notice.value)
        }
}
