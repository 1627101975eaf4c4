package org.yuandian.app.android

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.ImageDecoder
import android.os.Build
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.yuandian.app.model.gateway.PlatformWork
import org.yuandian.app.model.gateway.PreviewWanted
import org.yuandian.app.model.orNull
import java.io.File
import java.io.IOException
import java.nio.ByteBuffer
import kotlin.math.max

/** Makes the pictures that the core cannot decode and the phone can (HEIC): upright JPEGs, one at a time. */
class Previews(
    private val folder: File,
) {
    /** Serves what the core waits for. Gives how many got theirs. */
    suspend fun serve(work: PlatformWork): Int {
        var made = 0
        for (wanted in work.previewsNeeded().orNull().orEmpty()) made += one(work, wanted)
        return made
    }

    private suspend fun one(
        work: PlatformWork,
        wanted: PreviewWanted,
    ): Int {
        val original = work.original(wanted.id).orNull() ?: return 0
        val jpeg = File(folder, "${wanted.id}.preview.jpg")
        try {
            val isDecoded = withContext(Dispatchers.IO) { written(original, jpeg) }
            if (!isDecoded) {
                work.noPreview(wanted.id)
                return 0
            }
            return if (work.providePreview(wanted.id, jpeg.path).orNull() == null) 0 else 1
        } catch (_: IOException) {
            // No room: the core asks again.
            return 0
        } finally {
            jpeg.delete()
        }
    }

    private fun written(
        original: ByteArray,
        jpeg: File,
    ): Boolean {
        val picture = decoded(original) ?: return false
        writeWhole(jpeg) { picture.compress(Bitmap.CompressFormat.JPEG, QUALITY, it) }
        picture.recycle()
        return true
    }

    /** Upright: the decoder of Android 9 and later turns it; the older one knows no HEIC, and what it knows the core decodes itself. */
    private fun decoded(bytes: ByteArray): Bitmap? {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.P) return BitmapFactory.decodeByteArray(bytes, 0, bytes.size, halved(bytes))
        return try {
            ImageDecoder.decodeBitmap(ImageDecoder.createSource(ByteBuffer.wrap(bytes))) { decoder, info, _ ->
                decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
                decoder.setTargetSampleSize(timesOver(max(info.size.width, info.size.height)))
            }
        } catch (_: ImageDecoder.DecodeException) {
            null
        }
    }

    private fun halved(bytes: ByteArray): BitmapFactory.Options {
        val options = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        BitmapFactory.decodeByteArray(bytes, 0, bytes.size, options)
        options.inSampleSize = timesOver(max(options.outWidth, options.outHeight))
        options.inJustDecodeBounds = false
        return options
    }

    companion object {
        private const val QUALITY = 92

        /** What is sent as the medium size is half of it. */
        private const val LONG_SIDE_MAX = 3_200

        /** By which power of two a side is divided so that the picture fits into memory. */
        internal fun timesOver(side: Int): Int {
            var times = 1
            while (side / times > LONG_SIDE_MAX) times *= 2
            return times
        }
    }
}
