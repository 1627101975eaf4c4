package org.yuandian.app.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.Due
import org.yuandian.app.screens.DueLevel
import org.yuandian.app.screens.WorkState
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Tone
import org.yuandian.app.ui.theme.Yd

/** How a state looks: a tone and a pictogram; its word comes from the words. */
@Composable
fun workTone(state: WorkState): Tone =
    when (state) {
        is WorkState.Draft, WorkState.Loading -> Yd.colors.draft
        WorkState.OnPhone -> Yd.colors.onPhone
        WorkState.Waiting -> Yd.colors.waiting
        is WorkState.Sending, is WorkState.PartlySent -> Yd.colors.sending
        WorkState.Delivered -> Yd.colors.delivered
        WorkState.Attention -> Yd.colors.attention
        WorkState.Conflict -> Yd.colors.conflict
    }

fun workSign(state: WorkState): ImageVector =
    when (state) {
        is WorkState.Draft -> Pictograms.draft
        WorkState.OnPhone -> Pictograms.save
        WorkState.Waiting -> Pictograms.waitingUp
        is WorkState.Sending -> Pictograms.up
        is WorkState.PartlySent -> Pictograms.photo
        WorkState.Delivered -> Pictograms.delivered
        WorkState.Attention -> Pictograms.attention
        WorkState.Conflict -> Pictograms.conflict
        WorkState.Loading -> Pictograms.loading
    }

/** Pictogram, word and colour: any two of them tell it. */
@Composable
fun Mark(
    tone: Tone,
    image: ImageVector,
    text: String,
    modifier: Modifier = Modifier,
) {
    Row(
        modifier
            .clip(markShape)
            .background(tone.back)
            .border(toneBorder(tone), markShape)
            .padding(start = 8.dp, end = 10.dp, top = 3.dp, bottom = 3.dp),
        spaced(5.dp),
        Alignment.CenterVertically,
    ) {
        Pictogram(image, size = Yd.space.iconSmall, tint = tone.ink)
        if (text.isNotEmpty()) Words(text, style = Yd.type.small, color = tone.ink)
    }
}

private val markShape = RoundedCornerShape(14.dp)

@Composable
fun StateChip(
    state: WorkState,
    modifier: Modifier = Modifier,
) = Mark(workTone(state), workSign(state), Yd.words.workState(state), modifier)

/** The state of what somebody wrote to be helped: a chip while it is on its way, a quiet line once it is there. */
@Composable
fun RecordState(state: WorkState) {
    if (state == WorkState.Delivered) SignedWords(workSign(state), Yd.words.recordState(state)) else StateChip(state)
}

@Composable
fun DueChip(
    due: Due,
    modifier: Modifier = Modifier,
) {
    val tone =
        when (due.level) {
            DueLevel.GREEN -> Yd.colors.draft
            DueLevel.YELLOW -> Yd.colors.waiting
            DueLevel.RED -> Yd.colors.dangerSoft
            DueLevel.DARK_RED -> Yd.colors.danger
        }
    Mark(tone, if (due.leftMs < 0) Pictograms.overdue else Pictograms.clock, Yd.words.due(due), modifier)
}

@Composable
fun ClaimChip(
    claim: ClaimState,
    modifier: Modifier = Modifier,
) {
    val (tone, image) =
        when (claim) {
            ClaimState.None -> Yd.colors.draft to Pictograms.origin
            is ClaimState.Pending -> (if (claim.online) Yd.colors.sending else Yd.colors.waiting) to Pictograms.loading
            ClaimState.Won -> Yd.colors.delivered to Pictograms.check
            is ClaimState.Waiting -> Yd.colors.waiting to Pictograms.people
            is ClaimState.Lost -> Yd.colors.onPhone to Pictograms.person
        }
    Mark(tone, image, Yd.words.claimState(claim), modifier)
}

/** One of several to choose from. The chosen one has a tick and a firm edge. */
@Composable
fun Choice(
    text: String,
    selected: Boolean,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    image: ImageVector? = null,
    role: Role = Role.RadioButton,
) {
    val tone = if (selected) Yd.colors.primary else Tone(Yd.colors.card, Yd.colors.ink)
    Row(
        modifier
            .heightIn(min = Yd.space.target)
            .widthIn(min = Yd.space.target)
            .clip(choiceShape)
            .background(tone.back)
            .border(firmBorder(), choiceShape)
            .selectable(selected, role = role, onClick = onClick)
            .padding(horizontal = 14.dp, vertical = 8.dp),
        spaced(6.dp, Alignment.CenterHorizontally),
        Alignment.CenterVertically,
    ) {
        val sign = if (selected) Pictograms.check else image
        if (sign != null) Pictogram(sign, size = Yd.space.iconSmall, tint = tone.ink)
        Words(text, style = Yd.type.label, color = tone.ink)
    }
}

/** What a list is narrowed to, and the way to another choice: one row, however many there are to choose from. */
@Composable
fun FilterButton(
    /** What is chosen now. */
    text: String,
    spoken: String,
    narrows: Boolean,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
) {
    val tone = if (narrows) Yd.colors.primarySoft else Tone(Yd.colors.card, Yd.colors.ink)
    Row(
        modifier
            .heightIn(min = Yd.space.target)
            .clip(choiceShape)
            .background(tone.back)
            .border(firmBorder(), choiceShape)
            .clickable(role = Role.Button, onClick = onClick)
            .semantics { contentDescriptionOf(spoken) }
            .padding(horizontal = 14.dp, vertical = 8.dp),
        spaced(6.dp, Alignment.CenterHorizontally),
        Alignment.CenterVertically,
    ) {
        Words(text, style = Yd.type.label, color = tone.ink)
        Pictogram(Pictograms.open, size = Yd.space.iconSmall, tint = tone.ink)
    }
}

/** One of a few lists to choose from: how many are in it, and its name. */
@Composable
fun CountTab(
    text: String,
    count: Int,
    spoken: String,
    selected: Boolean,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
) {
    val tone = if (selected) Yd.colors.primary else Tone(Yd.colors.card, Yd.colors.ink)
    Column(
        modifier
            .heightIn(min = Yd.space.target)
            .clip(choiceShape)
            .background(tone.back)
            .border(firmBorder(), choiceShape)
            .selectable(selected, role = Role.Tab, onClick = onClick)
            .semantics { contentDescriptionOf(spoken) }
            .padding(horizontal = 4.dp, vertical = 8.dp),
        Arrangement.Center,
        Alignment.CenterHorizontally,
    ) {
        Row(horizontalArrangement = spaced(4.dp), verticalAlignment = Alignment.CenterVertically) {
            if (selected) Pictogram(Pictograms.check, size = Yd.space.iconSmall, tint = tone.ink)
            Words(count.toString(), style = Yd.type.heading, color = tone.ink)
        }
        Words(text, style = Yd.type.small, color = tone.ink, align = TextAlign.Center)
    }
}

private fun spaced(
    by: androidx.compose.ui.unit.Dp,
    align: Alignment.Horizontal,
) = androidx.compose.foundation.layout.Arrangement
    .spacedBy(by, align)

private val choiceShape = RoundedCornerShape(14.dp)
