package org.yuandian.app.model.people

import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.fake.FakePlatform
import org.yuandian.app.model.ports.Vaulted

@OptIn(kotlinx.coroutines.ExperimentalCoroutinesApi::class)
class RosterTest {
    private val right = Pin("190473")
    private val wrong = Pin("190474")

    private fun TestScope.phone() = FakePlatform { currentTime }

    private fun TestScope.roster(phone: FakePlatform) = Roster(phone.platform, StandardTestDispatcher(testScheduler), iterations = 10)

    @Test
    fun everybody_has_a_key_of_their_own_and_it_opens_after_the_app_was_ended() =
        runTest {
            val phone = phone()
            val roster = roster(phone)
            val first = roster.add("甲", HomeRole.GRID_WORKER, right)!!
            val second = roster.add("乙", HomeRole.GRID_WORKER, Pin("580216"))!!
            val again = roster(phone).apply { load() }
            assertEquals(listOf(first, second), again.people.value)
            val one = (again.unlock(first.id, right) as Unlocked.Key).bytes
            val two = (again.unlock(second.id, Pin("580216")) as Unlocked.Key).bytes
            assertEquals(32, one.size)
            assertFalse(one.contentEquals(two))
            assertArrayEquals(one, (again.unlock(first.id, right) as Unlocked.Key).bytes)
        }

    @Test
    fun five_wrong_ones_are_free_and_then_the_pauses_grow() =
        runTest {
            val roster = roster(phone())
            val id = roster.add("甲", HomeRole.GRID_WORKER, right)!!.id
            assertEquals(listOf(4, 3, 2, 1), (1..4).map { (roster.unlock(id, wrong) as Unlocked.Wrong).left })
            val pauses = listOf(30_000L, 60_000L, 300_000L, 900_000L, 3_600_000L, 3_600_000L)
            for (pause in pauses) {
                assertEquals(Unlocked.Paused(pause), roster.unlock(id, wrong))
                advanceTimeBy(pause - 1)
                assertEquals(Unlocked.Paused(1), roster.unlock(id, right), "even the right one waits")
                advanceTimeBy(1)
            }
            assertTrue(roster.unlock(id, right) is Unlocked.Key)
            assertEquals(Unlocked.Wrong(4), roster.unlock(id, wrong), "and then it begins anew")
        }

    @Test
    fun neither_the_clock_nor_ending_the_app_nor_a_restart_shortens_a_pause() =
        runTest {
            val phone = phone()
            val id = roster(phone).add("甲", HomeRole.GRID_WORKER, right)!!.id
            advanceTimeBy(1_000_000)
            repeat(5) { roster(phone).apply { load() }.unlock(id, wrong) }
            phone.clock.wrongByMs = 365L * 24 * 3_600_000
            val roster = roster(phone).apply { load() }
            assertEquals(Unlocked.Paused(30_000), roster.unlock(id, right))
            advanceTimeBy(20_000)
            phone.clock.startedAtMs = currentTime
            assertEquals(Unlocked.Paused(30_000), roster.unlock(id, right))
            advanceTimeBy(30_000)
            assertTrue(roster.unlock(id, right) is Unlocked.Key)
        }

    @Test
    fun a_try_that_cannot_be_counted_is_not_made() =
        runTest {
            val phone = phone()
            val roster = roster(phone)
            val id = roster.add("甲", HomeRole.GRID_WORKER, right)!!.id
            phone.values.full = true
            assertEquals(Unlocked.StorageFull, roster.unlock(id, right))
            assertNull(roster.add("乙", HomeRole.RESIDENT, right))
            assertEquals(1, roster.people.value.size)
        }

    @Test
    fun what_the_platform_says_is_told_apart() =
        runTest {
            val phone = phone()
            val roster = roster(phone)
            val id = roster.add("甲", HomeRole.GRID_WORKER, right)!!.id
            phone.vault.state = Vaulted.Locked
            assertEquals(Unlocked.PhoneLocked, roster.unlock(id, right))
            phone.vault.state = Vaulted.KeyLost
            assertEquals(Unlocked.Lost, roster.unlock(id, right))
            phone.vault.state = null
            assertTrue(roster.unlock(id, right) is Unlocked.Key, "none of it counted as a wrong one")
            phone.values.values.replaceAll { key, value -> if (key.endsWith("$id.key")) "cAAAA" else value }
            assertEquals(Unlocked.Lost, roster.unlock(id, right))
        }

    @Test
    fun somebody_elses_closed_key_does_not_open() =
        runTest {
            val phone = phone()
            val roster = roster(phone)
            val first = roster.add("甲", HomeRole.GRID_WORKER, right)!!.id
            val second = roster.add("乙", HomeRole.GRID_WORKER, right)!!.id
            val stolen = phone.values.values.getValue("people.$first.key")
            phone.values.values["people.$second.key"] = stolen
            assertEquals(Unlocked.Wrong(4), roster.unlock(second, right))
        }

    @Test
    fun the_only_one_of_a_phone_needs_no_pin_until_they_want_one() =
        runTest {
            val phone = phone()
            val roster = roster(phone)
            val id = roster.add("", HomeRole.RESIDENT, pin = null)!!.id
            val key = (roster.unlock(id, null) as Unlocked.Key).bytes
            assertTrue(roster.setPin(id, key, right))
            val again = roster(phone).apply { load() }
            assertTrue(
                again.people.value
                    .single()
                    .hasPin,
            )
            assertEquals(Unlocked.Wrong(5), again.unlock(id, null))
            assertArrayEquals(key, (again.unlock(id, right) as Unlocked.Key).bytes)
        }

    @Test
    fun easy_pins_are_known() {
        for (easy in listOf("000000", "123456", "654321", "112233", "121212", "123123", "111222")) assertTrue(Pin(easy).isTooEasy, easy)
        for (fine in listOf("190473", "580216", "112358", "202614")) assertFalse(Pin(fine).isTooEasy, fine)
    }

    @Test
    fun the_full_stretch_works_too() =
        runTest {
            val phone = phone()
            val roster = Roster(phone.platform, StandardTestDispatcher(testScheduler))
            val id = roster.add("甲", HomeRole.GRID_WORKER, right)!!.id
            assertTrue(roster.unlock(id, right) is Unlocked.Key)
        }
}
