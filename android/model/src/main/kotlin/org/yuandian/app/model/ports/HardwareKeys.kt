package org.yuandian.app.model.ports

/** Why the platform gives no key now: it is locked, or the key is gone. */
class KeyUnavailable(
    reason: String,
) : Exception(reason)

/** A P-256 key that never leaves the phone's hardware and says that what is written comes from this phone. */
interface HardwareKey {
    /** The public point: 65 bytes that begin with 4. Throws [KeyUnavailable]. */
    fun publicPoint(): ByteArray

    /** ECDSA with SHA-256, in DER. Throws [KeyUnavailable]. */
    fun sign(message: ByteArray): ByteArray
}

/** Such keys, one for each home. */
fun interface HardwareKeys {
    /** The key of a home, made at the first asking; none where this phone has no hardware for it. Blocks. Throws [KeyUnavailable]. */
    fun of(home: String): HardwareKey?

    companion object {
        /** The core keeps the key itself. */
        val None = HardwareKeys { null }
    }
}
