package org.yuandian.app.ui.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.ui.parts.Pictogram
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.contentDescriptionOf
import org.yuandian.app.ui.parts.scaled
import org.yuandian.app.ui.parts.softBorder
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Yd

/** How many digits are there; never which. */
@Composable
internal fun PinDots(digits: Int) {
    val told = Yd.words.pinDigits(digits)
    Row(
        Modifier.fillMaxWidth().semantics { contentDescriptionOf(told) },
        Arrangement.spacedBy(14.dp, Alignment.CenterHorizontally),
    ) {
        val ink = if (Yd.colors.isDark) Yd.colors.primary.back else Yd.colors.primarySoft.ink
        repeat(MOST) { place ->
            val dot = Modifier.size(16.dp).clip(CircleShape)
            Box(if (place < digits) dot.background(ink) else dot.border(2.dp, Yd.colors.line, CircleShape))
        }
    }
}

/** Keys of our own: large, in the order of a telephone, and the PIN passes through no keyboard that learns. */
@Composable
internal fun PinPad(
    enabled: Boolean,
    onDigit: (Int) -> Unit,
    onErase: () -> Unit,
) {
    Column(Modifier.fillMaxWidth(), spaced(Yd.space.near)) {
        for (row in KEYS) {
            Row(Modifier.fillMaxWidth(), spaced(Yd.space.near)) {
                for (key in row) {
                    when (key) {
                        EMPTY -> {
                            Box(Modifier.weight(1f))
                        }

                        ERASE -> {
                            Key(
                                Yd.words.pinErase,
                                enabled,
                                onErase,
                                Modifier.weight(1f),
                            ) { ink -> Pictogram(Pictograms.erase, tint = ink) }
                        }

                        else -> {
                            Key(key.toString(), enabled, {
                                onDigit(key)
                            }, Modifier.weight(1f)) { ink -> Words(key.toString(), style = Yd.type.title, color = ink) }
                        }
                    }
                }
            }
        }
    }
}

@Composable
private fun Key(
    label: String,
    enabled: Boolean,
    onClick: () -> Unit,
    modifier: Modifier,
    content: @Composable (ink: Color) -> Unit,
) {
    Box(
        modifier
            .heightIn(min = 64.dp)
            .clip(Corners.button)
            .background(if (enabled) Yd.colors.card else Yd.colors.sunken)
            .border(softBorder(), Corners.button)
            .clickable(enabled, role = Role.Button, onClick = onClick)
            .semantics { contentDescriptionOf(label) },
        Alignment.Center,
    ) { content(if (enabled) Yd.colors.ink else Yd.colors.inkSoft) }
}

/** First letter of a name on a disc: what stands for somebody without a picture. */
@Composable
internal fun Initial(name: String) {
    val tone = Yd.colors.primarySoft
    val letter = name.trim().let { if (it.isEmpty()) it else it.substring(0, it.offsetByCodePoints(0, 1)) }
    Box(
        Modifier
            .size(scaled(Yd.space.disc))
            .clip(CircleShape)
            .background(tone.back)
            .border(softBorder(), CircleShape),
        Alignment.Center,
    ) {
        Words(letter, style = Yd.type.heading, color = tone.ink)
    }
}

private const val MOST = 6
private const val EMPTY = -1
private const val ERASE = -2
private val KEYS = listOf(listOf(1, 2, 3), listOf(4, 5, 6), listOf(7, 8, 9), listOf(EMPTY, 0, ERASE))
