package org.yuandian.app.ui

import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory
import org.yuandian.app.ui.states.Exhibit

/** Every screen at the size of a phone, upright and on its side: what can be pressed is in reach, and nothing lies over another thing. */
class ReachTest {
    @TestFactory
    fun `upright, everything is reached by scrolling`(): List<DynamicTest> =
        exhibits.map { exhibit -> dynamicTest(exhibit.name) { hold(exhibit, PHONE_WIDTH, PHONE_HEIGHT) } }

    @TestFactory
    fun `on its side, everything is reached by scrolling`(): List<DynamicTest> =
        exhibits.map { exhibit -> dynamicTest(exhibit.name) { hold(exhibit, PHONE_HEIGHT, PHONE_WIDTH) } }

    /** Each state once, in settings that change from one to the next. */
    private fun hold(
        exhibit: Exhibit<*>,
        width: Int,
        height: Int,
    ) {
        val faults = mutableListOf<String>()
        Stage(width = width).use { stage ->
            exhibit.stateNames().forEachIndexed { index, state ->
                val shot = Shot(exhibit, state, pairwise[(index * STRIDE) % pairwise.size])
                val reach = Reach(shot, width.toFloat())
                reach.want(stage.drawWhole(shot))
                stage.drawScrolled(shot, height, reach::look)
                faults += reach.faults()
            }
        }
        assertEquals(emptyList<String>(), faults.take(MOST_SHOWN), "${faults.size} faults")
    }

    private companion object {
        /** Has no divisor in common with the number of settings. */
        const val STRIDE = 5
        const val MOST_SHOWN = 20
    }
}

/** What a finger meets on one screen that it scrolls through. */
private class Reach(
    private val shot: Shot,
    private val width: Float,
) {
    private val least = if (shot.combo.elder || shot.exhibit.elderOnly) 60f else 48f
    private var wanted = emptyList<String>()
    private val reached = mutableSetOf<String>()
    private val faults = linkedSetOf<String>()

    /** What there is to be pressed. */
    fun want(whole: Drawn) {
        wanted = pressed(whole).map(::labelOf).distinct()
    }

    fun look(drawn: Drawn) {
        // It is somewhere seen as large as a finger needs it.
        reached += pressed(drawn).filter { node -> node.boundsInRoot.let { it.height >= least && it.width >= least } }.map(::labelOf)
        faults += beside(drawn) + over(drawn) + room(drawn)
    }

    fun faults(): List<String> {
        if (wanted.isEmpty()) return listOf("$shot: nothing can be pressed")
        return faults.toList() + (wanted - reached).map { "$shot: out of reach: $it" }
    }

    /** Nothing stands out at the sides. */
    private fun beside(drawn: Drawn): List<String> =
        drawn.parts
            .filter { it.size.width > 0 && it.boundsInRoot.height > 0 }
            .filter { it.positionInRoot.x < -1 || it.positionInRoot.x + it.size.width > width + 1 }
            .filter { pressable(it) || it.config.contains(SemanticsProperties.Text) }
            .map { "$shot: beside the screen: ${labelOf(it)}" }

    /** No two things that can be pressed share a place, but where one lies whole within the other. */
    private fun over(drawn: Drawn): List<String> {
        val all = pressed(drawn).filter { it.boundsInRoot.height > 0 }
        return all.flatMapIndexed { index, one ->
            all.drop(index + 1).filter { other -> cross(one.boundsInRoot, other.boundsInRoot) }.map { other ->
                "$shot: over each other: ${labelOf(one)} and ${labelOf(other)}"
            }
        }
    }

    private fun cross(
        a: Rect,
        b: Rect,
    ): Boolean {
        val both = a.intersect(b)
        return both.width > 1 && both.height > 1 && !holds(a, b) && !holds(b, a)
    }

    private fun holds(
        a: Rect,
        b: Rect,
    ) = a.left <= b.left + 1 && a.top <= b.top + 1 && a.right >= b.right - 1 && a.bottom >= b.bottom - 1

    /** What keeps its place leaves room for what scrolls. */
    private fun room(drawn: Drawn): List<String> {
        val list = drawn.scroller ?: return emptyList()
        val seen = list.boundsInRoot.height
        return if (seen >= LEAST_ROOM) emptyList() else listOf("$shot: only $seen dp are left for the content")
    }

    /** A list keeps what was scrolled away for a while, where it last stood. */
    private fun pressed(drawn: Drawn) = drawn.merged.filter { it.layoutInfo.isPlaced && !it.layoutInfo.isDeactivated && pressable(it) }

    private fun pressable(node: SemanticsNode) =
        node.config.contains(SemanticsActions.OnClick) || node.config.contains(SemanticsActions.SetText) ||
            node.config.contains(SemanticsProperties.ToggleableState)

    private companion object {
        const val LEAST_ROOM = 100f
    }
}
