package org.yuandian.app.android

import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.yuandian.app.model.Answer
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.gateway.Phones
import org.yuandian.app.model.map

/** Opens each home once, for screens and jobs alike, since a store has one owner: the last to close it closes it. */
class SharedPhones(
    private val phones: Phones,
) : Phones {
    private val alone = Mutex()
    private val open = mutableMapOf<String, Held>()

    private class Held(
        val phone: Phone,
        val key: ByteArray?,
    ) {
        var by = 1
    }

    override suspend fun open(
        home: String,
        key: ByteArray?,
        roots: List<ByteArray>,
    ): Answer<Phone> =
        alone.withLock {
            val held = open[home]
            when {
                held == null -> phones.open(home, key, roots).map { first -> share(home, Held(first, key?.copyOf())) }

                // Somebody with another key is somebody else.
                !held.key.contentEquals(key) -> phones.open(home, key, roots)

                else -> Answer.Done(Shared(home, held.also { it.by += 1 }))
            }
        }

    /** Somebody's that is open already; none where it is not. */
    suspend fun join(home: String): Phone? = alone.withLock { open[home]?.let { Shared(home, it.also { held -> held.by += 1 }) } }

    private fun share(
        home: String,
        held: Held,
    ): Phone {
        open[home] = held
        return Shared(home, held)
    }

    private inner class Shared(
        private val home: String,
        private val held: Held,
    ) : Phone by held.phone {
        private var isClosed = false

        override suspend fun close() =
            withContext(NonCancellable) {
                alone.withLock {
                    if (isClosed) return@withLock
                    isClosed = true
                    held.by -= 1
                    if (held.by > 0) return@withLock
                    open.remove(home)
                    held.key?.fill(0)
                    held.phone.close()
                }
            }
    }
}
