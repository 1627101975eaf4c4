package org.yuandian.app.journeys

import org.junit.jupiter.api.Test
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.WorkState

/** Two answer one question without knowing of each other. */
class ConflictJourneyTest : JourneyTest() {
    @Test
    fun `two answers to one question are shown with who gave them, and settled for the other's`() =
        journey {
            val first = joined("网格员小李", AppRole.GRID_WORKER)
            reports("路灯不亮")
            val second = joined("网格员小周", AppRole.GRID_WORKER)
            hand.taps("路灯不亮")
            hand.sees(words.detailEdit)
            second.airplane(true)
            first.airplane(true)
            answers(LOW)
            takes(first)
            answers(HIGH)
            first.airplane(false)
            hand.sees(words.workState(WorkState.Delivered))
            takes(second)
            second.airplane(false)
            hand.sees(words.conflictCount(1))
            hand.sees(words.workState(WorkState.Conflict))
            hand.taps(words.detailSeeVersions)
            hand.sees(LOW, words.conflictUseMine)
            hand.sees(HIGH, words.conflictUseTheirs, "网格员小李")
            hand.taps(HIGH)
            hand.taps(words.conflictApply)
            hand.sees(SEVERITY, HIGH)
            hand.sees(words.workState(WorkState.Delivered))
            takes(first)
            hand.sees(SEVERITY, HIGH)
            hand.sees(words.workState(WorkState.Delivered))
        }

    private fun Journey.answers(severity: String) {
        hand.taps(words.detailEdit)
        hand.taps(severity)
        hand.taps(words.detailEdit)
        hand.sees(SEVERITY, severity)
    }

    private companion object {
        /** The core's words. */
        const val SEVERITY = "紧急程度"
        const val LOW = "一般"
        const val HIGH = "紧急"
    }
}
