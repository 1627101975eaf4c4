package org.yuandian.app.model.store

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withTimeoutOrNull
import org.yuandian.app.model.Answer
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Phones
import org.yuandian.app.model.people.Registered
import org.yuandian.app.model.people.Roster
import org.yuandian.app.model.people.Unlocked
import org.yuandian.app.model.ports.Platform

/** The app as a whole: who uses this phone, and whose data are open. Made once a process. */
class App(
    val platform: Platform,
    val roster: Roster,
    private val phones: Phones,
    private val scope: CoroutineScope,
    /** Certificates (DER) of the city, trusted beside the public authorities. */
    private val roots: List<ByteArray> = emptyList(),
) {
    private val alone = Mutex()
    private val open = MutableStateFlow<Open?>(null)
    private val shown = MutableStateFlow<Session?>(null)
    private val wrong = MutableStateFlow<Trouble?>(null)
    private var isLookedAt = false

    private class Open(
        val person: Registered,
        val key: ByteArray,
        val session: Session,
    )

    /** Whose screens are shown; none while the phone is between two people, or before [start]. */
    val session: StateFlow<Session?> = shown.asStateFlow()

    /** Why nothing could be opened at the start. */
    val trouble: StateFlow<Trouble?> = wrong.asStateFlow()

    /** Id of the person whose data are open. */
    val current: String? get() = open.value?.person?.id

    /**
     * Begins. On a phone of one person without a PIN their data are opened at once; else somebody chooses. [saved]: what the system
     * kept.
     */
    suspend fun start(saved: String?) {
        roster.load()
        val people = roster.people.value
        val only =
            when (people.size) {
                0 -> roster.add("", HomeRole.RESIDENT, pin = null)
                1 -> people.single().takeUnless(Registered::hasPin)
                else -> null
            }
        if (only == null) {
            if (people.isEmpty()) wrong.value = Trouble.StorageFull
            return
        }
        wrong.value =
            when (val unlocked = roster.unlock(only.id, null)) {
                is Unlocked.Key -> open(only.id, unlocked.bytes, saved)
                Unlocked.StorageFull -> Trouble.StorageFull
                else -> Trouble.WrongKey
            }
    }

    /**
     * Opens somebody's data in place of whose are open now. What is in the way, or nothing. It goes on when whoever asked is gone:
     * the screen that asks belongs to the data that are closed.
     */
    suspend fun open(
        id: String,
        key: ByteArray,
        saved: String? = null,
    ): Trouble? = scope.async { openNow(id, key, saved) }.await()

    private suspend fun openNow(
        id: String,
        key: ByteArray,
        saved: String?,
    ): Trouble? =
        alone.withLock {
            val person = roster.people.value.firstOrNull { it.id == id } ?: return Trouble.NotFound("person", id)
            closeNow()
            val phone =
                when (val answer = phones.open(platform.files.home(id), key, roots)) {
                    is Answer.Done -> answer.value
                    is Answer.Failed -> return answer.trouble
                }
            val own = CoroutineScope(scope.coroutineContext + SupervisorJob(scope.coroutineContext[Job]))
            val session = Session(phone, platform, own, id, saved)
            session.start()
            session.syncer.watch(isLookedAt)
            open.value = Open(person, key, session)
            shown.value = session
            // What they are called and what they are is told by the platform once an invitation was used.
            own.launch { session.person.collect { known -> if (known != null) roster.describe(id, known.name, session.role) } }
            null
        }

    /** Whether the app is in front. While it is, what is new comes by itself. */
    fun looked(at: Boolean) {
        isLookedAt = at
        val syncer = session.value?.syncer ?: return
        syncer.watch(at)
        if (at) syncer.wish()
    }

    /** The key of whose data are open: for giving them a PIN. */
    internal fun openKey(): ByteArray? = open.value?.key

    /** Closes whose data are open: what can be sent in a moment is sent before, the rest with their next turn. */
    suspend fun lock() = scope.async { lockNow() }.await()

    private suspend fun lockNow() =
        alone.withLock {
            val session = open.value?.session ?: return@withLock
            if (platform.network
                    .link()
                    .value.online
            ) {
                withTimeoutOrNull(LAST_RUN_MS) { session.phone.sync.run() }
            }
            closeNow()
        }

    /** How much of somebody's the platform did not have when their data were closed last. */
    suspend fun waitingOf(id: String): Int = platform.settings.get(waitingKey(id))?.toIntOrNull() ?: 0

    private suspend fun closeNow() {
        val last = open.value ?: return
        last.session.recount()
        val left = last.session.work.value.onItsWay + last.session.wanted.drafts.value.size
        platform.settings.put(waitingKey(last.person.id), left.toString())
        shown.value = null
        open.value = null
        last.session.phone.sync
            .stop()
        last.session.scope.cancel()
        last.session.phone.close()
        last.key.fill(0)
    }

    private fun waitingKey(id: String) = "waiting.$id"

    private companion object {
        const val LAST_RUN_MS = 15_000L
    }
}
