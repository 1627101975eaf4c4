package org.yuandian.app.model.store

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Drafts
import org.yuandian.app.model.ports.KeyValues

/**
 * Drafts that somebody has submitted before an invitation was used: they are kept whole, and become cases as soon as it was. Until
 * then they
 * are 已存在本机.
 */
class Wanted(
    private val kept: KeyValues,
) {
    private val alone = Mutex()
    private val all = MutableStateFlow<Set<CaseId>>(emptySet())

    val drafts: StateFlow<Set<CaseId>> = all.asStateFlow()

    suspend fun load() {
        all.value =
            kept
                .get(KEY)
                .orEmpty()
                .split(' ')
                .filter(String::isNotEmpty)
                .map(::CaseId)
                .toSet()
    }

    suspend fun add(id: CaseId) = alone.withLock { put(all.value + id) }

    suspend fun remove(id: CaseId) = alone.withLock { put(all.value - id) }

    /** Makes cases of them. What cannot be one stays a draft, to be mended. Gives how many there are now. */
    suspend fun finish(with: Drafts): Int {
        var finished = 0
        for (id in all.value) {
            when (val answer = with.finish(id)) {
                is Answer.Done -> {
                    finished += 1
                    remove(id)
                }

                is Answer.Failed -> {
                    if (answer.trouble is Trouble.NotFound || answer.trouble is Trouble.Mend) remove(id)
                }
            }
        }
        return finished
    }

    private suspend fun put(drafts: Set<CaseId>) {
        all.value = drafts
        kept.put(KEY, drafts.joinToString(" ") { it.value }.ifEmpty { null })
    }

    private companion object {
        const val KEY = "submitted"
    }
}
