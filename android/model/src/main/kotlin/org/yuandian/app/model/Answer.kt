package org.yuandian.app.model

/** What became of a call through a gateway. Calls throw nothing but cancellation. */
sealed interface Answer<out T> {
    /** It happened. */
    data class Done<T>(
        val value: T,
    ) : Answer<T>

    /** It did not happen, and nothing was changed by it. What was saved before is safe. */
    data class Failed(
        val trouble: Trouble,
    ) : Answer<Nothing>
}

/** The value, or nothing. */
fun <T> Answer<T>.orNull(): T? = (this as? Answer.Done)?.value

/** What is in the way, or nothing. */
fun Answer<*>.troubleOrNull(): Trouble? = (this as? Answer.Failed)?.trouble

/** The same with another value. */
inline fun <T, R> Answer<T>.map(change: (T) -> R): Answer<R> =
    when (this) {
        is Answer.Done -> Answer.Done(change(value))
        is Answer.Failed -> this
    }

/** Goes on with what was got. */
inline fun <T, R> Answer<T>.then(next: (T) -> Answer<R>): Answer<R> =
    when (this) {
        is Answer.Done -> next(value)
        is Answer.Failed -> this
    }

/** A text in both languages. */
data class BothText(
    val zh: String,
    val en: String,
) {
    fun inLanguage(language: Language): String = if (language == Language.ZH_HANS) zh else en
}

/** A language that people read. */
enum class Language { ZH_HANS, EN }

/**
 * Why something did not happen, by what a person can do about it. `detail` is for a diagnosis that somebody copies, and never shown: what
 * people read is in `Strings`, or was made by the core in both languages.
 */
sealed interface Trouble {
    /** An input cannot be used: mend [field] (`text`, `at`, `name`, a form key …) and try again. */
    data class Mend(
        val field: String,
        val detail: String = "",
    ) : Trouble

    /** The rule says no on this phone already. */
    data class Refused(
        val code: String,
        val reason: BothText,
        val next: List<NextStep>,
    ) : Trouble

    /** Not a usable photograph: take another. */
    data class PhotoRefused(
        val code: String,
        val detail: String = "",
    ) : Trouble

    /** A named file cannot be read or written. */
    data class FileUnusable(
        val path: String,
        val detail: String = "",
    ) : Trouble

    /** This phone holds no such thing: go back to the list. */
    data class NotFound(
        val what: String,
        val id: String,
    ) : Trouble

    /** The phone speaks for nobody yet: an invitation is needed, and only to send or to follow up. */
    data object NotEnrolled : Trouble

    /** The server is out of reach. Everything is kept. */
    data class Unreachable(
        val detail: String = "",
    ) : Trouble

    /** Whoever answers shows a certificate that is not trusted. Nothing was sent. */
    data class UntrustedServer(
        val detail: String = "",
    ) : Trouble

    /** The server says no as a whole: the invitation is unknown, used or expired. */
    data class ServerRefused(
        val detail: String = "",
    ) : Trouble

    /** Another process has this person's data open. */
    data object InUse : Trouble

    /** The phone is full. */
    data object StorageFull : Trouble

    /** No room for photos beside what words need. Words can still be written. Sizes in bytes. */
    data class NoRoom(
        val waitingBytes: Long,
        val freeBytes: Long?,
    ) : Trouble

    /** The platform does not give this file: it does not have it yet, or one may not see it. */
    data class Withheld(
        val hash: String,
    ) : Trouble

    /** What came is not the file that was asked for. */
    data class WrongBytes(
        val hash: String,
    ) : Trouble

    /** The data were written by a newer app: update this one. */
    data class AppTooOld(
        val found: Long,
        val known: Long,
    ) : Trouble

    /** The loaded library is of another version than this app was made for. */
    data class WrongLibrary(
        val wanted: String,
        val found: String,
    ) : Trouble

    /** The key does not open the data. What the person wrote is still there, closed: the right key opens it. */
    data object WrongKey : Trouble

    /** The phone's key store gives no key: it is locked. Later. */
    data class KeyStoreLocked(
        val detail: String = "",
    ) : Trouble

    /** The data, or a file in them, cannot be read: export what can be read. */
    data class Damaged(
        val detail: String = "",
    ) : Trouble

    /** The core was closed meanwhile. */
    data object Closed : Trouble

    /** A fault of the program itself. */
    data class Fault(
        val detail: String = "",
    ) : Trouble
}

/** What one can do about a refusal. The core's closed list. */
enum class NextStep(
    val id: String,
) {
    WAIT("wait"),
    RELEASE("release"),
    AMEND("amend"),
    NOTE("note"),
    APPEAL("appeal"),
    EXPORT("export"),
    DISCARD("discard"),
    LOOK("look"),
    LOOK_AROUND("look_around"),
    ASK_ADMIN("ask_admin"),
    SYNC_AGAIN("sync_again"),
    UPDATE_APP("update_app"),
    RETAKE("retake"),
    ENROLL_AGAIN("enroll_again"),
    ;

    companion object {
        /** By the core's id; none for one that this app does not know, which it then does not offer. */
        fun of(id: String): NextStep? = entries.firstOrNull { it.id == id }
    }
}
