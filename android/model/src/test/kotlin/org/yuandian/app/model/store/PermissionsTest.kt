package org.yuandian.app.model.store

import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Role
import org.yuandian.app.model.fake.FakePhone
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.NotifyOutcome
import org.yuandian.app.model.ports.Recording
import org.yuandian.app.model.ports.Scan
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.model.store.Bench.Companion.step
import org.yuandian.app.model.store.Bench.Companion.task
import org.yuandian.app.screens.AskAction
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.JoinAction
import org.yuandian.app.screens.NoPlaceReason
import org.yuandian.app.screens.NoScan
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.PlaceState
import org.yuandian.app.screens.SettingsAction
import org.yuandian.app.screens.TaskForm
import org.yuandian.app.screens.TasksAction
import org.yuandian.app.screens.VoiceState

/** Whatever the system refuses: it is said, and there is a way to the same end. */
class PermissionsTest {
    /** Where a right is refused: what is said, and the way that is left. */
    private val table: Map<String, suspend TestScope.(Bench) -> Unit> =
        mapOf(
            "report, camera" to { bench ->
                bench.device.shot = { Shot.Denied }
                report(bench) { session, store ->
                    store.act(CaptureAction.TakePhoto)
                    runCurrent()
                    said(session, Permission.CAMERA)
                    assertEquals("", store.state.value.noPhotoReason)
                    store.act(CaptureAction.EditNoPhotoReason("手机不能拍"))
                }
            },
            "report, location" to { bench ->
                bench.device.fixes = flowOf(Fix.Denied)
                val text =
                    report(bench) { _, store ->
                        assertEquals(PlaceState.Denied, store.state.value.place)
                        store.act(CaptureAction.NoPlace)
                        store.act(CaptureAction.ChooseNoPlace(NoPlaceReason.NOT_ALLOWED))
                        store.act(CaptureAction.EditPlaceWords("幸福路 12 号"))
                        store.act(CaptureAction.TakePhoto)
                    }
                assertEquals("路灯不亮\n地点：幸福路 12 号（无法定位，未允许定位）", text)
            },
            "report, microphone" to { bench ->
                bench.device.voice.first = Recording.Denied
                report(bench) { session, store ->
                    store.act(CaptureAction.StartVoice)
                    runCurrent()
                    said(session, Permission.MICROPHONE)
                    assertEquals(VoiceState.Denied, store.state.value.voice)
                    store.act(CaptureAction.TakePhoto)
                }
            },
            "request, microphone" to { bench ->
                bench.device.voice.first = Recording.Denied
                request(bench) { session, store ->
                    store.act(AskAction.StartVoice)
                    runCurrent()
                    said(session, Permission.MICROPHONE)
                    assertEquals(VoiceState.Denied, store.state.value.voice)
                }
            },
            "request, location" to { bench ->
                bench.device.fixes = flowOf(Fix.Denied)
                request(bench) { session, store -> assertEquals(session.strings.areaNone, store.state.value.area) }
            },
            "step, camera" to { bench ->
                bench.device.shot = { Shot.Denied }
                bench.device.album = { Shot.Taken("/album/$it.jpg", CaptureFacts(PhotoSource.ALBUM)) }
                val (session, store) = step(bench)
                store.act(CaseDetailAction.TakeStepPhoto)
                runCurrent()
                said(session, Permission.CAMERA)
                store.act(CaseDetailAction.ChooseStepPhoto)
                runCurrent()
                assertEquals(
                    1,
                    store.state.value.openStep
                        ?.photos
                        ?.size,
                )
            },
            "task, camera" to { bench ->
                bench.device.shot = { Shot.Denied }
                bench.device.album = { Shot.Taken("/album/$it.jpg", CaptureFacts(PhotoSource.ALBUM)) }
                val (session, store) = task(bench)
                store.act(TasksAction.TakePhoto)
                runCurrent()
                said(session, Permission.CAMERA)
                store.act(TasksAction.ChoosePhoto)
                runCurrent()
                assertEquals(1, (store.state.value.form as TaskForm.Leaving).photos.size)
            },
            "reach, location" to { bench ->
                val allowed = bench.device.fixes
                bench.device.fixes = flowOf(Fix.Denied)
                val session = bench.session(Role.VOLUNTEER)
                val store = SettingsStore(session)
                store.act(SettingsAction.SetReach(true))
                runCurrent()
                said(session, Permission.LOCATION)
                assertFalse(store.state.value.reach.on || (session.phone as FakePhone).disk.homeSet)
                bench.device.fixes = allowed
                store.act(SettingsAction.SetReach(true))
                runCurrent()
                assertTrue(store.state.value.reach.on)
            },
            "invitation, camera" to { bench ->
                bench.device.scan = Scan.Denied
                val session = bench.session(null)
                val store = JoinStore(session, Bench.SERVER)
                store.act(JoinAction.Scan)
                runCurrent()
                assertEquals(Notice.NothingScanned(NoScan.NOT_ALLOWED), session.notice.value)
                store.act(JoinAction.EditInvitation(bench.city.invite(Role.RESIDENT)))
                store.act(JoinAction.EditName("高国营"))
                store.act(JoinAction.Send)
                runCurrent()
                assertNotNull(session.person.value)
            },
            "family, camera" to { bench ->
                bench.device.scan = Scan.Denied
                val other =
                    checkNotNull(
                        bench
                            .other("other", Role.RESIDENT)
                            .identity
                            .person()
                            .orNull(),
                    )
                val session = bench.session(Role.RESIDENT)
                val store = SettingsStore(session)
                store.act(SettingsAction.AddFamily)
                store.act(SettingsAction.ScanFamily)
                runCurrent()
                assertEquals(Notice.NothingScanned(NoScan.NOT_ALLOWED), session.notice.value)
                store.act(SettingsAction.EditFamilyCode("${other.user.value} 高国营"))
                store.act(SettingsAction.ConfirmFamily)
                runCurrent()
                assertEquals(
                    listOf("高国营"),
                    store.state.value.family
                        .map { it.name },
                )
            },
            "notifications" to { bench ->
                bench.device.mayNotify = NotifyOutcome.DENIED
                val session = bench.session(Role.RESIDENT)
                repeat(2) {
                    val store = CaptureStore(session)
                    runCurrent()
                    assertEquals(it, bench.device.asked, "not before the first was submitted, and once")
                    store.act(CaptureAction.TakePhoto)
                    store.act(CaptureAction.EditText("路灯不亮"))
                    runCurrent()
                    store.act(CaptureAction.Submit)
                    runCurrent()
                    assertNotNull(store.state.value.receipt)
                    if (it == 0) said(session, Permission.NOTIFICATIONS)
                    session.dismiss()
                    advanceTimeBy(10_000)
                }
                assertEquals(1, bench.device.asked)
                assertEquals(2, bench.city.cases.size, "everything went out all the same")
            },
        )

    @Test
    fun every_right_that_is_refused_is_told_and_leaves_a_way() =
        runTest {
            for ((where, holds) in table) {
                try {
                    holds(Bench(this))
                } catch (failed: AssertionError) {
                    throw AssertionError(where, failed)
                }
            }
        }

    private fun said(
        session: Session,
        permission: Permission,
    ) = assertEquals(Notice.PermissionDenied(permission), session.notice.value)

    /** A report that is submitted in the end; what it says then. */
    private suspend fun TestScope.report(
        bench: Bench,
        act: (Session, CaptureStore) -> Unit,
    ): String? {
        val session = bench.session(Role.RESIDENT)
        val store = CaptureStore(session)
        runCurrent()
        act(session, store)
        store.act(CaptureAction.EditText("路灯不亮"))
        runCurrent()
        store.act(CaptureAction.Submit)
        runCurrent()
        val receipt = checkNotNull(store.state.value.receipt) { "${store.state.value.missing}" }
        return session.phone.cases
            .case(CaseId(receipt.caseId))
            .orNull()
            ?.text
    }

    /** A request for help that is published in the end. */
    private suspend fun TestScope.request(
        bench: Bench,
        act: (Session, AskStore) -> Unit,
    ) {
        val session = bench.session(Role.RESIDENT)
        val store = AskStore(session)
        runCurrent()
        store.act(AskAction.ChooseKind("help.errand"))
        runCurrent()
        act(session, store)
        store.act(AskAction.EditText("买菜"))
        runCurrent()
        store.act(AskAction.Next)
        store.act(AskAction.Publish)
        runCurrent()
        assertNotNull(store.state.value.receipt, "${store.state.value.missing}")
    }
}
