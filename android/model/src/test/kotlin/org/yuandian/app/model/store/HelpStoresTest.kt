package org.yuandian.app.model.store

import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runCurrent
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
import org.yuandian.app.screens.AskTime
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.GiveUpReason
import org.yuandian.app.screens.HoursAction
import org.yuandian.app.screens.NearbyAction
import org.yuandian.app.screens.StepPosition
import org.yuandian.app.screens.TaskForm
import org.yuandian.app.screens.TaskStep
import org.yuandian.app.screens.TasksAction
import org.yuandian.app.screens.Whom

class HelpStoresTest {
    private fun TestScope.settle() = advanceTimeBy(10_000)

    @Test
    fun help_is_asked_for_in_four_taps_and_a_word() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val store = AskStore(session)
            runCurrent()
            store.act(AskAction.ChooseKind("help.errand"))
            runCurrent()
            store.act(AskAction.EditText("买菜"))
            store.act(AskAction.Next)
            runCurrent()
            assertEquals(AskStep.CHECK, store.state.value.step)
            store.act(AskAction.Publish)
            settle()
            val receipt = checkNotNull(store.state.value.receipt)
            assertEquals(AskStep.DONE, store.state.value.step)
            assertEquals(SyncState.DELIVERED, bench.stateOf(session, CaseId(receipt.caseId)))
        }

    @Test
    fun for_a_parent_their_agreement_is_asked_for_and_a_door_in_the_text_is_warned_of() =
        runTest {
            val session = Bench(this).session(Role.RESIDENT)
            val store = AskStore(session)
            store.act(AskAction.ChooseKind("help.errand"))
            runCurrent()
            store.act(AskAction.ForOther)
            store.act(AskAction.ChooseTime(AskTime.OTHER))
            store.act(AskAction.EditText("请送到3号楼502，电话13912345678"))
            advanceTimeBy(500)
            assertEquals(listOf(AskNeed.NAME, AskNeed.AGREEMENT, AskNeed.TIME), store.state.value.missing)
            assertEquals(
                setOf("13912345678", "3号楼502"),
                store.state.value.giveaways
                    .map { it.found }
                    .toSet(),
            )
            store.act(AskAction.Next)
            assertEquals(AskStep.DETAILS, store.state.value.step)
            store.act(AskAction.EditName("母亲"))
            store.act(AskAction.SetAgrees(true))
            store.act(AskAction.EditTime("明天上午"))
            store.act(AskAction.EditMoney("40"))
            store.act(AskAction.Next)
            advanceTimeBy(500)
            assertEquals(AskStep.CHECK, store.state.value.step)
            val kept =
                session.phone.drafts
                    .drafts()
                    .orNull()
                    .orEmpty()
                    .single()
                    .entered.answers
                    .associate { it.key to it.value }
            assertEquals(
                mapOf("beneficiary" to "母亲", "beneficiary_agrees" to "yes", "time_window" to "明天上午", "budget" to "40"),
                kept,
            )
            store.act(AskAction.InFrame(FrameAction.Back))
            assertEquals(AskStep.DETAILS, store.state.value.step)
        }

    @Test
    fun a_request_that_was_begun_is_restored() =
        runTest {
            val bench = Bench(this)
            val first = bench.session(Role.RESIDENT)
            first.navigator.open(Route.Ask())
            val store = AskStore(first)
            store.act(AskAction.ChooseKind("help.errand"))
            runCurrent()
            store.act(AskAction.EditName("母亲"))
            store.act(AskAction.ChooseTime(AskTime.TOMORROW))
            store.act(AskAction.Answer("list", "青菜"))
            advanceTimeBy(500)
            val saved =
                first.navigator.routes.value
                    .save()
            bench.phones.kill("a")
            val second = bench.session(Role.RESIDENT, saved = saved)
            val restored = AskStore(second, (second.navigator.routes.value.top as Route.Ask).draft)
            runCurrent()
            val state = restored.state.value
            assertEquals(Whom.Other("母亲", false), state.whom)
            assertEquals(AskTime.TOMORROW, state.time)
            assertEquals("青菜", state.fields.first { it.key == "list" }.value)
        }

    @Test
    fun requests_lie_in_cells_and_one_cell_shows_its_own() =
        runTest {
            val bench = Bench(this)
            val asker = bench.other("asker", Role.RESIDENT)
            val near = asker.opens(errand())
            asker.opens(errand().copy(position = Bench.HERE.copy(lat = Bench.HERE.lat + 0.02)))
            val store = NearbyStore(bench.session(Role.VOLUNTEER))
            settle()
            assertEquals(emptyList<Any>(), store.state.value.cells)
            store.act(NearbyAction.ShowCells(true))
            val cells = store.state.value.cells
            assertEquals(listOf(1, 1), cells.map { it.count })
            val here = cells.single { it.here }
            store.act(NearbyAction.ChooseCell(here.id))
            assertEquals(
                listOf(near.value),
                store.state.value.asks
                    .map { it.id },
            )
            assertTrue(
                store.state.value.cells
                    .single { it.id == here.id }
                    .chosen,
            )
            store.act(NearbyAction.ShowCells(false))
            assertEquals(2 to emptyList<Any>(), store.state.value.let { it.asks.size to it.cells })
        }

    @Test
    fun a_kind_is_chosen_from_a_sheet_and_says_so_when_nobody_asks_for_it_any_more() =
        runTest {
            val bench = Bench(this)
            val id = bench.other("asker", Role.RESIDENT).opens(errand())
            val session = bench.session(Role.VOLUNTEER)
            val store = NearbyStore(session)
            settle()
            store.act(NearbyAction.ChooseKind(true))
            assertTrue(store.state.value.choosesKind)
            store.act(NearbyAction.InFrame(FrameAction.Back))
            assertEquals(false to false, store.state.value.choosesKind to session.navigator.leaves.value)
            store.act(NearbyAction.ChooseKind(true))
            store.act(NearbyAction.FilterKind(Bench.ERRAND.value))
            assertEquals(false to 1, store.state.value.let { it.choosesKind to it.asks.size })
            bench.city.move(id, "closed")
            session.syncer.insist()
            settle()
            val gone = store.state.value
            assertEquals(0 to Bench.ERRAND.value, gone.asks.size to gone.kinds.single { it.id == gone.chosenKind }.id)
            store.act(NearbyAction.FilterKind(null))
            assertEquals(emptyList<Any>(), store.state.value.kinds)
        }

    @Test
    fun a_kind_of_another_day_that_nobody_asks_for_is_not_kept() =
        runTest {
            val bench = Bench(this)
            val id = bench.other("asker", Role.RESIDENT).opens(errand())
            val first = bench.session(Role.VOLUNTEER)
            val store = NearbyStore(first)
            settle()
            store.act(NearbyAction.FilterKind(Bench.ERRAND.value))
            settle()
            bench.city.move(id, "closed")
            bench.phones.kill("a")
            val again = NearbyStore(bench.session(Role.VOLUNTEER))
            settle()
            assertNull(again.state.value.chosenKind)
        }

    @Test
    fun without_hours_a_volunteer_is_led_to_who_asks_and_nobody_else_is() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.VOLUNTEER)
            val store = HoursStore(session)
            settle()
            assertTrue(store.state.value.canHelp)
            store.act(HoursAction.FindAsks)
            assertEquals(Route.Nearby, session.navigator.routes.value.top)
            val other = HoursStore(bench.session(Role.GRID_WORKER, "worker"))
            settle()
            assertFalse(other.state.value.canHelp)
        }

    @Test
    fun a_claim_can_be_taken_back_for_a_moment_and_is_then_the_servers_to_answer() =
        runTest {
            val bench = Bench(this)
            val id = bench.other("asker", Role.RESIDENT).opens(errand())
            val session = bench.session(Role.VOLUNTEER)
            val store = NearbyStore(session)
            settle()
            val card =
                store.state.value.asks
                    .single()
            assertEquals(ClaimState.None, card.claim)
            assertEquals(0, card.distanceM)
            store.act(NearbyAction.Claim(id.value))
            assertTrue(
                store.state.value.asks
                    .single()
                    .canUndo,
            )
            store.act(NearbyAction.UndoClaim(id.value))
            settle()
            assertNull(
                bench.city.cases
                    .getValue(id)
                    .holders
                    .firstOrNull(),
                "nothing was sent",
            )
            bench.offline()
            store.act(NearbyAction.Claim(id.value))
            settle()
            assertEquals(
                ClaimState.Pending(online = false),
                store.state.value.asks
                    .single()
                    .claim,
            )
            bench.online()
            settle()
            assertEquals(emptyList<Any>(), store.state.value.asks, "it is under 我的接单 now")
        }

    @Test
    fun a_claim_that_came_second_is_in_line_and_needs_a_look() =
        runTest {
            val bench = Bench(this)
            val id = bench.other("asker", Role.RESIDENT).opens(errand())
            val session = bench.session(Role.VOLUNTEER)
            val first = bench.other("first", Role.VOLUNTEER)
            first.sync.run()
            settle()
            val store = NearbyStore(session)
            settle()
            store.act(NearbyAction.Claim(id.value))
            first.does(id, ActInput(ActId.CLAIM))
            settle()
            assertEquals(
                ClaimState.Waiting(1, "first"),
                store.state.value.asks
                    .single()
                    .claim,
            )
            assertEquals(1, session.frame(Route.Nearby).pill?.attention)
        }

    @Test
    fun from_setting_out_to_the_hours_that_were_confirmed() =
        runTest {
            val bench = Bench(this)
            val asker = bench.other("asker", Role.RESIDENT)
            val id = asker.opens(errand())
            val session = bench.session(Role.VOLUNTEER)
            settle()
            session.phone.does(id, ActInput(ActId.CLAIM))
            val store = TasksStore(session)
            settle()
            val card =
                store.state.value.tasks
                    .single()
            assertEquals(listOf("3号楼502", "139****5678", "今天"), listOf(card.address, card.phone, card.time))
            assertEquals(TaskStep.DEPART, card.next)
            store.act(TasksAction.Call(id.value))
            store.act(TasksAction.Navigate(id.value))
            store.act(TasksAction.Take(id.value, TaskStep.DEPART))
            settle()
            assertEquals(listOf("13912345678"), bench.device.dialled)
            assertEquals(1, bench.device.shown.size)
            store.act(TasksAction.Take(id.value, TaskStep.ARRIVE))
            store.act(TasksAction.EditCode("48a"))
            assertEquals("48", (store.state.value.form as TaskForm.Arriving).code)
            store.act(TasksAction.SendForm)
            settle()
            assertTrue((store.state.value.form as TaskForm.Arriving).wrong, "two digits are no code word")
            store.act(TasksAction.EditCode("4821"))
            store.act(TasksAction.SendForm)
            advanceTimeBy(40 * 60_000L)
            assertNull(store.state.value.form)
            store.act(TasksAction.Take(id.value, TaskStep.FINISH))
            store.act(TasksAction.TakePhoto)
            store.act(TasksAction.EditText("菜已送到"))
            runCurrent()
            store.act(TasksAction.SendForm)
            settle()
            assertEquals(
                TaskStep.WAIT_CONFIRM,
                store.state.value.tasks
                    .single()
                    .next,
            )
            asker.sync.run()
            asker.does(id, ActInput(ActId.CONFIRM))
            session.syncer.insist()
            settle()
            assertEquals(emptyList<Any>(), store.state.value.tasks)
            val hours = HoursStore(session)
            runCurrent()
            assertEquals(40, hours.state.value.totalMinutes)
            hours.act(HoursAction.Open(id.value))
            assertEquals(Route.Detail(id), session.navigator.routes.value.top)
        }

    @Test
    fun whoever_cannot_come_lets_the_next_in_line_have_it() =
        runTest {
            val bench = Bench(this)
            val id = bench.other("asker", Role.RESIDENT).opens(errand())
            val session = bench.session(Role.VOLUNTEER)
            val next = bench.other("next", Role.VOLUNTEER)
            next.sync.run()
            settle()
            session.phone.does(id, ActInput(ActId.CLAIM))
            next.does(id, ActInput(ActId.CLAIM))
            session.syncer.insist()
            val store = TasksStore(session)
            settle()
            store.act(TasksAction.GiveUp(id.value))
            store.act(TasksAction.SendForm)
            runCurrent()
            assertTrue(store.state.value.form is TaskForm.GivingUp, "a reason is asked for")
            store.act(TasksAction.ChooseReason(GiveUpReason.UNWELL))
            store.act(TasksAction.SendForm)
            settle()
            assertEquals(
                listOf("next"),
                bench.city.cases
                    .getValue(id)
                    .holders
                    .map { it.name },
            )
            assertEquals(
                "身体不舒服",
                bench.city.cases
                    .getValue(id)
                    .notes
                    .single()
                    .text,
            )
        }

    @Test
    fun the_way_of_a_request_is_told_in_plain_words() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.RESIDENT)
            val id = session.phone.opens(errand())
            val store = CaseDetailStore(session, id)
            settle()
            assertEquals(
                "求助已发出" to StepPosition.NOW,
                store.state.value.progress[0]
                    .let { it.label to it.position },
            )
            assertEquals(6, store.state.value.progress.size)
            assertEquals(
                "4821",
                store.state.value.codeWords
                    ?.coming,
            )
            val helper = bench.other("helper", Role.VOLUNTEER)
            helper.sync.run()
            helper.does(id, ActInput(ActId.CLAIM))
            session.syncer.insist()
            settle()
            val way = store.state.value.progress
            assertEquals(listOf(StepPosition.DONE, StepPosition.NOW, StepPosition.NEXT), way.take(3).map { it.position })
            assertEquals("有人接单了", way[1].label)
        }
}
