package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.lazy.LazyItemScope
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import org.yuandian.app.screens.PhotoAction
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.PhotoStanding
import org.yuandian.app.screens.PhotoState
import org.yuandian.app.ui.parts.Beside
import org.yuandian.app.ui.parts.BigButton
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.LargePhoto
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.StateChip
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** One photo, large: as it is here, with who took it, how far it is on its way and what is in the way of seeing more. */
@Composable
fun PhotoScreen(
    state: PhotoState,
    onAction: (PhotoAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val photo = state.photo
    Screen(
        state.frame,
        Yd.words.photoTitle(state.number, state.count),
        { onAction(PhotoAction.InFrame(it)) },
        modifier,
        bottom = { Buttons(state, onAction) },
    ) {
        if (photo == null) {
            item { LoadingLine() }
        } else {
            item { Shown(photo, state, onAction) }
            item { Standing(state.standing, onAction) }
            item { Facts(photo, state.frame.nowMs) }
        }
    }
}

@Composable
private fun LazyItemScope.Shown(
    photo: PhotoItem,
    state: PhotoState,
    onAction: (PhotoAction) -> Unit,
) {
    Column(Modifier.fillMaxWidth(), spaced(Yd.space.near)) {
        LargePhoto(
            photo.key,
            state.file,
            Yd.words.photo(state.number),
            state.zoom,
            { onAction(PhotoAction.Zoom(it)) },
            { onAction(PhotoAction.Unreadable(it)) },
            Modifier.fillMaxWidth().fillParentMaxHeight(PHOTO_SHARE),
        )
        Flow(Modifier.fillMaxWidth()) {
            SmallButton(
                Yd.words.photoLarger,
                { onAction(PhotoAction.Zoom(state.zoom * PhotoState.ZOOM_STEP)) },
                image = Pictograms.add,
                enabled = state.zoom < PhotoState.ZOOM_MOST,
            )
            SmallButton(
                Yd.words.photoSmaller,
                { onAction(PhotoAction.Zoom(state.zoom / PhotoState.ZOOM_STEP)) },
                image = Pictograms.minus,
                enabled = state.zoom > 1f,
            )
        }
    }
}

/** What is in the way of the large picture; nothing while nothing is. It is announced when it changes. */
@Composable
private fun Standing(
    standing: PhotoStanding,
    onAction: (PhotoAction) -> Unit,
) {
    val text = Yd.words.photoStanding(standing) ?: return
    val (tone, image) =
        when (standing) {
            PhotoStanding.Unreadable -> Yd.colors.attention to Pictograms.attention
            PhotoStanding.NotHere -> Yd.colors.onPhone to Pictograms.offline
            is PhotoStanding.NeedsWifi -> Yd.colors.waiting to Pictograms.wifi
            else -> Yd.colors.draft to Pictograms.loading
        }
    Card(Modifier.semantics { liveRegion = LiveRegionMode.Polite }, tone) {
        SignedWords(image, text, style = Yd.type.body, color = tone.ink)
        when (standing) {
            PhotoStanding.NotHere -> {
                SmallButton(Yd.words.photoRetry, { onAction(PhotoAction.Retry) }, image = Pictograms.again)
            }

            is PhotoStanding.NeedsWifi -> {
                SmallButton(Yd.words.photoFetchAnyway(Yd.words.bytes(standing.bytes)), { onAction(PhotoAction.FetchAnyway) })
            }

            else -> {
                Unit
            }
        }
    }
}

@Composable
private fun Facts(
    photo: PhotoItem,
    nowMs: Long,
) {
    Column(Modifier.fillMaxWidth().semantics(mergeDescendants = true) {}, spaced(Yd.space.near)) {
        SmallWords(Yd.words.photoTaken(photo.by, Yd.words.moment(photo.atMs, nowMs)))
        Flow {
            StateChip(photo.work)
            val percent = photo.percent
            if (percent != null) SmallWords(Yd.words.photoPercent(percent))
        }
        val trouble = photo.trouble
        if (trouble != null) SignedWords(Pictograms.attention, trouble)
    }
}

@Composable
private fun Buttons(
    state: PhotoState,
    onAction: (PhotoAction) -> Unit,
) {
    if (state.count > 1) {
        Column(verticalArrangement = Arrangement.spacedBy(Yd.space.near)) {
            Beside(count = 2) { index, place ->
                if (index == 0) {
                    val there = state.hasPrevious
                    BigButton(Yd.words.photoPrevious, { onAction(PhotoAction.Previous) }, place, weight = Weight.SECOND, enabled = there)
                } else {
                    BigButton(
                        Yd.words.photoNext,
                        { onAction(PhotoAction.Next) },
                        place,
                        weight = Weight.SECOND,
                        enabled = state.hasNext,
                    )
                }
            }
        }
    }
    WideButton(Yd.words.close, { onAction(PhotoAction.Close) }, Pictograms.close)
}

/** Of the height of the screen's content. */
private const val PHOTO_SHARE = 0.6f
