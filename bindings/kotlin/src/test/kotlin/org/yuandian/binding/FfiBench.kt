package org.yuandian.binding

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import java.util.Locale

/**
 * What crossing costs from Kotlin, as one line of JSON: not a test, and run by name alone (`cargo xtask bench ffi --json`), over the
 * library as it is built.
 *
 * `page_ms`: the median of a page of 50 lines; `rust_ms`: what Rust by itself takes for the same page of the same home; `over_rust_ms`: the
 * difference. `empty_ms`: a page of none, the call alone. `event_us`: an event that waits, taken and acknowledged. `goals` are what
 * `holds` is judged by.
 */
class FfiBench {
    @TempDir
    lateinit var folder: Path

    private val home get() = folder.resolve("手机")

    @Test
    fun measure() =
        runBlocking {
            val phone = Phone.open(home).orThrow()
            repeat(PAGE) { phone.ask { saveDraft(null, snap("井盖缺失 $it")) }.orThrow() }
            val page = median { phone.ask { list(PAGE.toUInt(), 0u) }.orThrow() }
            val empty = median { phone.ask { list(1u, PAGE.toUInt() + 1u) }.orThrow() }
            phone.close()
            val (pageMs, rustMs) = page / NS_IN_MS to rust()
            val again = Phone.open(home).orThrow()
            val event = event(again) / NS_IN_US
            again.close()
            val holds = pageMs - rustMs <= OVER_RUST_MS_MAX && event <= EVENT_US_MAX
            val told =
                """{"name":"ffi","page_ms":%.3f,"rust_ms":%.3f,"over_rust_ms":%.3f,"empty_ms":%.3f,"event_us":%.1f,""" +
                    """"goals":{"over_rust_ms":%.0f,"event_us":%.0f},"holds":%b}"""
            println(
                told.format(Locale.ROOT, pageMs, rustMs, pageMs - rustMs, empty / NS_IN_MS, event, OVER_RUST_MS_MAX, EVENT_US_MAX, holds),
            )
        }

    /** Ms of the same page without crossing: the median, by a process of its own. */
    private fun rust(): Double {
        val program = TestServer.programs().resolve("yuandian-bench").toString()
        val call = ProcessBuilder(program, "page", "--home", home.toString(), "--lines", "$PAGE")
        val process = call.redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val said = process.inputReader().use { it.readText() }
        check(process.waitFor() == 0) { "yuandian-bench ended badly" }
        return said.trim().toDouble()
    }

    private inline fun median(work: () -> Unit): Double {
        repeat(WARM_UP) { work() }
        val took = LongArray(TIMES) { System.nanoTime().also { work() }.let { System.nanoTime() - it } }
        took.sort()
        return took[TIMES / 2].toDouble()
    }

    /** Ns for each of many events that wait: the collector is held at the first until all are there. */
    private suspend fun event(phone: Phone): Double {
        val (listening, all) = CompletableDeferred<Unit>() to CompletableDeferred<Unit>()
        var took = 0L
        coroutineScope {
            launch {
                var began = 0L
                phone.events.take(EVENTS + 1).collect {
                    if (listening.complete(Unit)) {
                        all.await()
                        began = System.nanoTime()
                    }
                }
                took = System.nanoTime() - began
            }
            listening.await()
            repeat(EVENTS) { phone.ask { saveDraft(null, snap("又一个 $it")) }.orThrow() }
            all.complete(Unit)
        }
        return took.toDouble() / EVENTS
    }

    private companion object {
        const val NS_IN_MS = 1e6
        const val NS_IN_US = 1e3
        const val PAGE = 50
        const val WARM_UP = 500
        const val TIMES = 1_000
        const val EVENTS = 500
        const val OVER_RUST_MS_MAX = 1.0
        const val EVENT_US_MAX = 200.0
    }
}
