package org.yuandian.app.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Brush
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.painter.Painter
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.unit.Density
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.words.ScreenWordsEn
import org.yuandian.app.screens.words.ScreenWordsZh
import org.yuandian.app.ui.states.Exhibit
import org.yuandian.app.ui.states.Gallery
import org.yuandian.app.ui.states.Sample
import org.yuandian.app.ui.theme.LargePicture
import org.yuandian.app.ui.theme.LocalPictures
import org.yuandian.app.ui.theme.Look
import org.yuandian.app.ui.theme.Pictures
import org.yuandian.app.ui.theme.Yd
import org.yuandian.app.ui.theme.YuandianTheme

/** How a screen is shown: {zh, en} x {normal, elder, dark, outdoor} x font scale. */
data class Combo(
    val language: AppLanguage,
    val look: Look,
    val elder: Boolean,
    val fontScale: Float,
) {
    override fun toString(): String {
        val lang = if (language == AppLanguage.ZH_HANS) "zh" else "en"
        return "$lang ${if (elder) "elder " else ""}${look.name.lowercase()} x$fontScale"
    }
}

private val looks = listOf(Look.LIGHT to false, Look.LIGHT to true, Look.DARK to false, Look.OUTDOOR to false)
private val scales = listOf(1.0f, 1.3f, 2.0f)

/** Twelve that cover each pair: every look with every scale, every language with every look and every scale. */
val pairwise: List<Combo> =
    looks.flatMapIndexed { l, (look, elder) ->
        scales.mapIndexed { s, scale -> Combo(AppLanguage.entries[(l + s) % 2], look, elder, scale) }
    }

/** All 24. */
val everyCombo: List<Combo> =
    AppLanguage.entries.flatMap { language -> looks.flatMap { (look, elder) -> scales.map { Combo(language, look, elder, it) } } }

/** One picture to be drawn: which screen, in which state, shown how. */
data class Shot(
    val exhibit: Exhibit<*>,
    val state: String,
    val combo: Combo,
) {
    override fun toString() = "${exhibit.name}/$state [$combo]"
}

/** In `test`: each screen in the twelve combos, its states in turn, each state at least once. With -Dyuandian.ui.all=true everything. */
fun shotsOf(exhibit: Exhibit<*>): List<Shot> {
    val states = exhibit.stateNames()
    if (System.getProperty("yuandian.ui.all") == "true") return states.flatMap { state -> everyCombo.map { Shot(exhibit, state, it) } }
    val count = maxOf(states.size, pairwise.size)
    // The states move on by one in each round, so that a state does not meet the same combos again.
    return (0 until count).map {
        Shot(
            exhibit,
            states[(it + it / states.size * (states.size % 2 + 1)) % states.size],
            pairwise[
                it %
                    pairwise.size,
            ],
        )
    } +
        states.map { Shot(exhibit, it, pairwise.first { combo -> combo.fontScale == 2f && combo.elder }) }
}

val exhibits: List<Exhibit<*>> = Gallery.all

@Composable
fun ShowShot(
    shot: Shot,
    density: Float,
) {
    val combo = shot.combo
    val elder = combo.elder || shot.exhibit.elderOnly
    val strings = if (combo.language == AppLanguage.ZH_HANS) ScreenWordsZh else ScreenWordsEn
    CompositionLocalProvider(LocalDensity provides Density(density, combo.fontScale), LocalPictures provides streetPictures) {
        YuandianTheme(combo.look, elder, strings) {
            Box(Modifier.fillMaxSize().background(Yd.colors.paper)) { shot.exhibit.Show(Sample(combo.language, elder), shot.state) }
        }
    }
}

/** Stands for photos: a street, drawn. */
private val streetPictures =
    object : Pictures {
        @Composable
        override fun painter(key: String) = street(key, Size(120f, 120f))

        @Composable
        override fun large(file: String) = LargePicture.Here(street(file, Size(1_600f, 1_200f)))
    }

private fun street(
    key: String,
    of: Size,
): Painter {
    val number = key.last().digitToInt()
    return object : Painter() {
        override val intrinsicSize = of

        override fun DrawScope.onDraw() {
            val (w, h) = size
            drawRect(Brush.verticalGradient(listOf(Color(0xFFB9CDD6), Color(0xFFE3DDCF))))
            drawRect(Color(0xFF8C8373), Offset(w * 0.08f * number, h * 0.25f), Size(w * 0.3f, h * 0.4f))
            drawRect(Color(0xFFA89F8C), Offset(w * 0.55f, h * 0.32f), Size(w * 0.4f, h * 0.33f))
            drawRect(Color(0xFF6F7377), Offset(0f, h * 0.62f), Size(w, h * 0.38f))
            drawOval(Color(0xFF26292B), Offset(w * 0.35f, h * 0.72f), Size(w * 0.3f, h * 0.14f))
        }
    }
}
