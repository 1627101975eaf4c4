package org.yuandian.app.gateway

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.yuandian.app.model.Answer
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.gateway.Phones
import org.yuandian.app.model.ports.HardwareKey
import org.yuandian.app.model.ports.HardwareKeys
import org.yuandian.app.model.ports.KeyUnavailable
import org.yuandian.binding.Answered
import org.yuandian.binding.Library
import org.yuandian.core.RootKey
import org.yuandian.core.RootKeyException
import java.nio.file.InvalidPathException
import java.nio.file.Path
import org.yuandian.binding.Phone as OpenCore

/**
 * Opens people's stores through the real core: keep one for the life of the process.
 *
 * A store has one owner. Opening and closing wait for each other, so that whoever opens what another screen is just closing gets it, and is
 * told InUse only while somebody still holds it.
 *
 * A key is answered WrongLibrary where the library does not encrypt: what somebody wanted closed is not kept open in silence.
 *
 * @param hardware where the phone's hardware keeps the key of a home that certifies what is written in it.
 * @param work where the library is loaded and what crosses is turned into the app's types: never the screen's thread.
 * @param library what the process has found: nothing is opened with one that does not fit.
 */
class CorePhones(
    private val hardware: HardwareKeys = HardwareKeys.None,
    private val work: CoroutineDispatcher = Dispatchers.IO,
    private val library: () -> Library = Library::load,
) : Phones {
    private val oneAtATime = Mutex()

    override suspend fun open(
        home: String,
        key: ByteArray?,
        roots: List<ByteArray>,
    ): Answer<Phone> =
        withContext(work) {
            when (val found = library()) {
                is Library.Fits -> {
                    if (key == null || found.encrypts) opened(home, key, roots) else Answer.Failed(noEncryption(found.version))
                }

                is Library.Other -> {
                    Answer.Failed(Trouble.WrongLibrary(WANTED, found.reason))
                }

                is Library.Missing -> {
                    Answer.Failed(Trouble.WrongLibrary(WANTED, found.reason))
                }
            }
        }

    /** The version of the library that was found; none where there is none that fits. */
    suspend fun version(): String? = withContext(work) { (Library.load() as? Library.Fits)?.version }

    private suspend fun opened(
        home: String,
        key: ByteArray?,
        roots: List<ByteArray>,
    ): Answer<Phone> {
        val folder =
            try {
                Path.of(home)
            } catch (odd: InvalidPathException) {
                return Answer.Failed(Trouble.FileUnusable(home, odd.reason))
            }
        return oneAtATime.withLock {
            when (val core = OpenCore.open(folder, roots, key, hardware.of(home)?.let(::InHardware))) {
                is Answered.Done -> Answer.Done(CorePhone(core.value, oneAtATime, work))
                is Answered.Failed -> Answer.Failed(trouble(core.why))
                is Answered.Broken -> Answer.Failed(Trouble.Fault(core.fault.message.orEmpty()))
            }
        }
    }

    private fun noEncryption(version: String) = Trouble.WrongLibrary("$WANTED, encrypted", version)

    private companion object {
        /** The version of the core that this app was made for, for a diagnosis. */
        const val WANTED = "0.1.0"
    }
}

/** A key of the platform as the core asks for it, on a thread of its own. */
private class InHardware(
    private val key: HardwareKey,
) : RootKey {
    override fun publicKey(): ByteArray = asked { publicPoint() }

    override fun sign(message: ByteArray): ByteArray = asked { sign(message) }

    private fun asked(call: HardwareKey.() -> ByteArray): ByteArray =
        try {
            key.call()
        } catch (no: KeyUnavailable) {
            throw RootKeyException.Unavailable(no.message.orEmpty()).apply { initCause(no) }
        }
}
