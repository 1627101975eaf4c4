package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import org.yuandian.app.screens.PeopleAction
import org.yuandian.app.screens.PeopleState
import org.yuandian.app.screens.PeopleStep
import org.yuandian.app.screens.PersonTile
import org.yuandian.app.screens.PinProblem
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.Mark
import org.yuandian.app.ui.parts.PressCard
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** A phone of several people. Each opens a store of their own with a PIN, without a network. */
@Composable
fun PeopleScreen(
    state: PeopleState,
    onAction: (PeopleAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val words = Yd.words
    val step = state.step
    Screen(
        state.frame,
        if (step is PeopleStep.ShiftChange) words.shiftTitle else words.peopleTitle,
        { onAction(PeopleAction.InFrame(it)) },
        modifier,
        bottom = {
            when (step) {
                PeopleStep.Choose -> {
                    WideButton(words.peopleAdd, { onAction(PeopleAction.Add) }, Pictograms.add, Weight.SECOND)
                    if (state.people.any(
                            PersonTile::current,
                        )
                    ) {
                        WideButton(words.peopleEndShift, { onAction(PeopleAction.EndShift) }, Pictograms.swap)
                    }
                }

                is PeopleStep.ShiftChange -> {
                    WideButton(words.cancel, { onAction(PeopleAction.Cancel) }, weight = Weight.SECOND)
                    WideButton(words.shiftYes, { onAction(PeopleAction.ConfirmEndShift) }, Pictograms.swap)
                }

                else -> {
                    WideButton(words.cancel, { onAction(PeopleAction.Cancel) }, weight = Weight.SECOND)
                    // What the message tells one to do is there to be done.
                    val isLost = (step as? PeopleStep.EnterPin)?.problem == PinProblem.KeyLost
                    if (isLost) WideButton(words.peopleAdd, { onAction(PeopleAction.Add) }, Pictograms.add)
                }
            }
        },
    ) {
        when (step) {
            PeopleStep.Choose -> choose(state, onAction)
            is PeopleStep.EnterPin -> enter(step, onAction)
            is PeopleStep.Add -> add(step, onAction)
            is PeopleStep.ShiftChange -> item { ShiftChange(step) }
        }
    }
}

private fun LazyListScope.choose(
    state: PeopleState,
    onAction: (PeopleAction) -> Unit,
) {
    item { Words(Yd.words.peopleWho, style = Yd.type.title) }
    items(state.people, key = PersonTile::id) { person -> Person(person) { onAction(PeopleAction.Choose(person.id)) } }
    item { SignedWords(Pictograms.lock, Yd.words.peopleHelp) }
}

@Composable
private fun Person(
    person: PersonTile,
    onClick: () -> Unit,
) {
    val words = Yd.words
    val waiting = words.peopleWaiting(person.waiting).takeIf { person.waiting > 0 }
    val now = words.peopleNow.takeIf { person.current }
    val name = person.name.ifBlank { words.peopleNameless }
    PressCard(words.sentence(listOfNotNull(name, words.role(person.role), now, waiting)), onClick) {
        Row(horizontalArrangement = spaced(Yd.space.gap), verticalAlignment = Alignment.CenterVertically) {
            if (!hugeText) Initial(name)
            Column(Modifier.weight(1f), spaced(Yd.space.tiny)) {
                Words(name, style = Yd.type.heading)
                SmallWords(words.role(person.role))
                if (now != null) Mark(Yd.colors.delivered, Pictograms.check, now)
                if (waiting != null) Mark(Yd.colors.waiting, Pictograms.waitingUp, waiting)
            }
        }
    }
}

private fun LazyListScope.enter(
    step: PeopleStep.EnterPin,
    onAction: (PeopleAction) -> Unit,
) {
    item {
        Column(verticalArrangement = spaced(Yd.space.tiny)) {
            Words(step.name, style = Yd.type.title)
            Words(if (step.opening) Yd.words.pinOpening else Yd.words.pinEnter, color = Yd.colors.inkSoft)
        }
    }
    item { PinDots(step.digits) }
    val problem = step.problem
    // Without a key no PIN opens anything.
    if (problem != PinProblem.KeyLost) pad(enabled = problem !is PinProblem.Paused, onAction)
    problem(problem)
}

private fun LazyListScope.add(
    step: PeopleStep.Add,
    onAction: (PeopleAction) -> Unit,
) {
    item { Field(Yd.words.peopleName, step.name, { onAction(PeopleAction.EditName(it)) }, image = Pictograms.person) }
    item { Words(if (step.again) Yd.words.pinAgain else Yd.words.pinNew, style = Yd.type.label) }
    item { PinDots(step.digits) }
    pad(enabled = true, onAction)
    problem(step.problem)
}

private fun LazyListScope.pad(
    enabled: Boolean,
    onAction: (PeopleAction) -> Unit,
) = item { PinPad(enabled, { onAction(PeopleAction.Digit(it)) }, { onAction(PeopleAction.Erase) }) }

/** Below the pad: a key that moves under a finger is the wrong digit. */
private fun LazyListScope.problem(problem: PinProblem?) {
    if (problem == null) return
    item {
        val tone = Yd.colors.attention
        Card(tone = tone) {
            SignedWords(Pictograms.attention, Yd.words.pinProblem(problem), style = Yd.type.body, color = tone.ink)
        }
    }
}

@Composable
private fun ShiftChange(step: PeopleStep.ShiftChange) {
    Card(gap = Yd.space.gap) {
        Words(step.name, style = Yd.type.title)
        SignedWords(Pictograms.save, Yd.words.shiftKept(step.waiting, step.drafts), style = Yd.type.body, color = Yd.colors.ink)
        SignedWords(Pictograms.lock, Yd.words.shiftHelp, style = Yd.type.body, color = Yd.colors.ink)
    }
}
