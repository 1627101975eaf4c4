package org.yuandian.app.model.store

import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Role
import org.yuandian.app.model.fake.FakePlatform
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.store.Bench.Companion.snap
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.PhotoAction
import org.yuandian.app.screens.PhotoStanding
import org.yuandian.app.screens.WorkState

class PhotoStoreTest {
    private fun TestScope.settle() = advanceTimeBy(10_000)

    private suspend fun Phone.reports(vararg photos: String): CaseId {
        val id = checkNotNull(drafts.save(null, snap("路灯不亮")).orNull())
        for (path in photos) drafts.addPhoto(id, path, CaptureFacts(PhotoSource.CAMERA))
        checkNotNull(drafts.finish(id).orNull())
        sync.run()
        return id
    }

    /** Somebody else's report on this phone, and the photo that is opened. */
    private suspend fun TestScope.others(
        bench: Bench,
        vararg photos: String,
    ): PhotoStore {
        val id = bench.other("author", Role.GRID_WORKER).reports(*photos)
        val session = bench.session(Role.GRID_WORKER)
        settle()
        return opened(session, id)
    }

    private suspend fun TestScope.opened(
        session: Session,
        id: CaseId,
    ): PhotoStore {
        val detail = CaseDetailStore(session, id)
        settle()
        detail.act(
            CaseDetailAction.OpenPhoto(
                detail.state.value.photos
                    .first()
                    .key,
            ),
        )
        val route = session.navigator.routes.value.top as Route.Photo
        return PhotoStore(session, route.id, route.hash).also { settle() }
    }

    @Test
    fun a_touch_on_a_photo_of_a_case_shows_it_large() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val store = opened(session, session.phone.reports("/1.jpg", "/2.jpg"))
            val state = store.state.value
            assertEquals(PhotoStanding.Shown, state.standing)
            assertEquals(listOf(1, 2), listOf(state.number, state.count))
            assertEquals("a" to WorkState.Delivered, state.photo?.let { it.by to it.work })
            assertTrue(
                session.phone.cases
                    .content(FileHash(checkNotNull(state.file)))
                    .orNull() != null,
                "whoever draws finds the file",
            )
        }

    @Test
    fun a_touch_on_a_photo_of_a_draft_shows_the_photo_itself() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            session.navigator.open(Route.Capture())
            val capture = CaptureStore(session)
            capture.act(CaptureAction.TakePhoto)
            settle()
            val key =
                capture.state.value.photos
                    .single()
                    .key
            capture.act(CaptureAction.OpenPhoto(key))
            val route = session.navigator.routes.value.top as Route.Photo
            val store = PhotoStore(session, route.id, route.hash)
            settle()
            assertEquals(PhotoStanding.Shown to key, store.state.value.let { it.standing to it.file })
            store.act(PhotoAction.Unreadable(key))
            settle()
            val small = store.state.value
            assertEquals(PhotoStanding.Unreadable, small.standing)
            assertNotEquals(key, small.file, "the small picture stands for it")
            store.act(PhotoAction.Close)
            assertTrue(session.navigator.routes.value.top is Route.Capture)
        }

    @Test
    fun the_next_photo_begins_whole_and_is_where_the_system_comes_back_to() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val store = opened(session, session.phone.reports("/1.jpg", "/2.jpg"))
            val first = session.navigator.routes.value.top
            store.act(PhotoAction.Zoom(9f))
            assertEquals(4f, store.state.value.zoom)
            store.act(PhotoAction.Previous)
            assertEquals(first, session.navigator.routes.value.top, "there is none before the first")
            store.act(PhotoAction.Next)
            settle()
            assertEquals(2 to 1f, store.state.value.let { it.number to it.zoom })
            assertEquals(PhotoStanding.Shown, store.state.value.standing)
            val saved =
                session.navigator.routes.value
                    .save()
            bench.phones.kill("a")
            val again = bench.session(Role.GRID_WORKER, saved = saved)
            val route = again.navigator.routes.value.top as Route.Photo
            val restored = PhotoStore(again, route.id, route.hash)
            settle()
            assertEquals(2, restored.state.value.number)
        }

    @Test
    fun the_medium_picture_of_somebody_else_is_fetched() =
        runTest {
            val bench = Bench(this)
            bench.device.link.value = FakePlatform.MOBILE
            val store = others(bench, "/1.jpg")
            assertEquals(PhotoStanding.Shown, store.state.value.standing)
            assertEquals(
                "author",
                store.state.value.photo
                    ?.by,
            )
        }

    @Test
    fun without_a_network_it_says_so_and_comes_when_there_is_one() =
        runTest {
            val bench = Bench(this)
            val id = bench.other("author", Role.GRID_WORKER).reports("/1.jpg")
            val session = bench.session(Role.GRID_WORKER)
            settle()
            bench.offline()
            val store = opened(session, id)
            assertEquals(PhotoStanding.NotHere to null, store.state.value.let { it.standing to it.file })
            store.act(PhotoAction.Retry)
            settle()
            assertEquals(PhotoStanding.NotHere, store.state.value.standing)
            bench.online()
            settle()
            assertEquals(PhotoStanding.Shown, store.state.value.standing)
        }

    @Test
    fun an_original_alone_waits_for_wifi_or_for_a_word() =
        runTest {
            val bench = Bench(this)
            val id = bench.other("author", Role.GRID_WORKER).reports("/1.heic")
            val session = bench.session(Role.GRID_WORKER)
            settle()
            bench.device.link.value = FakePlatform.MOBILE
            val store = opened(session, id)
            assertEquals(PhotoStanding.NeedsWifi(3_000_000), store.state.value.standing)
            assertNull(store.state.value.file)
            store.act(PhotoAction.FetchAnyway)
            settle()
            val shown = store.state.value
            assertEquals(PhotoStanding.Shown, shown.standing)
            store.act(PhotoAction.Unreadable(checkNotNull(shown.file)))
            settle()
            assertEquals(PhotoStanding.Unreadable, store.state.value.standing)
        }

    @Test
    fun what_is_no_photo_any_more_is_left() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val id =
                checkNotNull(
                    session.phone.drafts
                        .save(null, snap("积水"))
                        .orNull(),
                )
            val before = session.navigator.routes.value
            session.navigator.open(Route.Photo(id, FileHash("0a".repeat(32))))
            PhotoStore(session, id, FileHash("0a".repeat(32)))
            settle()
            assertEquals(before, session.navigator.routes.value)
        }

    @Test
    fun a_photo_of_a_step_is_only_a_path_and_opens_nothing() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val id = session.phone.reports("/1.jpg")
            bench.city.move(id, "dispatched")
            session.phone.sync.run()
            val store = CaseDetailStore(session, id)
            settle()
            store.act(CaseDetailAction.OpenStep("return_request"))
            store.act(CaseDetailAction.TakeStepPhoto)
            settle()
            val photo =
                checkNotNull(store.state.value.openStep)
                    .photos
                    .single()
            assertEquals(false, photo.opens)
            val before = session.navigator.routes.value
            store.act(CaseDetailAction.OpenPhoto(photo.key))
            assertEquals(before, session.navigator.routes.value)
        }
}
