package org.yuandian.app.model.ports

import org.yuandian.app.model.CaseId
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.Language
import org.yuandian.app.model.Place

/** How loud a notification is. */
enum class Channel { URGENT, MY_MATTERS, NEARBY }

/** What is told outside of the app. */
data class Notification(
    /** The same key replaces the one before. */
    val key: String,
    val channel: Channel,
    val title: String,
    val text: String,
    /** Where it leads: see `Routes.link`. */
    val link: String,
)

enum class NotifyOutcome { SHOWN, DENIED }

interface Notifier {
    suspend fun show(notification: Notification): NotifyOutcome

    /** Asks the system for the right to notify: after the first submission, and not before. */
    suspend fun ask(): NotifyOutcome

    suspend fun remove(key: String)
}

enum class SpeechOutcome { SPOKEN, STOPPED, NO_VOICE }

/** The system's voice. */
interface Speech {
    suspend fun say(
        text: String,
        language: Language,
    ): SpeechOutcome

    fun stop()
}

enum class CallOutcome { DIALLED, NO_PHONE }

/** Opens the dialler with a number; the person presses the button themselves. */
fun interface Dialer {
    suspend fun dial(number: String): CallOutcome
}

/** Opens the system's map at a place. */
fun interface Wayfinder {
    suspend fun show(
        place: Place,
        label: String,
    ): Boolean
}

/** Where only the system, or the app's shop, can set something right. */
enum class SystemScreen { RIGHTS, CLOCK, STORAGE, SHOP }

fun interface SystemScreens {
    /** Opens it. False where this phone has no such screen. */
    suspend fun open(screen: SystemScreen): Boolean
}

fun interface Clipboard {
    fun copy(text: String)
}

/** Haptic signs: one tick when something is kept, two when it is not. */
interface Touch {
    fun kept()

    fun failed()
}

/** Pictures for a screen, the smallest that will do. */
fun interface Pictures {
    /** A JPEG of the photo of a case or draft; none where there is no picture of it. */
    suspend fun jpeg(
        case: CaseId,
        hash: FileHash,
    ): ByteArray?
}
