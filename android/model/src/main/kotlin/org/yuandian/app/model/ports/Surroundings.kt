package org.yuandian.app.model.ports

import kotlinx.coroutines.flow.StateFlow

enum class NetworkKind { NONE, MOBILE, WIFI }

/** Network and power as they are now. */
data class Link(
    val kind: NetworkKind,
    /** Whether bytes cost something. */
    val metered: Boolean,
    val charging: Boolean,
) {
    val online: Boolean get() = kind != NetworkKind.NONE

    companion object {
        val OFFLINE = Link(NetworkKind.NONE, metered = false, charging = false)
    }
}

fun interface NetworkWatch {
    /** The latest, and every change of it. */
    fun link(): StateFlow<Link>
}

/** Time. */
interface WallClock {
    /** Ms since 1970 by this phone, which may be wrong by years. */
    fun nowMs(): Long

    /** Ms since the phone was started: never goes back, begins anew with the phone. */
    fun sinceStartMs(): Long
}

/** Small settings of this installation: durable when [put] returns. */
interface KeyValues {
    suspend fun get(key: String): String?

    /** None removes it. False where the phone is full. */
    suspend fun put(
        key: String,
        value: String?,
    ): Boolean
}

/** Somebody's own settings, beside those of the others on the same phone. */
class Prefixed(
    private val under: KeyValues,
    private val prefix: String,
) : KeyValues {
    override suspend fun get(key: String) = under.get("$prefix.$key")

    override suspend fun put(
        key: String,
        value: String?,
    ) = under.put("$prefix.$key", value)
}

/** Folders and files of the app. */
interface Files {
    /** The folder of one person's data. */
    fun home(person: String): String

    /** A path for a file that is to leave the app, of this name. */
    fun outgoing(name: String): String

    /** Writes a text there. */
    suspend fun writeText(
        path: String,
        text: String,
    ): FileOutcome

    /** Offers files to other apps, all to the one that is chosen. */
    suspend fun share(vararg paths: String): FileOutcome

    /** Free bytes, where the system says. */
    suspend fun freeBytes(): Long?

    /** Whole files that were taken or chosen for this owner and not removed: the app was ended, or the phone was full. The first first. */
    suspend fun left(owner: String): List<String>

    /** Removes a file that was only for the way, such as a picture that is in its draft now. */
    suspend fun remove(path: String)
}

enum class FileOutcome { DONE, CANCELLED, FULL, REFUSED }
