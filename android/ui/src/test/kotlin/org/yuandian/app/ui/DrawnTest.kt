package org.yuandian.app.ui

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.awt.image.BufferedImage

/** Every screen is drawn, in every main state, in the sample of settings. */
class DrawnTest {
    @Test
    fun `every screen is drawn in every main state`() {
        val shots = exhibits.flatMap(::shotsOf)
        for (shot in shots) {
            val colours = coloursOf(draw(shot))
            assertTrue(colours > 20, "$shot: only $colours colours, nothing was drawn")
        }
        val states = shots.map { it.exhibit.name to it.state }.distinct().size
        println("yuandian: ${exhibits.size} screens x main states: $states, drawn: ${shots.size}")
    }

    @Test
    fun `the twelve settings cover each pair`() {
        assertEquals(12, pairwise.size)
        for (a in pairwise) {
            for (b in pairwise) {
                assertTrue(pairwise.any { it.language == a.language && it.look == b.look && it.elder == b.elder })
                assertTrue(pairwise.any { it.language == a.language && it.fontScale == b.fontScale })
                assertTrue(pairwise.any { it.fontScale == a.fontScale && it.look == b.look && it.elder == b.elder })
            }
        }
    }

    @Test
    fun `the sample meets each setting on each screen`() {
        for (exhibit in exhibits) assertTrue(shotsOf(exhibit).map(Shot::combo).containsAll(pairwise), exhibit.name)
    }

    private fun coloursOf(image: BufferedImage): Int {
        val seen = HashSet<Int>()
        for (y in 0 until image.height step 3) for (x in 0 until image.width step 3) seen.add(image.getRGB(x, y))
        return seen.size
    }
}
