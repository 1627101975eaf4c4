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
import org.yuandian.app.model.codes.forgetScans
import org.yuandian.app.model.gateway.Phones
import org.yuandian.app.model.navigation.Route
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

    /** What the system kept of whoever was here when it ended the app, until their data are open again. */
    private var left: Left? = null

    /** The list of people on this phone; it outlives a screen that is drawn anew. */
    val people by lazy { PeopleStore(this, scope) }

    private class Open(
        val person: Registered,
        val key: ByteArray,
        val session: Session,
    )

    private class Left(
        val person: String,
        val routes: String,
    )

    /** Whose screens are shown; none while the phone is between two people, or before [start]. */
    val session: StateFlow<Session?> = shown.asStateFlow()

    /** Why nobody's data are open, where they were to be opened and could not. */
    val trouble: StateFlow<Trouble?> = wrong.asStateFlow()

    /** Id of the person whose data were asked for last. */
    var asked: String? = null
        private set

    /** Id of the person whose data are open. */
    val current: String? get() = open.value?.person?.id

    /**
     * Begins. On a phone of one person without a PIN their data are opened at once; else somebody chooses. [saved]: what the system
     * kept of [save].
     */
    suspend fun start(saved: String?) {
        platform.files.forgetScans()
        if (saved != null) left = Left(saved.substringBefore(SEPARATOR), saved.substringAfter(SEPARATOR, ""))
        roster.load()
        wrong.value = begun()
    }

    private suspend fun begun(): Trouble? {
        val people = roster.people.value
        val only =
            when (people.size) {
                0 -> roster.add("", HomeRole.RESIDENT, pin = null) ?: return Trouble.StorageFull
                1 -> people.single().takeUnless(Registered::hasPin)
                else -> null
            }
        if (only == null) return null
        asked = only.id
        return when (val unlocked = roster.unlock(only.id, null)) {
            is Unlocked.Key -> open(only.id, unlocked.bytes)
            Unlocked.PhoneLocked -> Trouble.KeyStoreLocked()
            Unlocked.StorageFull -> Trouble.StorageFull
            else -> Trouble.WrongKey
        }
    }

    /** Tries once more. Whoever has a PIN, or is one of several, is asked who they are. It goes on when the screen that asked is gone. */
    suspend fun again() = scope.async { start(null) }.await()

    /** Leaves the trouble: the people of this phone are shown. */
    fun choose() {
        wrong.value = null
    }

    /**
     * Opens somebody's data in place of whose are open now. What is in the way, or nothing. It goes on when whoever asked is gone:
     * the screen that asks belongs to the data that are closed.
     */
    suspend fun open(
        id: String,
        key: ByteArray,
    ): Trouble? = scope.async { openNow(id, key).also { wrong.value = it } }.await()

    private suspend fun openNow(
        id: String,
        key: ByteArray,
    ): Trouble? =
        alone.withLock {
            val person = roster.people.value.firstOrNull { it.id == id } ?: return Trouble.NotFound("person", id)
            asked = id
            closeNow()
            val phone =
                when (val answer = phones.open(platform.files.home(id), key, roots)) {
                    is Answer.Done -> answer.value
                    is Answer.Failed -> return answer.trouble
                }
            val own = CoroutineScope(scope.coroutineContext + SupervisorJob(scope.coroutineContext[Job]))
            // Whoever comes next begins at home, and so does whoever left with the end of a shift.
            val session = Session(phone, platform, own, id, left?.takeIf { it.person == id }?.routes)
            left = null
            session.start()
            if (isLookedAt) session.looked(at = true)
            open.value = Open(person, key, session)
            shown.value = session
            // What they are called and what they are is told by the platform once an invitation was used.
            own.launch { session.navigator.routes.collect { if (Route.People !in it.routes) people.leave() } }
            own.launch { session.person.collect { known -> if (known != null) roster.describe(id, known.name, session.role) } }
            null
        }

    /** Whether the app is in front. */
    fun looked(at: Boolean) {
        isLookedAt = at
        session.value?.looked(at)
    }

    /** Who is here and where, for the system to keep: screens by name, nothing that somebody wrote. None between two people. */
    fun save(): String? =
        open.value?.let { open ->
            open.person.id + SEPARATOR +
                open.session.navigator.routes.value
                    .save()
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
        last.session.write()
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
        const val SEPARATOR = "|"
    }
}
