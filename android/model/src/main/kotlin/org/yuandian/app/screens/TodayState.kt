package org.yuandian.app.screens

/** 网格员 今日: what is due, the overdue first. */
data class TodayState(
    val frame: Frame,
    /** Name of the grid in words. */
    val grid: String,
    val loading: Boolean = false,
    val overdue: List<CaseCard> = emptyList(),
    val dueToday: List<CaseCard> = emptyList(),
    /** Patrols and visits. */
    val tasks: List<FieldTask> = emptyList(),
    /** Drafts that wait to be finished. */
    val drafts: Int = 0,
)

/** A patrol or a visit. */
data class FieldTask(
    val id: String,
    val sign: Sign,
    val title: String,
    val place: String?,
    val done: Int,
    /** None where no number was set. */
    val all: Int?,
)

sealed interface TodayAction {
    data class InFrame(
        val action: FrameAction,
    ) : TodayAction

    data object Capture : TodayAction

    data class Open(
        val id: String,
    ) : TodayAction

    data class OpenTask(
        val id: String,
    ) : TodayAction

    data object OpenDrafts : TodayAction

    data object ShowDutyCard : TodayAction

    data object HandOver : TodayAction
}
