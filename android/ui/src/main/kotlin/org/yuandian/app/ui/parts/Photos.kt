package org.yuandian.app.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Icon
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** Photos in order, each with where it stands. They flow into the next line: nothing hides beside the screen. */
@Composable
fun PhotoStrip(
    photos: List<PhotoItem>,
    onOpen: (String) -> Unit,
    modifier: Modifier = Modifier,
    onRemove: ((String) -> Unit)? = null,
    onAdd: (() -> Unit)? = null,
    addLabel: String = Yd.words.takePhoto,
) {
    val side = scaled(if (Yd.elder) ELDER_TILE else TILE)
    Flow(modifier.fillMaxWidth(), top = true) {
        photos.forEachIndexed { index, photo -> PhotoTile(photo, index + 1, side, onOpen, onRemove) }
        if (onAdd != null) AddTile(side, addLabel, onAdd)
    }
}

@Composable
private fun PhotoTile(
    photo: PhotoItem,
    number: Int,
    side: Dp,
    onOpen: (String) -> Unit,
    onRemove: ((String) -> Unit)?,
) {
    val words = Yd.words
    val stands = photo.trouble ?: photo.percent?.let(words::photoPercent) ?: words.workState(photo.work)
    Column(Modifier.width(side), spaced(4.dp)) {
        Box(Modifier.height(side)) {
            val open = Modifier.clickable(onClickLabel = words.openPhoto, role = Role.Image, onClick = { onOpen(photo.key) })
            Box(
                Modifier
                    .fillMaxSize()
                    .clip(tileShape)
                    .then(if (photo.opens) open else Modifier)
                    .semantics { contentDescriptionOf(words.sentence(listOf(words.photo(number), stands))) },
            ) { Thumb(photo.key, Modifier.fillMaxSize()) }
            if (onRemove != null) {
                RemoveButton(words.removePhoto, Modifier.align(Alignment.TopEnd)) { onRemove(photo.key) }
            }
        }
        SmallWords(stands, Modifier.fillMaxWidth(), align = TextAlign.Center)
    }
}

/** What is touched is larger than what is seen, so that the photo is seen too. */
@Composable
private fun RemoveButton(
    label: String,
    modifier: Modifier,
    onClick: () -> Unit,
) {
    Box(
        modifier
            .size(Yd.space.target)
            .clip(tileShape)
            .clickable(role = Role.Button, onClick = onClick)
            .padding(4.dp),
        Alignment.TopEnd,
    ) {
        Box(
            Modifier
                .size(REMOVE_DISC)
                .clip(CircleShape)
                .background(Yd.colors.card)
                .border(softBorder(), CircleShape),
            Alignment.Center,
        ) { Icon(Pictograms.close, label, Modifier.size(18.dp), Yd.colors.ink) }
    }
}

@Composable
private fun AddTile(
    side: Dp,
    label: String,
    onAdd: () -> Unit,
) {
    Column(
        Modifier
            .width(side)
            .heightIn(min = side)
            .clip(tileShape)
            .background(Yd.colors.primarySoft.back)
            .border(firmBorder(), tileShape)
            .clickable(role = Role.Button, onClick = onAdd)
            .padding(6.dp),
        Arrangement.spacedBy(4.dp, Alignment.CenterVertically),
        Alignment.CenterHorizontally,
    ) {
        Pictogram(Pictograms.camera, tint = Yd.colors.primarySoft.ink)
        Words(label, style = Yd.type.small, color = Yd.colors.primarySoft.ink, align = TextAlign.Center)
    }
}

private val TILE = 102.dp

/** Three in a line in elder mode, too. */
private val ELDER_TILE = 96.dp
private val REMOVE_DISC = 32.dp
private val tileShape = RoundedCornerShape(14.dp)
