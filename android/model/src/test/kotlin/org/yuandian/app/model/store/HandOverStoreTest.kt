package org.yuandian.app.model.store

import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Role
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.store.Bench.Companion.opens
import org.yuandian.app.model.store.Bench.Companion.snap
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.HandOverAction
import org.yuandian.app.screens.WorkState

class HandOverStoreTest {
    private fun TestScope.settle() = advanceTimeBy(10_000)

    private fun Bench.notesOf(id: CaseId) =
        city.cases
            .getValue(id)
            .notes
            .map { it.text }

    @Test
    fun the_counts_are_of_this_shift_and_of_what_is_left_after_it() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val before = session.phone.opens(snap("上一班的井盖"))
            settle()
            session.settings.update { it.copy(shiftSinceMs = bench.device.clock.nowMs()) }
            settle()
            val ended = session.phone.opens(snap("路灯不亮"))
            bench.city.move(ended, "closed")
            val late = session.phone.opens(snap("堆放垃圾"))
            bench.city.time(late, leftMs = -60_000)
            bench.city.time(before, leftMs = 60_000)
            session.phone.sync.run()
            bench.offline()
            val waits =
                checkNotNull(
                    session.phone.drafts
                        .save(null, snap("积水"))
                        .orNull(),
                )
            session.phone.drafts.finish(waits)
            session.phone.drafts.save(null, snap("没写完的"))
            session.recount()
            val store = HandOverStore(session)
            settle()
            val state = store.state.value
            val counts = listOf(state.reported, state.settled, state.overdue, state.waiting, state.drafts)
            assertEquals(listOf(3, 1, 1, 1, 1), counts)
            assertEquals(setOf(before.value, late.value, waits.value), state.open.map { it.id }.toSet())
        }

    @Test
    fun a_shift_is_handed_over_with_a_note_in_every_open_matter() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val ids = listOf("堆放垃圾", "路灯不亮").map { session.phone.opens(snap(it)) }
            val store = HandOverStore(session)
            settle()
            store.act(HandOverAction.EditNote("明早复查"))
            store.act(HandOverAction.HandOver)
            settle()
            assertEquals(WorkState.Delivered to 2, store.state.value.let { it.done to it.noted })
            assertEquals(ids.map { listOf("交班：明早复查") }, ids.map { bench.notesOf(it) })
        }

    @Test
    fun without_a_note_nothing_is_written_and_the_next_shift_counts_from_here() =
        runTest {
            val bench = Bench(this)
            val session = bench.session(Role.GRID_WORKER)
            val id = session.phone.opens(snap("堆放垃圾"))
            val store = HandOverStore(session)
            settle()
            assertEquals(1, store.state.value.reported)
            store.act(HandOverAction.HandOver)
            settle()
            assertEquals(0, store.state.value.noted)
            assertEquals(emptyList<String>(), bench.notesOf(id))
            store.act(HandOverAction.ChangePerson)
            assertEquals(Route.People, session.navigator.routes.value.top)
            val next = HandOverStore(session)
            settle()
            assertEquals(0 to 1, next.state.value.let { it.reported to it.open.size })
            assertNull(next.state.value.done)
        }

    @Test
    fun what_was_not_submitted_is_a_touch_away() =
        runTest {
            val session = Bench(this).session(Role.GRID_WORKER)
            HandOverStore(session).act(HandOverAction.OpenDrafts)
            assertEquals(Route.Cases(CasesTab.DRAFTS), session.navigator.routes.value.top)
        }
}
