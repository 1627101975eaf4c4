package org.yuandian.app.journeys

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.navigation.BackStack
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.screens.AppRole

/** No screen forgets what it showed, or what was typed on it. */
class EveryScreenTest : JourneyTest() {
    @Test
    fun `every screen is there again with what was typed on it, after the phone was turned and after the system ended the app`() =
        calm {
            val phone = joined("网格员小李", AppRole.GRID_WORKER)
            reports("路灯不亮")
            val case = CaseId(checkNotNull(phone.saved()).substringAfter("case:"))
            val person = checkNotNull(phone.saved()).substringBefore("|")
            for (route in routes(case, phone.photo(case))) {
                phone.dies()
                phone.opens("$person|${BackStack(listOf(Route.Today, route).distinct()).save()}")
                hand.rests()
                hand.fills()
                hand.rests()
                val (where, seen) = name(phone.saved()) to hand.fields()
                // On its side, and upright again: both are made anew.
                turns()
                hand.rests()
                turns()
                hand.rests()
                assertEquals(where to seen, name(phone.saved()) to hand.fields(), "turned: $route")
                ends()
                hand.rests()
                assertEquals(where to seen, name(phone.saved()) to hand.fields(), "ended: $route")
            }
        }

    /** The screen without the id that a draft gets when something is typed into it. */
    private fun name(saved: String?) = saved.orEmpty().replace(Regex("(capture|ask):\\S+"), "$1")

    private fun routes(
        case: CaseId,
        photo: FileHash,
    ): List<Route> {
        val all =
            listOf(
                Route.Join,
                Route.People,
                Route.Home,
                Route.ElderHome,
                Route.Today,
                Route.Cases(),
                Route.Nearby,
                Route.Tasks,
                Route.Settings,
                Route.Capture(),
                Route.Ask(),
                Route.Ask(orders = true),
                Route.Detail(case),
                Route.Photo(case, photo),
                Route.Conflict(case),
                Route.Attention,
                Route.Sync,
                Route.Hours,
                Route.DutyCard,
                Route.HandOver,
            )
        return all.filter(::isPlayed)
    }

    /** Exhaustive: a new screen does not compile before it is listed here and above. */
    private fun isPlayed(route: Route): Boolean =
        when (route) {
            Route.Join, Route.People, Route.Home, Route.ElderHome, Route.Today, is Route.Cases, Route.Nearby, Route.Tasks -> true
            Route.Settings, is Route.Capture, is Route.Ask, is Route.Detail, is Route.Photo, is Route.Conflict -> true
            Route.Attention, Route.Sync -> true
            Route.Hours, Route.DutyCard, Route.HandOver -> true
        }
}
