package org.yuandian.binding

import org.yuandian.core.coreVersion
import org.yuandian.core.uniffiEnsureInitialized

/** Whether the native library that the process has found is the one that this code was generated from. */
sealed interface Library {
    /** It is. */
    data class Fits(
        /** Semantic version of the core. */
        val version: String,
        /** Whether it can keep a home encrypted. */
        val encrypts: Boolean,
    ) : Library

    /** It is another one, or another version: the app and its library were built apart. Nothing may be opened with it. */
    data class Other(
        /** What did not fit, for a log. */
        val reason: String,
    ) : Library

    /** There is none where the system looks. */
    data class Missing(
        /** What the loader said, for a log. */
        val reason: String,
    ) : Library

    companion object {
        /** Loads the library, once a process, and compares it: every call's name and checksum. Blocks for the time of loading it. */
        fun load(): Library = loaded

        // A plain RuntimeException is what the generated code has for a mismatch.
        @Suppress("TooGenericExceptionCaught")
        private val loaded: Library by lazy {
            try {
                uniffiEnsureInitialized()
                coreVersion().let { Fits(it.version, it.encrypts) }
            } catch (none: LinkageError) {
                said(none)
            } catch (mismatch: RuntimeException) {
                Other(mismatch.message.orEmpty())
            }
        }

        // The generated objects load the library where they are first touched: what they throw there comes wrapped, and once only.
        private fun said(error: LinkageError): Library {
            val cause = generateSequence<Throwable>(error) { it.cause }.last()
            val reason = cause.message.orEmpty()
            val isMissing = cause is UnsatisfiedLinkError && "Unable to load library" in reason
            return if (isMissing) Missing(reason) else Other(reason)
        }
    }
}
