package org.yuandian.app.ui.parts

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.LocalContentColor
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.draw.drawBehind
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Shape
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.Sign
import org.yuandian.app.ui.sign.ServiceSigns
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Tone
import org.yuandian.app.ui.theme.Yd

internal fun spaced(by: Dp) = Arrangement.spacedBy(by)

/** A soft border, or a drawn one in the sun. */
@Composable
fun softBorder() = BorderStroke(Yd.space.line, Yd.colors.lineSoft)

@Composable
fun firmBorder() = BorderStroke(Yd.space.line, Yd.colors.line)

/** A sheet of paper on the paper: no shadow, a soft edge. */
@Composable
fun Card(
    modifier: Modifier = Modifier,
    tone: Tone? = null,
    pad: Dp = Yd.space.inset,
    gap: Dp = Yd.space.near,
    content: @Composable ColumnScope.() -> Unit,
) {
    val back = tone?.back ?: Yd.colors.card
    val edge = if (tone == null) softBorder() else toneBorder(tone)
    CompositionLocalProvider(LocalContentColor provides (tone?.ink ?: Yd.colors.ink)) {
        Column(
            modifier
                .fillMaxWidth()
                .clip(Corners.card)
                .background(back)
                .border(edge, Corners.card)
                .padding(pad),
            spaced(gap),
            content = content,
        )
    }
}

/** A toned surface has an edge of its ink in the sun, none elsewhere. */
@Composable
fun toneBorder(tone: Tone) =
    if (Yd.colors.strongLines) {
        BorderStroke(
            Yd.space.line,
            if (tone.back ==
                Color.White
            ) {
                tone.ink
            } else {
                tone.back
            },
        )
    } else {
        BorderStroke(0.dp, tone.back)
    }

/** A part of a screen: its name and what belongs to it. */
@Composable
fun Part(
    title: String,
    modifier: Modifier = Modifier,
    beside: (@Composable () -> Unit)? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    Column(modifier.fillMaxWidth(), spaced(Yd.space.near)) {
        if (beside == null) {
            Heading(title)
        } else {
            Flow(Modifier.fillMaxWidth(), apart = true) {
                Heading(title)
                beside()
            }
        }
        content()
    }
}

/** Two or more of the same size side by side; one below the other where text is large. */
@Composable
fun Beside(
    modifier: Modifier = Modifier,
    count: Int,
    gap: Dp = Yd.space.near,
    cell: @Composable (index: Int, modifier: Modifier) -> Unit,
) {
    if (largeText) {
        Column(modifier.fillMaxWidth(), spaced(gap)) { repeat(count) { cell(it, Modifier.fillMaxWidth()) } }
    } else {
        Row(modifier.fillMaxWidth().height(IntrinsicSize.Min), spaced(gap)) {
            repeat(count) { cell(it, Modifier.weight(1f).fillMaxHeight()) }
        }
    }
}

/** Four or so of the same width in one line; two in a line where text is large or in elder mode. */
@Composable
fun Cells(
    count: Int,
    modifier: Modifier = Modifier,
    cell: @Composable (index: Int, modifier: Modifier) -> Unit,
) {
    val inLine = if (largeText || Yd.elder) 2 else count
    Column(modifier.fillMaxWidth(), spaced(Yd.space.near)) {
        for (line in (0 until count).chunked(inLine)) {
            Row(Modifier.fillMaxWidth().height(IntrinsicSize.Min), spaced(Yd.space.near)) {
                for (index in line) cell(index, Modifier.weight(1f).fillMaxHeight())
            }
        }
    }
}

/** The pictogram of a service on its disc. */
@Composable
fun SignDisc(
    sign: Sign,
    modifier: Modifier = Modifier,
    tone: Tone = signTone(sign),
    size: Dp = Yd.space.disc,
) {
    val whole = scaled(size)
    Box(
        modifier
            .size(whole)
            .clip(CircleShape)
            .background(tone.back)
            .border(toneBorder(tone), CircleShape),
        Alignment.Center,
    ) { Pictogram(ServiceSigns.of(sign), size = size * SIGN_SHARE, tint = tone.ink) }
}

/** Neighbours' help is warm, the city's matters are cool; the pictogram tells them apart without that. */
@Composable
fun signTone(sign: Sign): Tone =
    when (sign) {
        Sign.SOS -> Yd.colors.dangerSoft
        in neighbourly -> Yd.colors.warmSoft
        else -> Yd.colors.primarySoft
    }

private val neighbourly =
    setOf(
        Sign.HELP,
        Sign.ERRAND,
        Sign.MEDICINE,
        Sign.MEAL,
        Sign.ESCORT,
        Sign.ELDER_CHECK,
        Sign.CHILD,
        Sign.REPAIR,
        Sign.TECH,
        Sign.BORROW,
        Sign.LOST,
        Sign.BATH,
        Sign.CLEAN,
        Sign.CARE,
    )

/** The app's mark, large and faint in a corner: rings around the origin. Only pleases; left out in the sun. */
@Composable
fun Modifier.originRings(
    color: Color,
    shape: Shape = Corners.card,
): Modifier {
    if (Yd.colors.strongLines) return clip(shape)
    return clip(shape).drawBehind {
        val centre = Offset(size.width - 18.dp.toPx(), size.height - 10.dp.toPx())
        for (ring in 1..RINGS) {
            drawCircle(color.copy(alpha = RING_ALPHA), ring * 26.dp.toPx(), centre, style = Stroke(7.dp.toPx()))
        }
    }
}

private const val SIGN_SHARE = 0.56f
private const val RINGS = 4
private const val RING_ALPHA = 0.06f
