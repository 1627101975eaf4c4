package org.yuandian.binding

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

/**
 * What crossing costs from Kotlin, as one line of JSON: not a test, and run by name alone (`-Dtest=FfiBench`), over the library as it
 * is built.
 *
 * `page_ms`: the median of a page of 50 lines, with what Rust takes for it. `empty_ms`: the same of a page of none, the call alone.
 * `event_us`: an event that waits, taken and acknowledged.
 */
class FfiBench {
    @TempDir
    lateinit var folder: Path

    @Test
    fun measure() =
        runBlocking {
            val phone = Phone.open(folder.resolve("手机")).orThrow()
            repeat(PAGE) { phone.ask { saveDraft(null, snap("井盖缺失 $it")) }.orThrow() }
            val page = median { phone.ask { list(PAGE.toUInt(), 0u) }.orThrow() }
            val empty = median { phone.ask { list(1u, PAGE.toUInt() + 1u) }.orThrow() }
            val told = """{"bench":"ffi-kotlin","page_ms":%.3f,"empty_ms":%.3f,"event_us":%.1f}"""
            println(told.format(page / NS_IN_MS, empty / NS_IN_MS, event(phone) / NS_IN_US))
            phone.close()
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
    }
}
