package org.yuandian.app.model.navigation

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.HomeRole
import org.yuandian.app.screens.CasesTab

class BackStackTest {
    private val case = CaseId("0198c0de-7f3a-7000-8000-00000000abcd")

    @Test
    fun every_route_survives_the_end_of_the_process() {
        val routes =
            listOf(
                Route.Join,
                Route.People,
                Route.Home,
                Route.ElderHome,
                Route.Today,
                Route.Cases(),
                Route.Cases(CasesTab.DRAFTS),
                Route.Nearby,
                Route.Tasks,
                Route.Settings,
                Route.Capture(),
                Route.Capture(case),
                Route.Ask(),
                Route.Ask(case),
                Route.Detail(case),
            )
        val photo = Route.Photo(case, FileHash("0a".repeat(32)))
        val more =
            listOf(
                photo,
                Route.Ask(orders = true),
                Route.Conflict(case),
                Route.Attention,
                Route.Sync,
                Route.Hours,
                Route.DutyCard,
                Route.HandOver,
            )
        for (route in routes + more) {
            assertEquals(BackStack(listOf(Route.Home, route)), BackStack.restore(BackStack(listOf(Route.Home, route)).save(), Route.Today))
        }
    }

    @Test
    fun what_cannot_be_read_is_left_out_and_nothing_at_all_is_the_home() {
        assertEquals(BackStack(listOf(Route.Today, Route.Sync)), BackStack.restore("today something:new sync", Route.Home))
        for (broken in listOf(
            null,
            "",
            "  ",
            "case",
            "case:",
            "case:../../etc",
            "home:x",
            "cases:NONE",
            "photo:$case",
            "photo:$case:12",
            "photo:x:y:z",
        )) {
            assertEquals(BackStack(Route.Home), BackStack.restore(broken, Route.Home), broken)
        }
    }

    @Test
    fun back_leads_through_what_was_open_and_then_out() {
        val stack = BackStack(Route.Today).open(Route.Detail(case)).open(Route.Detail(case)).open(Route.Conflict(case))
        assertEquals(listOf(Route.Today, Route.Detail(case), Route.Conflict(case)), stack.routes)
        assertEquals(Route.Today, stack.back()?.back()?.top)
        assertNull(stack.back()?.back()?.back())
    }

    @Test
    fun a_finished_form_is_not_gone_back_to() {
        val stack = BackStack(Route.Today).open(Route.Capture()).replace(Route.Detail(case))
        assertEquals(listOf(Route.Today, Route.Detail(case)), stack.routes)
        val again = stack.open(Route.Conflict(case)).replace(Route.Detail(case))
        assertEquals(listOf(Route.Today, Route.Detail(case)), again.routes)
    }

    @Test
    fun the_depth_has_a_limit_and_the_home_stays() {
        val ids = (1..BackStack.DEPTH_MAX + 5).map { CaseId("case-number-$it") }
        val stack = ids.fold(BackStack(Route.Home)) { stack, id -> stack.open(Route.Detail(id)) }
        assertEquals(BackStack.DEPTH_MAX, stack.routes.size)
        assertEquals(Route.Home, stack.routes.first())
        assertEquals(Route.Detail(ids.last()), stack.top)
    }

    @Test
    fun a_link_opens_its_screen_over_the_home() {
        val stack = BackStack(Route.Capture()).follow(Route.Detail(case), home = Route.Today)
        assertEquals(listOf(Route.Today, Route.Detail(case)), stack.routes)
        assertEquals(BackStack(Route.Nearby), stack.follow(Route.Nearby, Route.Nearby))
    }

    @Test
    fun links_are_read_back_and_foreign_ones_lead_nowhere() {
        for (route in listOf(
            Route.Detail(case),
            Route.Conflict(case),
            Route.Attention,
            Route.Sync,
            Route.Nearby,
            Route.Cases(CasesTab.WAITING),
        )) {
            assertEquals(route, RouteText.ofLink(RouteText.link(route)))
        }
        val foreign =
            listOf(
                "",
                "https://case/1234",
                "yuandian://",
                "yuandian://settings",
                "yuandian://case/a b",
                RouteText.link(Route.Photo(case, FileHash("0a".repeat(32)))),
                "yuandian://photo:$case:${"0a".repeat(32)}",
                "yuandian://case/${"a".repeat(200)}",
            )
        for (link in foreign) assertNull(RouteText.ofLink(link), link)
    }

    @Test
    fun every_role_has_a_home_and_at_most_five_places() {
        for (role in HomeRole.entries) {
            val tabs = tabsOf(role, elder = false)
            assertTrue(tabs.size in 2..5)
            assertEquals(tabs, tabs.map { it.route().tab() })
            assertEquals(tabs.first().route(), homeOf(role, elder = false))
            assertEquals(Route.ElderHome, homeOf(role, elder = true))
        }
    }
}
