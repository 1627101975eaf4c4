package org.yuandian.app.model.navigation

import org.yuandian.app.model.CaseId
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.store.roleOf
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.tabs

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

    /** [orders]: a new one from a provider, not from neighbours. What was begun knows its kind. */
    data class Ask(
        val draft: CaseId? = null,
        val orders: Boolean = false,
    ) : Route

    data class Detail(
        val id: CaseId,
    ) : Route

    data class Conflict(
        val id: CaseId,
    ) : Route

    /** One photo of a case or a draft. */
    data class Photo(
        val id: CaseId,
        val hash: FileHash,
    ) : Route

    data object Attention : Route

    data object Sync : Route

    data object Hours : Route

    data object DutyCard : Route

    data object HandOver : Route
}

/** Which places the bottom bar has. In 长辈版 there is none: the home is a few buttons. */
fun tabsOf(
    role: HomeRole,
    elder: Boolean,
): List<Tab> = if (elder) emptyList() else roleOf(role).tabs

/** The screen that a draft of this service is written on. */
fun ServiceId.draftRoute(id: CaseId): Route = if (isAsked) Route.Ask(id) else Route.Capture(id)

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
