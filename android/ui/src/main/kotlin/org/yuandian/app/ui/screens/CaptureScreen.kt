package org.yuandian.app.ui.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaptureState
import org.yuandian.app.screens.WorkState
import org.yuandian.app.ui.parts.BigButton
import org.yuandian.app.ui.parts.ButtonPair
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.CaseLine
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.FormQuestion
import org.yuandian.app.ui.parts.GiveawayWarning
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.Part
import org.yuandian.app.ui.parts.PhotoStrip
import org.yuandian.app.ui.parts.Pictogram
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.Sheet
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.Toggle
import org.yuandian.app.ui.parts.VoiceLine
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.originRings
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Yd

/** 采集 / 随手拍. The photo first; everything else can follow, and nothing waits for a network or a fix. */
@Composable
fun CaptureScreen(
    state: CaptureState,
    onAction: (CaptureAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val receipt = state.receipt
    Screen(
        state.frame,
        Yd.words.captureTitle(state.role),
        { onAction(CaptureAction.InFrame(it)) },
        modifier,
        bottom =
            if (state.loading) {
                null
            } else {
                ({ if (receipt == null) CaptureButtons(state, onAction) else ReceiptButtons(receipt.caseId, onAction) })
            },
        sheet =
            when {
                state.discards -> ({ DiscardSheet(onAction) })
                state.type.choosing -> ({ TypeSheet(state.type, onAction) })
                else -> null
            },
    ) {
        if (state.loading) {
            item { LoadingLine() }
        } else if (receipt != null) {
            item {
                val isThere = receipt.work == WorkState.Delivered
                Receipt(receipt.number, receipt.work, if (isThere) Yd.words.receiptHelp else Yd.words.receiptLaterHelp)
            }
        } else {
            capture(state, onAction)
        }
    }
}

@Composable
private fun DiscardSheet(onAction: (CaptureAction) -> Unit) {
    Sheet(
        Yd.words.captureDiscard,
        { onAction(CaptureAction.CancelDiscard) },
        buttons = {
            WideButton(Yd.words.cancel, { onAction(CaptureAction.CancelDiscard) }, weight = Weight.SECOND)
            WideButton(Yd.words.captureDiscard, { onAction(CaptureAction.ConfirmDiscard) }, Pictograms.bin, Weight.GRAVE)
        },
    ) { Words(Yd.words.captureDiscardAsk) }
}

private fun LazyListScope.capture(
    state: CaptureState,
    onAction: (CaptureAction) -> Unit,
) {
    if (state.recovered) {
        item {
            Card(tone = Yd.colors.onPhone) {
                SignedWords(Pictograms.save, Yd.words.captureRecovered, style = Yd.type.body, color = Yd.colors.onPhone.ink)
            }
        }
    }
    item { Photos(state, onAction) }
    if (state.similar.isNotEmpty()) similar(state, onAction)
    item { TypePart(state.type, onAction) }
    item { PlacePart(state.place, onAction) }
    item { TextPart(state, onAction) }
    if (state.giveaways.isNotEmpty()) item { GiveawayWarning(state.giveaways) }
    items(state.fields, key = { it.key }) { field -> FormQuestion(field) { onAction(CaptureAction.Answer(field.key, it)) } }
    item {
        Card {
            Toggle(Yd.words.captureUrgent, state.urgent, {
                onAction(CaptureAction.SetUrgent(it))
            }, help = Yd.words.captureUrgentHelp, image = Pictograms.overdue)
        }
    }
    if (state.draftId != null) {
        item { SmallButton(Yd.words.captureDiscard, { onAction(CaptureAction.Discard) }, image = Pictograms.bin, grave = true) }
    }
}

@Composable
private fun Photos(
    state: CaptureState,
    onAction: (CaptureAction) -> Unit,
) {
    if (state.photos.isEmpty()) {
        Column(verticalArrangement = spaced(Yd.space.near)) {
            FirstPhoto { onAction(CaptureAction.TakePhoto) }
            Flow {
                SmallButton(Yd.words.choosePhoto, { onAction(CaptureAction.ChoosePhoto) }, image = Pictograms.photo)
                NoPhotoButton(state, onAction)
            }
            NoPhotoReason(state, onAction)
        }
    } else {
        Part(Yd.words.capturePhotos, beside = { SmallWords(Yd.words.capturePhotoRoom(state.photos.size, state.photosMost)) }) {
            val room = state.photos.size < state.photosMost
            PhotoStrip(
                state.photos,
                { onAction(CaptureAction.OpenPhoto(it)) },
                onRemove = { onAction(CaptureAction.RemovePhoto(it)) },
                onAdd = if (room) ({ onAction(CaptureAction.TakePhoto) }) else null,
                addLabel = Yd.words.captureMorePhotos,
            )
            NoPhotoButton(state, onAction)
            NoPhotoReason(state, onAction)
        }
    }
}

/** Quiet, and always there while photos are missing: nobody is to be stopped by a camera. */
@Composable
private fun NoPhotoButton(
    state: CaptureState,
    onAction: (CaptureAction) -> Unit,
) {
    if (state.noPhotoReason != null || state.photos.size >= state.photosWanted) return
    SmallButton(Yd.words.captureNoPhoto, { onAction(CaptureAction.NoPhoto) }, image = Pictograms.note)
}

@Composable
private fun NoPhotoReason(
    state: CaptureState,
    onAction: (CaptureAction) -> Unit,
) {
    val reason = state.noPhotoReason ?: return
    Field(Yd.words.captureNoPhotoReason, reason, { onAction(CaptureAction.EditNoPhotoReason(it)) }, help = Yd.words.captureNoPhotoHelp)
}

@Composable
private fun FirstPhoto(onClick: () -> Unit) {
    val tone = Yd.colors.hero
    Column(
        Modifier
            .fillMaxWidth()
            .heightIn(min = 150.dp)
            .clip(Corners.card)
            .background(tone.back)
            .originRings(tone.ink)
            .clickable(role = Role.Button, onClick = onClick)
            .padding(20.dp),
        Arrangement.spacedBy(6.dp, Alignment.CenterVertically),
        Alignment.CenterHorizontally,
    ) {
        Pictogram(Pictograms.camera, size = 52.dp, tint = tone.ink)
        Words(Yd.words.captureFirstPhoto, style = Yd.type.title, color = tone.ink)
        Words(Yd.words.captureFirstPhotoHint, style = Yd.type.small, color = tone.ink, align = TextAlign.Center)
    }
}

private fun LazyListScope.similar(
    state: CaptureState,
    onAction: (CaptureAction) -> Unit,
) {
    item {
        Card(tone = Yd.colors.warmSoft) {
            Words(Yd.words.captureSimilar, style = Yd.type.heading, color = Yd.colors.warmSoft.ink)
            Words(Yd.words.captureSimilarHelp, style = Yd.type.small, color = Yd.colors.warmSoft.ink)
            for (card in state.similar) {
                CaseLine(card, state.frame.nowMs, { onAction(CaptureAction.OpenCase(card.id)) })
                SmallButton(Yd.words.captureSimilarYes, {
                    onAction(CaptureAction.SameAs(card.id))
                }, Modifier.fillMaxWidth(), Pictograms.check, filled = true)
            }
            SmallButton(Yd.words.captureSimilarNo, { onAction(CaptureAction.NotTheSame) }, Modifier.fillMaxWidth())
        }
    }
}

@Composable
private fun TextPart(
    state: CaptureState,
    onAction: (CaptureAction) -> Unit,
) {
    Column(verticalArrangement = spaced(Yd.space.near)) {
        val left = state.textMost - state.text.codePointCount(0, state.text.length)
        Field(
            Yd.words.captureText,
            state.text,
            { onAction(CaptureAction.EditText(it)) },
            help = if (left < NEAR_END) Yd.words.charactersLeft(maxOf(0, left)) else Yd.words.captureTextHelp,
            lines = 3,
        )
        VoiceLine(
            state.voice,
            { onAction(CaptureAction.StartVoice) },
            { onAction(CaptureAction.StopVoice) },
            { onAction(CaptureAction.RemoveVoice) },
        )
    }
}

@Composable
private fun CaptureButtons(
    state: CaptureState,
    onAction: (CaptureAction) -> Unit,
) {
    val saved = state.savedMs
    when {
        state.missing.isNotEmpty() -> SignedWords(Pictograms.draft, Yd.words.captureMissing(state.missing))
        saved != null -> SignedWords(Pictograms.save, Yd.words.captureSaved(Yd.words.ago(saved, state.frame.nowMs)))
    }
    ButtonPair(
        { BigButton(Yd.words.captureKeep, { onAction(CaptureAction.Keep) }, it, weight = Weight.SECOND) },
        {
            BigButton(
                if (state.submitting) Yd.words.sending else Yd.words.captureSubmit,
                { onAction(CaptureAction.Submit) },
                it,
                enabled = state.missing.isEmpty() && !state.submitting,
            )
        },
    )
}

@Composable
private fun ReceiptButtons(
    caseId: String,
    onAction: (CaptureAction) -> Unit,
) {
    BigButton(Yd.words.receiptAnother, { onAction(CaptureAction.Another) }, Modifier.fillMaxWidth(), Pictograms.camera, Weight.SECOND)
    BigButton(Yd.words.receiptOpen, { onAction(CaptureAction.OpenCase(caseId)) }, Modifier.fillMaxWidth())
}

private const val NEAR_END = 100
