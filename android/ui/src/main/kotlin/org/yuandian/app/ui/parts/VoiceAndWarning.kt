package org.yuandian.app.ui.parts

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import org.yuandian.app.screens.Giveaway
import org.yuandian.app.screens.VoiceState
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** Speaking instead of writing: start, stop, take back. */
@Composable
fun VoiceLine(
    voice: VoiceState,
    onStart: () -> Unit,
    onStop: () -> Unit,
    onRemove: () -> Unit,
) {
    val words = Yd.words
    Flow(Modifier.fillMaxWidth()) {
        when (voice) {
            VoiceState.None -> {
                SmallButton(words.voiceStart, onStart, image = Pictograms.voice)
            }

            is VoiceState.Recording -> {
                Mark(Yd.colors.attention, Pictograms.voice, words.voiceRecording(seconds(voice.ms)))
                SmallButton(words.voiceStop, onStop, image = Pictograms.check, filled = true)
            }

            is VoiceState.Recorded -> {
                Mark(Yd.colors.delivered, Pictograms.voice, words.voiceRecorded(seconds(voice.ms)))
                SmallButton(words.voiceRemove, onRemove, image = Pictograms.bin)
            }

            VoiceState.Denied -> {
                SignedWords(Pictograms.voice, words.voiceDenied)
                SmallButton(words.voiceStart, onStart, image = Pictograms.voice)
            }
        }
    }
}

private fun seconds(ms: Long) = ((ms + MS - 1) / MS).toInt()

private const val MS = 1000L

/** What in a text gives somebody away, and where it belongs instead. It warns and does not forbid. */
@Composable
fun GiveawayWarning(
    giveaways: List<Giveaway>,
    lead: String? = null,
) {
    if (giveaways.isEmpty()) return
    val tone = Yd.colors.waiting
    Card(Modifier.semantics { liveRegion = LiveRegionMode.Polite }, tone) {
        SignedWords(Pictograms.eye, Yd.words.giveawayTitle(giveaways.size), style = Yd.type.heading, color = tone.ink)
        if (lead != null) Words(lead, color = tone.ink)
        for (giveaway in giveaways) {
            Column(Modifier.semantics(mergeDescendants = true) {}) {
                Words(quoted(giveaway.found), style = Yd.type.label, color = tone.ink)
                Words(giveaway.advice, color = tone.ink)
            }
        }
    }
}

private fun quoted(text: String) = "\u201C$text\u201D"
