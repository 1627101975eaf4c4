package org.yuandian.app.ui

import androidx.compose.material3.ColorScheme
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.text.font.FontFamily
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.ui.theme.DarkPalette
import org.yuandian.app.ui.theme.ElderPalette
import org.yuandian.app.ui.theme.ElderSpace
import org.yuandian.app.ui.theme.LightPalette
import org.yuandian.app.ui.theme.NormalSpace
import org.yuandian.app.ui.theme.OutdoorPalette
import org.yuandian.app.ui.theme.Palette
import org.yuandian.app.ui.theme.Tone
import org.yuandian.app.ui.theme.elderType
import org.yuandian.app.ui.theme.normalType
import org.yuandian.app.ui.theme.scheme

/** The figures of the design, computed from its tokens. */
class TokensTest {
    private val palettes = mapOf("light" to LightPalette, "elder" to ElderPalette, "dark" to DarkPalette, "outdoor" to OutdoorPalette)

    private fun tones(p: Palette): Map<String, Tone> =
        mapOf(
            "ink on paper" to Tone(p.paper, p.ink),
            "ink on card" to Tone(p.card, p.ink),
            "ink on sunken" to Tone(p.sunken, p.ink),
            "soft ink on paper" to Tone(p.paper, p.inkSoft),
            "soft ink on card" to Tone(p.card, p.inkSoft),
            "soft ink on sunken" to Tone(p.sunken, p.inkSoft),
            "primary" to p.primary,
            "primary soft" to p.primarySoft,
            "warm" to p.warm,
            "warm soft" to p.warmSoft,
            "danger" to p.danger,
            "danger soft" to p.dangerSoft,
            "draft" to p.draft,
            "on phone" to p.onPhone,
            "waiting" to p.waiting,
            "sending" to p.sending,
            "delivered" to p.delivered,
            "attention" to p.attention,
            "conflict" to p.conflict,
        )

    @Test
    fun `words stand out by seven to one everywhere`() {
        val lowest = HashMap<String, Double>()
        for ((name, palette) in palettes) {
            for ((what, tone) in tones(palette)) {
                val found = contrast(tone.back, tone.ink)
                assertTrue(found >= 7.0, "$name, $what: %.2f".format(found))
                lowest.merge(name, found, ::minOf)
            }
        }
        println("yuandian: lowest contrast of words: " + lowest.toSortedMap().map { "${it.key} %.1f".format(it.value) }.joinToString(", "))
    }

    @Test
    fun `edges that must be seen stand out by three to one`() {
        for ((name, p) in palettes) {
            for (behind in listOf(
                p.paper,
                p.card,
            )) {
                assertTrue(contrast(p.line, behind) >= 3.0, "$name: %.2f".format(contrast(p.line, behind)))
            }
        }
    }

    @Test
    fun `every role of material has a colour of ours`() {
        for ((name, palette) in palettes) {
            val ours = coloursOf(palette)
            for ((role, color) in rolesOf(scheme(palette))) assertTrue(color in ours, "$name: $role")
        }
    }

    @Test
    fun `text is large and airy enough`() {
        for (style in normalType(FontFamily.Default).all + elderType(FontFamily.Default).all) {
            assertTrue(style.lineHeight.value / style.fontSize.value >= 1.3f, style.toString())
        }
        for (scale in listOf(1f, 1.3f, 2f)) {
            val elder = elderType(FontFamily.Default, scale)
            assertTrue(elder.all.all { it.fontSize.value * scale >= 18f })
            // Enlargeable to 30 dp (MIIT 1.1).
            if (scale == 2f) assertTrue(elder.body.fontSize.value * scale >= 30f)
        }
        assertTrue(normalType(FontFamily.Default).all.all { it.fontSize.value >= 14f })
    }

    @Test
    fun `targets are large enough`() {
        assertEquals(48f, NormalSpace.target.value)
        assertEquals(60f, ElderSpace.target.value)
        assertTrue(NormalSpace.big.value >= 56f && ElderSpace.big.value >= 60f && NormalSpace.near.value >= 8f)
    }

    private fun coloursOf(p: Palette): Set<Color> =
        tones(p).values.flatMap { listOf(it.back, it.ink) }.toSet() + setOf(p.line, p.lineSoft, p.scrim)

    /** By the getters, so that a role that a newer version adds is met too. */
    private fun rolesOf(scheme: ColorScheme): Map<String, Color> =
        ColorScheme::class.java.methods
            .filter { it.name.startsWith("get") && it.parameterCount == 0 && it.returnType == Long::class.javaPrimitiveType }
            .associate { it.name to Color((it.invoke(scheme) as Long).toULong()) }
}
