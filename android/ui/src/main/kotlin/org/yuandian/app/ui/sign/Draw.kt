package org.yuandian.app.ui.sign

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.addPathNodes
import androidx.compose.ui.unit.dp

/**
 * A pictogram on a 24 dp grid: lines of 2 dp with round ends, nothing within 2 dp of the edge. [dots] are filled: the origin
 * that the app is named after. It is drawn in one colour by whoever shows it.
 */
internal fun pictogram(
    name: String,
    lines: String,
    dots: String? = null,
): ImageVector {
    val builder = ImageVector.Builder(name, GRID.dp, GRID.dp, GRID, GRID)
    builder.addPath(
        pathData = addPathNodes(lines),
        stroke = SolidColor(Color.Black),
        strokeLineWidth = 2f,
        strokeLineCap = StrokeCap.Round,
        strokeLineJoin = StrokeJoin.Round,
    )
    if (dots != null) builder.addPath(pathData = addPathNodes(dots), fill = SolidColor(Color.Black))
    return builder.build()
}

/** A whole circle as a path. */
internal fun circle(
    x: Double,
    y: Double,
    r: Double,
) = "M${x - r} ${y}a$r $r 0 1 0 ${2 * r} 0a$r $r 0 1 0 ${-2 * r} 0z"

private const val GRID = 24f
