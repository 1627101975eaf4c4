package org.yuandian.app.android

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import org.yuandian.app.model.ports.HardwareKey
import org.yuandian.app.model.ports.HardwareKeys
import org.yuandian.app.model.ports.KeyUnavailable
import java.io.File
import java.security.GeneralSecurityException
import java.security.KeyPairGenerator
import java.security.KeyStore
import java.security.PrivateKey
import java.security.ProviderException
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec

/**
 * Keys of the phone's key store that sign for a home: in hardware on every phone with a secure element or a trusted environment. Not
 * bound to the screen being unlocked, as [KeystoreVault] is not.
 */
class KeystoreKeys : HardwareKeys {
    override fun of(home: String): HardwareKey = Key("yuandian.root.${File(home).name}")

    private class Key(
        private val alias: String,
    ) : HardwareKey {
        override fun publicPoint(): ByteArray =
            guarded {
                val point = (kept() ?: made()).let { it.getCertificate(alias).publicKey as ECPublicKey }.w
                pointBytes(point.affineX.toByteArray(), point.affineY.toByteArray())
            }

        override fun sign(message: ByteArray): ByteArray =
            guarded {
                val signature = Signature.getInstance("SHA256withECDSA")
                signature.initSign((kept() ?: made()).getKey(alias, null) as PrivateKey)
                signature.update(message)
                signature.sign()
            }

        private fun store() = KeyStore.getInstance(STORE).apply { load(null) }

        private fun kept() = store().takeIf { it.containsAlias(alias) }

        private fun made(): KeyStore {
            val wanted =
                KeyGenParameterSpec
                    .Builder(alias, KeyProperties.PURPOSE_SIGN)
                    .setAlgorithmParameterSpec(ECGenParameterSpec("secp256r1"))
                    .setDigests(KeyProperties.DIGEST_SHA256)
                    .build()
            KeyPairGenerator.getInstance(KeyProperties.KEY_ALGORITHM_EC, STORE).apply { initialize(wanted) }.generateKeyPair()
            return store()
        }
    }

    internal companion object {
        private const val STORE = "AndroidKeyStore"
        private const val COORDINATE = 32

        private fun <T> guarded(work: () -> T): T =
            try {
                work()
            } catch (no: GeneralSecurityException) {
                throw unavailable(no)
            } catch (no: ProviderException) {
                throw unavailable(no)
            }

        private fun unavailable(why: Exception) = KeyUnavailable(why.message.orEmpty()).apply { initCause(why) }

        /** A point as SEC 1 writes it, from numbers as Java writes them: of any length, with a sign. */
        internal fun pointBytes(
            x: ByteArray,
            y: ByteArray,
        ): ByteArray = byteArrayOf(4) + coordinate(x) + coordinate(y)

        private fun coordinate(number: ByteArray): ByteArray {
            val digits = number.dropWhile { it == 0.toByte() }.toByteArray()
            return ByteArray(COORDINATE - digits.size) + digits
        }
    }
}
