package org.yuandian.app.ui

import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.PixelMap
import androidx.compose.ui.graphics.luminance

/** WCAG 2.2: relative luminance with 0.05 of glare. */
fun contrast(
    a: Color,
    b: Color,
): Double {
    val (light, dark) = listOf(a.luminance(), b.luminance()).sortedDescending()
    return (light + 0.05) / (dark + 0.05)
}

/** Contrast of words in [ink] on what was really drawn behind them: the commonest colour within their bounds. */
fun contrastOnScreen(
    pixels: PixelMap,
    bounds: Rect,
    ink: Color,
): Double {
    val counts = HashMap<Color, Int>()
    val (left, right) = bounds.left.toInt().coerceAtLeast(0) to bounds.right.toInt().coerceAtMost(pixels.width - 1)
    for (y in bounds.top.toInt().coerceAtLeast(0)..bounds.bottom.toInt().coerceAtMost(pixels.height - 1)) {
        for (x in left..right) counts.merge(pixels[x, y], 1, Int::plus)
    }
    return contrast(ink, counts.maxBy { it.value }.key)
}
