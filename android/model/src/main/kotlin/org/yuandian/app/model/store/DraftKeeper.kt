package org.yuandian.app.model.store

import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.orNull
import org.yuandian.app.model.troubleOrNull

/**
 * Writes a draft to the core while somebody types: at the latest [DELAY_MS] after the first change that is not written, and at once
 * before a
 * photo. It works in the session, so that leaving the screen loses nothing.
 */
internal class DraftKeeper(
    private val session: Session,
    first: CaseId?,
    private val onFirst: (CaseId) -> Unit,
    private val onWritten: suspend (CaseId) -> Unit,
) {
    private val alone = Mutex()
    private var unwritten: DraftInput? = null
    private var timer: Job? = null
    private var over = false

    /** Its id; none before the first change was written. */
    var id: CaseId? = first
        private set

    /** Something was changed. Returns at once. */
    fun changed(input: DraftInput) {
        if (over) return
        unwritten = input
        if (timer?.isActive == true) return
        timer =
            session.scope.launch {
                delay(DELAY_MS)
                write()
            }
    }

    /** Everything so far is written now. The id; none where that failed, which the person is told. */
    suspend fun write(): CaseId? =
        alone.withLock {
            val input = unwritten ?: return id
            val isFirst = id == null
            val answer = session.phone.drafts.save(id, input)
            when (answer) {
                is Answer.Done -> {
                    id = answer.value
                    // What was typed meanwhile waits for its own time.
                    if (unwritten === input) unwritten = null else again()
                    if (isFirst) onFirst(answer.value)
                    onWritten(answer.value)
                }

                is Answer.Failed -> {
                    troubled(answer.trouble)
                }
            }
            answer.orNull() ?: id.takeIf { answer.troubleOrNull() is Trouble.Mend }
        }

    /** The same with an input that is not empty, for what needs a draft to be put in. */
    suspend fun write(input: DraftInput): CaseId? {
        unwritten = input
        return write()
    }

    /** The draft has become a case, or was given up: nothing is written any more. */
    fun end() {
        over = true
        unwritten = null
        timer?.cancel()
    }

    private fun again() {
        timer =
            session.scope.launch {
                delay(DELAY_MS)
                write()
            }
    }

    private fun troubled(trouble: Trouble) {
        // A text that is too long is shown beside its field; the last good one stays written.
        if (trouble is Trouble.Mend || trouble is Trouble.NotFound) return
        session.tell(noticeOf(trouble, session.language))
        session.platform.touch.failed()
    }

    internal companion object {
        const val DELAY_MS = 400L
    }
}
