package org.yuandian.app.android

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.UserNotAuthenticatedException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.yuandian.app.model.ports.SecretVault
import org.yuandian.app.model.ports.SecureRandom
import org.yuandian.app.model.ports.Vaulted
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.ProviderException
import java.security.UnrecoverableKeyException
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * Closes keys with an AES key of the phone's key store, which never leaves it. Not bound to the screen being unlocked: a run in the
 * background opens the store too. What lies on the disk is out of reach until the first unlock after a start all the same.
 */
class KeystoreVault : SecretVault {
    override suspend fun wrap(secret: ByteArray): Vaulted =
        guarded {
            val cipher = Cipher.getInstance(CIPHER)
            cipher.init(Cipher.ENCRYPT_MODE, kept() ?: made())
            Vaulted.Bytes(Wrapped(cipher.iv, cipher.doFinal(secret)).bytes())
        }

    override suspend fun unwrap(wrapped: ByteArray): Vaulted =
        guarded {
            val parts = Wrapped.of(wrapped)
            val key = kept()
            // A new key would open nothing: what an old one closed is lost with it.
            if (parts == null || key == null) return@guarded Vaulted.KeyLost
            val cipher = Cipher.getInstance(CIPHER)
            cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, parts.nonce))
            Vaulted.Bytes(cipher.doFinal(parts.closed))
        }

    private suspend fun guarded(work: () -> Vaulted): Vaulted =
        withContext(Dispatchers.IO) {
            try {
                work()
            } catch (_: UserNotAuthenticatedException) {
                Vaulted.Locked
            } catch (_: KeyPermanentlyInvalidatedException) {
                Vaulted.KeyLost
            } catch (_: UnrecoverableKeyException) {
                Vaulted.KeyLost
            } catch (_: AEADBadTagException) {
                Vaulted.KeyLost
            } catch (_: GeneralSecurityException) {
                Vaulted.Unavailable
            } catch (_: ProviderException) {
                Vaulted.Unavailable
            } catch (_: IOException) {
                Vaulted.Unavailable
            }
        }

    private fun kept(): SecretKey? {
        val store = KeyStore.getInstance(STORE)
        store.load(null)
        return store.getKey(ALIAS, null) as? SecretKey
    }

    private fun made(): SecretKey {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val wanted =
            KeyGenParameterSpec
                .Builder(ALIAS, purposes)
                .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                .setKeySize(KEY_BITS)
                .build()
        val maker = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE)
        maker.init(wanted)
        return maker.generateKey()
    }

    private companion object {
        const val STORE = "AndroidKeyStore"
        const val ALIAS = "yuandian.store"
        const val CIPHER = "AES/GCM/NoPadding"
        const val KEY_BITS = 256
        const val TAG_BITS = 128
    }
}

/** The system's chance. */
object PhoneRandom : SecureRandom {
    private val source = java.security.SecureRandom()

    override fun bytes(count: Int) = ByteArray(count).also(source::nextBytes)
}
