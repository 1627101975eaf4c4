package org.yuandian.app.model.store

import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Role
import org.yuandian.app.model.ports.Scan
import org.yuandian.app.screens.JoinAction
import org.yuandian.app.screens.JoinProblem
import org.yuandian.app.screens.NoScan
import org.yuandian.app.screens.Notice

class JoinStoreTest {
    @Test
    fun an_invitation_is_scanned_with_its_server_or_without_and_signs_in() =
        runTest {
            for (link in listOf(true, false)) {
                val bench = Bench(this)
                val session = bench.session(null)
                val store = JoinStore(session)
                val code = bench.city.invite(Role.RESIDENT)
                bench.device.scan = Scan.Read(if (link) "${Bench.SERVER}/#$code\n" else code)
                store.act(JoinAction.Scan)
                runCurrent()
                assertEquals(code to if (link) Bench.SERVER else "", store.state.value.let { it.invitation to it.server })
                if (!link) store.act(JoinAction.EditServer(Bench.SERVER))
                store.act(JoinAction.EditName("高国营"))
                store.act(JoinAction.Send)
                runCurrent()
                assertNotNull(session.person.value)
            }
        }

    @Test
    fun another_code_is_no_invitation_and_takes_nothing_that_was_typed() =
        runTest {
            val others =
                listOf(
                    " ",
                    "0192f3c4-5b6a-7c8d-9e0f-112233445566 高国营",
                    "https://city.example/",
                    "https://city.example/#",
                    "https://city.example/#a b",
                    "WIFI:T:WPA;S:home;P:secret;;",
                    "7".repeat(65),
                    "https://city.example/${"x".repeat(300)}#7K3M",
                )
            for (text in others) {
                val bench = Bench(this)
                val store = JoinStore(bench.session(null))
                store.act(JoinAction.EditInvitation("7K3M-9"))
                bench.device.scan = Scan.Read(text)
                store.act(JoinAction.Scan)
                runCurrent()
                assertEquals("7K3M-9" to JoinProblem.NoInvitation, store.state.value.let { it.invitation to it.problem }, text)
                store.act(JoinAction.EditInvitation("7K3M-9Q"))
                assertNull(store.state.value.problem)
            }
        }

    @Test
    fun a_scan_that_brings_nothing_is_told_and_the_invitation_can_be_typed() =
        runTest {
            val told =
                mapOf(
                    Scan.NoCode to Notice.NothingScanned(NoScan.NO_CODE),
                    Scan.Denied to Notice.NothingScanned(NoScan.NOT_ALLOWED),
                    Scan.Unavailable to Notice.NothingScanned(NoScan.NO_CAMERA),
                    Scan.StorageFull to Notice.StorageFull,
                    Scan.Cancelled to null,
                )
            for ((scan, notice) in told) {
                val bench = Bench(this)
                val session = bench.session(null)
                val store = JoinStore(session)
                bench.device.scan = scan
                store.act(JoinAction.Scan)
                runCurrent()
                assertEquals(notice to null, session.notice.value to store.state.value.problem, "$scan")
                store.act(JoinAction.EditInvitation("7K3M-9QRT"))
                assertEquals("7K3M-9QRT", store.state.value.invitation)
            }
        }
}
