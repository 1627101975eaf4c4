package org.yuandian.app.model.store

import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Draft
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.FileKind
import org.yuandian.app.model.gateway.FileInput
import org.yuandian.app.model.ports.Recording
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.VoiceState

/** What is said instead of typed: at most one recording of a draft, from the microphone into the draft and out of it again. */
internal class VoiceNote(
    private val session: Session,
    private val more: DraftExtras,
    private val show: (VoiceState) -> Unit,
) {
    private var hash: FileHash? = null
    private var isRecording = false

    /** Whether the draft has one. */
    val isThere: Boolean get() = hash != null

    suspend fun restore(draft: Draft) {
        hash = draft.files.firstOrNull()?.hash ?: return
        show(VoiceState.Recorded(more.get(draft.id, DraftExtras.VOICE_MS)?.toLongOrNull() ?: 0))
    }

    /** Records into the draft of this id until [stop], or until the recorder ends by itself. */
    suspend fun record(id: CaseId) {
        if (isRecording) return
        isRecording = true
        try {
            session.platform.voice
                .record()
                .collect { recorded(id, it) }
        } finally {
            isRecording = false
        }
    }

    fun stop() = session.platform.voice.stop()

    suspend fun remove(id: CaseId) {
        with(session) { phone.drafts.removeFile(id, hash ?: return).orTell() } ?: return
        hash = null
        show(VoiceState.None)
    }

    private suspend fun recorded(
        id: CaseId,
        recording: Recording,
    ) = when (recording) {
        is Recording.Going -> show(VoiceState.Recording(recording.ms))
        is Recording.Ended -> keep(id, recording)
        Recording.Denied -> none(VoiceState.Denied, Notice.PermissionDenied(Permission.MICROPHONE))
        Recording.Unavailable -> none(VoiceState.None, Notice.NoRecording)
        Recording.StorageFull -> none(VoiceState.None, Notice.StorageFull)
    }

    private suspend fun keep(
        id: CaseId,
        ended: Recording.Ended,
    ) {
        hash = with(session) { phone.drafts.addFile(id, FileInput(FileKind.VOICE, ended.path)).orTell() }
        more.put(id, DraftExtras.VOICE_MS, ended.ms.toString())
        show(if (isThere) VoiceState.Recorded(ended.ms) else VoiceState.None)
        // It is in the draft, or nowhere: what lies open is reached by nobody any more.
        session.platform.files.remove(ended.path)
    }

    private fun none(
        voice: VoiceState,
        why: Notice,
    ) {
        show(voice)
        session.tell(why)
    }
}
