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
    /** What was begun and not submitted: nobody else sees it. */
    val drafts: Int = 0,
    val open: List<CaseCard> = emptyList(),
    /** For whoever comes next: it is read in the matters that are [open]; without one it would be read nowhere. */
    val note: String = "",
    val sending: Boolean = false,
    /** Handed over; how far that has come. */
    val done: WorkState? = null,
    /** In how many matters the note stands now. */
    val noted: Int = 0,
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

    data object OpenDrafts : HandOverAction

    data object HandOver : HandOverAction

    /** Another person goes on with this phone. */
    data object ChangePerson : HandOverAction
}
