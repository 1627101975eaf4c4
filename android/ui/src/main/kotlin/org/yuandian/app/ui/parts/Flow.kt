package org.yuandian.app.ui.parts

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.layout.Layout
import androidx.compose.ui.layout.Placeable
import androidx.compose.ui.unit.Dp
import org.yuandian.app.ui.theme.Yd

/**
 * Side by side while there is room, then in the next line; what stands in one line is centred on it, or begins at its top with [top]. With
 * [apart] the last of a line goes to its end. Foundation's own is experimental and may change under us.
 */
@Composable
fun Flow(
    modifier: Modifier = Modifier,
    gap: Dp = Yd.space.near,
    lineGap: Dp = gap,
    apart: Boolean = false,
    top: Boolean = false,
    content: @Composable () -> Unit,
) {
    Layout(content, modifier) { measurables, constraints ->
        val (between, below) = gap.roundToPx() to lineGap.roundToPx()
        val loose = constraints.copy(minWidth = 0, minHeight = 0)
        val lines = linesOf(measurables.map { it.measure(loose) }, constraints.maxWidth, between)
        val heights = lines.map { line -> line.maxOf(Placeable::height) }
        val widest = lines.maxOfOrNull { widthOf(it, between) } ?: 0
        val width =
            (
                if (apart &&
                    constraints.hasBoundedWidth
                ) {
                    constraints.maxWidth
                } else {
                    widest
                }
            ).coerceIn(constraints.minWidth, constraints.maxWidth)
        val height = (heights.sum() + below * maxOf(0, lines.size - 1)).coerceAtLeast(constraints.minHeight)
        layout(width, height) {
            var y = 0
            lines.forEachIndexed { index, line ->
                var x = 0
                line.forEachIndexed { place, item ->
                    if (apart && place > 0 && place == line.lastIndex) x = width - item.width
                    item.placeRelative(x, if (top) y else y + (heights[index] - item.height) / 2)
                    x += item.width + between
                }
                y += heights[index] + below
            }
        }
    }
}

private fun widthOf(
    line: List<Placeable>,
    between: Int,
) = line.sumOf(Placeable::width) + between * (line.size - 1)

private fun linesOf(
    items: List<Placeable>,
    most: Int,
    between: Int,
): List<List<Placeable>> {
    val lines = mutableListOf<MutableList<Placeable>>()
    for (item in items) {
        val line = lines.lastOrNull()
        if (line == null || widthOf(line, between) + between + item.width > most) lines.add(mutableListOf(item)) else line.add(item)
    }
    return lines
}
