package org.yuandian.app.ui.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.NoPlaceReason
import org.yuandian.app.screens.PlaceState
import org.yuandian.app.screens.ServiceItem
import org.yuandian.app.screens.TypeState
import org.yuandian.app.screens.WorkState
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Choice
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.Heading
import org.yuandian.app.ui.parts.Part
import org.yuandian.app.ui.parts.Pictogram
import org.yuandian.app.ui.parts.PressCard
import org.yuandian.app.ui.parts.SearchField
import org.yuandian.app.ui.parts.Sheet
import org.yuandian.app.ui.parts.SignDisc
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.StateChip
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.originRings
import org.yuandian.app.ui.parts.softBorder
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.parts.workSign
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.sign.ServiceSigns
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Yd

/** The type: recent ones at one touch, all others by search. */
@Composable
internal fun TypePart(
    type: TypeState,
    onAction: (CaptureAction) -> Unit,
) {
    Part(Yd.words.captureType) {
        val chosen = type.chosen
        if (chosen != null) {
            PressCard(
                Yd.words.sentence(listOf(chosen.title, chosen.group, Yd.words.captureTypeChange)),
                { onAction(CaptureAction.OpenTypes) },
            ) {
                ServiceRow(chosen, Yd.words.captureTypeChange)
            }
        } else {
            if (type.recent.isNotEmpty()) {
                SmallWords(Yd.words.captureTypeRecent)
                Flow(Modifier.selectableGroup()) {
                    for (item in type.recent) {
                        Choice(item.title, false, { onAction(CaptureAction.ChooseType(item.id)) }, image = ServiceSigns.of(item.sign))
                    }
                }
            }
            SmallButton(Yd.words.captureTypeChoose, { onAction(CaptureAction.OpenTypes) }, image = Pictograms.search)
        }
    }
}

@Composable
private fun ServiceRow(
    item: ServiceItem,
    after: String? = null,
) {
    Row(horizontalArrangement = spaced(Yd.space.gap), verticalAlignment = Alignment.CenterVertically) {
        if (!hugeText) SignDisc(item.sign)
        Column(Modifier.weight(1f)) {
            Words(item.title, style = Yd.type.heading)
            SmallWords(item.group)
            if (after !=
                null
            ) {
                SmallWords(
                    after,
                    color =
                        Yd.colors.primarySoft.ink
                            .takeUnless { Yd.colors.isDark } ?: Yd.colors.primary.back,
                )
            }
        }
    }
}

@Composable
internal fun TypeSheet(
    type: TypeState,
    onAction: (CaptureAction) -> Unit,
) {
    Sheet(
        Yd.words.captureTypeChoose,
        { onAction(CaptureAction.CloseTypes) },
        buttons = { WideButton(Yd.words.captureTypeLater, { onAction(CaptureAction.CloseTypes) }, weight = Weight.SECOND) },
    ) {
        SearchField(Yd.words.captureTypeSearch, type.query, { onAction(CaptureAction.SearchType(it)) })
        val searching = type.query.isNotBlank()
        val items = if (searching) type.found else type.recent
        if (items.isNotEmpty()) Heading(if (searching) Yd.words.captureTypeFound else Yd.words.captureTypeRecent)
        if (!searching && items.isEmpty()) Words(Yd.words.captureTypeHint, color = Yd.colors.inkSoft)
        if (searching && items.isEmpty()) Words(Yd.words.captureTypeNothing, color = Yd.colors.inkSoft)
        for (item in items) {
            PressCard(
                Yd.words.sentence(listOf(item.title, item.group)),
                { onAction(CaptureAction.ChooseType(item.id)) },
            ) { ServiceRow(item) }
        }
    }
}

/** The place: found, still being found, or said in words. The shutter and the buttons never wait for it. */
@Composable
internal fun PlacePart(
    place: PlaceState,
    onAction: (CaptureAction) -> Unit,
) {
    Part(Yd.words.capturePlace) {
        Card {
            when (place) {
                PlaceState.Searching -> {
                    SignedWords(Pictograms.loading, Yd.words.capturePlaceSearching, style = Yd.type.body, color = Yd.colors.ink)
                    SmallWords(Yd.words.capturePlaceSearchingHelp)
                }

                is PlaceState.Fixed -> {
                    val accuracy = Yd.words.captureAccuracy(place.accuracyM)
                    SignedWords(Pictograms.place, place.name ?: accuracy, style = Yd.type.body, color = Yd.colors.ink)
                    if (place.name != null) SmallWords(accuracy)
                }

                PlaceState.Denied -> {
                    SignedWords(Pictograms.noPlace, Yd.words.capturePlaceDenied, style = Yd.type.body, color = Yd.colors.ink)
                }

                is PlaceState.None -> {
                    NoPlace(place, onAction)
                }
            }
            Flow {
                if (place !is PlaceState.Searching) {
                    SmallButton(
                        Yd.words.capturePlaceAgain,
                        { onAction(CaptureAction.Locate) },
                        image = Pictograms.again,
                    )
                }
                if (place !is PlaceState.None) {
                    SmallButton(
                        Yd.words.capturePlaceNone,
                        { onAction(CaptureAction.NoPlace) },
                        image = Pictograms.noPlace,
                    )
                }
            }
        }
    }
}

@Composable
private fun NoPlace(
    place: PlaceState.None,
    onAction: (CaptureAction) -> Unit,
) {
    SignedWords(Pictograms.noPlace, Yd.words.capturePlaceWhy, style = Yd.type.label, color = Yd.colors.ink)
    Flow(Modifier.selectableGroup()) {
        for (reason in NoPlaceReason.entries) {
            Choice(Yd.words.noPlaceReason(reason), place.reason == reason, { onAction(CaptureAction.ChooseNoPlace(reason)) })
        }
    }
    Field(Yd.words.capturePlaceWords, place.words, { onAction(CaptureAction.EditPlaceWords(it)) }, help = Yd.words.capturePlaceWordsHelp)
}

/** What one keeps: a number that was given here and is valid at once. */
@Composable
internal fun Receipt(
    number: String,
    work: WorkState,
    help: String,
    title: String = Yd.words.receiptTitle,
) {
    val tone = Yd.colors.primarySoft
    Column(
        Modifier
            .fillMaxWidth()
            .clip(Corners.card)
            .background(tone.back)
            .originRings(tone.ink)
            .border(softBorder(), Corners.card)
            .padding(24.dp)
            .semantics(mergeDescendants = true) { liveRegion = LiveRegionMode.Polite },
        Arrangement.spacedBy(10.dp),
        Alignment.CenterHorizontally,
    ) {
        Pictogram(workSign(work), size = 56.dp, tint = tone.ink)
        Words(title, style = Yd.type.title, color = tone.ink, align = TextAlign.Center)
        Words(Yd.words.receiptNumber, style = Yd.type.small, color = tone.ink)
        Words(number, style = if (hugeText) Yd.type.title else Yd.type.display, color = tone.ink, align = TextAlign.Center)
        StateChip(work)
        Words(help, color = tone.ink, align = TextAlign.Center)
    }
}
