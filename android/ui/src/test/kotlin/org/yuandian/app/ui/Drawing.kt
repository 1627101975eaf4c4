package org.yuandian.app.ui

import androidx.compose.ui.ImageComposeScene
import androidx.compose.ui.unit.Density
import org.jetbrains.skia.EncodedImageFormat
import java.awt.image.BufferedImage
import java.io.ByteArrayInputStream
import javax.imageio.ImageIO

const val PHONE_WIDTH = 360
const val PHONE_HEIGHT = 760

/** Draws off-screen. Sizes in dp. */
fun draw(
    shot: Shot,
    height: Int = PHONE_HEIGHT,
    density: Float = 1f,
): BufferedImage {
    val (width, tall) = (PHONE_WIDTH * density).toInt() to (height * density).toInt()
    val scene = ImageComposeScene(width, tall, Density(density, shot.combo.fontScale)) { ShowShot(shot, density) }
    try {
        scene.render(0)
        // A second frame, later in time, lets entry animations and lazy lists settle.
        val bytes = requireNotNull(scene.render(1_000_000_000).encodeToData(EncodedImageFormat.PNG)).bytes
        return ImageIO.read(ByteArrayInputStream(bytes))
    } finally {
        scene.close()
    }
}
