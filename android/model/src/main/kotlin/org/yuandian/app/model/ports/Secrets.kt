package org.yuandian.app.model.ports

/** What the platform's key store answers. */
sealed interface Vaulted {
    class Bytes(
        val bytes: ByteArray,
    ) : Vaulted

    /** The phone is locked, or was not unlocked since it was started: later. */
    data object Locked : Vaulted

    /** The key is gone for good (screen lock removed, data restored on another phone). */
    data object KeyLost : Vaulted

    data object Unavailable : Vaulted
}

/** The platform's key store. Its key never leaves it. */
interface SecretVault {
    /** Closes bytes so that only this phone opens them. */
    suspend fun wrap(secret: ByteArray): Vaulted

    suspend fun unwrap(wrapped: ByteArray): Vaulted
}

/** Chance for keys and salts. */
fun interface SecureRandom {
    fun bytes(count: Int): ByteArray
}
