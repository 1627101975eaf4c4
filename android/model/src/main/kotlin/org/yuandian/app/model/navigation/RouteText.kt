package org.yuandian.app.model.navigation

import org.yuandian.app.model.CaseId
import org.yuandian.app.model.FileHash
import org.yuandian.app.screens.CasesTab

/**
 * Routes as text: for what the system keeps while the app is ended, and for links of notifications. Foreign text is only parsed,
 * never trusted.
 */
object RouteText {
    private const val SCHEME = "yuandian://"
    private const val LENGTH_MAX = 200
    private val ID = Regex("[0-9A-Za-z-]{4,64}")
    private val HASH = Regex("[0-9a-f]{64}")

    /** A route in one word: `today`, `case:ID`, `photo:ID:HASH`. */
    fun word(route: Route): String =
        when (route) {
            Route.Join -> "join"
            Route.People -> "people"
            Route.Home -> "home"
            Route.ElderHome -> "elder"
            Route.Today -> "today"
            is Route.Cases -> withValue("cases", route.tab?.name)
            Route.Nearby -> "nearby"
            Route.Tasks -> "tasks"
            Route.Settings -> "settings"
            is Route.Capture -> withValue("capture", route.draft?.value)
            is Route.Ask -> if (route.orders) "order" else withValue("ask", route.draft?.value)
            is Route.Detail -> withValue("case", route.id.value)
            is Route.Conflict -> withValue("conflict", route.id.value)
            is Route.Photo -> "photo:${route.id.value}:${route.hash.value}"
            Route.Attention -> "attention"
            Route.Sync -> "sync"
            Route.Hours -> "hours"
            Route.DutyCard -> "duty"
            Route.HandOver -> "handover"
        }

    /** None for what is no route. */
    fun parse(word: String): Route? {
        val name = word.substringBefore(':')
        val value = word.substringAfter(':', "").ifEmpty { null }
        if (name == "photo") return value?.let(::photo)
        val id = value?.takeIf(ID::matches)?.let(::CaseId)
        if (value != null && id == null && name != "cases") return null
        return when (name) {
            "cases" -> Route.Cases(value?.let { tab -> CasesTab.entries.firstOrNull { it.name == tab } ?: return null })
            "capture" -> Route.Capture(id)
            "ask" -> Route.Ask(id)
            "case" -> id?.let(Route::Detail)
            "conflict" -> id?.let(Route::Conflict)
            else -> PLAIN[name].takeIf { value == null }
        }
    }

    private fun photo(value: String): Route? {
        val (id, hash) = value.substringBefore(':') to value.substringAfter(':', "")
        return if (ID.matches(id) && HASH.matches(hash)) Route.Photo(CaseId(id), FileHash(hash)) else null
    }

    /** The link of a notification. */
    fun link(route: Route): String = SCHEME + word(route).replace(':', '/')

    /** Where a link leads; none for a foreign one, and for screens that nobody may be sent to. */
    fun ofLink(link: String): Route? {
        if (link.length > LENGTH_MAX || !link.startsWith(SCHEME)) return null
        return when (val route = parse(link.removePrefix(SCHEME).trimEnd('/').replaceFirst('/', ':'))) {
            is Route.Detail, is Route.Conflict, Route.Attention, Route.Sync, Route.Nearby, Route.Tasks, Route.Today, is Route.Cases -> route
            else -> null
        }
    }

    private val PLAIN: Map<String, Route> =
        listOf(
            Route.Join,
            Route.People,
            Route.Home,
            Route.ElderHome,
            Route.Today,
            Route.Nearby,
            Route.Tasks,
            Route.Settings,
            Route.Attention,
            Route.Sync,
            Route.Hours,
            Route.DutyCard,
            Route.HandOver,
            Route.Ask(orders = true),
        ).associateBy(::word)

    private fun withValue(
        name: String,
        value: String?,
    ) = if (value == null) name else "$name:$value"
}
