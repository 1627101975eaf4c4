package org.yuandian.app.ui

import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.graphics.Color
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
    pixels: Pixels,
    bounds: Rect,
    ink: Color,
): Double = contrast(ink, Color(pixels.counts(bounds).maxBy { it.value }.key))
