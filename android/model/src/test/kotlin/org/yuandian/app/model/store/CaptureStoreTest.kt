package org.yuandian.app.model.store

import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNotSame
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Role
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.fake.FakePhone
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.model.store.Bench.Companion.opens
import org.yuandian.app.model.store.Bench.Companion.snap
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaptureNeed
import org.yuandian.app.screens.CaptureState
import org.yuandian.app.screens.NoPlaceReason
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.PlaceState
import org.yuandian.app.screens.VoiceState
import org.yuandian.app.screens.WorkState

class CaptureStoreTest {
    private suspend fun drafts(session: Session) =
        session.phone.drafts
            .drafts()
            .orNull()
            .orEmpty()

    private fun receipt(state: CaptureState) = checkNotNull(state.receipt) { "it was not submitted: ${state.missing}" }

    @Test
    fun what_is_typed_is_written_within_half_a_second_however_long_somebody_types() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val store = CaptureStore(session)
            store.act(CaptureAction.EditText("路"))
            advanceTimeBy(500)
            assertEquals("路", drafts(session).single().entered.text)
            val text = StringBuilder("路")
            repeat(30) {
                text.append('灯')
                store.act(CaptureAction.EditText(text.toString()))
                advanceTimeBy(100)
                val written = drafts(session).single().entered.text
                assertTrue(text.length - written.length <= 5, "${text.length} ${written.length}")
            }
            advanceTimeBy(500)
            assertEquals(text.toString(), drafts(session).single().entered.text)
            assertTrue((session.phone as FakePhone).drafts.saves < 15, "and not at every letter")
        }

    @Test
    fun a_photo_is_in_the_draft_without_network_invitation_or_fix() =
        runTest {
            val bench = Bench(this)
            bench.offline()
            bench.device.fixes = flow { awaitCancellation() }
            val session = bench.session(role = null)
            val store = CaptureStore(session)
            store.act(CaptureAction.TakePhoto)
            runCurrent()
            assertEquals(1, drafts(session).single().photos.size)
            assertEquals(1, store.state.value.photos.size)
            assertEquals(PlaceState.Searching, store.state.value.place)
        }

    @Test
    fun a_photo_is_in_the_draft_even_if_the_screen_is_gone_when_the_camera_gives_it() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val store = CaptureStore(session)
            val taken = bench.device.shot
            bench.device.shot = { number ->
                store.close()
                taken(number)
            }
            store.act(CaptureAction.TakePhoto)
            runCurrent()
            assertEquals(1, drafts(session).single().photos.size)
        }

    @Test
    fun the_screen_stays_the_same_when_its_draft_is_begun_and_another_report_has_another() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val navigator = session.navigator
            navigator.open(Route.Capture())
            val screen = session.screens.name(navigator.routes.value.top)
            val store = session.screens.store(Route.Capture()) { CaptureStore(session) }
            store.act(CaptureAction.EditText("路灯不亮"))
            advanceTimeBy(500)
            val top = navigator.routes.value.top
            assertEquals(Route.Capture(drafts(session).single().id), top)
            assertEquals(screen, session.screens.name(top))
            assertSame(store, session.screens.store(top) { CaptureStore(session) })
            store.act(CaptureAction.Another)
            assertEquals(Route.Capture(), navigator.routes.value.top)
            assertNotSame(store, session.screens.store(Route.Capture()) { CaptureStore(session) })
        }

    @Test
    fun after_the_end_of_the_process_the_draft_is_open_again_as_it_was() =
        runTest {
            val bench = Bench(this)
            bench.device.fixes = flowOf(Fix.Denied)
            val first = bench.session(Role.RESIDENT)
            first.navigator.open(Route.Capture())
            val store = CaptureStore(first)
            store.act(CaptureAction.TakePhoto)
            runCurrent()
            store.act(CaptureAction.NoPlace)
            store.act(CaptureAction.ChooseNoPlace(NoPlaceReason.INDOORS))
            store.act(CaptureAction.EditPlaceWords("地下车库"))
            store.act(CaptureAction.EditText("漏水"))
            store.act(CaptureAction.SetUrgent(true))
            advanceTimeBy(500)
            val saved =
                first.navigator.routes.value
                    .save()
            bench.phones.kill("/none")
            bench.phones.kill("a")
            val second = bench.session(Role.RESIDENT, saved = saved)
            val route = second.navigator.routes.value.top as Route.Capture
            val restored = CaptureStore(second, route.draft)
            runCurrent()
            val state = restored.state.value
            assertTrue(state.recovered)
            assertEquals("漏水", state.text)
            assertTrue(state.urgent)
            assertEquals(1, state.photos.size)
            assertEquals(PlaceState.None(NoPlaceReason.INDOORS, "地下车库"), state.place)
            assertEquals(emptyList<CaptureNeed>(), state.missing)
        }

    @Test
    fun submitted_without_a_network_it_is_on_this_phone_and_later_delivered() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            bench.offline()
            val store = CaptureStore(session)
            store.act(CaptureAction.TakePhoto)
            store.act(CaptureAction.EditText("路灯不亮"))
            advanceTimeBy(500)
            store.act(CaptureAction.Submit)
            runCurrent()
            val receipt = receipt(store.state.value)
            val id = CaseId(receipt.caseId)
            assertEquals(WorkState.OnPhone, receipt.work)
            assertEquals(id.receipt, receipt.number)
            assertEquals(emptyList<Any>(), drafts(session))
            assertEquals(SyncState.SAVED, bench.stateOf(session, id))
            assertEquals(1, session.frame(Route.Home).pill?.waiting)
            bench.online()
            advanceTimeBy(5_000)
            assertEquals(SyncState.DELIVERED, bench.stateOf(session, id))
            assertNull(session.frame(Route.Home).pill)
            assertNotNull(session.settings.settings.value.lastSuccessMs)
            assertEquals(1, bench.device.asked, "and only now the right to notify was asked for")
        }

    @Test
    fun before_an_invitation_it_is_kept_whole_and_goes_out_with_it() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(role = null)
            val store = CaptureStore(session)
            store.act(CaptureAction.TakePhoto)
            runCurrent()
            store.act(CaptureAction.Submit)
            runCurrent()
            val receipt = receipt(store.state.value)
            assertEquals(WorkState.OnPhone, receipt.work)
            assertEquals(Notice.SignInToSend, session.notice.value)
            assertEquals(1, session.frame(Route.Home).pill?.waiting)
            bench.phones.kill("a")
            val later = bench.session(role = null)
            val person =
                checkNotNull(
                    later.phone.identity
                        .enroll(Bench.SERVER, bench.city.invite(Role.RESIDENT), "居民")
                        .orNull(),
                )
            later.enrolled(person)
            advanceTimeBy(5_000)
            assertEquals(SyncState.DELIVERED, bench.stateOf(later, CaseId(receipt.caseId)))
            assertEquals(emptySet<CaseId>(), later.wanted.drafts.value)
        }

    @Test
    fun only_types_that_were_used_here_are_said_to_have_been() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val first = CaptureStore(session)
            advanceTimeBy(1_000)
            assertEquals(emptyList<Any>(), first.state.value.type.recent)
            session.phone.opens(snap("路灯不亮"))
            val second = CaptureStore(session)
            advanceTimeBy(1_000)
            assertEquals(
                listOf("case.snap"),
                second.state.value.type.recent
                    .map { it.id },
            )
        }

    @Test
    fun a_full_phone_says_so_and_what_was_typed_is_written_as_soon_as_there_is_room() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            bench.phones.fill("a")
            val store = CaptureStore(session)
            store.act(CaptureAction.EditText("路灯"))
            advanceTimeBy(500)
            assertEquals(Notice.StorageFull, session.notice.value)
            bench.phones.fill("a", full = false)
            store.act(CaptureAction.EditText("路灯不亮"))
            advanceTimeBy(500)
            assertEquals("路灯不亮", drafts(session).single().entered.text)
        }

    @Test
    fun no_room_for_photos_is_no_end_to_writing() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            bench.phones.fillForPhotos("a")
            val store = CaptureStore(session)
            store.act(CaptureAction.TakePhoto)
            runCurrent()
            assertTrue(session.notice.value is Notice.PhotosFull)
            store.act(CaptureAction.EditText("路灯不亮"))
            advanceTimeBy(500)
            assertEquals("路灯不亮", drafts(session).single().entered.text)
        }

    @Test
    fun the_receiver_is_asked_only_while_the_screen_is_there_and_a_better_fix_replaces_a_worse() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            bench.device.fixes =
                flow {
                    for (accuracy in listOf(80, 30, 200)) {
                        emit(Fix.Found(Bench.HERE.copy(accuracyM = accuracy), "gps", null, 0))
                        kotlinx.coroutines.delay(1_000)
                    }
                    awaitCancellation()
                }
            val store = CaptureStore(session)
            advanceTimeBy(500)
            assertEquals(80, (store.state.value.place as PlaceState.Fixed).accuracyM)
            advanceTimeBy(4_000)
            assertEquals(30, (store.state.value.place as PlaceState.Fixed).accuracyM)
            assertEquals(1, bench.device.listening)
            store.close()
            runCurrent()
            assertEquals(0, bench.device.listening)
        }

    @Test
    fun without_a_fix_the_search_ends_by_itself() =
        runTest {
            val bench = Bench(this)
            bench.device.fixes = flow { awaitCancellation() }
            val store = CaptureStore(bench.session(Role.RESIDENT))
            advanceTimeBy(61_000)
            assertEquals(0, bench.device.listening)
            store.act(CaptureAction.Locate)
            runCurrent()
            assertEquals(1, bench.device.listening)
        }

    @Test
    fun a_voice_is_part_of_the_draft_and_can_be_taken_out() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val store = CaptureStore(session)
            store.act(CaptureAction.StartVoice)
            advanceTimeBy(2_200)
            assertEquals(VoiceState.Recording(2_000), store.state.value.voice)
            store.act(CaptureAction.StopVoice)
            advanceTimeBy(1_000)
            assertTrue(store.state.value.voice is VoiceState.Recorded)
            assertEquals(1, drafts(session).single().files.size)
            store.act(CaptureAction.RemoveVoice)
            runCurrent()
            assertEquals(0, drafts(session).single().files.size)
        }

    @Test
    fun a_screen_that_was_only_looked_at_leaves_no_draft() =
        runTest {
            val bench = Bench(this)
            bench.device.shot = { Shot.Cancelled }
            val session = bench.session(Role.RESIDENT)
            val store = CaptureStore(session)
            store.act(CaptureAction.TakePhoto)
            runCurrent()
            store.close()
            runCurrent()
            assertEquals(emptyList<Any>(), drafts(session))
        }

    @Test
    fun leaving_in_the_middle_of_a_word_loses_nothing() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val store = CaptureStore(session)
            store.act(CaptureAction.EditText("路灯不"))
            store.close()
            runCurrent()
            assertEquals("路灯不", drafts(session).single().entered.text)
        }

    @Test
    fun a_grid_worker_chooses_the_type_and_it_is_asked_for_until_then() =
        runTest {
            val session = Bench(this).session(Role.GRID_WORKER)
            val store = CaptureStore(session)
            runCurrent()
            assertTrue(CaptureNeed.TYPE in store.state.value.missing)
            store.act(CaptureAction.SearchType("垃圾"))
            runCurrent()
            val found = store.state.value.type.found
            assertEquals(listOf("case.city.E06010"), found.map { it.id })
            store.act(CaptureAction.ChooseType(found.single().id))
            runCurrent()
            assertFalse(CaptureNeed.TYPE in store.state.value.missing)
            assertEquals(2, store.state.value.photosWanted)
            assertEquals(
                listOf("address", "amount"),
                store.state.value.fields
                    .map { it.key },
            )
        }

    @Test
    fun airplane_mode_at_any_step_ends_in_the_same_report() =
        runTest {
            val steps =
                listOf<CaptureAction>(
                    CaptureAction.TakePhoto,
                    CaptureAction.EditText("井盖缺失"),
                    CaptureAction.SetUrgent(true),
                    CaptureAction.Keep,
                    CaptureAction.Submit,
                )
            for (off in 0..steps.size) {
                val bench = Bench(this)
                val session = bench.session(Role.RESIDENT)
                val store = CaptureStore(session)
                runCurrent()
                steps.forEachIndexed { at, step ->
                    if (at == off) bench.offline()
                    store.act(step)
                    advanceTimeBy(450)
                }
                if (off == steps.size) bench.offline()
                val id = CaseId(receipt(store.state.value).caseId)
                bench.online()
                advanceTimeBy(10_000)
                assertEquals(SyncState.DELIVERED, bench.stateOf(session, id), "switched at $off")
                val case =
                    checkNotNull(
                        session.phone.cases
                            .case(id)
                            .orNull(),
                    )
                assertEquals(listOf("井盖缺失", "high"), listOf(case.text, case.fields.first { it.key == "severity" }.value))
                assertEquals(listOf(true), case.photos.map { it.stored })
            }
        }

    @Test
    fun text_with_marks_emoji_and_two_thousand_letters_comes_back_as_it_was() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            for (text in listOf("\u202Eتجربة\u200F 👩‍👩‍👧‍👦 路灯", "字".repeat(2_000))) {
                val store = CaptureStore(session)
                store.act(CaptureAction.EditText(text))
                advanceTimeBy(500)
                assertEquals(text, drafts(session).first { it.id.value == store.state.value.draftId }.entered.text)
            }
        }
}
