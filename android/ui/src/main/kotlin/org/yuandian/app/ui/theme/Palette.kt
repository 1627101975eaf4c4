package org.yuandian.app.ui.theme

import androidx.compose.runtime.Immutable
import androidx.compose.ui.graphics.Color

/** Two colours that stand together: what lies behind, and what is written on it. At least 7:1. */
@Immutable
data class Tone(
    val back: Color,
    val ink: Color,
)

/** A code to be scanned, in every look: a camera tells it by its contrast, and by a rim that is lighter than it. */
val CodeTone = Tone(Color.White, Color.Black)

/** Every colour of the app by what it is for. Nothing else names a colour. */
@Immutable
data class Palette(
    /** Behind everything. */
    val paper: Color,
    /** Cards, sheets, bars. */
    val card: Color,
    /** Fields and quiet areas. */
    val sunken: Color,
    /** Words. */
    val ink: Color,
    /** Second words: still words, never faint. */
    val inkSoft: Color,
    /** Borders that must be seen: 3:1 on [card] and [paper]. */
    val line: Color,
    /** Borders that only please. */
    val lineSoft: Color,
    /** What is pressed: 黛青, the blue-green of roof tiles. */
    val primary: Tone,
    val primarySoft: Tone,
    /** Neighbours' help: 柿, the red of persimmons. */
    val warm: Tone,
    val warmSoft: Tone,
    /** What cannot be undone. */
    val danger: Tone,
    val dangerSoft: Tone,
    /** States, a tone each; the word and the pictogram say the same. */
    val draft: Tone,
    val onPhone: Tone,
    val waiting: Tone,
    val sending: Tone,
    val delivered: Tone,
    val attention: Tone,
    val conflict: Tone,
    /** Over the content while a sheet is open. */
    val scrim: Color,
    /** Width of borders is doubled and soft lines are drawn as strong ones. */
    val strongLines: Boolean,
    val isDark: Boolean,
) {
    /** Large areas to be pressed: full colour by day, subdued by night, so that they do not glare. */
    val hero: Tone get() = if (isDark) primarySoft else primary
    val heroWarm: Tone get() = if (isDark) warmSoft else warm
    val heroDanger: Tone get() = if (isDark) dangerSoft else danger
}

/** Warm paper, dark ink. */
val LightPalette =
    Palette(
        paper = Color(0xFFF6F2E9),
        card = Color(0xFFFFFDF8),
        sunken = Color(0xFFEFEADF),
        ink = Color(0xFF1D211F),
        inkSoft = Color(0xFF474C48),
        line = Color(0xFF837D70),
        lineSoft = Color(0xFFDFD8C9),
        primary = Tone(Color(0xFF0D5157), Color(0xFFFFFFFF)),
        primarySoft = Tone(Color(0xFFD5E8E5), Color(0xFF0A3C40)),
        warm = Tone(Color(0xFF943A0F), Color(0xFFFFFFFF)),
        warmSoft = Tone(Color(0xFFFBE3D2), Color(0xFF5E2407)),
        danger = Tone(Color(0xFF9B1B2A), Color(0xFFFFFFFF)),
        dangerSoft = Tone(Color(0xFFFADEDC), Color(0xFF6B0F1C)),
        draft = Tone(Color(0xFFEBE5D8), Color(0xFF453F34)),
        onPhone = Tone(Color(0xFFE0E5EA), Color(0xFF2B3745)),
        waiting = Tone(Color(0xFFFBE8B5), Color(0xFF4F3A00)),
        sending = Tone(Color(0xFFD5E6F6), Color(0xFF0E3D6B)),
        delivered = Tone(Color(0xFFD6EBD4), Color(0xFF16481D)),
        attention = Tone(Color(0xFFFADEDC), Color(0xFF6B0F1C)),
        conflict = Tone(Color(0xFFE9DFF3), Color(0xFF482164)),
        scrim = Color(0x99141816),
        strongLines = false,
        isDark = false,
    )

/** Night: warm charcoal, no pure black, no glare. */
val DarkPalette =
    Palette(
        paper = Color(0xFF151817),
        card = Color(0xFF1F2321),
        sunken = Color(0xFF2A2F2C),
        ink = Color(0xFFEFEBE2),
        inkSoft = Color(0xFFC6C7C0),
        line = Color(0xFF8D9089),
        lineSoft = Color(0xFF383D3A),
        primary = Tone(Color(0xFF8FD2D3), Color(0xFF00292C)),
        primarySoft = Tone(Color(0xFF17464A), Color(0xFFD6F0EF)),
        warm = Tone(Color(0xFFFFB68F), Color(0xFF431800)),
        warmSoft = Tone(Color(0xFF532A14), Color(0xFFFFE1D0)),
        danger = Tone(Color(0xFFFFB3AE), Color(0xFF4D0009)),
        dangerSoft = Tone(Color(0xFF5A1B21), Color(0xFFFFE0DD)),
        draft = Tone(Color(0xFF37352E), Color(0xFFE8E1D2)),
        onPhone = Tone(Color(0xFF2E3842), Color(0xFFDCE4EC)),
        waiting = Tone(Color(0xFF453600), Color(0xFFFFE9AE)),
        sending = Tone(Color(0xFF133A5C), Color(0xFFD6E9FB)),
        delivered = Tone(Color(0xFF1E4023), Color(0xFFD3F0D2)),
        attention = Tone(Color(0xFF5A1B21), Color(0xFFFFE0DD)),
        conflict = Tone(Color(0xFF432C58), Color(0xFFF0E3FB)),
        scrim = Color(0xB3000000),
        strongLines = false,
        isDark = true,
    )

/** Sun: white and black, every edge drawn. */
val OutdoorPalette =
    Palette(
        paper = Color(0xFFFFFFFF),
        card = Color(0xFFFFFFFF),
        // Grey, so that what cannot be pressed is told from what can.
        sunken = Color(0xFFDCDCDC),
        ink = Color(0xFF000000),
        inkSoft = Color(0xFF1A1A1A),
        line = Color(0xFF000000),
        lineSoft = Color(0xFF000000),
        primary = Tone(Color(0xFF00363B), Color(0xFFFFFFFF)),
        primarySoft = Tone(Color(0xFFFFFFFF), Color(0xFF00363B)),
        warm = Tone(Color(0xFF6E2400), Color(0xFFFFFFFF)),
        warmSoft = Tone(Color(0xFFFFFFFF), Color(0xFF6E2400)),
        danger = Tone(Color(0xFF7A0010), Color(0xFFFFFFFF)),
        dangerSoft = Tone(Color(0xFFFFFFFF), Color(0xFF7A0010)),
        draft = Tone(Color(0xFFFFFFFF), Color(0xFF262626)),
        onPhone = Tone(Color(0xFFFFFFFF), Color(0xFF1B2836)),
        waiting = Tone(Color(0xFFFFE27A), Color(0xFF000000)),
        sending = Tone(Color(0xFFFFFFFF), Color(0xFF00305C)),
        delivered = Tone(Color(0xFFFFFFFF), Color(0xFF003D0B)),
        attention = Tone(Color(0xFF7A0010), Color(0xFFFFFFFF)),
        conflict = Tone(Color(0xFF3E1260), Color(0xFFFFFFFF)),
        scrim = Color(0xCC000000),
        strongLines = true,
        isDark = false,
    )

/** Elder mode: the light one, darker ink. */
val ElderPalette =
    LightPalette.copy(
        paper = Color(0xFFFBF8F1),
        card = Color(0xFFFFFFFF),
        ink = Color(0xFF121513),
        inkSoft = Color(0xFF303532),
        line = Color(0xFF5F5B51),
        lineSoft = Color(0xFFC9C1B0),
        primary = Tone(Color(0xFF0A4449), Color(0xFFFFFFFF)),
        warm = Tone(Color(0xFF812F09), Color(0xFFFFFFFF)),
    )
