package org.yuandian.app.gateway

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.asCoroutineDispatcher
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicLong
import kotlin.coroutines.CoroutineContext

/** One thread as a screen has it, that knows how long it was held up by one piece of work at most. */
class ScreenThread :
    CoroutineDispatcher(),
    AutoCloseable {
    private val thread = Executors.newSingleThreadExecutor { Thread(it, "screen") }.asCoroutineDispatcher()
    private val longest = AtomicLong()

    /** The longest piece of work so far, ms. */
    val longestMs: Double get() = longest.get() / NANOS_IN_MS

    /** Forgets what was, for instance the loading of classes. */
    fun beginAnew() = longest.set(0)

    override fun dispatch(
        context: CoroutineContext,
        block: Runnable,
    ) = thread.dispatch(context) {
        val began = System.nanoTime()
        block.run()
        longest.accumulateAndGet(System.nanoTime() - began, ::maxOf)
    }

    override fun close() = thread.close()

    private companion object {
        const val NANOS_IN_MS = 1e6
    }
}
