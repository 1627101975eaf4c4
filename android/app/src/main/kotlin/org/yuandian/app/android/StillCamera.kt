package org.yuandian.app.android

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureFailure
import android.hardware.camera2.CaptureRequest
import android.media.ImageReader
import android.os.Handler
import android.util.Size
import android.view.Surface
import java.io.File
import java.io.IOException

/** What the camera tells whoever holds it. All on the handler's thread. */
interface CameraListener {
    fun ready()

    /** The file is whole and on disk. */
    fun taken(file: File)

    /** No camera, or it was taken away. */
    fun lost()

    fun full()
}

/** The back camera while a screen shows its picture: a preview, and JPEGs written whole to a file before anybody hears of them. */
class StillCamera(
    context: Context,
    private val folder: File,
    private val handler: Handler,
    private val listener: CameraListener,
) {
    private val manager = context.getSystemService(CameraManager::class.java)
    private var device: CameraDevice? = null
    private var session: CameraCaptureSession? = null
    private var pictures: ImageReader? = null
    private var preview: Surface? = null
    private var sensorDegrees = 0
    private var closed = false

    /** Begins. [texture]: where the preview goes. */
    @SuppressLint("MissingPermission")
    fun open(texture: SurfaceTexture) =
        guarded {
            val id =
                manager.cameraIdList.firstOrNull { facing(it) == CameraCharacteristics.LENS_FACING_BACK } ?: manager.cameraIdList.first()
            val traits = manager.getCameraCharacteristics(id)
            val sizes = requireNotNull(traits.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP))
            sensorDegrees = traits.get(CameraCharacteristics.SENSOR_ORIENTATION) ?: 0
            val still = bestSize(sizes.getOutputSizes(ImageFormat.JPEG).toList(), STILL_PIXELS_MAX)
            val shown = bestSize(sizes.getOutputSizes(SurfaceTexture::class.java).toList(), PREVIEW_PIXELS_MAX)
            texture.setDefaultBufferSize(shown.width, shown.height)
            preview = Surface(texture)
            pictures =
                ImageReader
                    .newInstance(
                        still.width,
                        still.height,
                        ImageFormat.JPEG,
                        2,
                    ).also { it.setOnImageAvailableListener(::write, handler) }
            manager.openCamera(id, opening, handler)
        }

    /** Takes one. [turnedDegrees]: how the screen is turned, so that the picture says which way is up. */
    fun take(turnedDegrees: Int) =
        guarded {
            val running = session ?: return@guarded
            val request = running.device.createCaptureRequest(CameraDevice.TEMPLATE_STILL_CAPTURE)
            pictures?.surface?.let(request::addTarget)
            request.set(CaptureRequest.JPEG_ORIENTATION, (sensorDegrees - turnedDegrees + FULL_TURN) % FULL_TURN)
            request.set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
            running.capture(request.build(), failing, handler)
        }

    fun close() {
        closed = true
        session?.close()
        device?.close()
        pictures?.close()
        preview?.release()
    }

    private fun facing(id: String) = manager.getCameraCharacteristics(id).get(CameraCharacteristics.LENS_FACING)

    private val opening =
        object : CameraDevice.StateCallback() {
            override fun onOpened(camera: CameraDevice) {
                if (closed) return camera.close()
                device = camera
                guarded { startPreview(camera) }
            }

            override fun onDisconnected(camera: CameraDevice) = broken(camera)

            override fun onError(
                camera: CameraDevice,
                error: Int,
            ) = broken(camera)
        }

    private fun broken(camera: CameraDevice) {
        camera.close()
        if (!closed) listener.lost()
    }

    // What replaces it came with Android 9; this app begins with 8.
    @Suppress("DEPRECATION")
    private fun startPreview(camera: CameraDevice) =
        camera.createCaptureSession(
            listOfNotNull(preview, pictures?.surface),
            object : CameraCaptureSession.StateCallback() {
                override fun onConfigured(configured: CameraCaptureSession) {
                    if (closed) return
                    session = configured
                    guarded {
                        val request = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW)
                        preview?.let(request::addTarget)
                        request.set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
                        configured.setRepeatingRequest(request.build(), null, handler)
                        listener.ready()
                    }
                }

                override fun onConfigureFailed(failed: CameraCaptureSession) = listener.lost()
            },
            handler,
        )

    private val failing =
        object : CameraCaptureSession.CaptureCallback() {
            override fun onCaptureFailed(
                session: CameraCaptureSession,
                request: CaptureRequest,
                failure: CaptureFailure,
            ) = listener.ready()
        }

    private fun write(reader: ImageReader) {
        val bytes =
            reader.acquireNextImage().use { image ->
                val buffer = image.planes[0].buffer
                ByteArray(buffer.remaining()).also(buffer::get)
            }
        val file = File(folder, "${System.currentTimeMillis()}.jpg")
        try {
            writeWhole(file) { it.write(bytes) }
            listener.taken(file)
        } catch (_: IOException) {
            listener.full()
        }
    }

    private fun guarded(work: () -> Unit) =
        try {
            work()
        } catch (_: CameraAccessException) {
            listener.lost()
        } catch (_: SecurityException) {
            listener.lost()
        } catch (_: IllegalStateException) {
            listener.lost()
        } catch (_: IllegalArgumentException) {
            listener.lost()
        } catch (_: NoSuchElementException) {
            listener.lost()
        }

    private companion object {
        const val FULL_TURN = 360

        /** What a case needs to be looked at closely, and a phone of 2 GB can hold. */
        const val STILL_PIXELS_MAX = 13_000_000L
        const val PREVIEW_PIXELS_MAX = 1_000_000L

        fun bestSize(
            sizes: List<Size>,
            most: Long,
        ): Size {
            val byPixels = sizes.sortedBy { it.width.toLong() * it.height }
            return byPixels.lastOrNull { it.width.toLong() * it.height <= most } ?: byPixels.first()
        }
    }
}
