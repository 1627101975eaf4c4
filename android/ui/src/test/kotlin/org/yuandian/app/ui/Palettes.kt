package org.yuandian.app.ui

import java.awt.image.BufferedImage
import java.awt.image.IndexColorModel
import java.io.ByteArrayOutputStream
import javax.imageio.IIOImage
import javax.imageio.ImageIO
import javax.imageio.ImageWriteParam

/** A PNG with the commonest colours: flat pictures need few, and stay sharp where a JPEG would blur the words. */
fun palettePng(
    image: BufferedImage,
    colours: Int,
): ByteArray {
    val counts = HashMap<Int, Int>()
    val coarse = IntArray(image.width * image.height)
    image.getRGB(0, 0, image.width, image.height, coarse, 0, image.width)
    for (rgb in coarse) counts.merge(rgb and 0xF8F8F8, 1, Int::plus)
    val palette = chosen(counts, colours)
    val nearest = HashMap<Int, Int>()
    val model =
        IndexColorModel(
            8,
            palette.size,
            ByteArray(palette.size) {
                red(palette[it])
            },
            ByteArray(palette.size) { green(palette[it]) },
            ByteArray(palette.size) { blue(palette[it]) },
        )
    val out = BufferedImage(image.width, image.height, BufferedImage.TYPE_BYTE_INDEXED, model)
    val row = IntArray(image.width)
    for (y in 0 until image.height) {
        for (x in 0 until image.width) {
            val rgb = coarse[y * image.width + x] and 0xF8F8F8
            row[x] = nearest.getOrPut(rgb) { palette.indices.minBy { distance(palette[it], rgb) } }
        }
        out.raster.setPixels(0, y, image.width, 1, row)
    }
    return encode(out)
}

/** The commonest, but each at some distance of those before it, so that rare hues have a place too. */
private fun chosen(
    counts: Map<Int, Int>,
    most: Int,
): IntArray {
    val taken = ArrayList<Int>()
    for ((rgb, _) in counts.entries.sortedByDescending { it.value }) {
        if (taken.size == most) break
        if (taken.none { distance(it, rgb) < NEAR }) taken.add(rgb)
    }
    return taken.toIntArray()
}

private const val NEAR = 220

private fun distance(
    a: Int,
    b: Int,
): Int {
    val (r, g, bl) = Triple((a shr 16 and 255) - (b shr 16 and 255), (a shr 8 and 255) - (b shr 8 and 255), (a and 255) - (b and 255))
    return 2 * r * r + 4 * g * g + 3 * bl * bl
}

private fun red(rgb: Int) = (rgb shr 16).toByte()

private fun green(rgb: Int) = (rgb shr 8).toByte()

private fun blue(rgb: Int) = rgb.toByte()

private fun encode(image: BufferedImage): ByteArray {
    val writer = ImageIO.getImageWritersByFormatName("png").next()
    val bytes = ByteArrayOutputStream()
    ImageIO.createImageOutputStream(bytes).use { stream ->
        writer.output = stream
        val param = writer.defaultWriteParam
        param.compressionMode = ImageWriteParam.MODE_EXPLICIT
        param.compressionQuality = 0f
        writer.write(null, IIOImage(image, null, null), param)
    }
    writer.dispose()
    return bytes.toByteArray()
}
