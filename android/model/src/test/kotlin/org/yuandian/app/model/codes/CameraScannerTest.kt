package org.yuandian.app.model.codes

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.yuandian.app.model.fake.CodePhoto
import org.yuandian.app.model.fake.CodePhoto.Companion.taken
import org.yuandian.app.model.fake.FakePhones
import org.yuandian.app.model.fake.FakePlatform
import org.yuandian.app.model.people.Roster
import org.yuandian.app.model.ports.Picture
import org.yuandian.app.model.ports.PictureReader
import org.yuandian.app.model.ports.Scan
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.model.store.App

class CameraScannerTest {
    private val device = FakePlatform()
    private val code by lazy { checkNotNull(Codes.drawn("https://city.example/#7K3M")).taken(CodePhoto(degrees = 12.0)) }

    private fun TestScope.scanner(reader: PictureReader = PictureReader { _, _ -> code }) =
        CameraScanner(device.platform.camera, device.platform.files, reader, StandardTestDispatcher(testScheduler))

    @Test
    fun a_code_is_read_from_one_picture_that_does_not_stay() =
        runTest {
            val looked = mutableListOf<Pair<String, Int>>()
            val reader =
                PictureReader { path, sideMax ->
                    looked += path to sideMax
                    code
                }
            assertEquals(Scan.Read("https://city.example/#7K3M"), scanner(reader).scan())
            assertEquals(listOf("/camera/1.jpg" to CameraScanner.SIDE_MAX), looked)
            assertEquals(emptySet<String>(), device.incoming)
        }

    @Test
    fun a_picture_without_a_code_and_one_that_cannot_be_read_do_not_stay_either() =
        runTest {
            for (picture in listOf(Picture(60, 60, IntArray(3_600)), null)) {
                assertEquals(Scan.NoCode, scanner { _, _ -> picture }.scan())
                assertEquals(emptySet<String>(), device.incoming)
            }
        }

    @Test
    fun what_the_camera_cannot_give_is_what_the_scan_cannot() =
        runTest {
            val ends =
                mapOf(
                    Shot.Cancelled to Scan.Cancelled,
                    Shot.Denied to Scan.Denied,
                    Shot.Unavailable to Scan.Unavailable,
                    Shot.StorageFull to Scan.StorageFull,
                )
            val scanned =
                ends.mapValues { (shot, _) ->
                    device.shot = { shot }
                    scanner().scan()
                }
            assertEquals(ends, scanned)
        }

    @Test
    fun a_second_touch_opens_no_second_camera() =
        runTest {
            val looking = CompletableDeferred<Picture>()
            val scanner = scanner { _, _ -> looking.await() }
            val first = async { scanner.scan() }
            runCurrent()
            assertEquals(Scan.Cancelled, scanner.scan())
            looking.complete(code)
            assertEquals(Scan.Read("https://city.example/#7K3M"), first.await())
            assertEquals(Scan.Read("https://city.example/#7K3M"), scanner.scan(), "one after the other is no second touch")
        }

    @Test
    fun whoever_leaves_while_it_is_read_leaves_no_picture() =
        runTest {
            val scanner = scanner { _, _ -> CompletableDeferred<Picture>().await() }
            val scan = launch { scanner.scan() }
            runCurrent()
            assertEquals(1, device.incoming.size)
            scan.cancelAndJoin()
            assertEquals(emptySet<String>(), device.incoming)
        }

    @Test
    fun a_picture_whose_app_was_ended_before_it_came_is_gone_when_the_app_is_opened_again_and_no_other() =
        runTest {
            device.came(CameraScanner.OWNER, "/camera/of-a-dead-app.jpg")
            device.came("a-draft", "/camera/of-a-draft.jpg")
            val phones = FakePhones(nowMs = device.clock::nowMs)
            val roster = Roster(device.platform, StandardTestDispatcher(testScheduler), iterations = 10)
            App(device.platform, roster, phones, backgroundScope).start(null)
            assertEquals(setOf("/camera/of-a-draft.jpg"), device.incoming)
        }
}
