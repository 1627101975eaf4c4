package org.yuandian.app.android

import android.Manifest
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.provider.MediaStore
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.ports.Camera
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.Shot
import java.io.File
import java.io.IOException

/** The camera and the album. [lastFix] is what the receiver found a moment ago, if it did: nothing waits for it. */
class PhotoTaking(
    private val context: Context,
    private val front: Front,
    private val incoming: File,
    private val folderOf: (String) -> File,
    private val lastFix: () -> Fix.Found?,
    private val shutterLabel: () -> String,
) : Camera {
    override suspend fun take(owner: String): Shot {
        if (!context.packageManager.hasSystemFeature(PackageManager.FEATURE_CAMERA_ANY)) return Shot.Unavailable
        if (!front.permitted(Manifest.permission.CAMERA)) return Shot.Denied
        val ask =
            Intent(context, CameraActivity::class.java)
                .putExtra(CameraActivity.FOLDER, folderOf(owner).path)
                .putExtra(CameraActivity.LABEL, shutterLabel())
        val answer = front.result(ask) ?: return Shot.Unavailable
        val path = answer.data?.getStringExtra(CameraActivity.PATH)
        return when {
            answer.ok && path != null -> Shot.Taken(path, facts())
            answer.data?.getStringExtra(CameraActivity.WHY) == CameraActivity.WHY_FULL -> Shot.StorageFull
            answer.data?.getStringExtra(CameraActivity.WHY) == CameraActivity.WHY_LOST -> Shot.Unavailable
            else -> Shot.Cancelled
        }
    }

    /** The system's picker: it needs no right, and gives one picture only. */
    override suspend fun choose(owner: String): Shot {
        val ask = Intent(Intent.ACTION_OPEN_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType("image/*")
        val older = Intent(Intent.ACTION_PICK, MediaStore.Images.Media.EXTERNAL_CONTENT_URI)
        val answer = front.result(ask) ?: front.result(older) ?: return Shot.Unavailable
        val chosen = answer.data?.data.takeIf { answer.ok } ?: return Shot.Cancelled
        return withContext(Dispatchers.IO) {
            val file = File(folderOf(owner), "${System.currentTimeMillis()}-album")
            try {
                val input = context.contentResolver.openInputStream(chosen) ?: return@withContext Shot.Unavailable
                input.use { from -> writeWhole(file) { from.copyTo(it) } }
                // Where the phone is now says nothing of where an old picture was taken.
                Shot.Taken(file.path, CaptureFacts(PhotoSource.ALBUM))
            } catch (_: IOException) {
                if (incoming.usableSpace < FULL_BELOW) Shot.StorageFull else Shot.Unavailable
            } catch (_: SecurityException) {
                Shot.Unavailable
            }
        }
    }

    private fun facts(): CaptureFacts {
        val fix = lastFix() ?: return CaptureFacts(PhotoSource.CAMERA)
        return CaptureFacts(PhotoSource.CAMERA, fix.position, fix.provider, fix.mock)
    }

    private companion object {
        const val FULL_BELOW = 32L * 1024 * 1024
    }
}
