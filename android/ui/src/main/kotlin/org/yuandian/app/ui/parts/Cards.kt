package org.yuandian.app.ui.parts

import androidx.compose.foundation.Image
import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.LocalContentColor
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.CaseCard
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.WorkState
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.LocalPictures
import org.yuandian.app.ui.theme.Tone
import org.yuandian.app.ui.theme.Yd

/** A card that leads somewhere: pressed as a whole, read aloud as one sentence. */
@Composable
fun PressCard(
    sentence: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    tone: Tone? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    val back = tone?.back ?: Yd.colors.card
    Column(
        modifier
            .fillMaxWidth()
            .heightIn(min = Yd.space.target)
            .clip(Corners.card)
            .background(back)
            .border(if (tone == null) softBorder() else toneBorder(tone), Corners.card)
            .clickable(role = Role.Button, onClick = onClick)
            .semantics { contentDescriptionOf(sentence) }
            .padding(Yd.space.inset),
        spaced(Yd.space.near),
        content = content,
    )
}

/** A card that leads somewhere by its upper part, and has steps of its own [below] it. */
@Composable
fun StepCard(
    sentence: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    below: @Composable ColumnScope.() -> Unit,
    content: @Composable ColumnScope.() -> Unit,
) {
    val pad = Yd.space.inset
    Column(
        modifier
            .fillMaxWidth()
            .clip(Corners.card)
            .background(Yd.colors.card)
            .border(softBorder(), Corners.card),
    ) {
        Column(
            Modifier
                .fillMaxWidth()
                .heightIn(min = Yd.space.target)
                .clickable(role = Role.Button, onClick = onClick)
                .semantics { contentDescriptionOf(sentence) }
                .padding(pad),
            spaced(Yd.space.near),
            content = content,
        )
        Column(Modifier.fillMaxWidth().padding(start = pad, end = pad, bottom = pad), spaced(Yd.space.gap), content = below)
    }
}

/** A case in a list. */
@Composable
fun CaseLine(
    card: CaseCard,
    nowMs: Long,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    /** In a list of what is due, the state of one's own work is left out unless it tells something. */
    showsDelivered: Boolean = true,
) {
    val words = Yd.words
    val title = card.title.ifBlank { card.service }
    val isThere = card.work == WorkState.Delivered
    val showsWork = (showsDelivered && !card.isAsked) || !isThere
    val record = words.recordState(card.work).takeIf { card.isAsked && isThere }
    val second = dotted(card.service.takeIf { it != title }, card.place, together(words.ago(card.updatedMs, nowMs)), record)
    val sentence =
        words.sentence(
            listOfNotNull(
                title,
                card.service.takeIf { it != title },
                card.stage,
                card.due?.let(words::due),
                words.workState(card.work).takeIf { showsWork },
                card.claim.takeIf { it != ClaimState.None }?.let(words::claimState),
                card.photos.takeIf { it > 0 }?.let(words::photoCount),
                card.place,
                words.ago(card.updatedMs, nowMs),
                record,
            ),
        )
    PressCard(sentence, onClick, modifier) {
        Row(horizontalArrangement = spaced(Yd.space.gap)) {
            if (!hugeText) SignDisc(card.sign)
            Column(Modifier.weight(1f), spaced(2.dp)) {
                Words(title, style = Yd.type.heading)
                SmallWords(second)
            }
            val thumb = card.thumb
            // Beside large words it would leave room for five of them.
            if (thumb != null && !largeText && !Yd.elder) Thumb(thumb, Modifier.size(52.dp))
        }
        Flow(gap = 6.dp) {
            if (card.due != null) DueChip(card.due!!)
            if (showsWork) StateChip(card.work)
            if (card.claim != ClaimState.None) ClaimChip(card.claim)
            if (card.stage.isNotBlank()) Mark(Yd.colors.draft, Pictograms.origin, card.stage)
        }
    }
}

/** A picture by its key; a pictogram while there is none. */
@Composable
fun Thumb(
    key: String,
    modifier: Modifier = Modifier,
) {
    val painter = LocalPictures.current.painter(key)
    Box(
        modifier.clip(RoundedCornerShape(12.dp)).background(Yd.colors.sunken).border(softBorder(), RoundedCornerShape(12.dp)),
        Alignment.Center,
    ) {
        if (painter == null) {
            Pictogram(Pictograms.photo, tint = Yd.colors.inkSoft)
        } else {
            Image(painter, null, Modifier.fillMaxSize(), contentScale = ContentScale.Crop)
        }
    }
}

/** A card of one line that leads somewhere. */
@Composable
fun NavCard(
    title: String,
    onClick: () -> Unit,
    image: androidx.compose.ui.graphics.vector.ImageVector,
    modifier: Modifier = Modifier,
    help: String? = null,
    tone: Tone? = null,
) {
    val ink = tone?.ink ?: Yd.colors.ink
    val soft = tone?.ink ?: Yd.colors.inkSoft
    PressCard(Yd.words.sentence(listOfNotNull(title, help)), onClick, modifier, tone) {
        Row(Modifier.fillMaxWidth(), spaced(Yd.space.gap), Alignment.CenterVertically) {
            if (!hugeText) Pictogram(image, tint = soft)
            Column(Modifier.weight(1f)) {
                Words(title, color = ink)
                if (help != null) SmallWords(help, color = soft)
            }
            Pictogram(Pictograms.forward, size = Yd.space.iconSmall, tint = soft)
        }
    }
}

/** A line of a list that leads somewhere, with a pictogram before and an arrow after it. */
@Composable
fun NavLine(
    title: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    help: String? = null,
    image: androidx.compose.ui.graphics.vector.ImageVector? = null,
    grave: Boolean = false,
) {
    // On a card of a tone, in its ink.
    val around = LocalContentColor.current
    val ink = if (grave) (if (Yd.colors.isDark) Yd.colors.danger.back else Yd.colors.dangerSoft.ink) else around
    val soft = if (around == Yd.colors.ink) Yd.colors.inkSoft else around
    Row(
        modifier
            .fillMaxWidth()
            .heightIn(min = Yd.space.target)
            .clip(Corners.field)
            .clickable(role = Role.Button, onClick = onClick)
            .padding(vertical = 8.dp),
        spaced(Yd.space.gap),
        Alignment.CenterVertically,
    ) {
        if (image != null && !hugeText) Pictogram(image, tint = if (grave) ink else soft)
        Column(Modifier.weight(1f)) {
            Words(title, color = ink)
            if (help != null) SmallWords(help, color = soft)
        }
        Pictogram(Pictograms.forward, size = Yd.space.iconSmall, tint = soft)
    }
}

/** What is said beside what it is called. */
@Composable
fun Fact(
    label: String,
    value: String,
    modifier: Modifier = Modifier,
    after: (@Composable () -> Unit)? = null,
) {
    Column(modifier.fillMaxWidth().semantics(mergeDescendants = true) {}, spaced(1.dp)) {
        SmallWords(label)
        Flow {
            Words(value)
            if (after != null) after()
        }
    }
}

@Composable
internal fun RadioDot(on: Boolean) {
    val ink = if (on) (if (Yd.colors.isDark) Yd.colors.primary.back else Yd.colors.primarySoft.ink) else Yd.colors.line
    Box(
        Modifier.size(scaled(22.dp)).border(2.dp, ink, CircleShape).padding(5.dp),
        Alignment.Center,
    ) { if (on) Box(Modifier.fillMaxSize().clip(CircleShape).background(ink)) }
}

/** Second words in one line. Each keeps its own direction: a name written from right to left turns no time beside it around. */
internal fun dotted(vararg parts: String?): String = parts.filterNotNull().joinToString(MIDDLE_DOT, transform = ::ownDirection)

/** A few words that stay in one line: a lone 前 in the next tells nothing. Never more than a narrow line holds. */
private fun together(text: String) = if (text.length > TOGETHER_MOST) text else text.replace(' ', '\u00A0').toList().joinToString("\u2060")

private const val TOGETHER_MOST = 10

private fun ownDirection(text: String) = if (text.any(::turns)) "\u2068$text\u2069" else text

private fun turns(c: Char) = c in '\u0590'..'\u08FF' || c in '\u202A'..'\u202E'

private const val MIDDLE_DOT = "\u00A0· "
