package org.yuandian.app.android

import android.content.Intent
import android.graphics.BitmapFactory
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.OnBackPressedCallback
import androidx.activity.compose.setContent
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.produceState
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.graphics.painter.BitmapPainter
import androidx.compose.ui.graphics.painter.Painter
import org.yuandian.app.ui.root.Edition
import org.yuandian.app.ui.root.YuandianApp
import org.yuandian.app.ui.theme.LargePicture
import org.yuandian.app.ui.theme.Pictures

/** The one activity. It forwards to [Door], and draws: the only file that needs androidx, in a source folder that Maven leaves out. */
class MainActivity : ComponentActivity() {
    private lateinit var door: Door

    private val pictures =
        object : Pictures {
            @Composable
            override fun painter(key: String): Painter? {
                val painter by produceState<Painter?>(null, key) {
                    value =
                        door.picture(key)?.let { BitmapFactory.decodeByteArray(it, 0, it.size) }?.let { BitmapPainter(it.asImageBitmap()) }
                }
                return painter
            }

            @Composable
            override fun large(file: String): LargePicture {
                val picture by produceState<LargePicture>(LargePicture.Coming, file) {
                    value = door.large(file)?.let { LargePicture.Here(BitmapPainter(it.asImageBitmap())) } ?: LargePicture.Unreadable
                }
                return picture
            }
        }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        door = Door(this)
        door.created(savedInstanceState)
        setContent {
            val library by produceState("") { value = door.library() }
            YuandianApp(door.app, Edition(BuildConfig.SERVER, library), pictures)
        }
        onBackPressedDispatcher.addCallback(
            this,
            object : OnBackPressedCallback(true) {
                override fun handleOnBackPressed() {
                    if (!door.back()) finish()
                }
            },
        )
    }

    override fun onStart() {
        super.onStart()
        door.started()
    }

    override fun onStop() {
        door.stopped()
        super.onStop()
    }

    override fun onDestroy() {
        door.destroyed()
        super.onDestroy()
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        door.follow(intent)
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        door.saving(outState)
    }

    override fun onRequestPermissionsResult(
        requestCode: Int,
        permissions: Array<String>,
        grantResults: IntArray,
    ) {
        super.onRequestPermissionsResult(requestCode, permissions, grantResults)
        door.answered(requestCode)
    }

    override fun onActivityResult(
        requestCode: Int,
        resultCode: Int,
        data: Intent?,
    ) {
        super.onActivityResult(requestCode, resultCode, data)
        door.returned(requestCode, resultCode, data)
    }
}
