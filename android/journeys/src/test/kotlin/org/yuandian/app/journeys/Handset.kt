package org.yuandian.app.journeys

import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.runBlocking
import org.yuandian.app.gateway.CorePhones
import org.yuandian.app.gateway.RealWorld
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Position
import org.yuandian.app.model.fake.FakePlatform
import org.yuandian.app.model.orNull
import org.yuandian.app.model.people.Roster
import org.yuandian.app.model.ports.Files
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.Link
import org.yuandian.app.model.ports.Platform
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.model.store.App
import org.yuandian.app.ui.root.YuandianApp
import java.nio.file.Path
import kotlin.io.path.createDirectories

/** Rounds of the PIN's key: few, a test has no hours. */
private const val ITERATIONS = 1_000

/** One phone: everything but its sensors is real. What it keeps outlives the app that runs on it. */
class Handset(
    private val folder: Path,
    world: RealWorld,
    private val screen: Screen,
) {
    private val air = Air(world.address)
    private val surroundings = FakePlatform(elapsedMs = { System.currentTimeMillis() - FakePlatform.START_MS })
    private val fixes = MutableStateFlow<Fix>(Fix.Searching)
    private val platform = homed(surroundings.platform)
    private var scope = CoroutineScope(screen + SupervisorJob())
    private var app by mutableStateOf<App?>(null)

    /** What the phone is told as the server's address. */
    val server: String get() = air.address

    init {
        folder.createDirectories()
        surroundings.fixes = fixes
        surroundings.shot = { number -> Shot.Taken(numberedPhoto(folder, number).toString(), CaptureFacts(PhotoSource.CAMERA)) }
    }

    /** The receiver finds this place; none: it goes on searching. */
    fun stands(at: Position?) {
        fixes.value = at?.let { Fix.Found(it, "gps", mock = false, atMs = System.currentTimeMillis()) } ?: Fix.Searching
    }

    /** Airplane mode for a moment; of a phone that is in it nothing can be cut. */
    fun blinks() {
        if (surroundings.link.value == Link.OFFLINE) return
        airplane(true)
        airplane(false)
    }

    fun airplane(on: Boolean) {
        air.switch(!on)
        surroundings.link.value = if (on) Link.OFFLINE else FakePlatform.WIFI
    }

    /** The app is opened; [saved] as the system kept it. */
    fun opens(saved: String? = null) {
        scope = CoroutineScope(screen + SupervisorJob())
        val opened = App(platform, Roster(platform, iterations = ITERATIONS), CorePhones(), scope)
        runBlocking(screen) {
            opened.looked(at = true)
            opened.start(saved)
            app = opened
        }
    }

    /** The person has looked at something else and comes back. */
    fun returns() =
        runBlocking(screen) {
            app?.looked(at = false)
            app?.looked(at = true)
        }

    /** The id of whoever has signed in. */
    fun user(): String? =
        app
            ?.session
            ?.value
            ?.person
            ?.value
            ?.user
            ?.value

    /** The first photo of a case. */
    fun photo(case: CaseId): FileHash =
        runBlocking(screen) {
            val cases = checkNotNull(app?.session?.value).phone.cases
            checkNotNull(cases.case(case).orNull()).photos.first().hash
        }

    /** Who is where, as the system keeps it while the app is in the background. */
    fun saved(): String? = app?.save()

    /** The app goes out of sight, and some time after that the system ends it: nothing of it runs on, and what was not written is gone. */
    fun dies() {
        val session = app?.session?.value
        runBlocking(screen) {
            app?.looked(at = false)
            session?.write()
        }
        scope.cancel()
        runBlocking(screen) {
            app = null
            session?.phone?.close()
        }
    }

    fun ends() {
        dies()
        air.close()
    }

    @Composable
    fun Drawn() {
        val running = app ?: return
        key(running) { YuandianApp(running) }
    }

    private fun homed(plain: Platform) =
        Platform(
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
            screens = plain.screens,
            clipboard = plain.clipboard,
            touch = plain.touch,
            vault = plain.vault,
            random = plain.random,
        )
}
