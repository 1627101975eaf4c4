package org.yuandian.app.journeys

import org.junit.jupiter.api.extension.BeforeAllCallback
import org.junit.jupiter.api.extension.ExtensionContext

/** Counts what was played in this module, and says it once all of it is over. */
class Tally : BeforeAllCallback {
    override fun beforeAll(context: ExtensionContext) {
        context.root.getStore(ExtensionContext.Namespace.GLOBAL).getOrComputeIfAbsent(Sum::class.java)
    }

    /** Closed when the last test of the module is over. */
    class Sum : AutoCloseable {
        override fun close() =
            println(
                "yuandian: journeys: $journeys, each rough and calm, taps: $taps, longest on the screen's thread: ${"%.1f".format(
                    longestMs,
                )} ms",
            )
    }

    companion object {
        private var journeys = 0
        private var taps = 0
        private var longestMs = 0.0

        fun played(
            what: String,
            course: Course,
            pressed: Int,
            longest: Double,
        ) {
            if (course == Course.ROUGH) return println("yuandian: journey: $what: rough, taps $pressed")
            journeys++
            taps += pressed
            longestMs = maxOf(longestMs, longest)
            println("yuandian: journey: $what: taps $pressed, longest on the screen's thread ${"%.1f".format(longest)} ms")
        }
    }
}
