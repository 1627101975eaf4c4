package org.yuandian.app.model.store

import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.gateway.Typed
import org.yuandian.app.model.orNull

/** What belongs to a draft and has no place in the core's. */
internal class DraftExtras(
    private val typed: Typed,
) {
    private val alone = Mutex()
    private var last: Pair<CaseId, Map<String, String>>? = null

    suspend fun get(
        id: CaseId,
        what: String,
    ): String? = alone.withLock { all(id)[what] }

    suspend fun put(
        id: CaseId,
        what: String,
        value: String?,
    ) = alone.withLock {
        val before = all(id)
        keep(id, if (value.isNullOrEmpty()) before - what else before + (what to value))
    }

    suspend fun clear(id: CaseId) = alone.withLock { keep(id, emptyMap()) }

    private suspend fun all(id: CaseId): Map<String, String> =
        last?.takeIf { it.first == id }?.second ?: typed
            .kept(place(id))
            .orNull()
            .orEmpty()
            .also { last = id to it }

    private suspend fun keep(
        id: CaseId,
        extras: Map<String, String>,
    ) {
        if (extras == all(id)) return
        typed.keep(place(id), extras)
        last = id to extras
    }

    private fun place(id: CaseId) = "draft:${id.value}"

    companion object {
        const val TYPELESS = "typeless"
        const val NO_PLACE = "noplace"

        /** 无法定位, and why is still to be said. */
        const val UNSAID = "?"
        const val PLACE_WORDS = "place"
        const val VOICE_MS = "voice"

        /** All was entered; it is being read once more. */
        const val CHECKED = "checked"
    }
}
