package org.yuandian.app.ui.theme

import androidx.compose.runtime.Immutable
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.LineHeightStyle
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp

/**
 * Six sizes of text, each with a line height of at least 1.3 (MIIT 1.2).
 *
 * Chinese glyphs fill their square, so lines need more air than Latin text of the same size.
 */
@Immutable
data class TypeScale(
    /** The one large thing of a screen. */
    val display: TextStyle,
    /** Name of a screen. */
    val title: TextStyle,
    /** Name of a part, first words of a card. */
    val heading: TextStyle,
    /** Words to be read. */
    val body: TextStyle,
    /** Words to be pressed. */
    val label: TextStyle,
    /** Second words: time, place, number. */
    val small: TextStyle,
) {
    val all: List<TextStyle> get() = listOf(display, title, heading, body, label, small)
}

private val airy = LineHeightStyle(LineHeightStyle.Alignment.Center, LineHeightStyle.Trim.None)

private fun style(
    family: FontFamily,
    size: Int,
    line: Int,
    weight: FontWeight,
) = TextStyle(fontFamily = family, fontSize = size.sp, lineHeight = line.sp, fontWeight = weight, lineHeightStyle = airy)

/** The same style, [by] times as large. */
fun TextStyle.grown(by: Float) = copy(fontSize = fontSize * by, lineHeight = lineHeight * by)

fun normalType(family: FontFamily) =
    TypeScale(
        display = style(family, 28, 38, FontWeight.SemiBold),
        title = style(family, 20, 28, FontWeight.SemiBold),
        heading = style(family, 17, 25, FontWeight.SemiBold),
        body = style(family, 16, 25, FontWeight.Normal),
        label = style(family, 16, 23, FontWeight.Medium),
        small = style(family, 14, 21, FontWeight.Normal),
    )

/**
 * No text below 18 dp (MIIT 1.1). It follows the system's font scale until words to be read are [ELDER_BODY_MOST] dp high,
 * above the 30 that the norm asks for: beyond it a phone 360 dp wide holds fewer than ten characters in a line, and words break.
 */
fun elderType(
    family: FontFamily,
    fontScale: Float = 1f,
): TypeScale {
    val whole = wholeElderType(family)
    val share = (ELDER_BODY_MOST / (whole.body.fontSize.value * fontScale)).coerceAtMost(1f)
    if (share == 1f) return whole
    return TypeScale(
        whole.display.grown(share),
        whole.title.grown(share),
        whole.heading.grown(share),
        whole.body.grown(share),
        whole.label.grown(share),
        whole.small.grown(share),
    )
}

private const val ELDER_BODY_MOST = 33f

private fun wholeElderType(family: FontFamily) =
    TypeScale(
        display = style(family, 34, 46, FontWeight.SemiBold),
        title = style(family, 26, 36, FontWeight.SemiBold),
        heading = style(family, 23, 33, FontWeight.SemiBold),
        body = style(family, 21, 32, FontWeight.Normal),
        label = style(family, 21, 30, FontWeight.Medium),
        small = style(family, 19, 28, FontWeight.Normal),
    )

/** Lengths, in steps of 4 dp. */
@Immutable
data class Space(
    /** Side of the least thing that can be pressed. */
    val target: Dp,
    /** Height of a main button. */
    val big: Dp,
    /** Edge of the screen. */
    val edge: Dp,
    /** Inside what is large and toned. */
    val pad: Dp,
    /** Inside cards, all alike: what stands in them is in one line down the screen. */
    val inset: Dp,
    /** Between cards and parts. */
    val gap: Dp,
    /** Between what belongs together; 8 dp at least between targets. */
    val near: Dp,
    val tiny: Dp,
    /** Side of a pictogram. */
    val icon: Dp,
    val iconSmall: Dp,
    /** Diameter of a pictogram's disc. */
    val disc: Dp,
    val line: Dp,
)

val NormalSpace =
    Space(
        target = 48.dp,
        big = 56.dp,
        edge = 16.dp,
        pad = 16.dp,
        inset = 12.dp,
        gap = 12.dp,
        near = 8.dp,
        tiny = 4.dp,
        icon = 24.dp,
        iconSmall = 18.dp,
        disc = 44.dp,
        line = 1.dp,
    )

val ElderSpace =
    NormalSpace.copy(
        target = 60.dp,
        big = 68.dp,
        edge = 20.dp,
        inset = 16.dp,
        gap = 16.dp,
        near = 12.dp,
        icon = 30.dp,
        iconSmall = 24.dp,
        disc = 56.dp,
    )
