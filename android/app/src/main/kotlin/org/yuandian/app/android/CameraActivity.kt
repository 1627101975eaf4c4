package org.yuandian.app.android

import android.app.Activity
import android.content.Intent
import android.graphics.Color
import android.graphics.SurfaceTexture
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.view.Gravity
import android.view.KeyEvent
import android.view.Surface
import android.view.TextureView
import android.widget.Button
import android.widget.FrameLayout
import java.io.File

/**
 * The app's own camera: the picture, one button, volume keys as a second. An activity of this process and not the system's camera, which
 * on a small phone ends the app that called it. It gives the path of one whole file back, or why there is none.
 */
class CameraActivity :
    Activity(),
    CameraListener,
    TextureView.SurfaceTextureListener {
    private var camera: StillCamera? = null
    private lateinit var view: TextureView
    private lateinit var shutter: Button

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        view = TextureView(this).also { it.surfaceTextureListener = this }
        shutter =
            Button(this).also {
                it.text = intent.getStringExtra(LABEL)
                it.minimumHeight = dp(SHUTTER_DP)
                it.minimumWidth = dp(SHUTTER_WIDE_DP)
                it.isEnabled = false
                it.setOnClickListener { take() }
            }
        val frame = FrameLayout(this)
        frame.setBackgroundColor(Color.BLACK)
        frame.addView(view, FrameLayout.LayoutParams(FrameLayout.LayoutParams.MATCH_PARENT, FrameLayout.LayoutParams.MATCH_PARENT))
        val low = FrameLayout.LayoutParams(FrameLayout.LayoutParams.WRAP_CONTENT, FrameLayout.LayoutParams.WRAP_CONTENT)
        low.gravity = Gravity.BOTTOM or Gravity.CENTER_HORIZONTAL
        low.bottomMargin = dp(SHUTTER_DP)
        frame.addView(shutter, low)
        setContentView(frame)
    }

    override fun onSurfaceTextureAvailable(
        texture: SurfaceTexture,
        width: Int,
        height: Int,
    ) {
        camera = StillCamera(this, intent.getStringExtra(FOLDER)?.let(::File) ?: cacheDir, Handler(Looper.getMainLooper()), this)
        camera?.open(texture)
    }

    override fun onSurfaceTextureSizeChanged(
        texture: SurfaceTexture,
        width: Int,
        height: Int,
    ) = Unit

    override fun onSurfaceTextureUpdated(texture: SurfaceTexture) = Unit

    /** The camera is on only while its picture is seen. */
    override fun onSurfaceTextureDestroyed(texture: SurfaceTexture): Boolean {
        camera?.close()
        camera = null
        return true
    }

    override fun onKeyDown(
        code: Int,
        event: KeyEvent,
    ): Boolean =
        if (code == KeyEvent.KEYCODE_VOLUME_DOWN || code == KeyEvent.KEYCODE_VOLUME_UP || code == KeyEvent.KEYCODE_CAMERA) {
            if (event.repeatCount == 0) take()
            true
        } else {
            super.onKeyDown(code, event)
        }

    private fun take() {
        if (!shutter.isEnabled) return
        shutter.isEnabled = false
        camera?.take(turned())
    }

    override fun ready() {
        shutter.isEnabled = true
    }

    override fun taken(file: File) = end(RESULT_OK, Intent().putExtra(PATH, file.path))

    override fun lost() = end(RESULT_CANCELED, Intent().putExtra(WHY, WHY_LOST))

    override fun full() = end(RESULT_CANCELED, Intent().putExtra(WHY, WHY_FULL))

    private fun end(
        result: Int,
        data: Intent,
    ) {
        setResult(result, data)
        finish()
    }

    // What replaces it came with Android 11.
    @Suppress("DEPRECATION")
    private fun turned() =
        when (windowManager.defaultDisplay.rotation) {
            Surface.ROTATION_90 -> QUARTER
            Surface.ROTATION_180 -> 2 * QUARTER
            Surface.ROTATION_270 -> 3 * QUARTER
            else -> 0
        }

    private fun dp(count: Int) = (count * resources.displayMetrics.density).toInt()

    companion object {
        const val LABEL = "label"
        const val FOLDER = "folder"
        const val PATH = "path"
        const val WHY = "why"
        const val WHY_LOST = "lost"
        const val WHY_FULL = "full"
        private const val QUARTER = 90
        private const val SHUTTER_DP = 72
        private const val SHUTTER_WIDE_DP = 160
    }
}
