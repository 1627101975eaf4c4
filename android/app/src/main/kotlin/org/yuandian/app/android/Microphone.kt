package org.yuandian.app.android

import android.Manifest
import android.content.Context
import android.content.pm.PackageManager
import android.media.MediaRecorder
import android.os.Build
import android.os.SystemClock
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.withTimeoutOrNull
import org.yuandian.app.model.ports.Recording
import org.yuandian.app.model.ports.VoiceRecorder
import java.io.File
import java.io.IOException

/** Voice notes: AAC in MPEG-4, mono, about 240 kB a minute. One at a time. */
class Microphone(
    private val context: Context,
    private val front: Front,
    private val incoming: File,
) : VoiceRecorder {
    private val stops = Channel<Unit>(Channel.CONFLATED)

    override fun record(): Flow<Recording> =
        flow {
            if (!context.packageManager.hasSystemFeature(PackageManager.FEATURE_MICROPHONE)) return@flow emit(Recording.Unavailable)
            if (!front.permitted(Manifest.permission.RECORD_AUDIO)) return@flow emit(Recording.Denied)
            stops.tryReceive()
            val file = File(incoming, "${System.currentTimeMillis()}.m4a")
            val recorder = recorder()
            var kept = false
            try {
                recorder.begin(file)
                val since = SystemClock.elapsedRealtime()
                var ms = 0L
                emit(Recording.Going(ms))
                while (ms < VoiceRecorder.LONGEST_MS && withTimeoutOrNull(TICK_MS) { stops.receive() } == null) {
                    ms = SystemClock.elapsedRealtime() - since
                    if (incoming.usableSpace < FULL_BELOW) return@flow emit(Recording.StorageFull)
                    emit(Recording.Going(ms))
                }
                recorder.stop()
                kept = file.length() > 0
                emit(if (kept) Recording.Ended(file.path, SystemClock.elapsedRealtime() - since) else Recording.Unavailable)
            } catch (_: IOException) {
                emit(if (incoming.usableSpace < FULL_BELOW) Recording.StorageFull else Recording.Unavailable)
            } catch (_: IllegalStateException) {
                emit(Recording.Unavailable)
            } finally {
                recorder.release()
                if (!kept) file.delete()
            }
        }.flowOn(Dispatchers.IO)

    override fun stop() {
        stops.trySend(Unit)
    }

    private fun MediaRecorder.begin(file: File) {
        setAudioSource(MediaRecorder.AudioSource.MIC)
        setOutputFormat(MediaRecorder.OutputFormat.MPEG_4)
        setAudioEncoder(MediaRecorder.AudioEncoder.AAC)
        setAudioChannels(1)
        setAudioSamplingRate(SAMPLES)
        setAudioEncodingBitRate(BITS)
        setOutputFile(file.path)
        prepare()
        start()
    }

    @Suppress("DEPRECATION")
    private fun recorder() = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) MediaRecorder(context) else MediaRecorder()

    private companion object {
        const val TICK_MS = 250L
        const val SAMPLES = 16_000
        const val BITS = 32_000
        const val FULL_BELOW = 8L * 1024 * 1024
    }
}
