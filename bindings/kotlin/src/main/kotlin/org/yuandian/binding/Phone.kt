package org.yuandian.binding

import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.withContext
import org.yuandian.core.CoreException
import org.yuandian.core.EventKind
import org.yuandian.core.Opening
import org.yuandian.core.RootKey
import org.yuandian.core.YuandianCore
import org.yuandian.core.YuandianCoreInterface
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicBoolean

/**
 * One open phone: a person's store in a folder, and everything that the core can do with it.
 *
 * Keep one for a folder; a second is answered [CoreException.InUse] until this one is closed. All of it may be used from
 * any thread and any number of coroutines at once: no call blocks the thread that makes it, work runs on the core's own threads.
 * A cancelled call that had begun to write is finished and durable all the same.
 */
class Phone private constructor(
    private val core: YuandianCore,
) {
    private val freed = AtomicBoolean(false)

    /**
     * Asks the core: `phone.ask { list(50u, 0u) }`. Each call of [YuandianCoreInterface] says its units, limits and errors.
     *
     * After [close] every call is answered [CoreException.ShutDown].
     */
    suspend fun <T> ask(call: suspend YuandianCoreInterface.() -> T): Answered<T> {
        if (freed.get()) return Answered.Failed(shutDown())
        return answered {
            try {
                core.call()
            } catch (late: IllegalStateException) {
                // The generated object was freed between the look above and the call.
                throw if (freed.get()) shutDown() else late
            }
        }
    }

    /**
     * What happens, from the moment of collecting until [close], when it completes. The first is always [EventKind.Missed], "read
     * everything anew": a screen that obeys what it is told is never stale. Events say what to read, not what it says.
     *
     * An event is acknowledged after the collector has handled it: until then Rust keeps it, at most 1,000, beyond which they become one
     * [EventKind.Missed]. Each collector has a queue of its own; ending, failing or cancelling the collection frees it.
     * Collecting from a closed phone completes at once.
     */
    val events: Flow<EventKind> =
        flow {
            val stream = (ask { events() }.orNull()) ?: return@flow
            stream.use {
                emit(EventKind.Missed)
                while (true) {
                    val event = stream.next() ?: break
                    emit(event.kind)
                    stream.acknowledge(event.number)
                }
            }
        }

    /** Stops the run of sync under way, if there is one; it is answered as not complete. Returns at once and keeps everything. */
    fun stopSync() {
        answered { if (!freed.get()) core.stopSync() }
    }

    /**
     * Ends streams and sync, waits for calls under way, closes the store and frees what Rust holds. Cancelling the caller does not leave it
     * half done. Closing twice is no error.
     */
    suspend fun close() {
        if (!freed.compareAndSet(false, true)) return
        withContext(NonCancellable) {
            try {
                core.shutdown()
            } finally {
                core.close()
            }
        }
    }

    companion object {
        /**
         * Opens the phone that lives in the folder [home], making it where needed.
         *
         * @param roots certificates (DER) trusted beside the public authorities: cities run their own.
         * @param key what an encrypted home opens with, 32 bytes that were drawn by chance; none for one that is not encrypted.
         * @param rootKey the device's root key where the platform keeps it in hardware; else it lies in the home.
         * @return [Answered.Failed] with `InUse`, `WrongKey` (nothing was changed), `KeyStoreLocked`, `AppTooOld`, `StorageFull` or
         * `Damaged`; with `InvalidInput` for a key where this library does not encrypt ([Library.Fits.encrypts]).
         */
        suspend fun open(
            home: Path,
            roots: List<ByteArray> = emptyList(),
            key: ByteArray? = null,
            rootKey: RootKey? = null,
        ): Answered<Phone> = answered { Phone(YuandianCore.openWith(home.toString(), Opening(roots, key, rootKey))) }
    }
}

private fun shutDown() =
    org.yuandian.core.CoreException
        .ShutDown()
