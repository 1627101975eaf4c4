package org.yuandian.app.model.codes

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.withContext
import org.yuandian.app.model.ports.Camera
import org.yuandian.app.model.ports.Files
import org.yuandian.app.model.ports.PictureReader
import org.yuandian.app.model.ports.Scan
import org.yuandian.app.model.ports.Scanner
import org.yuandian.app.model.ports.Shot

/** Scans by the app's own camera: one picture, which is gone when its code was read. */
class CameraScanner(
    private val camera: Camera,
    private val files: Files,
    private val pictures: PictureReader,
    private val compute: CoroutineDispatcher = Dispatchers.Default,
) : Scanner {
    private val alone = Mutex()

    override suspend fun scan(): Scan {
        // A second touch while the camera opens wants the same.
        if (!alone.tryLock()) return Scan.Cancelled
        try {
            return scanned(camera.take(OWNER))
        } finally {
            withContext(NonCancellable) { files.forgetScans() }
            alone.unlock()
        }
    }

    private suspend fun scanned(shot: Shot): Scan =
        when (shot) {
            is Shot.Taken -> {
                pictures.read(shot.path, SIDE_MAX)?.let { withContext(compute) { Codes.read(it) } }?.let(Scan::Read)
                    ?: Scan.NoCode
            }

            Shot.Cancelled -> {
                Scan.Cancelled
            }

            Shot.Denied -> {
                Scan.Denied
            }

            Shot.Unavailable -> {
                Scan.Unavailable
            }

            Shot.StorageFull -> {
                Scan.StorageFull
            }
        }

    internal companion object {
        /** Whose the pictures are while there are any. */
        const val OWNER = "scan"

        /** Two to three million points: a small phone has room for them, and a code of 3 cm is read from 20 cm away. */
        const val SIDE_MAX = 2_100
    }
}

/** Removes what scans have left that the end of the app cut off: they are made again, and nobody waits for their pictures. */
internal suspend fun Files.forgetScans() = left(CameraScanner.OWNER).forEach { remove(it) }
