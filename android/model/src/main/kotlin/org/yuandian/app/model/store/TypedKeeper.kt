package org.yuandian.app.model.store

import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.yuandian.app.model.Answer
import org.yuandian.app.model.orNull
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.WorkState

/** What is typed on one screen, and is in no draft, as the core keeps it. Fields that hold nothing are none. */
internal class TypedKeeper(
    private val session: Session,
    private val place: String,
) {
    private val alone = Mutex()
    private var written = emptyMap<String, String>()

    /** Whether what was kept stands in its fields again: before, what stands there is not what somebody typed. */
    var isBack = false

    suspend fun kept(): Map<String, String> =
        session.phone.typed
            .kept(place)
            .orNull()
            .orEmpty()
            .also { written = it }

    /** Keeps these fields in place of the last. A phone that is full says so, and what was kept before stays. */
    suspend fun write(fields: Map<String, String>) =
        alone.withLock {
            val now = fields.filterValues(String::isNotBlank)
            if (!isBack || now == written) return@withLock
            when (val answer = session.phone.typed.keep(place, now)) {
                is Answer.Done -> written = now
                is Answer.Failed -> session.tell(noticeOf(answer.trouble, session.language))
            }
        }

    internal companion object {
        /** How long at most something typed is not written. */
        const val DELAY_MS = 400L
    }
}

/** Photos that are in no draft yet, as a field: when each was taken, and the path that names it. */
internal fun kept(photos: List<PhotoItem>): String = photos.joinToString("\n") { "${it.atMs} ${it.key}" }

/** The same back. */
internal fun photosOf(kept: String?): List<PhotoItem> =
    kept.orEmpty().lines().filter { ' ' in it }.map {
        PhotoItem(it.substringAfter(' '), it.substringBefore(' ').toLongOrNull() ?: 0, WorkState.Draft(), opens = false)
    }
