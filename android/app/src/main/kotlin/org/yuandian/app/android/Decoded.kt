package org.yuandian.app.android

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.ImageDecoder
import android.os.Build
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.yuandian.app.model.ports.Picture
import java.io.File
import java.io.IOException
import java.nio.ByteBuffer
import kotlin.math.max

/**
 * A picture of at most [sideMax] px, however large the file is: it is made smaller while it is read, never afterwards. None for what is no
 * picture. Upright: the decoder of Android 9 and later turns it; the older one knows no HEIC, and what it knows the core decodes itself.
 */
internal fun decoded(
    bytes: ByteArray,
    sideMax: Int,
): Bitmap? {
    if (Build.VERSION.SDK_INT < Build.VERSION_CODES.P) return BitmapFactory.decodeByteArray(bytes, 0, bytes.size, sampled(bytes, sideMax))
    return try {
        ImageDecoder.decodeBitmap(ImageDecoder.createSource(ByteBuffer.wrap(bytes))) { decoder, info, _ ->
            decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
            decoder.setTargetSampleSize(timesOver(max(info.size.width, info.size.height), sideMax))
        }
    } catch (_: ImageDecoder.DecodeException) {
        null
    }
}

private fun sampled(
    bytes: ByteArray,
    sideMax: Int,
): BitmapFactory.Options {
    val options = BitmapFactory.Options().apply { inJustDecodeBounds = true }
    BitmapFactory.decodeByteArray(bytes, 0, bytes.size, options)
    options.inSampleSize = timesOver(max(options.outWidth, options.outHeight), sideMax)
    options.inJustDecodeBounds = false
    return options
}

/** The points of a picture's file; none where it cannot be read. */
internal suspend fun pointsOf(
    path: String,
    sideMax: Int,
): Picture? =
    withContext(Dispatchers.IO) {
        try {
            decoded(File(path).readBytes(), sideMax)?.let { picture ->
                val points = IntArray(picture.width * picture.height)
                picture.getPixels(points, 0, picture.width, 0, 0, picture.width, picture.height)
                Picture(picture.width, picture.height, points).also { picture.recycle() }
            }
        } catch (_: IOException) {
            null
        }
    }
