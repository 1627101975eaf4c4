package org.yuandian.app.android

import android.content.Context
import android.speech.tts.TextToSpeech
import android.speech.tts.UtteranceProgressListener
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.yuandian.app.model.Language
import org.yuandian.app.model.ports.Speech
import org.yuandian.app.model.ports.SpeechOutcome
import java.util.Locale

/** The system's voice. It is started at the first word, because starting it costs a second. */
class Voice(
    private val context: Context,
) : Speech {
    private var engine: TextToSpeech? = null
    private var speaking: CompletableDeferred<SpeechOutcome>? = null

    override suspend fun say(
        text: String,
        language: Language,
    ): SpeechOutcome =
        withContext(Dispatchers.Main.immediate) {
            val voice = engine ?: started() ?: return@withContext SpeechOutcome.NO_VOICE
            val locale = if (language == Language.ZH_HANS) Locale.SIMPLIFIED_CHINESE else Locale.ENGLISH
            if (voice.setLanguage(locale) < TextToSpeech.LANG_AVAILABLE) return@withContext SpeechOutcome.NO_VOICE
            speaking?.complete(SpeechOutcome.STOPPED)
            val said = CompletableDeferred<SpeechOutcome>()
            speaking = said
            voice.setOnUtteranceProgressListener(Progress(said))
            val queued = voice.speak(text.take(TextToSpeech.getMaxSpeechInputLength()), TextToSpeech.QUEUE_FLUSH, null, UTTERANCE)
            if (queued == TextToSpeech.SUCCESS) said.await() else SpeechOutcome.NO_VOICE
        }

    override fun stop() {
        engine?.stop()
        speaking?.complete(SpeechOutcome.STOPPED)
    }

    private suspend fun started(): TextToSpeech? {
        val begun = CompletableDeferred<Int>()
        val voice = TextToSpeech(context) { begun.complete(it) }
        if (begun.await() != TextToSpeech.SUCCESS) return null
        engine = voice
        return voice
    }

    private class Progress(
        private val said: CompletableDeferred<SpeechOutcome>,
    ) : UtteranceProgressListener() {
        override fun onStart(id: String?) = Unit

        override fun onDone(id: String?) {
            said.complete(SpeechOutcome.SPOKEN)
        }

        @Deprecated("abstract in the framework all the same")
        override fun onError(id: String?) {
            said.complete(SpeechOutcome.NO_VOICE)
        }

        override fun onStop(
            id: String?,
            interrupted: Boolean,
        ) {
            said.complete(SpeechOutcome.STOPPED)
        }
    }

    private companion object {
        const val UTTERANCE = "screen"
    }
}
