package org.yuandian.app.model.fake

import org.yuandian.app.model.ports.Picture
import org.yuandian.app.screens.CodeSquare
import kotlin.math.cos
import kotlin.math.floor
import kotlin.math.hypot
import kotlin.math.sin
import kotlin.random.Random

/** How a code is photographed. Lengths in px of the picture, brightness 0 to 255. */
data class CodePhoto(
    val module: Double = 6.0,
    val degrees: Double = 0.0,
    val dark: Int = 20,
    val light: Int = 235,
    val around: Int = 110,
    /** A grain of so much brightness up and down. */
    val noise: Int = 0,
    /** So many px to each side run into each other. */
    val blur: Int = 0,
    /** How much of the light falls on its right half. */
    val shadow: Double = 1.0,
    /** Modules of both directions that are covered. */
    val blot: IntRange = IntRange.EMPTY,
    /** As large as the code asks for, where it is not said; so is the place of its middle. */
    val width: Int? = null,
    val height: Int? = null,
    val left: Double? = null,
    val top: Double? = null,
) {
    companion object {
        private const val RIM = 4
        private const val SAMPLES = 3

        fun CodeSquare.taken(how: CodePhoto): Picture {
            val across = (hypot(1.0, 1.0) * (side + 2 * RIM) * how.module).toInt() + 8
            val (width, height) = (how.width ?: across) to (how.height ?: across)
            val (midX, midY) = (how.left ?: (width / 2.0)) to (how.top ?: (height / 2.0))
            val turn = Math.toRadians(how.degrees)
            val random = Random(1)

            fun lit(
                x: Double,
                y: Double,
            ): Double {
                val (dx, dy) = (x - midX) / how.module to (y - midY) / how.module
                val column = floor(dx * cos(turn) + dy * sin(turn) + side / 2.0).toInt()
                val row = floor(dy * cos(turn) - dx * sin(turn) + side / 2.0).toInt()
                val paper = -RIM until side + RIM
                val print = 0 until side
                val shade = if (x > midX) how.shadow else 1.0
                return shade *
                    when {
                        column !in paper || row !in paper -> how.around
                        column !in print || row !in print -> how.light
                        column in how.blot && row in how.blot -> how.around
                        isDark(column, row) -> how.dark
                        else -> how.light
                    }
            }

            val sharp =
                DoubleArray(width * height) { at ->
                    var sum = 0.0
                    for (i in 0 until SAMPLES) {
                        for (j in 0 until SAMPLES) sum += lit(at % width + (i + 0.5) / SAMPLES, at / width + (j + 0.5) / SAMPLES)
                    }
                    sum / (SAMPLES * SAMPLES)
                }
            val soft = blurred(blurred(sharp, how.blur, 1), how.blur, width)
            return Picture(
                width,
                height,
                IntArray(soft.size) { at ->
                    val grain = if (how.noise == 0) 0 else random.nextInt(-how.noise, how.noise + 1)
                    val grey = (soft[at] + grain).toInt().coerceIn(0, 255)
                    (0xff shl 24) or (grey shl 16) or (grey shl 8) or grey
                },
            )
        }

        /** [step]: from a point to the next one that it runs into. */
        private fun blurred(
            of: DoubleArray,
            by: Int,
            step: Int,
        ): DoubleArray {
            if (by == 0) return of
            return DoubleArray(of.size) { at -> (-by..by).map { of.getOrElse(at + it * step) { _ -> of[at] } }.average() }
        }
    }
}
