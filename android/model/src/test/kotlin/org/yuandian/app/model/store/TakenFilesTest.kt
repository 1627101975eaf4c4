package org.yuandian.app.model.store

import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Role
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Recording
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.model.store.Bench.Companion.step
import org.yuandian.app.model.store.Bench.Companion.task
import org.yuandian.app.screens.AskAction
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaptureNeed
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.TaskForm
import org.yuandian.app.screens.TasksAction
import org.yuandian.app.screens.VoiceState

/** Pictures and voices on their way in: where none comes the person is told and has another way, and nothing stays behind in the open. */
class TakenFilesTest {
    private fun TestScope.settle() = advanceTimeBy(10_000)

    @Test
    fun without_a_camera_a_report_goes_with_a_reason_that_is_asked_for() =
        runTest {
            for (shot in listOf(Shot.Denied, Shot.Unavailable)) {
                val bench = Bench(this)
                bench.device.shot = { shot }
                val store = CaptureStore(bench.session(Role.RESIDENT))
                runCurrent()
                assertNull(store.state.value.noPhotoReason)
                store.act(CaptureAction.TakePhoto)
                runCurrent()
                assertEquals("", store.state.value.noPhotoReason, "$shot")
                store.act(CaptureAction.EditText("路灯不亮"))
                assertEquals(listOf(CaptureNeed.PHOTO), store.state.value.missing)
                store.act(CaptureAction.EditNoPhotoReason("相机坏了"))
                assertEquals(emptyList<CaptureNeed>(), store.state.value.missing)
                store.act(CaptureAction.Submit)
                settle()
                assertNotNull(store.state.value.receipt)
            }
        }

    @Test
    fun whoever_can_take_no_photo_says_so_without_trying_and_a_reason_alone_is_kept() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val store = CaptureStore(session)
            runCurrent()
            store.act(CaptureAction.NoPhoto)
            assertEquals("", store.state.value.noPhotoReason)
            store.act(CaptureAction.EditNoPhotoReason("太暗"))
            store.act(CaptureAction.NoPhoto)
            assertEquals("太暗", store.state.value.noPhotoReason, "what was written stays")
            store.close()
            runCurrent()
            val drafts =
                session.phone.drafts
                    .drafts()
                    .orNull()
                    .orEmpty()
            assertEquals(listOf("太暗"), drafts.map { it.entered.noPhoto })
        }

    @Test
    fun a_camera_that_was_left_asks_for_no_reason() =
        runTest {
            val bench = Bench(this)
            bench.device.shot = { Shot.Cancelled }
            val session = bench.session(Role.RESIDENT)
            val store = CaptureStore(session)
            store.act(CaptureAction.TakePhoto)
            runCurrent()
            assertNull(store.state.value.noPhotoReason)
            assertNull(session.notice.value)
        }

    @Test
    fun what_the_camera_cannot_give_is_told_wherever_it_was_asked_for() =
        runTest {
            for ((shot, told) in listOf(Shot.Unavailable to Notice.NoPhoto, Shot.StorageFull to Notice.StorageFull)) {
                val bench = Bench(this)
                bench.device.shot = { shot }
                val (worker, step) = step(bench)
                val (volunteer, task) = task(bench)
                val resident = bench.session(Role.RESIDENT, "resident")
                val capture = CaptureStore(resident)
                capture.act(CaptureAction.TakePhoto)
                step.act(CaseDetailAction.TakeStepPhoto)
                task.act(TasksAction.TakePhoto)
                runCurrent()
                assertEquals(List(3) { told }, listOf(resident, worker, volunteer).map { it.notice.value })
                listOf(resident, worker).forEach(Session::dismiss)
                capture.act(CaptureAction.ChoosePhoto)
                step.act(CaseDetailAction.AddPhoto)
                runCurrent()
                assertEquals(List(2) { told }, listOf(resident, worker).map { it.notice.value })
            }
        }

    @Test
    fun photos_of_a_step_do_not_stay_behind_however_it_ends() =
        runTest {
            val ends =
                mapOf<String, (CaseDetailStore) -> Unit>(
                    "removed" to { store ->
                        store.act(CaseDetailAction.RemoveStepPhoto(checkNotNull(store.state.value.openStep).photos.single().key))
                    },
                    "cancelled" to { it.act(CaseDetailAction.CancelStep) },
                    "left" to CaseDetailStore::close,
                    "sent" to { store ->
                        store.act(CaseDetailAction.AnswerStep("reason", "不归我们管"))
                        store.act(CaseDetailAction.ConfirmStep)
                    },
                )
            for ((end, act) in ends) {
                val bench = Bench(this)
                val (_, store) = step(bench)
                store.act(CaseDetailAction.TakeStepPhoto)
                runCurrent()
                assertEquals(1, bench.device.incoming.size, end)
                act(store)
                settle()
                assertEquals(emptySet<String>(), bench.device.incoming, end)
            }
        }

    @Test
    fun a_photo_that_comes_after_its_step_was_closed_does_not_stay_behind() =
        runTest {
            val bench = Bench(this)
            val (_, store) = step(bench)
            val taken = bench.device.shot
            bench.device.shot = { number ->
                store.act(CaseDetailAction.CancelStep)
                taken(number)
            }
            store.act(CaseDetailAction.TakeStepPhoto)
            settle()
            assertNull(store.state.value.openStep)
            assertEquals(emptySet<String>(), bench.device.incoming)
        }

    @Test
    fun a_step_that_could_not_be_sent_keeps_its_photos_until_it_is_closed() =
        runTest {
            val bench = Bench(this)
            val (session, store) = step(bench)
            store.act(CaseDetailAction.TakeStepPhoto)
            store.act(CaseDetailAction.AnswerStep("reason", "不归我们管"))
            runCurrent()
            bench.phones.fill("worker")
            store.act(CaseDetailAction.ConfirmStep)
            settle()
            assertEquals(Notice.StorageFull, session.notice.value)
            assertEquals(
                bench.device.incoming.toList(),
                store.state.value.openStep
                    ?.photos
                    ?.map { it.key },
            )
            store.act(CaseDetailAction.CancelStep)
            runCurrent()
            assertEquals(emptySet<String>(), bench.device.incoming)
        }

    @Test
    fun a_photo_for_a_case_for_which_there_is_no_room_waits_for_some_and_no_other_stays_behind() =
        runTest {
            for (room in listOf(true, false)) {
                val bench = Bench(this)
                val (session, store) = step(bench)
                store.act(CaseDetailAction.CancelStep)
                bench.phones.fill("worker", !room)
                store.act(CaseDetailAction.AddPhoto)
                settle()
                assertEquals(if (room) 1 else 0, store.state.value.photos.size)
                assertEquals(if (room) null else Notice.StorageFull, session.notice.value)
                assertEquals(if (room) 0 else 1, bench.device.incoming.size)
                bench.phones.fill("worker", false)
                val again = CaseDetailStore(session, CaseId(store.state.value.id))
                settle()
                assertEquals(1, again.state.value.photos.size)
                assertEquals(emptySet<String>(), bench.device.incoming)
            }
        }

    @Test
    fun a_photo_for_a_case_whose_app_was_ended_before_it_came_is_in_the_case_when_that_is_opened_again() =
        runTest {
            val bench = Bench(this)
            val (session, store) = step(bench)
            val id = store.state.value.id
            bench.device.came(id, "/photos/of-a-dead-app.jpg")
            val again = CaseDetailStore(session, CaseId(id))
            settle()
            assertEquals(1, again.state.value.photos.size)
            assertEquals(emptySet<String>(), bench.device.incoming)
        }

    @Test
    fun photos_of_a_task_do_not_stay_behind_however_it_ends() =
        runTest {
            val ends =
                mapOf<String, (TasksStore) -> Unit>(
                    "removed" to { store ->
                        store.act(TasksAction.RemovePhoto((store.state.value.form as TaskForm.Leaving).photos.single().key))
                    },
                    "cancelled" to { it.act(TasksAction.CloseForm) },
                    "left" to TasksStore::close,
                    "sent" to { it.act(TasksAction.SendForm) },
                )
            for ((end, act) in ends) {
                val bench = Bench(this)
                val (_, store) = task(bench)
                store.act(TasksAction.TakePhoto)
                runCurrent()
                assertEquals(1, bench.device.incoming.size, end)
                act(store)
                settle()
                assertEquals(emptySet<String>(), bench.device.incoming, end)
            }
        }

    @Test
    fun a_photo_of_a_report_for_which_there_is_no_room_waits_for_some_and_no_other_stays_behind() =
        runTest {
            for (room in listOf(true, false)) {
                val bench = Bench(this)
                val session = bench.session(Role.RESIDENT)
                if (!room) bench.phones.fillForPhotos("a")
                val store = CaptureStore(session)
                store.act(CaptureAction.TakePhoto)
                runCurrent()
                assertEquals(if (room) 1 else 0, store.state.value.photos.size)
                assertEquals(if (room) 0 else 1, bench.device.incoming.size)
                bench.phones.fillForPhotos("a", full = false)
                val again = CaptureStore(session, CaseId(checkNotNull(store.state.value.draftId)))
                settle()
                assertEquals(1, again.state.value.photos.size)
                assertEquals(emptySet<String>(), bench.device.incoming)
            }
        }

    @Test
    fun a_picture_whose_app_was_ended_before_it_came_is_in_the_draft_when_that_is_opened_again() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val store = CaptureStore(session)
            store.act(CaptureAction.EditText("路灯不亮"))
            settle()
            val id = checkNotNull(store.state.value.draftId)
            bench.device.came(id, "/photos/of-a-dead-app.jpg")
            val again = CaptureStore(session, CaseId(id))
            settle()
            assertEquals(1, again.state.value.photos.size)
            assertEquals(emptySet<String>(), bench.device.incoming)
        }

    /** The same of a report and of a request: start, stop, what is shown, and the session. */
    private class Speaking(
        val start: () -> Unit,
        val stop: () -> Unit,
        val voice: () -> VoiceState,
        val session: Session,
    )

    private suspend fun TestScope.speaking(bench: Bench): List<Speaking> {
        val (one, other) = bench.session(Role.RESIDENT) to bench.session(Role.RESIDENT, "b")
        val capture = CaptureStore(one)
        val ask = AskStore(other)
        runCurrent()
        ask.act(AskAction.ChooseKind("help.errand"))
        runCurrent()
        return listOf(
            Speaking(
                { capture.act(CaptureAction.StartVoice) },
                { capture.act(CaptureAction.StopVoice) },
                { capture.state.value.voice },
                one,
            ),
            Speaking({ ask.act(AskAction.StartVoice) }, { ask.act(AskAction.StopVoice) }, { ask.state.value.voice }, other),
        )
    }

    @Test
    fun a_voice_is_in_its_draft_and_does_not_stay_behind() =
        runTest {
            val bench = Bench(this)
            for (speaking in speaking(bench)) {
                speaking.start()
                advanceTimeBy(2_200)
                assertTrue(speaking.voice() is VoiceState.Recording)
                speaking.stop()
                settle()
                assertTrue(speaking.voice() is VoiceState.Recorded)
                val drafts =
                    speaking.session.phone.drafts
                        .drafts()
                        .orNull()
                        .orEmpty()
                assertEquals(1, drafts.single().files.size)
                assertEquals(emptySet<String>(), bench.device.incoming)
            }
        }

    @Test
    fun a_phone_that_fills_up_while_somebody_speaks_says_so_and_lets_them_begin_again() =
        runTest {
            val bench = Bench(this)
            for (speaking in speaking(bench)) {
                speaking.start()
                advanceTimeBy(1_200)
                bench.device.voice.full = true
                settle()
                assertEquals(VoiceState.None to Notice.StorageFull, speaking.voice() to speaking.session.notice.value)
                bench.device.voice.full = false
                speaking.start()
                runCurrent()
                assertTrue(speaking.voice() is VoiceState.Recording)
                speaking.stop()
                settle()
            }
        }

    @Test
    fun a_microphone_that_is_not_there_is_told() =
        runTest {
            val bench = Bench(this)
            bench.device.voice.first = Recording.Unavailable
            for (speaking in speaking(bench)) {
                speaking.start()
                runCurrent()
                assertEquals(VoiceState.None to Notice.NoRecording, speaking.voice() to speaking.session.notice.value)
            }
        }

    @Test
    fun an_old_photo_stands_in_where_there_is_no_camera() =
        runTest {
            val bench = Bench(this)
            bench.device.shot = { Shot.Unavailable }
            bench.device.album = { Shot.Taken("/album/$it.jpg", CaptureFacts(PhotoSource.ALBUM)) }
            val (_, step) = step(bench)
            val (_, task) = task(bench)
            step.act(CaseDetailAction.ChooseStepPhoto)
            task.act(TasksAction.ChoosePhoto)
            runCurrent()
            assertEquals(
                listOf(1, 1),
                listOf(checkNotNull(step.state.value.openStep).photos.size, (task.state.value.form as TaskForm.Leaving).photos.size),
            )
        }
}
