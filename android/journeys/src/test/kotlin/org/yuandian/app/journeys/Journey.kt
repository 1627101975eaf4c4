package org.yuandian.app.journeys

import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.printToString
import androidx.compose.ui.test.runDesktopComposeUiTest
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.runBlocking
import org.yuandian.app.gateway.CorePhones
import org.yuandian.app.gateway.RealWorld
import org.yuandian.app.gateway.ScreenThread
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.fake.FakePlatform
import org.yuandian.app.model.people.Roster
import org.yuandian.app.model.ports.Files
import org.yuandian.app.model.ports.Link
import org.yuandian.app.model.ports.Platform
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.model.store.App
import org.yuandian.app.screens.words.ScreenWords
import org.yuandian.app.screens.words.ScreenWordsZh
import org.yuandian.app.ui.root.YuandianApp
import java.nio.file.Files.copy
import java.nio.file.Files.createDirectories
import java.nio.file.Path
import java.nio.file.StandardCopyOption

/** Longer than anything on a slow machine; a journey that waits so long has failed. */
private const val WAIT_MS = 60_000L
private const val WIDTH = 420
private const val HEIGHT = 900

/**
 * One phone in somebody's hand: everything but its sensors is real.
 *
 * Tests find things as people do, by the words on them; a thing that is further down is scrolled to.
 */
class Journey(
    private val folder: Path,
    private val world: RealWorld,
    private val test: ComposeUiTest,
    private val screen: ScreenThread,
) {
    val words: ScreenWords = ScreenWordsZh
    val fake = FakePlatform(elapsedMs = { System.currentTimeMillis() - FakePlatform.START_MS })
    private val scope = CoroutineScope(screen + SupervisorJob())
    private val platform = homed(fake.platform, folder)
    val app = App(platform, Roster(platform, iterations = 1_000), CorePhones(mayStayPlain = true), scope)

    init {
        fake.shot = { number ->
            val file = folder.resolve("camera-$number.jpg")
            createDirectories(folder)
            copy(Path.of(RealWorld.PHOTO), file, StandardCopyOption.REPLACE_EXISTING)
            Shot.Taken(file.toString(), CaptureFacts(PhotoSource.CAMERA))
        }
    }

    /** The app is opened; [saved] as the system kept it. */
    fun opens(saved: String? = null) {
        runBlocking(scope.coroutineContext) { app.start(saved) }
        test.setContent { YuandianApp(app) }
    }

    /** Presses what bears these words. */
    fun taps(text: String) {
        val what = shows(text) and hasClickAction()
        comes(what, "to press: $text")
        test.onAllNodes(what)[0].performClick()
    }

    /** Writes into the field of this label. */
    fun writes(
        label: String,
        text: String,
    ) {
        val field = shows(label) and hasSetTextAction()
        comes(field, "to write in: $label")
        test.onAllNodes(field)[0].performTextInput(text)
    }

    /** Waits until these words are there. */
    fun sees(text: String) = comes(shows(text), text)

    fun airplane(on: Boolean) {
        fake.link.value = if (on) Link.OFFLINE else FakePlatform.WIFI
        if (on) world.cut() else world.mend()
    }

    /** The longest that the screen's thread was held up, ms. */
    val longestMs: Double get() = screen.longestMs

    fun ends() {
        runBlocking(scope.coroutineContext) { app.lock() }
        scope.cancel()
    }

    private fun shows(text: String) = hasText(text, substring = true) or hasContentDescription(text, substring = true)

    private fun comes(
        what: SemanticsMatcher,
        said: String,
    ) {
        val here = { test.onAllNodes(what).fetchSemanticsNodes().isNotEmpty() }
        try {
            test.waitUntil(said, WAIT_MS) { here() || scrolledTo(what) }
        } catch (late: Throwable) {
            throw AssertionError("not there: $said\n" + test.onRoot().printToString(), late)
        }
    }

    private fun scrolledTo(what: SemanticsMatcher): Boolean {
        val lists = test.onAllNodes(hasScrollAction())
        return lists.fetchSemanticsNodes().indices.any { runCatching { lists[it].performScrollToNode(what) }.isSuccess }
    }

    private fun homed(
        plain: Platform,
        folder: Path,
    ) = Platform(
        camera = plain.camera,
        places = plain.places,
        voice = plain.voice,
        scanner = plain.scanner,
        network = plain.network,
        clock = plain.clock,
        settings = plain.settings,
        files =
            object : Files by plain.files {
                override fun home(person: String) = folder.resolve("home-$person").toString()

                override fun outgoing(name: String) = folder.resolve(name).toString()
            },
        notifier = plain.notifier,
        speech = plain.speech,
        dialer = plain.dialer,
        wayfinder = plain.wayfinder,
        clipboard = plain.clipboard,
        touch = plain.touch,
        vault = plain.vault,
        random = plain.random,
    )
}

/** Plays a journey on one phone against a server of its own. */
fun journey(
    folder: Path,
    play: Journey.(RealWorld) -> Unit,
) = RealWorld(folder.resolve("world")).use { world ->
    ScreenThread().use { screen ->
        runDesktopComposeUiTest(WIDTH, HEIGHT) {
            val journey = Journey(folder.resolve("phone"), world, this, screen)
            try {
                journey.play(world)
                println("yuandian: journey: longest on the screen's thread ${journey.longestMs} ms")
            } finally {
                journey.ends()
            }
        }
    }
}
