package org.yuandian.app.android

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class SamplingTest {
    @Test
    fun `a side is divided by a power of two until it fits, and by no more`() {
        val sides = mapOf(0 to 1, 1 to 1, 2_100 to 1, 2_101 to 2, 4_160 to 2, 4_200 to 2, 4_201 to 2, 4_202 to 4, 8_000 to 4, 100_000 to 64)
        assertEquals(sides, sides.mapValues { timesOver(it.key, 2_100) })
    }
}
