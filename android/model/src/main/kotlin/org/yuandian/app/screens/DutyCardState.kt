package org.yuandian.app.screens

/** The card that a grid worker shows at the door. Valid without a network until [validUntilMs]. */
data class DutyCardState(
    val frame: Frame,
    val name: String,
    val role: String,
    val grid: String,
    val unit: String,
    val number: String,
    /** To be called by whoever doubts. */
    val stationPhone: String?,
    val validUntilMs: Long,
    /** Key of the portrait; none: initials. */
    val portrait: String? = null,
) {
    val valid: Boolean get() = frame.nowMs < validUntilMs
}

sealed interface DutyCardAction {
    data class InFrame(
        val action: FrameAction,
    ) : DutyCardAction

    data object CallStation : DutyCardAction

    /** Gets a new term; needs a network. */
    data object Renew : DutyCardAction
}
