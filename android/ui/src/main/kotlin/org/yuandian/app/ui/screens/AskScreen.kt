package org.yuandian.app.ui.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.AskAction
import org.yuandian.app.screens.AskState
import org.yuandian.app.screens.AskStep
import org.yuandian.app.screens.AskTime
import org.yuandian.app.screens.CaptureReceipt
import org.yuandian.app.screens.HelpKind
import org.yuandian.app.screens.Whom
import org.yuandian.app.screens.WorkState
import org.yuandian.app.ui.parts.Beside
import org.yuandian.app.ui.parts.BigButton
import org.yuandian.app.ui.parts.Choice
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.FormQuestion
import org.yuandian.app.ui.parts.GiveawayWarning
import org.yuandian.app.ui.parts.Heading
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.Part
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignDisc
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.Toggle
import org.yuandian.app.ui.parts.VoiceLine
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.contentDescriptionOf
import org.yuandian.app.ui.parts.largeText
import org.yuandian.app.ui.parts.softBorder
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Yd

/** 原点在线 求助 in three steps: what, the details, a look at it all. From the elder's home it is four touches. */
@Composable
fun AskScreen(
    state: AskState,
    onAction: (AskAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    Screen(
        state.frame,
        if (state.isOrder) Yd.words.orderTitle else Yd.words.askTitle,
        { onAction(AskAction.InFrame(it)) },
        modifier,
        bottom = if (state.step == AskStep.WHAT || state.loading) null else ({ AskButtons(state, onAction) }),
    ) {
        if (state.loading) return@Screen item { LoadingLine() }
        when (state.step) {
            AskStep.WHAT -> kinds(state, onAction)
            AskStep.DETAILS -> details(state, onAction)
            AskStep.CHECK -> check(state)
            AskStep.DONE -> item { state.receipt?.let { Done(state, it) } }
        }
    }
}

@Composable
private fun Done(
    state: AskState,
    receipt: CaptureReceipt,
) {
    val words = Yd.words
    val isOut = receipt.work == WorkState.Delivered
    if (state.isOrder) {
        Receipt(receipt.number, receipt.work, if (isOut) words.orderDoneHelp else words.orderLaterHelp, words.orderDoneTitle)
    } else {
        Receipt(receipt.number, receipt.work, if (isOut) words.askDoneHelp else words.askLaterHelp, words.askDoneTitle)
    }
}

@Composable
private fun StepHead(
    step: Int,
    title: String,
) = Column {
    SmallWords(Yd.words.askStepOf(step, STEPS))
    Words(title, style = Yd.type.title)
}

private fun LazyListScope.kinds(
    state: AskState,
    onAction: (AskAction) -> Unit,
) {
    item { StepHead(1, if (state.orders) Yd.words.orderWhat else Yd.words.askWhat) }
    val (orders, help) = state.kinds.partition { it.isOrder }
    val both = orders.isNotEmpty() && help.isNotEmpty()
    if (both) item { Heading(Yd.words.askNeighbours) }
    tiles(help, onAction)
    if (both) item { Heading(Yd.words.orderTitle) }
    tiles(orders, onAction)
}

private fun LazyListScope.tiles(
    kinds: List<HelpKind>,
    onAction: (AskAction) -> Unit,
) {
    items(kinds.chunked(2), key = { it.first().id }) { pair ->
        // An odd one keeps its column, but where they stand one below the other nothing follows it.
        Beside(count = if (largeText) pair.size else 2, gap = Yd.space.gap) { index, place ->
            val kind = pair.getOrNull(index)
            if (kind != null) KindTile(kind, place) { onAction(AskAction.ChooseKind(kind.id)) } else Column(place) {}
        }
    }
}

@Composable
private fun KindTile(
    kind: HelpKind,
    modifier: Modifier,
    onClick: () -> Unit,
) {
    val sentence = Yd.words.sentence(listOfNotNull(kind.title, kind.help))
    val tile =
        modifier
            .clip(Corners.card)
            .background(Yd.colors.card)
            .border(softBorder(), Corners.card)
            .clickable(role = Role.Button, onClick = onClick)
            .semantics { contentDescriptionOf(sentence) }
    if (largeText) {
        Row(tile.heightIn(min = Yd.space.big).padding(14.dp), spaced(Yd.space.gap), Alignment.CenterVertically) {
            SignDisc(kind.sign)
            Words(kind.title, style = Yd.type.label)
        }
    } else {
        Column(
            tile.heightIn(min = 124.dp).padding(14.dp),
            Arrangement.spacedBy(8.dp, Alignment.CenterVertically),
            Alignment.CenterHorizontally,
        ) {
            SignDisc(kind.sign, size = Yd.space.disc * TILE_DISC)
            Words(kind.title, style = Yd.type.label, align = TextAlign.Center)
        }
    }
}

private fun LazyListScope.details(
    state: AskState,
    onAction: (AskAction) -> Unit,
) {
    item { StepHead(2, Yd.words.askDetails) }
    val kind = state.kind
    if (kind != null) item { KindLine(kind) }
    if (state.isOrder) {
        // What it is and where to come; what one would say beside it comes last.
        item { DayPart(state, onAction) }
        questions(state, onAction)
        item { WhomPart(state.whom, onAction) }
        item { SaidPart(state, onAction) }
        return
    }
    item { SaidPart(state, onAction) }
    if (state.giveaways.isNotEmpty()) item { GiveawayWarning(state.giveaways, Yd.words.askGiveawayHelp) }
    item { WhomPart(state.whom, onAction) }
    item { TimePart(state, onAction) }
    val money = state.moneyMost
    if (money != null) {
        item {
            Field(
                Yd.words.askMoney,
                money,
                { onAction(AskAction.EditMoney(it)) },
                help = Yd.words.askMoneyHelp,
                keyboard = KeyboardType.Number,
            )
        }
    }
    questions(state, onAction)
}

private fun LazyListScope.questions(
    state: AskState,
    onAction: (AskAction) -> Unit,
) = items(state.fields, key = { it.key }) { field -> FormQuestion(field) { onAction(AskAction.Answer(field.key, it)) } }

@Composable
private fun SaidPart(
    state: AskState,
    onAction: (AskAction) -> Unit,
) {
    val (label, help) =
        if (state.isOrder) Yd.words.orderText to Yd.words.orderTextHelp else Yd.words.askText to Yd.words.askTextHelp
    Column(verticalArrangement = spaced(Yd.space.near)) {
        Field(label, state.text, { onAction(AskAction.EditText(it)) }, help = help, lines = 3)
        VoiceLine(
            state.voice,
            { onAction(AskAction.StartVoice) },
            { onAction(AskAction.StopVoice) },
            { onAction(AskAction.RemoveVoice) },
        )
    }
}

@Composable
private fun DayPart(
    state: AskState,
    onAction: (AskAction) -> Unit,
) {
    Part(Yd.words.orderDay) {
        Flow(Modifier.selectableGroup()) {
            for (day in state.days) {
                Choice(Yd.words.askDay(day.atMs, state.frame.nowMs), day.id == state.day, { onAction(AskAction.ChooseDay(day.id)) })
            }
        }
    }
}

@Composable
private fun KindLine(kind: HelpKind) {
    Row(horizontalArrangement = spaced(Yd.space.gap), verticalAlignment = Alignment.CenterVertically) {
        SignDisc(kind.sign)
        Column(Modifier.weight(1f)) {
            Words(kind.title, style = Yd.type.heading)
            val help = kind.help
            if (help != null) SmallWords(help)
        }
    }
}

@Composable
private fun WhomPart(
    whom: Whom,
    onAction: (AskAction) -> Unit,
) {
    Part(Yd.words.askWhom) {
        Flow(Modifier.selectableGroup()) {
            Choice(Yd.words.askForMe, whom == Whom.Oneself, { onAction(AskAction.ForOneself) }, image = Pictograms.person)
            Choice(Yd.words.askForOther, whom is Whom.Other, { onAction(AskAction.ForOther) }, image = Pictograms.people)
        }
        if (whom is Whom.Other) {
            Field(Yd.words.askName, whom.name, { onAction(AskAction.EditName(it)) }, help = Yd.words.askNameHelp)
            Toggle(Yd.words.askAgrees, whom.agrees, { onAction(AskAction.SetAgrees(it)) })
        }
    }
}

@Composable
private fun TimePart(
    state: AskState,
    onAction: (AskAction) -> Unit,
) {
    Part(Yd.words.askWhen) {
        Flow(Modifier.selectableGroup()) {
            for (time in AskTime.entries) Choice(Yd.words.askTime(time), time == state.time, { onAction(AskAction.ChooseTime(time)) })
        }
        if (state.time == AskTime.OTHER) Field(Yd.words.askWhenWords, state.timeWords, { onAction(AskAction.EditTime(it)) })
    }
}

private fun LazyListScope.check(state: AskState) {
    item { StepHead(STEPS, if (state.isOrder) Yd.words.orderCheck else Yd.words.askCheck) }
    if (state.giveaways.isNotEmpty()) item { GiveawayWarning(state.giveaways, Yd.words.askGiveawayHelp) }
    item { AskSummary(state) }
    if (!state.signedIn) item { SignedWords(Pictograms.key, Yd.words.askSignIn, style = Yd.type.body) }
}

@Composable
private fun AskButtons(
    state: AskState,
    onAction: (AskAction) -> Unit,
) {
    val receipt = state.receipt
    if (state.missing.isNotEmpty()) SignedWords(Pictograms.draft, Yd.words.askMissing(state.missing))
    when (state.step) {
        AskStep.WHAT -> {
            Unit
        }

        AskStep.DETAILS -> {
            WideButton(Yd.words.next, { onAction(AskAction.Next) }, enabled = state.missing.isEmpty())
        }

        AskStep.CHECK -> {
            if (state.giveaways.isNotEmpty()) {
                BigButton(Yd.words.askChange, {
                    onAction(AskAction.InFrame(org.yuandian.app.screens.FrameAction.Back))
                }, Modifier.fillMaxWidth(), Pictograms.draft, Weight.SECOND)
            }
            WideButton(
                publishWords(state),
                { onAction(AskAction.Publish) },
                weight = Weight.HELP,
                enabled = !state.publishing && state.missing.isEmpty(),
            )
        }

        AskStep.DONE -> {
            WideButton(Yd.words.askDoneHome, { onAction(AskAction.Done) }, weight = Weight.SECOND)
            val open = if (state.isOrder) Yd.words.orderDoneOpen else Yd.words.askDoneOpen
            if (receipt != null) WideButton(open, { onAction(AskAction.OpenCase(receipt.caseId)) })
        }
    }
}

@Composable
private fun publishWords(state: AskState): String =
    when {
        state.isOrder -> if (state.publishing) Yd.words.orderSending else Yd.words.orderSend
        else -> if (state.publishing) Yd.words.askPublishing else Yd.words.askPublish
    }

private const val STEPS = 3
private const val TILE_DISC = 1.25f
