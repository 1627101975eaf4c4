package org.yuandian.app.screens

/** 居民 首页: two large entries, one's own matters, the community's phone. */
data class HomeState(
    val frame: Frame,
    /** Name of the community in words; empty where it is not known yet. */
    val community: String = "",
    val signedIn: Boolean = true,
    val mine: List<CaseCard> = emptyList(),
    val news: List<NewsItem> = emptyList(),
    /** Null where nobody gave one. */
    val communityPhone: String? = null,
    /** First start: 长辈版 is offered once. */
    val offersElder: Boolean = false,
    val loading: Boolean = false,
)

data class NewsItem(
    val caseId: String,
    val text: String,
    val urgent: Boolean,
)

sealed interface HomeAction {
    data class InFrame(
        val action: FrameAction,
    ) : HomeAction

    data object Report : HomeAction

    data object Ask : HomeAction

    data class Open(
        val id: String,
    ) : HomeAction

    data object AllMine : HomeAction

    data object CallCommunity : HomeAction

    data object TurnOnElder : HomeAction

    data object ElderLater : HomeAction

    data object SignIn : HomeAction
}

/** 长辈版 首页: three big buttons and nothing to search for. */
data class ElderHomeState(
    val frame: Frame,
    val name: String = "",
    val communityPhone: String? = null,
    /** The latest matter of one's own. */
    val latest: CaseCard? = null,
    /** Matters of one's own that have not ended. */
    val open: Int = 0,
    /** There is 助老服务 to be ordered. */
    val orders: Boolean = false,
    val signedIn: Boolean = true,
    /** One tap raises an alarm to family and grid worker; off where nobody could hear it. */
    val sosReady: Boolean = false,
    /** Asked again before it is raised. */
    val sosAsked: Boolean = false,
    /** Raised; how far it has come. */
    val sosRaised: WorkState? = null,
)

sealed interface ElderHomeAction {
    data class InFrame(
        val action: FrameAction,
    ) : ElderHomeAction

    data object Report : ElderHomeAction

    data object Ask : ElderHomeAction

    data object Order : ElderHomeAction

    data object CallCommunity : ElderHomeAction

    data object OpenMine : ElderHomeAction

    data object Sos : ElderHomeAction

    data object ConfirmSos : ElderHomeAction

    data object CancelSos : ElderHomeAction

    /** 打 120. */
    data object CallAmbulance : ElderHomeAction

    data object SignIn : ElderHomeAction

    data object LeaveElder : ElderHomeAction
}
