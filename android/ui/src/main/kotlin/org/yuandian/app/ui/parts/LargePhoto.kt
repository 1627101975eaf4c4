package org.yuandian.app.ui.parts

import androidx.compose.foundation.Image
import androidx.compose.foundation.background
import androidx.compose.foundation.gestures.awaitEachGesture
import androidx.compose.foundation.gestures.awaitFirstDown
import androidx.compose.foundation.gestures.calculatePan
import androidx.compose.foundation.gestures.calculateZoom
import androidx.compose.foundation.gestures.detectTapGestures
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.draw.clipToBounds
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.graphicsLayer
import androidx.compose.ui.graphics.painter.Painter
import androidx.compose.ui.input.pointer.PointerInputScope
import androidx.compose.ui.input.pointer.pointerInput
import androidx.compose.ui.input.pointer.positionChanged
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.toSize
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.LargePicture
import org.yuandian.app.ui.theme.LocalPictures
import org.yuandian.app.ui.theme.Yd

/**
 * A photo in all the space that there is: the file where one is here, else its smallest picture. It is made larger by two fingers or by two
 * taps, and moved by one finger while it is larger; the buttons beside it do the same for whoever has no steady hand.
 */
@Composable
fun LargePhoto(
    /** Of the smallest picture. */
    small: String,
    file: String?,
    described: String,
    zoom: Float,
    onZoom: (Float) -> Unit,
    onUnreadable: (String) -> Unit,
    modifier: Modifier = Modifier,
) {
    val painter = key(small, file) { painterOf(small, file, onUnreadable) }
    var moved by remember(small) { mutableStateOf(Offset.Zero) }
    LaunchedEffect(zoom > 1f) { if (zoom <= 1f) moved = Offset.Zero }
    val (zoomNow, onZoomNow) = rememberUpdatedState(zoom) to rememberUpdatedState(onZoom)
    Box(
        modifier
            .clip(photoShape)
            .background(Yd.colors.sunken)
            .clipToBounds()
            .pointerInput(small) { detectTapGestures(onDoubleTap = { onZoomNow.value(if (zoomNow.value > 1f) 1f else DOUBLE_TAP) }) }
            .pointerInput(small) {
                fingers({ zoomNow.value }, { onZoomNow.value(zoomNow.value * it) }) { by ->
                    moved = (moved + by).within(size.toSize(), zoomNow.value)
                }
            }.semantics {
                contentDescriptionOf(described)
                role = Role.Image
            },
        Alignment.Center,
    ) {
        if (painter == null) {
            Pictogram(Pictograms.photo, size = 56.dp, tint = Yd.colors.inkSoft)
        } else {
            Image(
                painter,
                null,
                Modifier.fillMaxSize().graphicsLayer {
                    scaleX = zoom
                    scaleY = zoom
                    translationX = moved.x
                    translationY = moved.y
                },
                contentScale = ContentScale.Fit,
            )
        }
    }
}

@Composable
private fun painterOf(
    small: String,
    file: String?,
    onUnreadable: (String) -> Unit,
): Painter? {
    val pictures = LocalPictures.current
    val large = file?.let { pictures.large(it) }
    if (file != null && large == LargePicture.Unreadable) LaunchedEffect(file) { onUnreadable(file) }
    return (large as? LargePicture.Here)?.painter ?: pictures.painter(small)
}

/** Two fingers make it larger; one moves it while it is, and scrolls the screen while it is not. */
private suspend fun PointerInputScope.fingers(
    zoom: () -> Float,
    onZoom: (Float) -> Unit,
    onMove: (Offset) -> Unit,
) = awaitEachGesture {
    awaitFirstDown(requireUnconsumed = false)
    do {
        val event = awaitPointerEvent()
        if (event.changes.count { it.pressed } > 1 || zoom() > 1f) {
            val by = event.calculateZoom()
            if (by != 1f) onZoom(by)
            onMove(event.calculatePan())
            event.changes.filter { it.positionChanged() }.forEach { it.consume() }
        }
    } while (event.changes.any { it.pressed })
}

/** No edge of the photo comes into the middle of its place. */
private fun Offset.within(
    size: Size,
    zoom: Float,
): Offset {
    val (x, y) = size.width * (zoom - 1) / 2 to size.height * (zoom - 1) / 2
    return Offset(this.x.coerceIn(-x, x), this.y.coerceIn(-y, y))
}

private const val DOUBLE_TAP = 2f
private val photoShape = RoundedCornerShape(18.dp)
