package org.yuandian.app.ui.theme

import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.ColorScheme
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.LocalTextStyle
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Shapes
import androidx.compose.material3.Typography
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.Shape
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.words.ScreenWords
import org.yuandian.app.screens.words.ScreenWordsZh

/** How the app looks. [OUTDOOR] goes before dark: it is switched on by hand, in the sun. */
enum class Look {
    LIGHT,
    DARK,
    OUTDOOR,
    ;

    fun palette(elder: Boolean): Palette =
        when (this) {
            LIGHT -> if (elder) ElderPalette else LightPalette
            DARK -> DarkPalette
            OUTDOOR -> OutdoorPalette
        }
}

internal val LocalPalette = staticCompositionLocalOf { LightPalette }
internal val LocalType = staticCompositionLocalOf { normalType(FontFamily.Default) }
internal val LocalSpace = staticCompositionLocalOf { NormalSpace }
internal val LocalElder = staticCompositionLocalOf { false }

/** Words of the screens in the chosen language. */
val LocalStrings = staticCompositionLocalOf<ScreenWords> { ScreenWordsZh }

/** Corners: the larger the thing, the rounder. */
object Corners {
    val chip: Shape = CircleShape
    val field: Shape = RoundedCornerShape(12.dp)
    val button: Shape = RoundedCornerShape(16.dp)
    val card: Shape = RoundedCornerShape(18.dp)
    val sheet: Shape = RoundedCornerShape(topStart = 26.dp, topEnd = 26.dp)
}

/** Short names for what the theme holds. */
object Yd {
    val colors: Palette
        @Composable @ReadOnlyComposable
        get() = LocalPalette.current
    val type: TypeScale
        @Composable @ReadOnlyComposable
        get() = LocalType.current
    val space: Space
        @Composable @ReadOnlyComposable
        get() = LocalSpace.current
    val words: ScreenWords
        @Composable @ReadOnlyComposable
        get() = LocalStrings.current
    val elder: Boolean
        @Composable @ReadOnlyComposable
        get() = LocalElder.current
}

/** Sets colours, type, space and words for everything inside. */
@Composable
fun YuandianTheme(
    look: Look,
    elder: Boolean,
    strings: ScreenWords,
    family: FontFamily = FontFamily.Default,
    content: @Composable () -> Unit,
) {
    val palette = look.palette(elder)
    val type = if (elder) elderType(family, LocalDensity.current.fontScale) else normalType(family)
    CompositionLocalProvider(
        LocalPalette provides palette,
        LocalType provides type,
        LocalSpace provides (if (elder) ElderSpace else NormalSpace).let { if (palette.strongLines) it.copy(line = 2.dp) else it },
        LocalElder provides elder,
        LocalStrings provides strings,
    ) {
        MaterialTheme(colorScheme = scheme(palette), typography = typography(type), shapes = shapes) {
            CompositionLocalProvider(LocalContentColor provides palette.ink, LocalTextStyle provides type.body, content = content)
        }
    }
}

private val shapes =
    Shapes(
        extraSmall = RoundedCornerShape(8.dp),
        small = RoundedCornerShape(12.dp),
        medium = RoundedCornerShape(16.dp),
        large = RoundedCornerShape(18.dp),
        extraLarge = RoundedCornerShape(26.dp),
    )

/** Every role of Material 3, so that none of its own colours can show. */
internal fun scheme(p: Palette) =
    ColorScheme(
        primary = p.primary.back,
        onPrimary = p.primary.ink,
        primaryContainer = p.primarySoft.back,
        onPrimaryContainer = p.primarySoft.ink,
        inversePrimary = p.primarySoft.back,
        secondary = p.warm.back,
        onSecondary = p.warm.ink,
        secondaryContainer = p.warmSoft.back,
        onSecondaryContainer = p.warmSoft.ink,
        tertiary = p.conflict.ink,
        onTertiary = p.conflict.back,
        tertiaryContainer = p.conflict.back,
        onTertiaryContainer = p.conflict.ink,
        background = p.paper,
        onBackground = p.ink,
        surface = p.card,
        onSurface = p.ink,
        surfaceVariant = p.sunken,
        onSurfaceVariant = p.inkSoft,
        surfaceTint = p.card,
        inverseSurface = p.ink,
        inverseOnSurface = p.card,
        error = p.danger.back,
        onError = p.danger.ink,
        errorContainer = p.dangerSoft.back,
        onErrorContainer = p.dangerSoft.ink,
        outline = p.line,
        outlineVariant = p.lineSoft,
        scrim = p.scrim,
        surfaceBright = p.card,
        surfaceDim = p.paper,
        surfaceContainer = p.card,
        surfaceContainerHigh = p.card,
        surfaceContainerHighest = p.sunken,
        surfaceContainerLow = p.card,
        surfaceContainerLowest = p.card,
    )

private fun typography(t: TypeScale) =
    Typography(
        displayLarge = t.display,
        displayMedium = t.display,
        displaySmall = t.display,
        headlineLarge = t.display,
        headlineMedium = t.title,
        headlineSmall = t.title,
        titleLarge = t.title,
        titleMedium = t.heading,
        titleSmall = t.heading,
        bodyLarge = t.body,
        bodyMedium = t.body,
        bodySmall = t.small,
        labelLarge = t.label,
        labelMedium = t.small,
        labelSmall = t.small,
    )
