package org.yuandian.app.screens

/** 交班: what the next one has to know. Counts of matters, never of people. */
data class HandOverState(
    val frame: Frame,
    val grid: String,
    val sinceMs: Long,
    val reported: Int = 0,
    val settled: Int = 0,
    val overdue: Int = 0,
    /** What the platform does not have yet. */
    val waiting: Int = 0,
    val open: List<CaseCard> = emptyList(),
    val note: String = "",
    val sending: Boolean = false,
    /** Handed over; how far that has come. */
    val done: WorkState? = null,
)

sealed interface HandOverAction {
    data class InFrame(
        val action: FrameAction,
    ) : HandOverAction

    data class EditNote(
        val text: String,
    ) : HandOverAction

    data class Open(
        val id: String,
    ) : HandOverAction

    data object HandOver : HandOverAction
}
