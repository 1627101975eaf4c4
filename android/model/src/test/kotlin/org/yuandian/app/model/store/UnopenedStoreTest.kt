package org.yuandian.app.model.store

import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Language
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.fake.FakePhones
import org.yuandian.app.model.fake.FakePlatform
import org.yuandian.app.model.orNull
import org.yuandian.app.model.people.Roster
import org.yuandian.app.model.ports.SystemScreen
import org.yuandian.app.model.ports.Vaulted
import org.yuandian.app.model.store.Bench.Companion.snap
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Unopened
import org.yuandian.app.screens.UnopenedAction

class UnopenedStoreTest {
    private class Handset(
        private val test: TestScope,
    ) {
        val device = FakePlatform { test.currentTime }
        val phones = FakePhones(nowMs = device.clock::nowMs)
        var app = opened()
            private set

        private fun opened() =
            App(
                device.platform,
                Roster(device.platform, StandardTestDispatcher(test.testScheduler), iterations = 10),
                phones,
                test.backgroundScope,
            )

        /** The process ends and begins anew. */
        suspend fun restart(trouble: Trouble?) {
            app.session.value
                ?.phone
                ?.close()
            phones.trouble = trouble
            app = opened()
            app.start(null)
        }

        suspend fun begun(): Session {
            app.start(null)
            return checkNotNull(app.session.value)
        }
    }

    private fun TestScope.shown(handset: Handset) = UnopenedStore(handset.app, backgroundScope).also { runCurrent() }

    @Test
    fun whatever_is_in_the_way_at_the_start_is_told_as_what_it_is() =
        runTest {
            val each =
                mapOf(
                    Trouble.WrongLibrary("0.1.0", "0.0.9") to Unopened.WRONG_LIBRARY,
                    Trouble.AppTooOld(9, 8) to Unopened.APP_TOO_OLD,
                    Trouble.Damaged("page 3") to Unopened.DAMAGED,
                    Trouble.StorageFull to Unopened.STORAGE_FULL,
                    Trouble.WrongKey to Unopened.WRONG_KEY,
                    Trouble.KeyStoreLocked("locked") to Unopened.PHONE_LOCKED,
                    Trouble.InUse to Unopened.IN_USE,
                    Trouble.Fault("x") to Unopened.OTHER,
                )
            val handset = Handset(this)
            handset.begun()
            for ((trouble, why) in each) {
                handset.restart(trouble)
                assertEquals(trouble to null, handset.app.trouble.value to handset.app.session.value)
                assertEquals(why, shown(handset).state.value.why)
            }
        }

    @Test
    fun a_key_store_that_gives_no_key_is_told_from_one_that_has_lost_it() =
        runTest {
            for ((vaulted, why) in listOf(Vaulted.Locked to Unopened.PHONE_LOCKED, Vaulted.KeyLost to Unopened.WRONG_KEY)) {
                val handset = Handset(this)
                handset.begun()
                handset.device.vault.state = vaulted
                handset.restart(null)
                assertEquals(why, shown(handset).state.value.why)
            }
        }

    @Test
    fun trying_again_opens_the_data_as_they_were_once_nothing_is_in_the_way() =
        runTest {
            val handset = Handset(this)
            handset
                .begun()
                .phone.drafts
                .save(null, snap("路灯不亮"))
            handset.restart(Trouble.StorageFull)
            val store = shown(handset)
            handset.phones.trouble = Trouble.Damaged()
            store.act(UnopenedAction.Again)
            runCurrent()
            assertEquals(Unopened.DAMAGED, store.state.value.why, "another try may meet another trouble")
            handset.phones.trouble = null
            store.act(UnopenedAction.Again)
            runCurrent()
            assertNull(handset.app.trouble.value)
            val drafts =
                checkNotNull(handset.app.session.value)
                    .phone.drafts
                    .drafts()
                    .orNull()
            assertEquals(listOf("路灯不亮"), drafts?.map { it.entered.text })
        }

    @Test
    fun it_goes_on_when_the_screen_that_asked_is_gone() =
        runTest {
            val handset = Handset(this)
            handset.begun()
            handset.restart(Trouble.StorageFull)
            val store = shown(handset)
            handset.phones.trouble = null
            store.act(UnopenedAction.Again)
            runCurrent()
            store.close()
            advanceTimeBy(1_000)
            assertNotNull(handset.app.session.value)
        }

    @Test
    fun the_steps_lead_where_it_can_be_set_right() =
        runTest {
            val handset = Handset(this)
            val session = handset.begun()
            session.settings.update { it.copy(communityPhone = "0371-1", language = Language.EN, elder = true) }
            handset.restart(Trouble.WrongLibrary("0.1.0", "0.0.9"))
            val store = shown(handset)
            assertEquals(Language.EN, store.settings.value.language, "in the language of whose data they are")
            assertTrue(store.state.value.frame.elder)
            store.act(UnopenedAction.Update)
            store.act(UnopenedAction.FreeRoom)
            store.act(UnopenedAction.CallCommunity)
            store.act(UnopenedAction.CopyDiagnosis)
            store.act(UnopenedAction.InFrame(FrameAction.ReadAloud))
            runCurrent()
            assertEquals(listOf(SystemScreen.SHOP, SystemScreen.STORAGE), handset.device.opened)
            assertEquals(listOf("0371-1"), handset.device.dialled)
            assertTrue("0.0.9" in handset.device.copied.single())
            assertTrue("not installed completely" in handset.device.spoken.single())
            handset.device.hasScreens = false
            store.act(UnopenedAction.Update)
            runCurrent()
            assertEquals(Notice.Failed, store.state.value.frame.notice)
            store.act(UnopenedAction.Others)
            assertNull(handset.app.trouble.value, "the people of this phone are shown")
        }
}
