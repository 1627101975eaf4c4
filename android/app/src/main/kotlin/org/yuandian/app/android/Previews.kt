package org.yuandian.app.android

import android.graphics.Bitmap
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.yuandian.app.model.gateway.PlatformWork
import org.yuandian.app.model.gateway.PreviewWanted
import org.yuandian.app.model.orNull
import java.io.File
import java.io.IOException

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
        val picture = decoded(original, LONG_SIDE_MAX) ?: return false
        writeWhole(jpeg) { picture.compress(Bitmap.CompressFormat.JPEG, QUALITY, it) }
        picture.recycle()
        return true
    }

    private companion object {
        const val QUALITY = 92

        /** What is sent as the medium size is half of it. */
        const val LONG_SIDE_MAX = 3_200
    }
}
