package org.yuandian.app.model.store

import kotlinx.coroutines.launch
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Role
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.fake.FakePhones
import org.yuandian.app.model.fake.FakePlatform
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.people.Roster
import org.yuandian.app.model.ports.Vaulted
import org.yuandian.app.model.store.Bench.Companion.snap
import org.yuandian.app.screens.JoinAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.PeopleAction
import org.yuandian.app.screens.PeopleStep
import org.yuandian.app.screens.PinProblem

class PeopleStoreTest {
    private class Shared(
        test: TestScope,
    ) {
        val device = FakePlatform { test.currentTime }
        val phones = FakePhones(nowMs = device.clock::nowMs)
        private val roster = Roster(device.platform, StandardTestDispatcher(test.testScheduler), iterations = 10)
        val app = App(device.platform, roster, phones, test.backgroundScope)
    }

    private fun TestScope.settle() = advanceTimeBy(3_000)

    private fun TestScope.type(
        store: PeopleStore,
        digits: String,
    ) {
        digits.forEach { store.act(PeopleAction.Digit(it.digitToInt())) }
        runCurrent()
    }

    private suspend fun TestScope.two(shared: Shared): PeopleStore {
        shared.app.start(null)
        settle()
        val store = PeopleStore(shared.app, backgroundScope)
        store.act(PeopleAction.Add)
        store.act(PeopleAction.EditName("甲"))
        type(store, "190473")
        type(store, "190473")
        assertEquals(PeopleStep.Add(), store.state.value.step, "the first has a PIN now, the second is asked")
        store.act(PeopleAction.EditName("乙"))
        type(store, "580216")
        type(store, "580216")
        settle()
        return store
    }

    @Test
    fun the_next_person_is_let_in_although_the_screen_that_asked_went_with_the_first_ones_data() =
        runTest {
            val shared = Shared(this)
            shared.app.start(null)
            val first = checkNotNull(shared.app.session.value)
            val draft =
                first.phone.drafts
                    .save(null, snap("甲的"))
                    .orNull()
            first.wanted.add(checkNotNull(draft))
            val store = PeopleStore(shared.app, backgroundScope)
            backgroundScope.launch { shared.app.session.collect { if (it == null) store.leave() } }
            store.act(PeopleAction.Add)
            type(store, "190473")
            type(store, "190473")
            store.act(PeopleAction.EditName("乙"))
            type(store, "580216")
            type(store, "580216")
            settle()
            val (one, other) = shared.app.roster.people.value
            assertEquals(other.id, shared.app.current)
            assertNotNull(shared.app.session.value)
            assertEquals(1, shared.app.waitingOf(one.id), "what the first left is known")
        }

    @Test
    fun digits_are_gone_when_the_screen_was_left() =
        runTest {
            val shared = Shared(this)
            shared.app.start(null)
            val navigator = checkNotNull(shared.app.session.value).navigator
            navigator.open(Route.People)
            settle()
            val store = shared.app.people
            store.act(PeopleAction.Add)
            type(store, "190")
            assertEquals(3, (store.state.value.step as PeopleStep.Add).digits)
            navigator.back()
            settle()
            assertEquals(PeopleStep.Choose, store.state.value.step)
        }

    @Test
    fun a_phone_of_one_person_asks_for_no_pin() =
        runTest {
            val shared = Shared(this)
            shared.app.start(null)
            val session = checkNotNull(shared.app.session.value)
            assertEquals(Route.Join, session.navigator.routes.value.top)
            assertNull(shared.app.trouble.value)
        }

    @Test
    fun everybody_sees_their_own_data_and_nobody_elses() =
        runTest {
            val shared = Shared(this)
            shared.app.start(null)
            settle()
            val first = checkNotNull(shared.app.session.value)
            first.phone.drafts.save(null, snap("甲的草稿"))
            val store = PeopleStore(shared.app, backgroundScope)
            store.act(PeopleAction.Add)
            type(store, "190473")
            type(store, "190473")
            store.act(PeopleAction.EditName("乙"))
            type(store, "580216")
            type(store, "580216")
            settle()
            val second = checkNotNull(shared.app.session.value)
            assertTrue(second !== first)
            assertEquals(
                emptyList<Any>(),
                second.phone.drafts
                    .drafts()
                    .orNull(),
            )
            assertEquals(
                Trouble.Closed,
                (first.phone.drafts.drafts() as org.yuandian.app.model.Answer.Failed).trouble,
            )
            store.act(
                PeopleAction.Choose(
                    shared.app.roster.people.value
                        .first()
                        .id,
                ),
            )
            type(store, "190473")
            settle()
            val again = checkNotNull(shared.app.session.value)
            assertEquals(
                listOf("甲的草稿"),
                again.phone.drafts
                    .drafts()
                    .orNull()
                    ?.map { it.entered.text },
            )
        }

    @Test
    fun wrong_pins_are_counted_and_a_pause_is_counted_down() =
        runTest {
            val shared = Shared(this)
            val store = two(shared)
            val first =
                shared.app.roster.people.value
                    .first()
                    .id
            store.act(PeopleAction.Choose(first))
            repeat(4) { at ->
                type(store, "190474")
                assertEquals(PinProblem.Wrong(4 - at), (store.state.value.step as PeopleStep.EnterPin).problem)
            }
            type(store, "190474")
            assertEquals(PinProblem.Paused(30), (store.state.value.step as PeopleStep.EnterPin).problem)
            advanceTimeBy(10_500)
            assertEquals(PinProblem.Paused(20), (store.state.value.step as PeopleStep.EnterPin).problem)
            type(store, "190473")
            assertTrue(shared.app.current != first, "nothing can be typed meanwhile")
            advanceTimeBy(20_000)
            type(store, "190473")
            settle()
            assertEquals(first, shared.app.current)
        }

    @Test
    fun a_lost_key_is_told_and_a_phone_that_is_locked_is_not_taken_for_it() =
        runTest {
            val shared = Shared(this)
            val store = two(shared)
            val (first, second) = shared.app.roster.people.value
            shared.device.vault.state = Vaulted.Locked
            store.act(PeopleAction.Choose(first.id))
            type(store, "190473")
            assertEquals(Notice.KeyStoreLocked, store.state.value.frame.notice)
            shared.device.vault.state = Vaulted.KeyLost
            type(store, "190473")
            assertEquals(PinProblem.KeyLost, (store.state.value.step as PeopleStep.EnterPin).problem)
            assertEquals(second.id, shared.app.current, "whose data are open is not touched by it")
        }

    @Test
    fun data_that_do_not_open_after_a_good_pin_are_the_apps_to_tell() =
        runTest {
            val shared = Shared(this)
            val store = two(shared)
            shared.phones.trouble = Trouble.AppTooOld(9, 8)
            store.act(
                PeopleAction.Choose(
                    shared.app.roster.people.value
                        .first()
                        .id,
                ),
            )
            type(store, "190473")
            settle()
            assertEquals(Trouble.AppTooOld(9, 8) to null, shared.app.trouble.value to shared.app.session.value)
            shared.phones.trouble = null
            shared.app.again()
            assertEquals(null to null, shared.app.trouble.value to shared.app.session.value, "of several, somebody says who they are")
        }

    @Test
    fun a_pin_is_chosen_twice_and_not_too_easily() =
        runTest {
            val shared = Shared(this)
            shared.app.start(null)
            settle()
            val store = PeopleStore(shared.app, backgroundScope)
            store.act(PeopleAction.Add)
            type(store, "123456")
            assertEquals(PinProblem.TooEasy, (store.state.value.step as PeopleStep.Add).problem)
            type(store, "190473")
            type(store, "190474")
            assertEquals(PinProblem.NotTheSame, (store.state.value.step as PeopleStep.Add).problem)
        }

    @Test
    fun a_shift_change_says_what_is_still_here_and_closes_the_data_offline_too() =
        runTest {
            val shared = Shared(this)
            val store = two(shared)
            val session = checkNotNull(shared.app.session.value)
            session.phone.identity.enroll(Bench.SERVER, shared.phones.city.invite(Role.GRID_WORKER), "乙")
            shared.phones.network.open = false
            shared.device.link.value = org.yuandian.app.model.ports.Link.OFFLINE
            session.phone.drafts.save(null, snap("草稿"))
            session.phone.drafts.finish(
                checkNotNull(
                    session.phone.drafts
                        .save(null, snap("积水"))
                        .orNull(),
                ),
            )
            store.act(PeopleAction.EndShift)
            settle()
            assertEquals(PeopleStep.ShiftChange("乙", waiting = 1, drafts = 1), store.state.value.step)
            store.act(PeopleAction.ConfirmEndShift)
            settle()
            assertNull(shared.app.session.value)
            assertEquals(
                listOf(0, 1),
                store.state.value.people
                    .map { it.waiting },
            )
        }

    @Test
    fun after_the_end_of_the_process_a_shared_phone_asks_who_it_is() =
        runTest {
            val shared = Shared(this)
            two(shared)
            shared.app.lock()
            val again =
                App(
                    shared.device.platform,
                    Roster(shared.device.platform, StandardTestDispatcher(testScheduler), 10),
                    shared.phones,
                    backgroundScope,
                )
            again.start("today sync")
            assertNull(again.session.value)
            assertEquals(
                listOf("甲" to true, "乙" to true).map { it.second },
                again.roster.people.value
                    .map { it.hasPin },
            )
        }

    @Test
    fun an_invitation_may_name_its_server_and_what_was_typed_is_there_again() =
        runTest {
            val shared = Shared(this)
            shared.app.start(null)
            settle()
            val session = checkNotNull(shared.app.session.value)
            val code = shared.phones.city.invite(Role.VOLUNTEER)
            JoinStore(session).act(JoinAction.EditInvitation("https://city.example/#$code"))
            settle()
            val store = JoinStore(session)
            settle()
            assertEquals(code to "https://city.example", store.state.value.let { it.invitation to it.server })
            store.act(JoinAction.Send)
            settle()
            assertNotNull(store.state.value.problem, "a name is needed")
            store.act(JoinAction.EditName("李师傅"))
            shared.phones.network.open = false
            store.act(JoinAction.Send)
            settle()
            assertEquals(org.yuandian.app.screens.JoinProblem.Offline, store.state.value.problem)
            shared.phones.network.open = true
            store.act(JoinAction.Send)
            settle()
            assertEquals(Route.Nearby, session.navigator.routes.value.top)
            assertEquals(
                "李师傅",
                shared.app.roster.people.value
                    .single()
                    .name,
            )
        }
}
