package org.yuandian.app.screens

/** What stands in for the app while somebody's data cannot be opened: what it is, what is safe, what helps. */
data class UnopenedState(
    val frame: Frame,
    val why: Unopened,
    /** It is being tried again. */
    val trying: Boolean = false,
    /** Null where nobody gave one. */
    val communityPhone: String? = null,
)

enum class Unopened { WRONG_LIBRARY, APP_TOO_OLD, DAMAGED, STORAGE_FULL, WRONG_KEY, PHONE_LOCKED, IN_USE, OTHER }

sealed interface UnopenedAction {
    data class InFrame(
        val action: FrameAction,
    ) : UnopenedAction

    data object Again : UnopenedAction

    data object Update : UnopenedAction

    data object FreeRoom : UnopenedAction

    /** To the people of this phone: somebody else's data, or a new invitation. */
    data object Others : UnopenedAction

    data object CallCommunity : UnopenedAction

    /** A text for support, without anything that somebody wrote. */
    data object CopyDiagnosis : UnopenedAction
}
