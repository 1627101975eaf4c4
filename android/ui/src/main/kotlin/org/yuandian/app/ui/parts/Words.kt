package org.yuandian.app.ui.parts

import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.Dp
import org.yuandian.app.ui.theme.Yd

/** Words to be read. They wrap and are never cut: whoever made the text large wants to read it. */
@Composable
fun Words(
    text: String,
    modifier: Modifier = Modifier,
    style: TextStyle = Yd.type.body,
    color: Color = LocalContentColor.current,
    align: TextAlign? = null,
) {
    Text(text, modifier, color = color, style = style, textAlign = align)
}

/** Second words. */
@Composable
fun SmallWords(
    text: String,
    modifier: Modifier = Modifier,
    color: Color = Yd.colors.inkSoft,
    align: TextAlign? = null,
) = Words(text, modifier, Yd.type.small, color, align)

/** Name of a part of a screen; read aloud as a heading. */
@Composable
fun Heading(
    text: String,
    modifier: Modifier = Modifier,
) = Words(text, modifier.semantics { heading() }, Yd.type.heading, Yd.colors.ink)

/** A pictogram beside its word: it says nothing of its own. */
@Composable
fun Pictogram(
    image: ImageVector,
    modifier: Modifier = Modifier,
    size: Dp = Yd.space.icon,
    tint: Color = LocalContentColor.current,
) = Icon(image, null, modifier.size(scaled(size)), tint)

/** A pictogram and words in one line; the pictogram stands at the first line of the words. */
@Composable
fun SignedWords(
    image: ImageVector,
    text: String,
    modifier: Modifier = Modifier,
    style: TextStyle = Yd.type.small,
    color: Color = Yd.colors.inkSoft,
) {
    Row(modifier, horizontalArrangement = spaced(Yd.space.near), verticalAlignment = Alignment.Top) {
        val line = with(LocalDensity.current) { style.lineHeight.toDp() }
        androidx.compose.foundation.layout.Box(Modifier.size(width = scaled(Yd.space.iconSmall), height = line), Alignment.Center) {
            Pictogram(image, size = Yd.space.iconSmall, tint = color)
        }
        Words(text, style = style, color = color)
    }
}

/** Whether text is so large that what stood side by side must stand one below the other. */
val largeText: Boolean
    @Composable @ReadOnlyComposable
    get() = LocalDensity.current.fontScale > LARGE_FROM || (Yd.elder && LocalDensity.current.fontScale > ELDER_LARGE_FROM)

/** Whether text is so large that nothing may keep standing over the content. */
val hugeText: Boolean
    @Composable @ReadOnlyComposable
    get() = LocalDensity.current.fontScale >= HUGE_FROM || (Yd.elder && LocalDensity.current.fontScale > ELDER_LARGE_FROM)

/** Pictograms grow with the text, by half as much. */
@Composable
@ReadOnlyComposable
fun scaled(size: Dp): Dp = size * (1f + (LocalDensity.current.fontScale - 1f).coerceIn(0f, 1f) / 2)

/** Words of bars keep their place: they grow by [BAR_SCALE_MOST] at most. The same words stand in large on the screen itself. */
@Composable
fun BarScale(content: @Composable () -> Unit) {
    val density = LocalDensity.current
    CompositionLocalProvider(
        LocalDensity provides Density(density.density, density.fontScale.coerceAtMost(BAR_SCALE_MOST)),
        content = content,
    )
}

private const val LARGE_FROM = 1.25f
private const val ELDER_LARGE_FROM = 1.1f
private const val HUGE_FROM = 1.6f
private const val BAR_SCALE_MOST = 1.3f
