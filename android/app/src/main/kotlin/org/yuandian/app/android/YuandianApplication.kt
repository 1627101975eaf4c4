package org.yuandian.app.android

import android.app.Application
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.launch
import org.yuandian.app.gateway.CorePhones
import org.yuandian.app.model.Language
import org.yuandian.app.model.codes.CameraScanner
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.people.Roster
import org.yuandian.app.model.ports.Platform
import org.yuandian.app.model.store.App
import org.yuandian.app.model.strings.Strings
import java.io.File

/** The process: one of everything, made at the first use. A rotation changes nothing of it. */
class YuandianApplication : Application() {
    /** As long as the process, on the screen's thread: stores change their state there. */
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    val front by lazy { Front(this) }
    val app by lazy { App(platform, Roster(platform), phones, scope, roots) }
    val background by lazy { Background(platform, phones, previews, HttpSender(roots), File(cacheDir, "upload.part").path, roots) }

    private val files by lazy { AppFiles(this, front) }
    private val previews by lazy { Previews(cacheDir) }
    private var isBegun = false

    private val core by lazy { CorePhones(KeystoreKeys()) }
    private val phones by lazy { SharedPhones(core) }

    /** Certificates of cities that run their own authority, beside the system's: DER files of the build. */
    private val roots: List<ByteArray> by lazy {
        assets.list(ROOTS).orEmpty().map { name -> assets.open("$ROOTS/$name").use { it.readBytes() } }
    }

    private val platform by lazy {
        val receiver = Receiver(this, front)
        val hands = Hands(this, front)
        val camera = PhotoTaking(this, front, files.incoming, files.waiting::folderOf, receiver::recent) { strings().takePhoto }
        Platform(
            camera = camera,
            places = receiver,
            voice = Microphone(this, front, files.incoming),
            scanner = CameraScanner(camera, files, ::pointsOf),
            network = Surroundings(this),
            clock = PhoneClock,
            settings = Preferences(this),
            files = files,
            notifier = Notices(this, front, ::strings),
            speech = Voice(this),
            dialer = hands.dialer,
            wayfinder = hands.wayfinder,
            screens = hands.screens,
            clipboard = hands.clipboard,
            touch = hands.touch,
            vault = KeystoreVault(),
            random = PhoneRandom,
        )
    }

    override fun onCreate() {
        super.onCreate()
        PullJob.schedule(this)
    }

    /** The first screen of this process. [routes]: what the system kept of the last one. A second call does nothing. */
    fun begin(routes: String?) {
        if (isBegun) return
        isBegun = true
        scope.launch { app.start(routes) }
        scope.launch {
            app.session.filterNotNull().collectLatest { session ->
                previews.serve(session.phone.platform)
                session.happenings.collect {
                    if (it is Happening.PreviewNeeded ||
                        it is Happening.Missed
                    ) {
                        previews.serve(session.phone.platform)
                    }
                }
            }
        }
    }

    /** The version of the core that is loaded; empty where there is none that fits. */
    suspend fun library(): String = core.version().orEmpty()

    private fun strings(): Strings = app.session.value?.strings ?: Strings.of(Language.ZH_HANS)

    private companion object {
        const val ROOTS = "roots"
    }
}
