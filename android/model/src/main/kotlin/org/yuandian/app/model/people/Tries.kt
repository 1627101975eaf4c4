package org.yuandian.app.model.people

import org.yuandian.app.model.ports.KeyValues
import org.yuandian.app.model.ports.WallClock

/** What stands before another try. */
internal sealed interface Gate {
    /** So many tries are left before a pause. */
    data class Open(
        val left: Int,
    ) : Gate

    data class Shut(
        val waitMs: Long,
    ) : Gate
}

/**
 * Counts wrong PINs of one person: five, then a pause before each further one, growing to an hour.
 *
 * A try is counted before it is made, so that ending the app does not give it back. A pause is measured by the phone's running
 * time, so that
 * setting the clock does not shorten it; after a restart of the phone it begins anew.
 */
internal class Tries(
    private val kept: KeyValues,
    private val clock: WallClock,
) {
    suspend fun gate(): Gate {
        val wrong = number(WRONG)
        val pause = pauseAfter(wrong)
        if (pause == 0L) return Gate.Open(FREE - wrong.toInt())
        val now = clock.sinceStartMs()
        val since = number(SINCE)
        if (now < since) kept.put(SINCE, now.toString())
        val left = pause - (now - minOf(since, now))
        return if (left > 0) Gate.Shut(left) else Gate.Open(1)
    }

    /** Before a try. False where that cannot be kept: then nothing is tried. */
    suspend fun begin(): Boolean = kept.put(SINCE, clock.sinceStartMs().toString()) && kept.put(WRONG, (number(WRONG) + 1).toString())

    suspend fun succeeded() {
        kept.put(WRONG, null)
        kept.put(SINCE, null)
    }

    private suspend fun number(key: String) = kept.get(key)?.toLongOrNull() ?: 0

    companion object {
        const val FREE = 5
        private const val WRONG = "wrong"
        private const val SINCE = "since"
        private const val SECOND_MS = 1_000L
        private val PAUSES_MS = listOf(30 * SECOND_MS, 60 * SECOND_MS, 300 * SECOND_MS, 900 * SECOND_MS, 3_600 * SECOND_MS)

        /** How long after so many wrong ones, ms. */
        fun pauseAfter(wrong: Long): Long = if (wrong < FREE) 0 else PAUSES_MS[minOf(wrong - FREE, PAUSES_MS.size - 1L).toInt()]
    }
}
