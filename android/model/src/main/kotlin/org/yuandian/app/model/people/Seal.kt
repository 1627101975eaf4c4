package org.yuandian.app.model.people

import java.security.GeneralSecurityException
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.SecretKeyFactory
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.PBEKeySpec
import javax.crypto.spec.SecretKeySpec

/**
 * Closes a key with a PIN: PBKDF2-HMAC-SHA256 stretches the PIN, AES-256-GCM closes the key and tells a wrong PIN from a right one.
 *
 * Six digits are few, however they are stretched. What protects a stolen phone is that the result is closed again by the platform's key
 * store, which does not leave the phone, and that tries are counted.
 */
internal class Seal(
    private val iterations: Int = ITERATIONS,
) {
    /** What is kept: how it was stretched, salt, nonce and the closed key. */
    fun close(
        key: ByteArray,
        pin: Pin,
        person: String,
        random: (Int) -> ByteArray,
    ): ByteArray {
        val salt = random(SALT_BYTES)
        val nonce = random(NONCE_BYTES)
        val cipher = cipher(Cipher.ENCRYPT_MODE, stretched(pin, salt, iterations), nonce, person)
        return byteArrayOf(FORMAT) + bytesOf(iterations) + salt + nonce + cipher.doFinal(key)
    }

    /** The key; none where the PIN is wrong. Fails for bytes that were not made by [close]. */
    fun open(
        closed: ByteArray,
        pin: Pin,
        person: String,
    ): ByteArray? {
        if (closed.size <= HEAD_BYTES || closed[0] != FORMAT) throw GeneralSecurityException("not a closed key")
        val rounds = intOf(closed.copyOfRange(1, COUNT_END))
        // A number from the disk: nobody is to make the phone count for ever.
        if (rounds !in 1..ITERATIONS_MAX) throw GeneralSecurityException("iterations out of range")
        val salt = closed.copyOfRange(COUNT_END, SALT_END)
        val nonce = closed.copyOfRange(SALT_END, HEAD_BYTES)
        return try {
            cipher(Cipher.DECRYPT_MODE, stretched(pin, salt, rounds), nonce, person).doFinal(closed, HEAD_BYTES, closed.size - HEAD_BYTES)
        } catch (_: AEADBadTagException) {
            null
        }
    }

    private fun stretched(
        pin: Pin,
        salt: ByteArray,
        rounds: Int,
    ): ByteArray {
        val spec = PBEKeySpec(pin.digits.toCharArray(), salt, rounds, KEY_BITS)
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).encoded
        } finally {
            spec.clearPassword()
        }
    }

    private fun cipher(
        mode: Int,
        key: ByteArray,
        nonce: ByteArray,
        person: String,
    ): Cipher =
        Cipher.getInstance("AES/GCM/NoPadding").apply {
            init(mode, SecretKeySpec(key, "AES"), GCMParameterSpec(TAG_BITS, nonce))
            // Somebody else's closed key put in its place does not open.
            updateAAD(person.toByteArray())
        }

    private fun bytesOf(n: Int) = ByteArray(Int.SIZE_BYTES) { at -> (n ushr (Byte.SIZE_BITS * (Int.SIZE_BYTES - 1 - at))).toByte() }

    private fun intOf(bytes: ByteArray) = bytes.fold(0) { n, byte -> (n shl Byte.SIZE_BITS) or (byte.toInt() and 0xff) }

    companion object {
        /** About 0.3 s on a small phone; kept with every key, so that it can rise. */
        const val ITERATIONS = 120_000
        private const val ITERATIONS_MAX = 10_000_000
        private const val FORMAT: Byte = 1
        private const val SALT_BYTES = 16
        private const val NONCE_BYTES = 12
        private const val KEY_BITS = 256
        private const val TAG_BITS = 128
        private const val COUNT_END = 1 + Int.SIZE_BYTES
        private const val SALT_END = COUNT_END + SALT_BYTES
        private const val HEAD_BYTES = SALT_END + NONCE_BYTES
    }
}
