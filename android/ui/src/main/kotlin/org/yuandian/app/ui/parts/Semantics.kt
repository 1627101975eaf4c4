package org.yuandian.app.ui.parts

import androidx.compose.foundation.BorderStroke
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.drawBehind
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.semantics.SemanticsPropertyReceiver
import androidx.compose.ui.semantics.contentDescription

/** The one sentence that is read aloud for a node and all inside it. */
internal fun SemanticsPropertyReceiver.contentDescriptionOf(sentence: String) {
    contentDescription = sentence
}

internal fun Modifier.drawTopLine(border: BorderStroke) =
    drawBehind { drawLine(border.brush, Offset.Zero, Offset(size.width, 0f), border.width.toPx()) }
