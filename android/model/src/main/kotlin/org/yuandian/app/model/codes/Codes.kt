package org.yuandian.app.model.codes

import com.google.zxing.BinaryBitmap
import com.google.zxing.DecodeHintType
import com.google.zxing.EncodeHintType
import com.google.zxing.LuminanceSource
import com.google.zxing.ReaderException
import com.google.zxing.WriterException
import com.google.zxing.common.GlobalHistogramBinarizer
import com.google.zxing.common.HybridBinarizer
import com.google.zxing.qrcode.QRCodeReader
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel
import com.google.zxing.qrcode.encoder.Encoder
import org.yuandian.app.model.ports.Picture
import org.yuandian.app.screens.CodeSquare

/**
 * Texts as codes that a camera reads, and back: QR, as ISO/IEC 18004 says. Anything may be given to it; what is no code, or too large to be
 * looked at, is none. Nothing else knows the library for it (ZXing).
 */
object Codes {
    /** Bytes of UTF-8: beyond it the modules on a phone's screen get too small for another phone's camera. */
    const val TEXT_BYTES_MAX = 400

    /** Width times height. */
    const val POINTS_MAX = 8_000_000

    /** A text as a square; none for an empty one or one that is too long. About a seventh of it may be covered. */
    fun drawn(text: String): CodeSquare? {
        if (text.isEmpty() || text.toByteArray().size > TEXT_BYTES_MAX) return null
        val matrix =
            try {
                Encoder.encode(text, ErrorCorrectionLevel.M, mapOf(EncodeHintType.CHARACTER_SET to Charsets.UTF_8.name())).matrix
            } catch (_: WriterException) {
                return null
            }
        return CodeSquare(matrix.width, List(matrix.width * matrix.height) { matrix[it % matrix.width, it / matrix.width] == DARK })
    }

    /** The text of a code on a picture, turned and lit however it is; none where none is found. */
    fun read(picture: Picture): String? {
        val points = picture.width.toLong() * picture.height
        if (minOf(picture.width, picture.height) < 1 || points > POINTS_MAX || picture.argb.size.toLong() != points) return null
        val whole = Brightness.of(picture)
        val half = whole.halved()
        // Of a large picture the half first: it is quick, and noise and what is out of focus are evened out in it.
        val sizes = if (points > SMALL_POINTS) listOf(half, whole, half.halved()) else listOf(whole, half)
        return sizes.firstNotNullOfOrNull(::textOn)
    }

    /** Dark is told from light by what is around a point, and then by the whole picture: each finds what the other misses. */
    private fun textOn(brightness: LuminanceSource): String? =
        listOf(brightness, brightness.invert()).firstNotNullOfOrNull { source ->
            listOf(HybridBinarizer(source), GlobalHistogramBinarizer(source)).firstNotNullOfOrNull { textOn(BinaryBitmap(it)) }
        }

    // On a picture that only looks like a code the library may fail in any way.
    @Suppress("TooGenericExceptionCaught")
    private fun textOn(bitmap: BinaryBitmap): String? =
        try {
            QRCodeReader().decode(bitmap, mapOf(DecodeHintType.TRY_HARDER to true)).text
        } catch (_: ReaderException) {
            null
        } catch (_: RuntimeException) {
            null
        }

    private const val DARK: Byte = 1
    private const val SMALL_POINTS = 500_000L
}

/** How bright each point of a picture is, 0 to 255, row by row. */
private class Brightness(
    width: Int,
    height: Int,
    private val points: ByteArray,
) : LuminanceSource(width, height) {
    override fun getRow(
        y: Int,
        row: ByteArray?,
    ): ByteArray {
        val into = row?.takeIf { it.size >= width } ?: ByteArray(width)
        return points.copyInto(into, 0, y * width, (y + 1) * width)
    }

    override fun getMatrix(): ByteArray = points

    /** Each point the mean of four; the picture itself where that would leave nothing. */
    fun halved(): Brightness {
        if (width < 2 || height < 2) return this
        val (w, h) = width / 2 to height / 2
        return Brightness(
            w,
            h,
            ByteArray(w * h) { at ->
                val first = at / w * 2 * width + at % w * 2
                ((this[first] + this[first + 1] + this[first + width] + this[first + width + 1]) / 4).toByte()
            },
        )
    }

    private operator fun get(at: Int): Int = points[at].toInt() and 0xff

    companion object {
        /** Green counts twice: the eye and most codes on paper go by it. */
        fun of(picture: Picture) =
            Brightness(
                picture.width,
                picture.height,
                ByteArray(picture.argb.size) { at ->
                    val point = picture.argb[at]
                    (((point shr 16 and 0xff) + 2 * (point shr 8 and 0xff) + (point and 0xff)) / 4).toByte()
                },
            )
    }
}
