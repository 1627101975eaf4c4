package org.yuandian.app.model.store

import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.ActId
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Role
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.store.Bench.Companion.does
import org.yuandian.app.model.store.Bench.Companion.errand
import org.yuandian.app.model.store.Bench.Companion.opens
import org.yuandian.app.screens.AskAction
import org.yuandian.app.screens.AskNeed
import org.yuandian.app.screens.AskStep
import org.yuandian.app.screens.ElderHomeAction
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.StepPosition

class OrderStoreTest {
    private fun TestScope.settle() = advanceTimeBy(10_000)

    private fun answers(
        bench: Bench,
        id: CaseId,
    ) = bench.city.cases
        .getValue(id)
        .fields
        .mapValues { it.value.first().value }

    @Test
    fun from_the_elder_home_a_meal_is_ordered_in_a_few_taps() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            // The door is known from an earlier request of one's own.
            session.phone.opens(errand())
            session.setElder(true)
            val home = ElderHomeStore(session)
            settle()
            assertTrue(home.state.value.orders)
            home.act(ElderHomeAction.Order)
            val route = session.navigator.routes.value.top as Route.Ask
            val store = AskStore(session, route.draft, route.orders)
            settle()
            assertEquals(
                listOf("order.elder.meal" to Sign.MEAL),
                store.state.value.kinds
                    .map { it.id to it.sign },
            )
            store.act(AskAction.ChooseKind("order.elder.meal"))
            settle()
            assertEquals(listOf(AskNeed.ITEM), store.state.value.missing)
            assertEquals(
                listOf("service_item", "address"),
                store.state.value.fields
                    .map { it.key }
                    .take(2),
            )
            store.act(AskAction.Answer("service_item", "lunch"))
            store.act(AskAction.Next)
            settle()
            assertEquals(AskStep.CHECK, store.state.value.step)
            assertEquals(
                Route.Ask(CaseId(checkNotNull(session.navigator.routes.value.top as? Route.Ask).draft!!.value)),
                session.navigator.routes.value.top,
            )
            store.act(AskAction.Publish)
            settle()
            val id = CaseId(checkNotNull(store.state.value.receipt).caseId)
            assertEquals(SyncState.DELIVERED, bench.stateOf(session, id))
            val today =
                checkNotNull(
                    store.state.value.days
                        .first()
                        .id,
                )
            assertEquals(
                mapOf("time" to today, "address" to "3号楼502", "phone" to "13912345678", "service_item" to "lunch", "text" to ""),
                answers(bench, id),
            )
        }

    @Test
    fun a_resident_finds_both_groups_and_an_order_is_no_type_of_a_report() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val store = AskStore(session)
            val capture = CaptureStore(session)
            settle()
            assertEquals(
                mapOf("help.errand" to false, "order.elder.meal" to true),
                store.state.value.kinds
                    .associate { it.id to it.isOrder },
            )
            assertFalse(
                capture.state.value.type.found
                    .any { it.id.startsWith("order.") },
            )
        }

    @Test
    fun the_door_of_somebody_whom_one_helps_is_never_ones_own() =
        runTest {
            val bench = Bench(this)
            val helped = bench.other("asker", Role.RESIDENT).opens(errand())
            val session = bench.session(Role.VOLUNTEER)
            settle()
            session.phone.does(helped, ActInput(ActId.CLAIM))
            val store = AskStore(session, orders = true)
            settle()
            store.act(AskAction.ChooseKind("order.elder.meal"))
            settle()
            assertEquals(
                "",
                store.state.value.fields
                    .first { it.key == "address" }
                    .value,
            )
            assertTrue(AskNeed.ANSWER in store.state.value.missing)
        }

    @Test
    fun an_order_that_was_begun_is_restored_and_a_day_that_has_passed_is_asked_anew() =
        runTest {
            val bench = Bench(this)
            val first = bench.session(Role.RESIDENT)
            first.navigator.open(Route.Ask(orders = true))
            val store = AskStore(first, orders = true)
            settle()
            store.act(AskAction.ChooseKind("order.elder.meal"))
            settle()
            val tomorrow =
                store.state.value.days[1]
                    .id
            store.act(AskAction.ChooseDay(tomorrow))
            settle()
            val saved =
                first.navigator.routes.value
                    .save()
            bench.phones.kill("a")
            val second = bench.session(Role.RESIDENT, saved = saved)
            val draft = (second.navigator.routes.value.top as Route.Ask).draft
            val restored = AskStore(second, draft)
            settle()
            assertEquals(true to tomorrow, restored.state.value.let { it.isOrder to it.day })
            advanceTimeBy(2 * DAY_MS)
            val later = AskStore(second, draft)
            settle()
            assertNull(later.state.value.day)
            assertTrue(AskNeed.TIME in later.state.value.missing)
        }

    @Test
    fun an_order_has_a_way_of_its_own() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val store = AskStore(session, orders = true)
            settle()
            store.act(AskAction.ChooseKind("order.elder.meal"))
            settle()
            store.act(AskAction.Answer("address", "3号楼502"))
            store.act(AskAction.Answer("service_item", "dinner"))
            store.act(AskAction.Publish)
            settle()
            val id = CaseId(checkNotNull(store.state.value.receipt).caseId)
            val detail = CaseDetailStore(session, id)
            settle()
            assertEquals(
                listOf("已下单" to StepPosition.NOW, "服务机构已确认" to StepPosition.NEXT),
                detail.state.value.progress
                    .map { it.label to it.position }
                    .take(2),
            )
            assertTrue(
                session.phone.cases
                    .case(id)
                    .orNull()
                    ?.privateKeys
                    .orEmpty()
                    .contains("address"),
            )
        }

    private companion object {
        const val DAY_MS = 24 * 3_600_000L
    }
}
