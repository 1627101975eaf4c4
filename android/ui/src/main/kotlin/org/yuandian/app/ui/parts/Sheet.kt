package org.yuandian.app.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.input.pointer.pointerInput
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.paneTitle
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Yd

/**
 * A sheet over the screen. It is drawn in the same tree, not in a window of its own, so that state, tests and pictures see it; it closes by
 * its button and by going back, never by a touch beside it, which would lose what was written.
 */
@Composable
fun Sheet(
    title: String,
    onClose: () -> Unit,
    buttons: (@Composable ColumnScope.() -> Unit)? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    BoxWithConstraints(Modifier.fillMaxSize().background(Yd.colors.scrim).pointerInput(Unit) {}, Alignment.BottomCenter) {
        val joined = hugeText || maxHeight < LOW
        val most = maxHeight - 40.dp
        Column(
            Modifier
                .fillMaxWidth()
                .heightIn(max = most)
                .clip(Corners.sheet)
                .background(Yd.colors.paper)
                .border(softBorder(), Corners.sheet)
                .semantics { paneTitle = title },
        ) {
            Row(
                Modifier.fillMaxWidth().padding(start = Yd.space.edge, end = 6.dp, top = 10.dp),
                verticalAlignment = Alignment.Top,
            ) {
                Words(title, Modifier.weight(1f).padding(vertical = 8.dp).semantics { heading() }, Yd.type.title)
                SignButton(Pictograms.close, Yd.words.close, onClose)
            }
            Column(
                Modifier
                    .fillMaxWidth()
                    .weight(1f, fill = false)
                    .verticalScroll(rememberScrollState())
                    .padding(horizontal = Yd.space.edge, vertical = Yd.space.near),
                spaced(Yd.space.gap),
            ) {
                LocalMessage.current()
                content()
                if (joined && buttons != null) buttons()
            }
            if (!joined && buttons != null) {
                Column(
                    Modifier.fillMaxWidth().padding(horizontal = Yd.space.edge, vertical = Yd.space.gap),
                    spaced(Yd.space.near),
                    content = buttons,
                )
            }
            if (joined) Box(Modifier.padding(bottom = Yd.space.gap))
        }
    }
}
