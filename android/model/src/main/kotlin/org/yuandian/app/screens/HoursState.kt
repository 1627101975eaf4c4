package org.yuandian.app.screens

/** 服务时长: private, no ranking, no comparison. */
data class HoursState(
    val frame: Frame,
    val loading: Boolean = false,
    val totalMinutes: Int = 0,
    val months: List<HoursMonth> = emptyList(),
    /** Left, but not confirmed yet. */
    val unconfirmed: Int = 0,
    /** Neighbours' requests are shown to this person. */
    val canHelp: Boolean = false,
)

data class HoursMonth(
    val year: Int,
    /** 1 to 12. */
    val month: Int,
    val minutes: Int,
    val lines: List<HoursItem>,
)

data class HoursItem(
    val caseId: String,
    val sign: Sign,
    val service: String,
    val grid: String,
    val fromMs: Long,
    val toMs: Long,
    val minutes: Int,
)

sealed interface HoursAction {
    data class InFrame(
        val action: FrameAction,
    ) : HoursAction

    data class Open(
        val caseId: String,
    ) : HoursAction

    data object Export : HoursAction

    /** To what neighbours ask for. */
    data object FindAsks : HoursAction
}
