package org.yuandian.app.screens

/** 我的事件. The search is on this phone. */
data class CasesState(
    val frame: Frame,
    val tab: CasesTab = CasesTab.OPEN,
    val counts: Map<CasesTab, Int> = emptyMap(),
    val query: String = "",
    val loading: Boolean = false,
    val cards: List<CaseCard> = emptyList(),
    /** There are more than are shown. */
    val more: Boolean = false,
    val asCells: Boolean = false,
    val cells: List<CellCount> = emptyList(),
)

/** 草稿, 待上传, 处理中, 已办结. */
enum class CasesTab { DRAFTS, WAITING, OPEN, DONE }

/** A 500 m cell with what lies in it. Columns go east, rows go south, from the corner of the shown area. */
data class CellCount(
    val id: String,
    val column: Int,
    val row: Int,
    val count: Int,
    val urgent: Int = 0,
    /** A name people know, where there is one. */
    val name: String? = null,
    val here: Boolean = false,
    val chosen: Boolean = false,
)

sealed interface CasesAction {
    data class InFrame(
        val action: FrameAction,
    ) : CasesAction

    data class ChooseTab(
        val tab: CasesTab,
    ) : CasesAction

    data class Search(
        val query: String,
    ) : CasesAction

    data class Open(
        val id: String,
    ) : CasesAction

    data object More : CasesAction

    data class ShowCells(
        val on: Boolean,
    ) : CasesAction

    data class ChooseCell(
        val id: String,
    ) : CasesAction

    data object Capture : CasesAction
}
