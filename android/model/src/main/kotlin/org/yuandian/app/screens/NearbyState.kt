package org.yuandian.app.screens

/** 志愿者 附近求助. Coarse areas only. */
data class NearbyState(
    val frame: Frame,
    val loading: Boolean = false,
    val asCells: Boolean = false,
    /** Kinds that can be filtered by: those that are asked for, and the chosen one. */
    val kinds: List<HelpKind> = emptyList(),
    /** The kinds lie over the list, to be chosen from. */
    val choosesKind: Boolean = false,
    val chosenKind: String? = null,
    val asks: List<AskCard> = emptyList(),
    val cells: List<CellCount> = emptyList(),
    val chosenCell: String? = null,
    /** Whether news of this area is asked for. */
    val reachSet: Boolean = true,
)

data class AskCard(
    val id: String,
    val sign: Sign,
    val service: String,
    val title: String,
    /** Metres to the middle of its cell; null without a place. */
    val distanceM: Int?,
    /** When it is wanted, in the asker's words. */
    val time: String,
    /** Yuan at most; null without money. */
    val moneyMost: String? = null,
    val due: Due? = null,
    val claim: ClaimState = ClaimState.None,
    /** The pending claim can be taken back. */
    val canUndo: Boolean = false,
)

sealed interface NearbyAction {
    data class InFrame(
        val action: FrameAction,
    ) : NearbyAction

    data class ShowCells(
        val on: Boolean,
    ) : NearbyAction

    /** Opens the kinds to be chosen from, or closes them without a choice. */
    data class ChooseKind(
        val on: Boolean,
    ) : NearbyAction

    /** Null shows all. */
    data class FilterKind(
        val id: String?,
    ) : NearbyAction

    data class ChooseCell(
        val id: String?,
    ) : NearbyAction

    data class Open(
        val id: String,
    ) : NearbyAction

    /** 接单. */
    data class Claim(
        val id: String,
    ) : NearbyAction

    data class UndoClaim(
        val id: String,
    ) : NearbyAction

    data object SetReach : NearbyAction
}
