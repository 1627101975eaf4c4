package org.yuandian.app.model.store

import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Role
import org.yuandian.app.screens.Notice

class SessionTest {
    @Test
    fun a_clock_that_is_a_year_off_is_told_once_and_one_that_is_a_little_off_never() =
        runTest {
            val year = 366L * 24 * 3_600_000
            val bench = Bench(this)
            bench.phones.network.clockOffMs = 90_000
            val session = bench.session(Role.RESIDENT)
            advanceTimeBy(3_000)
            assertNull(session.notice.value)
            bench.phones.network.clockOffMs = -year
            session.syncer.wish()
            advanceTimeBy(3_000)
            assertEquals(Notice.ClockWrong(-year), session.notice.value)
            session.dismiss()
            bench.phones.network.clockOffMs = -year - 1
            session.syncer.wish()
            advanceTimeBy(3_000)
            assertNull(session.notice.value)
        }
}
