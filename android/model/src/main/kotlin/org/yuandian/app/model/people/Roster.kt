package org.yuandian.app.model.people

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.ports.KeyValues
import org.yuandian.app.model.ports.Platform
import org.yuandian.app.model.ports.Prefixed
import org.yuandian.app.model.ports.Vaulted
import java.security.GeneralSecurityException
import java.util.Base64

/** Somebody who uses this phone. [id] is of this phone alone and says nothing of the person. */
data class Registered(
    val id: String,
    val name: String,
    val role: HomeRole,
    /** Whether their data are closed with a PIN. The only one of a phone needs none until a second comes. */
    val hasPin: Boolean,
)

/** What became of opening somebody's data. */
sealed interface Unlocked {
    /** 32 bytes that open the store. */
    class Key(
        val bytes: ByteArray,
    ) : Unlocked

    /** [left] further tries before a pause. */
    data class Wrong(
        val left: Int,
    ) : Unlocked

    data class Paused(
        val waitMs: Long,
    ) : Unlocked

    /** The phone was not unlocked since it was started. */
    data object PhoneLocked : Unlocked

    /** The platform has lost its key, or what was kept cannot be read: these data stay closed. */
    data object Lost : Unlocked

    data object StorageFull : Unlocked
}

/**
 * Who uses this phone. Everybody has a folder, a store key and, on a shared phone, a PIN of their own; nothing of it needs a network.
 *
 * The store key is drawn by chance, closed with the PIN and closed again by the platform's key store: either alone opens nothing.
 */
class Roster(
    private val platform: Platform,
    private val compute: CoroutineDispatcher = Dispatchers.Default,
    iterations: Int = Seal.ITERATIONS,
) {
    private val kept: KeyValues = Prefixed(platform.settings, "people")
    private val seal = Seal(iterations)
    private val alone = Mutex()
    private val all = MutableStateFlow<List<Registered>>(emptyList())

    /** Everybody on this phone, the first first. Empty before [load]. */
    val people: StateFlow<List<Registered>> = all.asStateFlow()

    suspend fun load() {
        val ids =
            kept
                .get(IDS)
                .orEmpty()
                .split(' ')
                .filter(String::isNotEmpty)
        all.value = ids.mapNotNull { registered(it) }
    }

    /** Adds somebody with a new key. None where the phone is full or has no key store now. */
    suspend fun add(
        name: String,
        role: HomeRole,
        pin: Pin?,
    ): Registered? =
        alone.withLock {
            val id = platform.random.bytes(ID_BYTES).joinToString("") { "%02x".format(it) }
            val key = platform.random.bytes(KEY_BYTES)
            val written = close(id, key, pin) && describe(id, name, role)
            // The list last: somebody who is half written is nobody.
            if (!written || !kept.put(IDS, (all.value.map(Registered::id) + id).joinToString(" "))) return null
            val person = Registered(id, name, role, pin != null)
            all.value += person
            person
        }

    /** Opens somebody's key. [pin] none: for those who have none. */
    suspend fun unlock(
        id: String,
        pin: Pin?,
    ): Unlocked =
        alone.withLock {
            val person = all.value.firstOrNull { it.id == id } ?: return Unlocked.Lost
            if (!person.hasPin) return unwrapped(id)
            val tries = tries(id)
            (tries.gate() as? Gate.Shut)?.let { return Unlocked.Paused(it.waitMs) }
            if (pin == null) return Unlocked.Wrong((tries.gate() as Gate.Open).left)
            val closed =
                when (val answer = unwrapped(id)) {
                    is Unlocked.Key -> answer.bytes
                    else -> return answer
                }
            if (!tries.begin()) return Unlocked.StorageFull
            val key =
                try {
                    withContext(compute) { seal.open(closed, pin, id) }
                } catch (_: GeneralSecurityException) {
                    return Unlocked.Lost
                }
            if (key == null) return wrong(tries)
            tries.succeeded()
            Unlocked.Key(key)
        }

    /** Gives somebody who has none a PIN, or another one. [key] is what [unlock] gave. */
    suspend fun setPin(
        id: String,
        key: ByteArray,
        pin: Pin,
    ): Boolean =
        alone.withLock {
            val person = all.value.firstOrNull { it.id == id } ?: return false
            if (!close(id, key, pin)) return false
            all.value = all.value.map { if (it.id == id) person.copy(hasPin = true) else it }
            true
        }

    /** What is known of somebody after they were enrolled. */
    suspend fun describe(
        id: String,
        name: String,
        role: HomeRole,
    ): Boolean {
        val done = kept.put("$id.name", name) && kept.put("$id.role", role.name)
        if (done) all.value = all.value.map { if (it.id == id) it.copy(name = name, role = role) else it }
        return done
    }

    private suspend fun close(
        id: String,
        key: ByteArray,
        pin: Pin?,
    ): Boolean {
        val inner = if (pin == null) key else withContext(compute) { seal.close(key, pin, id, platform.random::bytes) }
        val wrapped = platform.vault.wrap(inner) as? Vaulted.Bytes ?: return false
        // One value says both: a PIN without its closed key, or the other way round, cannot be.
        val value = (if (pin == null) OPEN else CLOSED) + Base64.getEncoder().encodeToString(wrapped.bytes)
        return kept.put("$id.key", value)
    }

    private suspend fun unwrapped(id: String): Unlocked {
        val value = kept.get("$id.key") ?: return Unlocked.Lost
        val wrapped =
            try {
                Base64.getDecoder().decode(value.drop(1))
            } catch (_: IllegalArgumentException) {
                return Unlocked.Lost
            }
        return when (val answer = platform.vault.unwrap(wrapped)) {
            is Vaulted.Bytes -> Unlocked.Key(answer.bytes)
            Vaulted.Locked, Vaulted.Unavailable -> Unlocked.PhoneLocked
            Vaulted.KeyLost -> Unlocked.Lost
        }
    }

    private suspend fun wrong(tries: Tries): Unlocked =
        when (val gate = tries.gate()) {
            is Gate.Open -> Unlocked.Wrong(gate.left)
            is Gate.Shut -> Unlocked.Paused(gate.waitMs)
        }

    private suspend fun registered(id: String): Registered? {
        val key = kept.get("$id.key") ?: return null
        val role = HomeRole.entries.firstOrNull { it.name == roleOf(id) } ?: HomeRole.RESIDENT
        return Registered(id, kept.get("$id.name").orEmpty(), role, key.startsWith(CLOSED))
    }

    private suspend fun roleOf(id: String) = kept.get("$id.role")

    private fun tries(id: String) = Tries(Prefixed(kept, "$id.pin"), platform.clock)

    private companion object {
        const val IDS = "ids"
        const val OPEN = "o"
        const val CLOSED = "c"
        const val ID_BYTES = 8
        const val KEY_BYTES = 32
    }
}
