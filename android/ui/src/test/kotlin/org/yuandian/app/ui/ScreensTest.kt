package org.yuandian.app.ui

import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.TestInstance
import org.yuandian.app.ui.states.Exhibit
import java.io.File

/** Every screen in every main state, in the sample of settings: drawn on a phone, then drawn whole and asked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScreensTest {
    private val found = LinkedHashMap<String, Findings>()

    @TestFactory
    fun `drawing, labels, sizes, text and order hold on every screen`(): List<DynamicTest> =
        exhibits.map { exhibit -> dynamicTest(exhibit.name) { hold(exhibit) } }

    private fun hold(exhibit: Exhibit<*>) {
        val findings = Findings()
        found[exhibit.name] = findings
        Stage().use { stage ->
            for (shot in shotsOf(exhibit)) {
                val colours = stage.draw(shot).pixels.colours()
                assertTrue(colours > LEAST_COLOURS, "$shot: only $colours colours, nothing was drawn")
                findings.ask(shot, stage.drawWhole(shot))
            }
        }
        assertEquals(emptyList<String>(), findings.faults.distinct().take(MOST_SHOWN), "${findings.faults.size} faults")
    }

    @AfterAll
    fun tell() {
        val faults = found.values.flatMap(Findings::faults)
        System.getProperty("yuandian.ui.faults")?.let { File(it).writeText(faults.distinct().sorted().joinToString("\n")) }
        val shots = exhibits.flatMap(::shotsOf)
        val states = shots.map { it.exhibit.name to it.state }.distinct().size
        println("yuandian: ${exhibits.size} screens x main states: $states, drawn: ${shots.size}")
        println("yuandian: semantics assertions: ${found.values.sumOf(Findings::asked)}, faults: ${faults.size}")
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

    private companion object {
        const val LEAST_COLOURS = 20
        const val MOST_SHOWN = 60
    }
}
