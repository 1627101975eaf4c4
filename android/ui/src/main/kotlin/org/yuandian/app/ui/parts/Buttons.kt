package org.yuandian.app.ui.parts

import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.sizeIn
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Icon
import androidx.compose.material3.LocalContentColor
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Tone
import org.yuandian.app.ui.theme.Yd

/** How much a button weighs. A screen has at most one [MAIN], [HELP] or [ALARM]; [GRAVE] is what one may regret, and stands back. */
enum class Weight { MAIN, HELP, ALARM, SECOND, GRAVE }

/** What the screen is for: across its width, at least 56 dp high, 68 in elder mode. */
@Composable
fun BigButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    image: ImageVector? = null,
    weight: Weight = Weight.MAIN,
    enabled: Boolean = true,
) {
    val tone =
        when {
            !enabled -> Tone(Yd.colors.sunken, Yd.colors.inkSoft)
            weight == Weight.MAIN -> Yd.colors.primary
            weight == Weight.HELP -> Yd.colors.warm
            weight == Weight.ALARM -> Yd.colors.danger
            weight == Weight.SECOND -> Tone(Yd.colors.card, Yd.colors.primarySoft.ink)
            else -> Yd.colors.dangerSoft
        }
    val edge =
        when {
            !enabled -> BorderStroke(Yd.space.line, Yd.colors.line)
            weight == Weight.SECOND -> BorderStroke(SECOND_EDGE, if (Yd.colors.isDark) Yd.colors.line else Yd.colors.primary.back)
            weight == Weight.GRAVE -> BorderStroke(Yd.space.line, tone.ink)
            else -> BorderStroke(Yd.space.line, tone.back)
        }
    Row(
        modifier
            .heightIn(min = Yd.space.big)
            .clip(Corners.button)
            .background(tone.back)
            .border(edge, Corners.button)
            .clickable(enabled, role = Role.Button, onClick = onClick)
            .padding(horizontal = 18.dp, vertical = 10.dp),
        Arrangement.spacedBy(10.dp, Alignment.CenterHorizontally),
        Alignment.CenterVertically,
    ) {
        if (image != null) Pictogram(image, tint = tone.ink)
        Words(text, style = Yd.type.label.copy(fontSize = Yd.type.heading.fontSize), color = tone.ink, align = TextAlign.Center)
    }
}

/** A lesser step inside a card or a part. */
@Composable
fun SmallButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    image: ImageVector? = null,
    /** After the text: where it leads to. */
    after: ImageVector? = null,
    grave: Boolean = false,
    filled: Boolean = false,
    /** Beside a heading, which it must not outweigh: words on the paper. */
    quiet: Boolean = false,
    enabled: Boolean = true,
) {
    val tone =
        when {
            !enabled -> Tone(Yd.colors.sunken, Yd.colors.inkSoft)
            quiet -> Tone(Yd.colors.paper, if (Yd.colors.isDark) Yd.colors.primary.back else Yd.colors.primarySoft.ink)
            grave -> Tone(Yd.colors.card, if (Yd.colors.isDark) Yd.colors.danger.back else Yd.colors.dangerSoft.ink)
            filled -> Yd.colors.primary
            else -> Tone(Yd.colors.primarySoft.back, Yd.colors.primarySoft.ink)
        }
    Row(
        modifier
            .sizeIn(minWidth = Yd.space.target, minHeight = Yd.space.target)
            .clip(smallShape)
            .background(tone.back)
            .border(
                if (grave ||
                    Yd.colors.strongLines
                ) {
                    BorderStroke(Yd.space.line, tone.ink)
                } else {
                    BorderStroke(0.dp, tone.back)
                },
                smallShape,
            ).clickable(enabled, role = Role.Button, onClick = onClick)
            .padding(horizontal = 14.dp, vertical = 8.dp),
        Arrangement.spacedBy(7.dp, Alignment.CenterHorizontally),
        Alignment.CenterVertically,
    ) {
        if (image != null) Pictogram(image, size = Yd.space.iconSmall, tint = tone.ink)
        Words(text, style = Yd.type.label, color = tone.ink, align = TextAlign.Center)
        if (after != null) Pictogram(after, size = Yd.space.iconSmall, tint = tone.ink)
    }
}

/** A pictogram alone, only where everybody knows it; [label] is read aloud. */
@Composable
fun SignButton(
    image: ImageVector,
    label: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    tint: Color = LocalContentColor.current,
    back: Color = Color.Transparent,
) {
    Box(
        modifier
            .size(Yd.space.target)
            .clip(CircleShape)
            .background(back)
            .clickable(role = Role.Button, onClick = onClick),
        Alignment.Center,
    ) { Icon(image, label, Modifier.size(Yd.space.icon), tint) }
}

/** Buttons below each other, the main one last: nearest to the thumb. */
@Composable
fun ButtonPair(
    second: @Composable (Modifier) -> Unit,
    main: @Composable (Modifier) -> Unit,
) {
    Beside(count = 2) { index, place -> if (index == 0) second(place) else main(place) }
}

@Composable
fun WideButton(
    text: String,
    onClick: () -> Unit,
    image: ImageVector? = null,
    weight: Weight = Weight.MAIN,
    enabled: Boolean = true,
) = BigButton(text, onClick, Modifier.fillMaxWidth(), image, weight, enabled)

private val smallShape = RoundedCornerShape(14.dp)
private val SECOND_EDGE = 1.5.dp
