package org.yuandian.app.ui

import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledIfSystemProperty
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.ui.states.Exhibit
import org.yuandian.app.ui.theme.Look
import java.awt.Color
import java.awt.RenderingHints
import java.awt.image.BufferedImage
import java.io.File
import kotlin.math.sqrt

/** Two contact sheets a screen: its states, and two of them shown otherwise. With -Dyuandian.pictures.dir only. */
@EnabledIfSystemProperty(named = "yuandian.pictures.dir", matches = ".+")
class SheetsTest {
    private val dir = File(System.getProperty("yuandian.pictures.dir", "."))
    private val only = System.getProperty("yuandian.pictures.only", "").split(',').filter(String::isNotBlank)

    @Test
    fun `contact sheets are written`() {
        dir.mkdirs()
        for (exhibit in exhibits.filter { only.isEmpty() || it.name in only }) {
            for ((name, shots) in listOf(exhibit.name to states(exhibit), "${exhibit.name}-otherwise" to otherwise(exhibit))) {
                val (bytes, share) = smallEnough(drawn(shots))
                assertTrue(bytes.size <= MOST_BYTES, "$name: ${bytes.size} bytes")
                dir.resolve("${name.lowercase()}.png").writeBytes(bytes)
                println("yuandian: sheet $name: ${bytes.size} bytes, scale $share")
            }
        }
    }

    private fun plain(exhibit: Exhibit<*>) = Combo(AppLanguage.ZH_HANS, Look.LIGHT, elder = exhibit.elderOnly, 1f)

    private fun states(exhibit: Exhibit<*>) = exhibit.stateNames().map { Shot(exhibit, it, plain(exhibit)) }

    /** The first state in every other way, and the last in some: it holds what is long. */
    private fun otherwise(exhibit: Exhibit<*>): List<Shot> {
        val zh = plain(exhibit)
        val en = zh.copy(language = AppLanguage.EN)
        val ways =
            listOf(
                en,
                zh.copy(elder = true, fontScale = if (exhibit.elderOnly) 1.3f else 1f),
                zh.copy(look = Look.DARK),
                zh.copy(look = Look.OUTDOOR),
                en.copy(fontScale = 1.3f),
                zh.copy(fontScale = 2f),
            )
        val (first, last) = exhibit.stateNames().let { it.first() to it.last() }
        return ways.map { Shot(exhibit, first, it) } + listOf(en, ways[1], ways[2]).map { Shot(exhibit, last, it) }
    }

    private fun drawn(shots: List<Shot>): List<Pair<String, BufferedImage>> =
        Stage(DRAW_DENSITY, HEIGHTS.last()).use { stage -> shots.map { "${it.state} · ${it.combo}" to longEnough(stage, it) } }

    /** Long screens are drawn long, so that all of them can be seen. */
    private fun longEnough(
        stage: Stage,
        shot: Shot,
    ): BufferedImage {
        for (height in HEIGHTS) stage.draw(shot, height).let { if (!it.scrolls) return it.pixels.image() }
        return stage.draw(shot, HEIGHTS.last()).pixels.image()
    }

    /** As large as the limit allows; the size of a picture goes with its area. */
    private fun smallEnough(cells: List<Pair<String, BufferedImage>>): Pair<ByteArray, Double> {
        var share = FIRST_SHARE
        repeat(MOST_TRIES) {
            val bytes = palettePng(sheet(cells, share), COLOURS)
            if (bytes.size <= MOST_BYTES) return bytes to share
            share *= NEARLY * sqrt(MOST_BYTES.toDouble() / bytes.size)
        }
        return palettePng(sheet(cells, share), COLOURS) to share
    }

    private fun sheet(
        cells: List<Pair<String, BufferedImage>>,
        share: Double,
    ): BufferedImage {
        val columns = if (cells.size > 12) 7 else 6
        val width = (PHONE_WIDTH * share).toInt()
        val rows = cells.chunked(columns)
        val heights = rows.map { row -> (row.maxOf { it.second.height } / DRAW_DENSITY * share).toInt() + LABEL }
        val whole = BufferedImage(columns * (width + MARGIN) + MARGIN, heights.sum() + MARGIN * (rows.size + 1), BufferedImage.TYPE_INT_RGB)
        val pen = whole.createGraphics()
        pen.color = Color(0xD2, 0xCE, 0xC4)
        pen.fillRect(0, 0, whole.width, whole.height)
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC)
        pen.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON)
        var y = MARGIN
        rows.forEachIndexed { r, row ->
            row.forEachIndexed { c, (label, image) ->
                val x = MARGIN + c * (width + MARGIN)
                pen.color = Color.BLACK
                pen.font = pen.font.deriveFont(11f)
                pen.drawString(label, x, y + 12)
                pen.drawImage(image, x, y + LABEL, width, (image.height / DRAW_DENSITY * share).toInt(), null)
            }
            y += heights[r] + MARGIN
        }
        pen.dispose()
        return whole
    }

    private companion object {
        const val MOST_BYTES = 150_000
        const val DRAW_DENSITY = 1.5f
        const val MARGIN = 10
        const val LABEL = 18
        val HEIGHTS = listOf(PHONE_HEIGHT, 1000, 1300, 1700, 2200)
        const val FIRST_SHARE = 0.75
        const val NEARLY = 0.97
        const val MOST_TRIES = 5
        const val COLOURS = 96
    }
}
