package org.yuandian.app.journeys

import kotlinx.coroutines.CoroutineDispatcher
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicLong
import java.util.concurrent.locks.ReentrantLock
import javax.swing.SwingUtilities
import kotlin.concurrent.withLock
import kotlin.coroutines.CoroutineContext

/**
 * The thread that draws, for everything that an app does on it. It knows the longest piece of that work; drawing itself is not counted,
 * because no phone draws as a test does.
 */
class Screen : CoroutineDispatcher() {
    private val longest = AtomicLong()
    private val lock = ReentrantLock()
    private val worked = lock.newCondition()

    /** The longest piece of work so far, ms. */
    val longestMs: Double get() = longest.get() / NANOS_IN_MS

    override fun dispatch(
        context: CoroutineContext,
        block: Runnable,
    ) = SwingUtilities.invokeLater {
        val began = System.nanoTime()
        try {
            block.run()
        } finally {
            longest.accumulateAndGet(System.nanoTime() - began, ::maxOf)
            lock.withLock { worked.signalAll() }
        }
    }

    /** Waits until a piece of work is done, at most [mostMs]. */
    fun awaitWork(mostMs: Long) = lock.withLock { worked.await(mostMs, TimeUnit.MILLISECONDS) }

    private companion object {
        const val NANOS_IN_MS = 1e6
    }
}
