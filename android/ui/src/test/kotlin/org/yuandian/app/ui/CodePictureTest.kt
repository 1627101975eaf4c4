package org.yuandian.app.ui

import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.codes.Codes
import org.yuandian.app.model.codes.PersonCode
import org.yuandian.app.model.ports.Picture
import org.yuandian.app.ui.states.SampleCode

/** One's own code as it stands on the screen: another phone has to read it, whatever the look. */
class CodePictureTest {
    private val settings = exhibits.first { it.name == "Settings" }

    @Test
    fun `in every look, in both languages, upright and on its side, the code is read from the screen`() {
        for ((width, height) in listOf(PHONE_WIDTH to PHONE_HEIGHT, PHONE_HEIGHT to PHONE_WIDTH)) {
            Stage(density = 2f, width = width).use { stage ->
                for (combo in pairwise) {
                    val shot = Shot(settings, "my-code", combo)
                    val drawn = stage.draw(shot, height)
                    val place = placeOf(drawn)
                    val read = checkNotNull(Codes.read(drawn.pixels.picture(place))) { "$shot at $width" }
                    assertEquals(PersonCode.of(SampleCode.SPELLED), PersonCode.of(read), "$shot")
                    assertEquals(setOf(WHITE, BLACK), drawn.pixels.counts(place.deflate(1f)).keys, "$shot")
                    assertRim(drawn.pixels, place, shot)
                }
            }
        }
    }

    private fun placeOf(drawn: Drawn): Rect =
        drawn.parts.filter { it.config.getOrNull(SemanticsProperties.Role) == Role.Image }.maxBy { it.size.width }.let { node ->
            val place = node.boundsInRoot
            assertEquals(node.size.height.toFloat(), place.height, "all of it is seen")
            assertEquals(node.size.width.toFloat(), place.width)
            place
        }

    /** Four modules of the light colour on each side, as the norm asks. */
    private fun assertRim(
        pixels: Pixels,
        place: Rect,
        shot: Shot,
    ) {
        val rim = place.width * RIM / (SampleCode.square.side + 2 * RIM)
        val sides =
            listOf(
                place.copy(right = place.left + rim),
                place.copy(left = place.right - rim),
                place.copy(bottom = place.top + rim),
                place.copy(top = place.bottom - rim),
            )
        assertTrue(sides.all { pixels.counts(it.deflate(1f)).keys == setOf(WHITE) }, "$shot: something is printed on the rim")
    }

    private fun Pixels.picture(place: Rect): Picture {
        val (left, top) = place.left.toInt() to place.top.toInt()
        val (width, height) = place.width.toInt() to place.height.toInt()
        return Picture(width, height, IntArray(width * height) { this[left + it % width, top + it / width] })
    }

    private companion object {
        const val RIM = 4
        const val WHITE = -1
        const val BLACK = 0xff shl 24
    }
}
