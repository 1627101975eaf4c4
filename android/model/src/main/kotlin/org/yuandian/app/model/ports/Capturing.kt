package org.yuandian.app.model.ports

import kotlinx.coroutines.flow.Flow
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.Position

/** A picture that was asked for. */
sealed interface Shot {
    /** The file is whole and on disk; it is only read from now on. */
    data class Taken(
        val path: String,
        val facts: CaptureFacts,
    ) : Shot

    data object Cancelled : Shot

    /** The system gives no camera to this app: an old picture can be chosen, or a reason given. */
    data object Denied : Shot

    /** There is no camera, or another app holds it. */
    data object Unavailable : Shot

    data object StorageFull : Shot
}

/** The app's own camera and the phone's album. It never waits for a network or a fix. */
interface Camera {
    /** [owner]: whose the file is until it is removed, for [Files.left]. */
    suspend fun take(owner: String = ""): Shot

    suspend fun choose(owner: String = ""): Shot
}

/** What the receiver says. */
sealed interface Fix {
    data object Searching : Fix

    data class Found(
        val position: Position,
        /** `gps`, `network`, `fused` … */
        val provider: String,
        /** Whether the system says that another app made it up; none where it does not say. */
        val mock: Boolean? = null,
        val atMs: Long,
    ) : Fix

    data object Denied : Fix

    /** Location is switched off, or there is no receiver. */
    data object Unavailable : Fix
}

/** The receiver. It runs while somebody collects, and at no other time. */
fun interface PlaceFinder {
    /** Better and better ones, until nobody collects. [Fix.Denied] and [Fix.Unavailable] end it. */
    fun fixes(): Flow<Fix>
}

/** A voice being recorded. */
sealed interface Recording {
    /** So many ms are there. */
    data class Going(
        val ms: Long,
    ) : Recording

    /** The file is whole. */
    data class Ended(
        val path: String,
        val ms: Long,
    ) : Recording

    data object Denied : Recording

    data object Unavailable : Recording

    data object StorageFull : Recording
}

/** The microphone. It ends by itself after [LONGEST_MS]. */
interface VoiceRecorder {
    /** Records while it is collected: some [Recording.Going], then one of the others as the last. */
    fun record(): Flow<Recording>

    /** Ends the recording under way, which then gives [Recording.Ended]. */
    fun stop()

    companion object {
        const val LONGEST_MS = 3 * 60_000L
    }
}

/** Points of a picture, row by row from the top: 0xAARRGGBB each. */
class Picture(
    val width: Int,
    val height: Int,
    val argb: IntArray,
)

/** What a picture's file holds. */
fun interface PictureReader {
    /** At most [sideMax] px wide and high, however large the file is; none for what is no picture. */
    suspend fun read(
        path: String,
        sideMax: Int,
    ): Picture?
}

/** A code on paper or on another phone. */
sealed interface Scan {
    data class Read(
        val text: String,
    ) : Scan

    /** There is no code on the picture, or none that can be read. */
    data object NoCode : Scan

    data object Cancelled : Scan

    data object Denied : Scan

    /** There is no camera, or another app holds it. */
    data object Unavailable : Scan

    data object StorageFull : Scan
}

/** Reads a code with the camera. Whoever cannot use it types what the code says. */
fun interface Scanner {
    suspend fun scan(): Scan
}
