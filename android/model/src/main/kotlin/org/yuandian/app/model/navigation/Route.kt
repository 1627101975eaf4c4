package org.yuandian.app.model.navigation

import org.yuandian.app.model.CaseId
import org.yuandian.app.model.HomeRole
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.Tab

/** A screen with what it needs to be opened again after the system ended the app. */
sealed interface Route {
    data object Join : Route

    data object People : Route

    data object Home : Route

    data object ElderHome : Route

    data object Today : Route

    /** [tab] none: the one that was open last. */
    data class Cases(
        val tab: CasesTab? = null,
    ) : Route

    data object Nearby : Route

    data object Tasks : Route

    data object Settings : Route

    /** A new one, or one that was begun. */
    data class Capture(
        val draft: CaseId? = null,
    ) : Route

    data class Ask(
        val draft: CaseId? = null,
    ) : Route

    data class Detail(
        val id: CaseId,
    ) : Route

    data class Conflict(
        val id: CaseId,
    ) : Route

    data object Attention : Route

    data object Sync : Route

    data object Hours : Route

    data object DutyCard : Route

    data object HandOver : Route
}

/** Which places the bottom bar has, the first being where one begins. In 长辈版 there is none: the home is three buttons. */
fun tabsOf(
    role: HomeRole,
    elder: Boolean,
): List<Tab> =
    when {
        elder -> emptyList()
        role == HomeRole.GRID_WORKER -> listOf(Tab.TODAY, Tab.CASES, Tab.SETTINGS)
        role == HomeRole.VOLUNTEER -> listOf(Tab.NEARBY, Tab.TASKS, Tab.CASES, Tab.SETTINGS)
        else -> listOf(Tab.HOME, Tab.CASES, Tab.SETTINGS)
    }

/** The screen of a place of the bottom bar. */
fun Tab.route(): Route =
    when (this) {
        Tab.HOME -> Route.Home
        Tab.TODAY -> Route.Today
        Tab.CASES -> Route.Cases()
        Tab.NEARBY -> Route.Nearby
        Tab.TASKS -> Route.Tasks
        Tab.SETTINGS -> Route.Settings
    }

/** The place of the bottom bar that a screen is; none for those that are left by going back. */
fun Route.tab(): Tab? =
    when (this) {
        Route.Home -> Tab.HOME
        Route.Today -> Tab.TODAY
        is Route.Cases -> Tab.CASES
        Route.Nearby -> Tab.NEARBY
        Route.Tasks -> Tab.TASKS
        Route.Settings -> Tab.SETTINGS
        else -> null
    }

/** Where somebody begins. */
fun homeOf(
    role: HomeRole,
    elder: Boolean,
): Route = if (elder) Route.ElderHome else tabsOf(role, elder = false).first().route()
