package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.runtime.Composable
import org.yuandian.app.screens.AskState
import org.yuandian.app.screens.AskTime
import org.yuandian.app.screens.FormField
import org.yuandian.app.screens.VoiceState
import org.yuandian.app.screens.Whom
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Fact
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** Everything before it is published, in two parts: what all neighbours or providers see, and what only whoever comes sees. */
@Composable
internal fun AskSummary(state: AskState) {
    val words = Yd.words
    Column(verticalArrangement = spaced(Yd.space.gap)) {
        Card(gap = Yd.space.gap) {
            SignedWords(
                Pictograms.eye,
                if (state.isOrder) words.orderSeen else words.askPublic,
                style = Yd.type.heading,
                color = Yd.colors.ink,
            )
            val kind = state.kind
            if (kind != null) Fact(words.askKind, kind.title)
            for (field in state.fields) if (field.privateFor == null) AnswerFact(field)
            if (state.text.isNotBlank()) Fact(if (state.isOrder) words.orderText else words.askText, state.text)
            val voice = state.voice
            if (voice is VoiceState.Recorded) {
                SignedWords(
                    Pictograms.voice,
                    words.voiceRecorded((voice.ms / MS).toInt()),
                    style = Yd.type.body,
                )
            }
            Fact(words.askWhen, timeOf(state))
            val money = state.moneyMost
            if (!money.isNullOrBlank()) Fact(words.askMoney, words.moneyMost(money))
            val area = state.area
            if (area != null) Fact(words.askArea, area)
        }
        Hidden(state)
    }
}

/** What only whoever comes is told. */
@Composable
private fun Hidden(state: AskState) {
    val words = Yd.words
    val shared = state.fields.filter { it.privateFor != null && it.value.isNotBlank() }
    val whom = state.whom
    if (whom !is Whom.Other && shared.isEmpty()) return
    Card(gap = Yd.space.gap) {
        SignedWords(
            Pictograms.lock,
            if (state.isOrder) words.orderPrivate else words.askPrivate,
            style = Yd.type.heading,
            color = Yd.colors.ink,
        )
        if (whom is Whom.Other) Fact(words.askWhom, words.askForName(whom.name))
        for (field in shared) AnswerFact(field)
    }
}

@Composable
private fun timeOf(state: AskState): String {
    val day = state.days.firstOrNull { it.id == state.day }
    return when {
        day != null -> Yd.words.askDay(day.atMs, state.frame.nowMs)
        state.time == AskTime.OTHER -> state.timeWords
        else -> Yd.words.askTime(state.time)
    }
}

/** An answer as it reads: options by their words. */
@Composable
private fun AnswerFact(field: FormField) {
    if (field.value.isBlank()) return
    val chosen = field.value.split(COMMA)
    val words = field.options.filter { it.id in chosen }.map { it.label }
    Fact(field.label, if (words.isEmpty()) field.value else Yd.words.sentence(words))
}

private const val COMMA = ","
private const val MS = 1000L
