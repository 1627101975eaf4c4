package org.yuandian.app.model.store

import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Language
import org.yuandian.app.model.Role
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.fake.FakePhone
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.ports.SystemScreen
import org.yuandian.app.model.strings.Strings
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.HomeAction
import org.yuandian.app.screens.NoScan
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission

/** What a notice offers is done. */
class NoticesTest {
    private val all: List<Notice> =
        Permission.entries.map(Notice::PermissionDenied) +
            listOf(
                Notice.Offline,
                Notice.Unreachable,
                Notice.UntrustedServer,
                Notice.SignInToSend,
                Notice.StorageFull,
                Notice.PhotosFull(1, null),
                Notice.ClockWrong(1),
                Notice.Refused("no"),
                Notice.AppTooOld,
                Notice.WrongLibrary,
                Notice.Damaged,
                Notice.WrongKey,
                Notice.KeyStoreLocked,
                Notice.NoPhoto,
                Notice.NoRecording,
                Notice.NothingScanned(NoScan.NOT_ALLOWED),
                Notice.NoReader,
                Notice.SavedOnPhone,
                Notice.Exported("a.zip"),
                Notice.Failed,
            )

    private fun TestScope.settle() = advanceTimeBy(10_000)

    @Test
    fun none_is_forgotten_here() {
        val kinds =
            Notice::class.java.declaredClasses
                .filter(Notice::class.java::isAssignableFrom)
                .toSet()
        assertEquals(kinds, all.map { it.javaClass }.toSet())
    }

    @Test
    fun every_step_that_the_words_of_a_notice_offer_does_something() =
        runTest {
            for (notice in all) {
                val offered =
                    Language.entries
                        .map { Strings.of(it).noticeStep(notice) != null }
                        .distinct()
                        .single()
                if (!offered) continue
                val bench = Bench(this)
                val session = bench.session(Role.RESIDENT)
                val store = HomeStore(session)
                settle()

                fun done() = Triple(session.navigator.routes.value, bench.device.opened.toList(), (session.phone as FakePhone).sync.runs)
                val before = done()
                session.tell(notice)
                store.act(HomeAction.InFrame(FrameAction.NoticeStep(notice)))
                settle()
                assertNotEquals(before, done(), "$notice")
                assertEquals(null, session.notice.value, "$notice")
            }
        }

    @Test
    fun what_only_the_system_can_set_right_leads_to_its_screens() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val store = HomeStore(session)
            settle()
            for (notice in listOf(Notice.PermissionDenied(Permission.CAMERA), Notice.ClockWrong(1), Notice.StorageFull, Notice.AppTooOld)) {
                store.act(HomeAction.InFrame(FrameAction.NoticeStep(notice)))
            }
            settle()
            assertEquals(
                listOf(SystemScreen.RIGHTS, SystemScreen.CLOCK, SystemScreen.STORAGE, SystemScreen.SHOP),
                bench.device.opened,
            )
            bench.device.hasScreens = false
            store.act(HomeAction.InFrame(FrameAction.NoticeStep(Notice.AppTooOld)))
            settle()
            assertEquals(Notice.Failed, session.notice.value, "a phone without a shop says so")
        }

    @Test
    fun trying_again_is_a_run_and_exporting_is_not() =
        runTest {
            for ((notice, runs) in listOf(Notice.Unreachable to 1, Notice.PhotosFull(1, null) to 1, Notice.Damaged to 0)) {
                val session = Bench(this).session(Role.RESIDENT)
                val store = HomeStore(session)
                settle()
                val sync = (session.phone as FakePhone).sync
                val before = sync.runs
                store.act(HomeAction.InFrame(FrameAction.NoticeStep(notice)))
                settle()
                assertEquals(before + runs, sync.runs, "$notice")
                assertEquals(Route.Sync, session.navigator.routes.value.top)
            }
        }

    @Test
    fun what_opens_nothing_is_told_as_what_it_is() {
        val told =
            mapOf(
                Trouble.WrongKey to Notice.WrongKey,
                Trouble.KeyStoreLocked("x") to Notice.KeyStoreLocked,
                Trouble.Damaged("x") to Notice.Damaged,
                Trouble.AppTooOld(9, 8) to Notice.AppTooOld,
                Trouble.WrongLibrary("a", "b") to Notice.WrongLibrary,
                Trouble.StorageFull to Notice.StorageFull,
            )
        assertEquals(told, told.mapValues { noticeOf(it.key, Language.EN) })
    }
}
