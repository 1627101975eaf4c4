package org.yuandian.app.android

import org.yuandian.app.model.Answer
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.orNull
import org.yuandian.app.model.people.Registered
import org.yuandian.app.model.people.Roster
import org.yuandian.app.model.people.Unlocked
import org.yuandian.app.model.ports.Platform
import org.yuandian.app.model.ports.Prefixed
import org.yuandian.app.model.store.BackgroundRun
import org.yuandian.app.model.store.SettingsKeeper
import org.yuandian.app.model.strings.Strings

/**
 * What is done while nobody looks: pull, tell, upload. For everybody whose data open without a PIN, and for whoever is at the screen; those
 * of the others stay closed. Nothing depends on it: a phone whose maker forbids all of it only hears later.
 */
class Background(
    private val platform: Platform,
    private val phones: SharedPhones,
    private val previews: Previews,
    private val sender: Sender,
    private val spool: String,
    private val roots: List<ByteArray>,
) {
    /** The people as they are now: the app's own list may not be read yet, and is not to be changed under it. */
    private val roster = Roster(platform)

    /** A run of sync for everybody, with what is worth a notification. Whether all of it was done. */
    suspend fun pull(): Boolean =
        everybody { person, phone, _ ->
            val settings = SettingsKeeper(Prefixed(platform.settings, "person.${person.id}")).apply { load() }
            val language = settings.settings.value.language
            phone.identity.setLanguage(language)
            val isLeft = BackgroundRun(phone, platform.notifier, Strings.of(language)).run()
            previews.serve(phone.platform)
            phone.platform.readForSearch(READ_AT_ONCE)
            !isLeft
        }

    /**
     * The core's plan of uploads for everybody. Whoever is at the screen has a run of the core instead, which waits for one under way: no
     * file is sent twice at once. Whether nothing is left.
     */
    suspend fun upload(): Boolean =
        everybody { _, phone, isShown ->
            if (isShown) {
                phone.sync
                    .run()
                    .orNull()
                    ?.complete != false
            } else {
                Uploads(phone.platform, sender, spool).run() == UploadEnd.NOTHING_LEFT
            }
        }

    private suspend fun everybody(work: suspend (Registered, Phone, isShown: Boolean) -> Boolean): Boolean {
        roster.load()
        var isDone = true
        for (person in roster.people.value) {
            val shown = phones.join(platform.files.home(person.id))
            val phone = shown ?: opened(person) ?: continue
            try {
                val link = platform.network.link().value
                phone.sync.setNetwork(link.metered, link.charging)
                isDone = work(person, phone, shown != null) && isDone
            } finally {
                phone.close()
            }
        }
        return isDone
    }

    private suspend fun opened(person: Registered): Phone? {
        if (person.hasPin) return null
        val key = roster.unlock(person.id, pin = null) as? Unlocked.Key ?: return null
        return (phones.open(platform.files.home(person.id), key.bytes, roots) as? Answer.Done)?.value
    }

    private companion object {
        const val READ_AT_ONCE = 200
    }
}
