package org.yuandian.app.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.LocalContentColor
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.compositionLocalOf
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.isTraversalGroup
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.rememberTextMeasurer
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.SyncPill
import org.yuandian.app.screens.Tab
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd
import org.yuandian.app.ui.theme.grown

/**
 * What stands around every screen: bar, message, content, the main button and the tabs.
 *
 * [sheet] lies over all of it; what is below is then neither pressed nor read aloud. [bottom] keeps its place at the thumb, but joins the
 * content where text is so large, or the screen so low, that it would leave no room for it. From a root there is no way back. The
 * caller's [modifier] keeps clear of the system's bars and keyboard.
 */
@Composable
fun Screen(
    frame: Frame,
    title: String,
    onFrame: (FrameAction) -> Unit,
    modifier: Modifier = Modifier,
    isRoot: Boolean = frame.tabs.isNotEmpty(),
    bottom: (@Composable ColumnScope.() -> Unit)? = null,
    sheet: (@Composable () -> Unit)? = null,
    content: LazyListScope.() -> Unit,
) {
    val edge = Yd.space.edge
    val gap = Yd.space.gap
    CompositionLocalProvider(LocalContentColor provides Yd.colors.ink) {
        BoxWithConstraints(modifier.fillMaxSize().background(Yd.colors.paper)) {
            val joined = hugeText || maxHeight < LOW
            Column(if (sheet == null) Modifier.fillMaxSize() else Modifier.fillMaxSize().clearAndSetSemantics {}) {
                TopBar(frame, title, isRoot, onFrame)
                LazyColumn(
                    Modifier.weight(1f).fillMaxWidth(),
                    contentPadding = PaddingValues(start = edge, end = edge, top = Yd.space.near, bottom = Yd.space.edge),
                    verticalArrangement = Arrangement.spacedBy(gap),
                ) {
                    if (frame.notice != null) item { Message(frame, onFrame) }
                    content()
                    if (joined && bottom != null) item { Column(verticalArrangement = spaced(Yd.space.near), content = bottom) }
                }
                if (!joined && bottom != null) {
                    Column(
                        Modifier.fillMaxWidth().padding(horizontal = edge, vertical = Yd.space.near),
                        spaced(Yd.space.near),
                        content = bottom,
                    )
                }
                if (frame.tabs.isNotEmpty()) TabBar(frame, onFrame)
            }
            if (sheet != null) CompositionLocalProvider(LocalMessage provides { Message(frame, onFrame) }, content = sheet)
        }
    }
}

@Composable
private fun TopBar(
    frame: Frame,
    title: String,
    home: Boolean,
    onFrame: (FrameAction) -> Unit,
) {
    Row(
        Modifier.fillMaxWidth().padding(
            start = if (home) Yd.space.edge else 4.dp,
            end = if (frame.elder) Yd.space.near else Yd.space.edge,
            top = 4.dp,
            bottom = 4.dp,
        ),
        spaced(4.dp),
        Alignment.Top,
    ) {
        val style = if (home) Yd.type.title.grown(HOME_TITLE) else Yd.type.title
        // A title of several lines leaves the buttons at the first line.
        val first = maxOf(Yd.space.target, with(LocalDensity.current) { style.lineHeight.toDp() } + 8.dp)
        if (!home) BarButton(Pictograms.back, Yd.words.back, first) { onFrame(FrameAction.Back) }
        TitleAndPill(title, style, first, frame, Modifier.weight(1f)) { onFrame(FrameAction.OpenSync) }
        if (frame.elder) BarButton(Pictograms.speaker, Yd.words.readAloud, first) { onFrame(FrameAction.ReadAloud) }
    }
}

/**
 * The bar is as high with the pill as without it: beside a title that is too long for both, only its pictogram and number are shown, and
 * their place is kept. Where text is huge, or a word would break for it, it stands below the title.
 */
@Composable
private fun TitleAndPill(
    title: String,
    style: TextStyle,
    height: Dp,
    frame: Frame,
    modifier: Modifier,
    onPill: () -> Unit,
) {
    val pill = frame.pill
    val measurer = rememberTextMeasurer()
    BoxWithConstraints(modifier) {
        val density = LocalDensity.current
        val around = scaled(Yd.space.iconSmall) + MARK_EDGES
        val small = Yd.type.small
        val widthOf = { text: String, of: TextStyle ->
            with(density) {
                measurer
                    .measure(text, of)
                    .size.width
                    .toDp()
            }
        }
        val room = maxWidth - widthOf(title, style) - Yd.space.near
        val short = around + widthOf(NUMBER_WIDEST, small)
        // No word is broken to keep a place.
        val keeps = title.split(' ').all { widthOf(it, style) + short <= maxWidth }
        if (hugeText || !keeps) {
            Flow(Modifier.fillMaxWidth(), lineGap = 0.dp, apart = true) {
                Title(title, style, height)
                if (pill != null) Pill(pill, frame.nowMs, onPill)
            }
        } else {
            Row(Modifier.fillMaxWidth(), verticalAlignment = Alignment.Top) {
                Box(Modifier.weight(1f)) { Title(title, style, height) }
                Box(Modifier.widthIn(min = if (room < short) short else 0.dp).heightIn(min = height), Alignment.CenterEnd) {
                    if (pill != null) Pill(pill, frame.nowMs, onPill, inShort = widthOf(Yd.words.pill(pill), small) + around > room)
                }
            }
        }
    }
}

@Composable
private fun Title(
    title: String,
    style: TextStyle,
    height: Dp,
) = Box(Modifier.heightIn(min = height).padding(vertical = 4.dp), Alignment.CenterStart) {
    Words(title, Modifier.semantics { heading() }, style)
}

@Composable
private fun BarButton(
    image: ImageVector,
    label: String,
    height: Dp,
    onClick: () -> Unit,
) = Box(Modifier.height(height), Alignment.Center) { SignButton(image, label, onClick) }

/** How one's work stands, in the bar of every screen; leads to the Sync page. */
@Composable
private fun Pill(
    pill: SyncPill,
    nowMs: Long,
    onClick: () -> Unit,
    /** Its pictogram and its number alone; it is spoken in full. */
    inShort: Boolean = false,
) {
    val (tone, image) =
        when {
            pill.attention > 0 -> Yd.colors.attention to Pictograms.attention
            pill.running -> Yd.colors.sending to Pictograms.up
            pill.waiting > 0 -> Yd.colors.waiting to Pictograms.waitingUp
            !pill.online -> Yd.colors.onPhone to Pictograms.offline
            else -> Yd.colors.delivered to Pictograms.delivered
        }
    val last = pill.lastSuccessMs?.let { Yd.words.syncLast(Yd.words.ago(it, nowMs)) }
    val spoken = Yd.words.sentence(listOfNotNull(Yd.words.pill(pill), last))
    val number = (if (pill.attention > 0) pill.attention else pill.waiting).takeIf { it > 0 }?.toString().orEmpty()
    Row(
        Modifier
            .heightIn(min = Yd.space.target)
            .widthIn(min = Yd.space.target)
            .clip(pillShape)
            .clickable(role = Role.Button, onClick = onClick)
            .semantics { contentDescriptionOf(spoken) },
        Arrangement.End,
        Alignment.CenterVertically,
    ) { Mark(tone, image, if (inShort) number else Yd.words.pill(pill)) }
}

@Composable
private fun TabBar(
    frame: Frame,
    onFrame: (FrameAction) -> Unit,
) {
    BarScale {
        Row(
            Modifier
                .fillMaxWidth()
                .background(Yd.colors.card)
                .topLine()
                .padding(horizontal = 4.dp)
                .semantics { isTraversalGroup = true },
        ) {
            for (tab in frame.tabs) {
                val here = tab == frame.tab
                val ink = if (here) Yd.colors.primarySoft.ink else Yd.colors.inkSoft
                Column(
                    Modifier
                        .weight(1f)
                        .heightIn(min = TAB_HEIGHT)
                        .clip(RoundedCornerShape(16.dp))
                        .selectable(here, role = Role.Tab, onClick = { onFrame(FrameAction.GoTo(tab)) })
                        .padding(vertical = 6.dp),
                    Arrangement.spacedBy(2.dp, Alignment.CenterVertically),
                    Alignment.CenterHorizontally,
                ) {
                    Box(
                        Modifier
                            .clip(pillShape)
                            .background(if (here) Yd.colors.primarySoft.back else Yd.colors.card)
                            .then(if (here && Yd.colors.strongLines) Modifier.border(softBorder(), pillShape) else Modifier)
                            .padding(horizontal = 16.dp, vertical = 4.dp),
                    ) { Pictogram(tabSign(tab), tint = ink) }
                    Words(Yd.words.tab(tab, frame.role), style = tabStyle(here), color = ink, align = TextAlign.Center)
                }
            }
        }
    }
}

@Composable
private fun tabStyle(here: Boolean) = if (here) Yd.type.small.copy(fontWeight = Yd.type.heading.fontWeight) else Yd.type.small

private fun tabSign(tab: Tab) =
    when (tab) {
        Tab.HOME -> Pictograms.home
        Tab.TODAY -> Pictograms.today
        Tab.CASES -> Pictograms.list
        Tab.NEARBY -> Pictograms.people
        Tab.TASKS -> Pictograms.thanks
        Tab.SETTINGS -> Pictograms.settings
    }

/** The frame's message, for a sheet that lies over it. */
internal val LocalMessage = compositionLocalOf<@Composable () -> Unit> { {} }

@Composable
private fun Message(
    frame: Frame,
    onFrame: (FrameAction) -> Unit,
) {
    val notice = frame.notice
    if (notice != null) Banner(notice, onFrame)
}

/** A message of the app itself, with its next step. It is announced when it comes. */
@Composable
fun Banner(
    notice: Notice,
    onFrame: (FrameAction) -> Unit,
) {
    val grave = notice in graveNotices
    val (tone, image) =
        when {
            grave -> Yd.colors.dangerSoft to Pictograms.attention
            notice == Notice.Offline || notice == Notice.Unreachable -> Yd.colors.onPhone to Pictograms.offline
            notice == Notice.SavedOnPhone -> Yd.colors.delivered to Pictograms.save
            notice is Notice.Exported -> Yd.colors.delivered to Pictograms.export
            notice is Notice.SignInToSend -> Yd.colors.waiting to Pictograms.key
            else -> Yd.colors.waiting to Pictograms.attention
        }
    Card(Modifier.semantics { liveRegion = LiveRegionMode.Polite }, tone, gap = Yd.space.near) {
        SignedWords(image, Yd.words.notice(notice), style = Yd.type.body, color = tone.ink)
        val step = Yd.words.noticeStep(notice)
        if (step != null) SmallButton(step, { onFrame(FrameAction.NoticeStep(notice)) }, filled = true)
    }
}

/** Nothing here: why, and what one can do. */
@Composable
fun Empty(
    image: ImageVector,
    text: String,
    step: String? = null,
    onStep: () -> Unit = {},
) {
    Column(
        Modifier.fillMaxWidth().padding(vertical = 28.dp, horizontal = 12.dp),
        spaced(16.dp),
        Alignment.CenterHorizontally,
    ) {
        Box(
            Modifier.clip(androidx.compose.foundation.shape.CircleShape).background(Yd.colors.primarySoft.back).padding(22.dp),
        ) { Pictogram(image, size = Yd.space.icon * 2, tint = Yd.colors.primarySoft.ink) }
        Words(text, color = Yd.colors.inkSoft, align = TextAlign.Center)
        if (step != null) SmallButton(step, onStep, filled = true)
    }
}

@Composable
fun LoadingLine() {
    Row(
        Modifier.fillMaxWidth().padding(vertical = 24.dp),
        Arrangement.spacedBy(10.dp, Alignment.CenterHorizontally),
        Alignment.CenterVertically,
    ) {
        Pictogram(Pictograms.loading, tint = Yd.colors.inkSoft)
        Words(Yd.words.loading, color = Yd.colors.inkSoft)
    }
}

@Composable
private fun Modifier.topLine(): Modifier {
    val border = softBorder()
    return drawTopLine(border)
}

private val graveNotices = setOf(Notice.StorageFull, Notice.Damaged, Notice.UntrustedServer, Notice.WrongLibrary, Notice.WrongKey)
private val pillShape = RoundedCornerShape(24.dp)
private val TAB_HEIGHT = 64.dp
private const val HOME_TITLE = 1.2f

/** A screen lower than this is a phone that lies on its side. */
internal val LOW = 400.dp

/** What a mark has beside its words and its pictogram. */
private val MARK_EDGES = 26.dp
private const val NUMBER_WIDEST = "99"
