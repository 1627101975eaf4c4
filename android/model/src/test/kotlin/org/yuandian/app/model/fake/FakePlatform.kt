package org.yuandian.app.model.fake

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.emptyFlow
import kotlinx.coroutines.flow.flow
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.Language
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Place
import org.yuandian.app.model.ports.CallOutcome
import org.yuandian.app.model.ports.Camera
import org.yuandian.app.model.ports.FileOutcome
import org.yuandian.app.model.ports.Files
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.KeyValues
import org.yuandian.app.model.ports.Link
import org.yuandian.app.model.ports.NetworkKind
import org.yuandian.app.model.ports.Notification
import org.yuandian.app.model.ports.Notifier
import org.yuandian.app.model.ports.NotifyOutcome
import org.yuandian.app.model.ports.Platform
import org.yuandian.app.model.ports.Recording
import org.yuandian.app.model.ports.Scan
import org.yuandian.app.model.ports.SecretVault
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.model.ports.Speech
import org.yuandian.app.model.ports.SpeechOutcome
import org.yuandian.app.model.ports.SystemScreen
import org.yuandian.app.model.ports.Touch
import org.yuandian.app.model.ports.Vaulted
import org.yuandian.app.model.ports.VoiceRecorder
import org.yuandian.app.model.ports.WallClock
import kotlin.random.Random

/** A phone's surroundings in memory, to be set by a test. */
class FakePlatform(
    /** Ms of virtual time; the clock begins at [START_MS]. */
    private val elapsedMs: () -> Long = { 0 },
) {
    val values = FakeKeyValues()
    val clock = FakeClock(elapsedMs)
    val link = MutableStateFlow(WIFI)
    val vault = FakeVault()

    /** Files that lie open until they are removed: what was just taken or recorded. */
    val incoming = mutableSetOf<String>()
    val voice = FakeVoice(incoming)

    /** What the camera gives; the number counts pictures. */
    var shot: (Int) -> Shot = { Shot.Taken("/camera/$it.jpg", CaptureFacts(PhotoSource.CAMERA)) }

    /** What the album gives; none: as the camera. */
    var album: ((Int) -> Shot)? = null
    var fixes: Flow<Fix> = emptyFlow()

    /** How many listen to the receiver now. */
    var listening = 0
        private set
    var scan: Scan = Scan.Cancelled
    var mayNotify = NotifyOutcome.SHOWN
    val notified = mutableListOf<Notification>()
    var asked = 0
    val dialled = mutableListOf<String>()
    val copied = mutableListOf<String>()
    val spoken = mutableListOf<String>()
    var voiceOfReader = SpeechOutcome.SPOKEN

    /** One entry each time that files were offered to other apps. */
    val shared = mutableListOf<List<String>>()

    /** Screens of the system that were opened, in order; [hasScreens] false: the phone has none. */
    val opened = mutableListOf<SystemScreen>()
    var hasScreens = true
    val written = mutableMapOf<String, String>()
    val shown = mutableListOf<Place>()
    val felt = mutableListOf<String>()
    private val owners = mutableMapOf<String, String>()
    private var shots = 0
    private val random = Random(1)

    val platform =
        Platform(
            camera =
                object : Camera {
                    override suspend fun take(owner: String) = given(owner, shot)

                    override suspend fun choose(owner: String) = given(owner, album ?: shot)

                    private fun given(
                        owner: String,
                        from: (Int) -> Shot,
                    ): Shot {
                        shots += 1
                        return from(shots).also { if (it is Shot.Taken) came(owner, it.path) }
                    }
                },
            places = {
                flow {
                    listening += 1
                    try {
                        fixes.collect { emit(it) }
                    } finally {
                        listening -= 1
                    }
                }
            },
            voice = voice,
            scanner = { scan },
            network = { link },
            clock = clock,
            settings = values,
            files = FakeFiles(shared, written, incoming, owners),
            notifier = FakeNotifier(),
            speech = FakeSpeech(),
            dialer = { number ->
                dialled += number
                CallOutcome.DIALLED
            },
            wayfinder = { place, _ -> shown.add(place) },
            screens = { screen ->
                if (hasScreens) opened += screen
                hasScreens
            },
            clipboard = { text -> copied += text },
            touch = FakeTouch(),
            vault = vault,
            random = { count -> random.nextBytes(count) },
        )

    /** A file is there that was taken for somebody, whether or not the app lives to hear of it. */
    fun came(
        owner: String,
        path: String,
    ) {
        incoming += path
        owners[path] = owner
    }

    private inner class FakeNotifier : Notifier {
        override suspend fun show(notification: Notification): NotifyOutcome {
            if (mayNotify == NotifyOutcome.SHOWN) notified += notification
            return mayNotify
        }

        override suspend fun ask(): NotifyOutcome {
            asked += 1
            return mayNotify
        }

        override suspend fun remove(key: String) {
            notified.removeAll { it.key == key }
        }
    }

    private inner class FakeSpeech : Speech {
        override suspend fun say(
            text: String,
            language: Language,
        ): SpeechOutcome {
            if (voiceOfReader == SpeechOutcome.SPOKEN) spoken += text
            return voiceOfReader
        }

        override fun stop() = Unit
    }

    private inner class FakeTouch : Touch {
        override fun kept() {
            felt += "kept"
        }

        override fun failed() {
            felt += "failed"
        }
    }

    companion object {
        const val START_MS = 1_764_550_800_000
        val WIFI = Link(NetworkKind.WIFI, metered = false, charging = false)
        val MOBILE = Link(NetworkKind.MOBILE, metered = true, charging = false)
    }
}

class FakeClock(
    private val elapsedMs: () -> Long,
) : WallClock {
    /** How far the clock was set wrong. */
    var wrongByMs = 0L

    /** Virtual time at which the phone was started last. */
    var startedAtMs = 0L

    override fun nowMs() = FakePlatform.START_MS + elapsedMs() + wrongByMs

    override fun sinceStartMs() = elapsedMs() - startedAtMs
}

class FakeKeyValues : KeyValues {
    val values = mutableMapOf<String, String>()
    var full = false

    override suspend fun get(key: String) = values[key]

    override suspend fun put(
        key: String,
        value: String?,
    ): Boolean {
        if (full) return false
        if (value == null) values.remove(key) else values[key] = value
        return true
    }
}

/** Turns bytes round; a real one encrypts them. */
class FakeVault : SecretVault {
    var state: Vaulted? = null

    override suspend fun wrap(secret: ByteArray): Vaulted = state ?: Vaulted.Bytes(secret.reversedArray())

    override suspend fun unwrap(wrapped: ByteArray): Vaulted = state ?: Vaulted.Bytes(wrapped.reversedArray())
}

class FakeVoice(
    private val incoming: MutableSet<String>,
) : VoiceRecorder {
    /** What a recording begins with; another than [Recording.Going] ends it. */
    var first: Recording = Recording.Going(0)

    /** Nothing more can be recorded. */
    var full = false
    private var stopped = CompletableDeferred<Unit>()

    override fun record(): Flow<Recording> =
        flow {
            stopped = CompletableDeferred()
            emit(first)
            if (first !is Recording.Going) return@flow
            var ms = 0L
            while (!stopped.isCompleted && ms < VoiceRecorder.LONGEST_MS) {
                delay(STEP_MS)
                if (full) return@flow emit(Recording.StorageFull)
                ms += STEP_MS
                emit(Recording.Going(ms))
            }
            incoming += "/voice/1.m4a"
            emit(Recording.Ended("/voice/1.m4a", ms))
        }

    override fun stop() {
        stopped.complete(Unit)
    }

    private companion object {
        const val STEP_MS = 500L
    }
}

class FakeFiles(
    private val shared: MutableList<List<String>>,
    private val written: MutableMap<String, String>,
    private val incoming: MutableSet<String>,
    private val owners: Map<String, String>,
) : Files {
    override fun home(person: String) = "/homes/$person"

    override fun outgoing(name: String) = "/out/$name"

    override suspend fun writeText(
        path: String,
        text: String,
    ): FileOutcome {
        written[path] = text
        return FileOutcome.DONE
    }

    override suspend fun share(vararg paths: String): FileOutcome {
        shared += paths.toList()
        return FileOutcome.DONE
    }

    override suspend fun freeBytes(): Long = 4L shl 30

    override suspend fun left(owner: String): List<String> = incoming.filter { owners[it] == owner }

    override suspend fun remove(path: String) {
        incoming -= path
    }
}
