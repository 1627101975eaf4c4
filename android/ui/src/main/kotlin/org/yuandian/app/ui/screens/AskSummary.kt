package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.runtime.Composable
import org.yuandian.app.screens.AskState
import org.yuandian.app.screens.AskTime
import org.yuandian.app.screens.VoiceState
import org.yuandian.app.screens.Whom
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Fact
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** Everything before it is published, in two parts: what all neighbours see, and what only the helper sees. */
@Composable
internal fun AskSummary(state: AskState) {
    val words = Yd.words
    Column(verticalArrangement = spaced(Yd.space.gap)) {
        Card(gap = Yd.space.gap) {
            SignedWords(Pictograms.eye, words.askPublic, style = Yd.type.heading, color = Yd.colors.ink)
            val kind = state.kind
            if (kind != null) Fact(words.askKind, kind.title)
            if (state.text.isNotBlank()) Fact(words.askText, state.text)
            val voice = state.voice
            if (voice is VoiceState.Recorded) {
                SignedWords(
                    Pictograms.voice,
                    words.voiceRecorded((voice.ms / MS).toInt()),
                    style = Yd.type.body,
                )
            }
            Fact(words.askWhen, if (state.time == AskTime.OTHER) state.timeWords else words.askTime(state.time))
            val money = state.moneyMost
            if (!money.isNullOrBlank()) Fact(words.askMoney, words.moneyMost(money))
            val area = state.area
            if (area != null) Fact(words.askArea, area)
        }
        val shared = state.fields.filter { it.privateFor != null && it.value.isNotBlank() }
        val whom = state.whom
        if (whom is Whom.Other || shared.isNotEmpty()) {
            Card(gap = Yd.space.gap) {
                SignedWords(Pictograms.lock, words.askPrivate, style = Yd.type.heading, color = Yd.colors.ink)
                if (whom is Whom.Other) Fact(words.askWhom, words.askForName(whom.name))
                for (field in shared) Fact(field.label, field.value)
            }
        }
    }
}

private const val MS = 1000L
