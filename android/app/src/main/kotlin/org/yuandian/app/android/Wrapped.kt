package org.yuandian.app.android

/** What is kept of a closed secret: one byte of format, one of the nonce's length, the nonce, the rest. */
internal class Wrapped(
    val nonce: ByteArray,
    val closed: ByteArray,
) {
    fun bytes(): ByteArray = byteArrayOf(FORMAT, nonce.size.toByte()) + nonce + closed

    companion object {
        private const val FORMAT: Byte = 1
        private const val HEAD = 2
        private val NONCES = 12..16

        /** None for bytes that were not made here. */
        fun of(bytes: ByteArray): Wrapped? {
            val length = bytes.getOrNull(1)?.toInt() ?: return null
            val isOurs = bytes[0] == FORMAT && length in NONCES && bytes.size > HEAD + length
            return if (isOurs) Wrapped(bytes.copyOfRange(HEAD, HEAD + length), bytes.copyOfRange(HEAD + length, bytes.size)) else null
        }
    }
}
