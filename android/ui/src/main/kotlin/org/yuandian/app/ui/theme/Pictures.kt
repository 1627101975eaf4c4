package org.yuandian.app.ui.theme

import androidx.compose.runtime.Composable
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.painter.Painter

/** Pictures of photos by their keys. The app reads and decodes them, one at a time, apart from the screen's thread. */
interface Pictures {
    /** The smallest one of a photo, at most 256 px; null while there is none. */
    @Composable
    fun painter(key: String): Painter?

    /** What a file holds, for the whole screen: upright, at most [LARGE_SIDE_MAX] px, however large the file is. */
    @Composable
    fun large(file: String): LargePicture

    companion object {
        const val LARGE_SIDE_MAX = 1_600

        /** Where nobody decodes. */
        val None =
            object : Pictures {
                @Composable
                override fun painter(key: String): Painter? = null

                @Composable
                override fun large(file: String): LargePicture = LargePicture.Coming
            }
    }
}

/** How far the decoding of a large picture is. */
sealed interface LargePicture {
    data object Coming : LargePicture

    class Here(
        val painter: Painter,
    ) : LargePicture

    /** The bytes are not there, or are none of a picture. */
    data object Unreadable : LargePicture
}

val LocalPictures = staticCompositionLocalOf { Pictures.None }
