package org.yuandian.app.model.store

import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.ActId
import org.yuandian.app.model.Language
import org.yuandian.app.model.Role
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.navigation.RouteText
import org.yuandian.app.model.ports.Channel
import org.yuandian.app.model.store.Bench.Companion.does
import org.yuandian.app.model.store.Bench.Companion.opens
import org.yuandian.app.model.strings.Strings

/** What the system's scheduled job does while nobody looks. */
class BackgroundRunTest {
    private val words = Strings.of(Language.ZH_HANS)

    @Test
    fun somebody_else_moved_my_case_is_told_once_and_leads_to_it() =
        runTest {
            val bench = Bench(this)
            val asker = bench.phone("asker").also { it.identity.enroll(Bench.SERVER, bench.city.invite(Role.RESIDENT), "王阿姨") }
            val id = asker.opens(Bench.errand())
            val helper = bench.other("helper", Role.VOLUNTEER)
            helper.sync.run()
            helper.does(id, ActInput(ActId.CLAIM))
            val job = BackgroundRun(asker, bench.device.platform.notifier, words)
            assertFalse(job.run(), "nothing is left to fetch")
            val told = bench.device.notified.single()
            assertEquals(Channel.MY_MATTERS to words.noticeMoved, told.channel to told.title)
            assertEquals(Route.Detail(id), RouteText.ofLink(told.link))
            job.run()
            assertEquals(1, bench.device.notified.size)
        }

    @Test
    fun without_a_network_nothing_is_told_and_another_run_is_worth_while() =
        runTest {
            val bench = Bench(this)
            val asker = bench.phone("asker").also { it.identity.enroll(Bench.SERVER, bench.city.invite(Role.RESIDENT), "王阿姨") }
            bench.offline()
            assertTrue(BackgroundRun(asker, bench.device.platform.notifier, words).run())
            assertEquals(emptyList<Any>(), bench.device.notified)
        }
}
