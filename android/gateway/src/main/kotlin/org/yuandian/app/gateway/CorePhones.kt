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
import org.yuandian.binding.Answered
import org.yuandian.binding.Library
import java.nio.file.InvalidPathException
import java.nio.file.Path
import org.yuandian.binding.Phone as OpenCore

/**
 * Opens people's stores through the real core: keep one for the life of the process.
 *
 * A store has one owner. Opening and closing wait for each other, so that whoever opens what another screen is just closing gets it, and is
 * told InUse only while somebody still holds it.
 *
 * @param mayStayPlain whether a store that a key is given for may lie open on the disk, because the library does not encrypt yet.
 * Otherwise a key is answered WrongLibrary: what somebody wanted closed is not kept open in silence.
 * @param work where the library is loaded and what crosses is turned into the app's types: never the screen's thread.
 */
class CorePhones(
    private val mayStayPlain: Boolean = false,
    private val work: CoroutineDispatcher = Dispatchers.IO,
) : Phones {
    private val oneAtATime = Mutex()

    override suspend fun open(
        home: String,
        key: ByteArray?,
        roots: List<ByteArray>,
    ): Answer<Phone> =
        withContext(work) {
            when (val library = Library.load()) {
                is Library.Fits -> if (key == null || mayStayPlain) opened(home, roots) else Answer.Failed(noEncryption(library.version))
                is Library.Other -> Answer.Failed(Trouble.WrongLibrary(WANTED, library.reason))
                is Library.Missing -> Answer.Failed(Trouble.WrongLibrary(WANTED, library.reason))
            }
        }

    private suspend fun opened(
        home: String,
        roots: List<ByteArray>,
    ): Answer<Phone> {
        val folder =
            try {
                Path.of(home)
            } catch (odd: InvalidPathException) {
                return Answer.Failed(Trouble.FileUnusable(home, odd.reason))
            }
        return oneAtATime.withLock {
            when (val core = OpenCore.open(folder, roots)) {
                is Answered.Done -> Answer.Done(CorePhone(core.value, folder, oneAtATime, work))
                is Answered.Failed -> Answer.Failed(trouble(core.why))
                is Answered.Broken -> Answer.Failed(Trouble.Fault(core.fault.message.orEmpty()))
            }
        }
    }

    /** Until the core opens encrypted stores. */
    private fun noEncryption(version: String) = Trouble.WrongLibrary("$WANTED, encrypted", version)

    private companion object {
        /** The version of the core that this app was made for, for a diagnosis. */
        const val WANTED = "0.1.0"
    }
}
