package org.yuandian.app.screens

/** What every screen shows around its content. Times are milliseconds since 1970 (UTC). */
data class Frame(
    /** The moment that ages and times left are counted from. */
    val nowMs: Long,
    /** Null hides the pill: nothing waits and nothing needs the person. */
    val pill: SyncPill? = null,
    /** The one message above the content; the most urgent where there are several. */
    val notice: Notice? = null,
    /** Empty on screens that are left by going back. */
    val tabs: List<Tab> = emptyList(),
    val tab: Tab? = null,
    /** Whose home it is: some places are called by what they hold for whom. */
    val role: AppRole = AppRole.RESIDENT,
    /** Large text, large targets, one task on a screen. */
    val elder: Boolean = false,
)

/** Places of the bottom bar. A role has at most five. */
enum class Tab { HOME, TODAY, CASES, NEARBY, TASKS, SETTINGS }

/** Which places a role has, the first being where one begins. */
val AppRole.tabs: List<Tab>
    get() =
        when (this) {
            AppRole.GRID_WORKER -> listOf(Tab.TODAY, Tab.CASES, Tab.SETTINGS)
            AppRole.VOLUNTEER -> listOf(Tab.NEARBY, Tab.TASKS, Tab.CASES, Tab.SETTINGS)
            AppRole.RESIDENT -> listOf(Tab.HOME, Tab.CASES, Tab.SETTINGS)
        }

/** What all screens do alike. */
sealed interface FrameAction {
    data object Back : FrameAction

    data object OpenSync : FrameAction

    data object OpenAttention : FrameAction

    data class GoTo(
        val tab: Tab,
    ) : FrameAction

    /** The step that the notice offers. */
    data class NoticeStep(
        val notice: Notice,
    ) : FrameAction

    data object DismissNotice : FrameAction

    /** Reads the screen's main words aloud. */
    data object ReadAloud : FrameAction
}

/** The pill of the app bar: "3 条待上传 · 10 分钟前同步". */
data class SyncPill(
    /** Cases and photos that the platform does not have yet. */
    val waiting: Int = 0,
    /** Entries of the 需处理 list. */
    val attention: Int = 0,
    val running: Boolean = false,
    val online: Boolean = true,
    val lastSuccessMs: Long? = null,
)

/** A message of the app itself: what happened and, where there is one, the next step. */
sealed interface Notice {
    data object Offline : Notice

    /** The server was not reached; everything is kept. */
    data object Unreachable : Notice

    /** The server's certificate does not fit: nothing was sent. */
    data object UntrustedServer : Notice

    /** The person must sign in to send; writing goes on. */
    data object SignInToSend : Notice

    data object StorageFull : Notice

    /** No room for photos; words can still be written. */
    data class PhotosFull(
        val waitingBytes: Long,
        val freeBytes: Long?,
    ) : Notice

    data class ClockWrong(
        val byMs: Long,
    ) : Notice

    data class PermissionDenied(
        val permission: Permission,
    ) : Notice

    /** The rule says no. [reason] is in the person's language, as the core gives it. */
    data class Refused(
        val reason: String,
    ) : Notice

    data object AppTooOld : Notice

    /** App and library are of different versions. */
    data object WrongLibrary : Notice

    /** The store cannot be read as a whole: export what can be read. */
    data object Damaged : Notice

    /** The key does not open somebody's data; nothing was changed. */
    data object WrongKey : Notice

    /** The phone gives no key before it is unlocked. */
    data object KeyStoreLocked : Notice

    /** No picture came: there is no camera, another app holds it, or the picture cannot be read. */
    data object NoPhoto : Notice

    /** No microphone, or another app holds it. */
    data object NoRecording : Notice

    /** No code came from a scan; what it says can be typed. */
    data class NothingScanned(
        val why: NoScan,
    ) : Notice

    /** The phone has no voice that reads aloud. */
    data object NoReader : Notice

    /** Written on this phone just now. */
    data object SavedOnPhone : Notice

    /** [files] in all, of which one is named. */
    data class Exported(
        val fileName: String,
        val files: Int = 1,
    ) : Notice

    data object Failed : Notice
}

/** [NO_CODE]: a picture was taken, and no code is on it. [NO_CAMERA]: there is none, or another app holds it. */
enum class NoScan { NO_CODE, NOT_ALLOWED, NO_CAMERA }

/** What the system may refuse. Every one leaves a working path. */
enum class Permission { CAMERA, LOCATION, MICROPHONE, NOTIFICATIONS }
