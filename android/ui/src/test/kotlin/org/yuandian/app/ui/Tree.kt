package org.yuandian.app.ui

import androidx.compose.ui.graphics.PixelMap
import androidx.compose.ui.graphics.toPixelMap
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.runDesktopComposeUiTest

/** Long enough for every screen at every scale: nothing scrolls away, so everything can be asked. */
const val LONG_HEIGHT = 9_000

/** A screen that was drawn, with what it tells of itself. One pixel is one dp. */
class Drawn(
    val pixels: PixelMap,
    /** As TalkBack meets it. */
    val merged: List<SemanticsNode>,
    /** Every part alone. */
    val parts: List<SemanticsNode>,
)

/** Draws and asks while it stands. */
@OptIn(ExperimentalTestApi::class)
fun onDrawn(
    shot: Shot,
    height: Int = LONG_HEIGHT,
    ask: (Drawn) -> Unit,
) = runDesktopComposeUiTest(PHONE_WIDTH, height) {
    setContent { ShowShot(shot, 1f) }
    waitForIdle()
    val (merged, parts) = flat(onRoot().fetchSemanticsNode()) to onTop(flat(onRoot(useUnmergedTree = true).fetchSemanticsNode()))
    ask(Drawn(captureToImage().toPixelMap(), merged, parts))
}

private fun flat(node: SemanticsNode): List<SemanticsNode> = listOf(node) + node.children.flatMap(::flat)

/** Under a sheet nothing is read aloud; the tree of parts still has it. */
private fun onTop(parts: List<SemanticsNode>): List<SemanticsNode> =
    parts.firstOrNull { it.config.contains(SemanticsProperties.PaneTitle) }?.let(::flat) ?: parts

/** Whether the screen is longer than [height]. */
fun scrolls(
    shot: Shot,
    height: Int,
): Boolean {
    var longer = false
    onDrawn(shot, height) { drawn ->
        longer =
            drawn.parts.any { node ->
                val range = node.config.getOrNull(SemanticsProperties.VerticalScrollAxisRange)
                range != null && range.maxValue() > 0f
            }
    }
    return longer
}
