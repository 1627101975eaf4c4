package org.yuandian.app.model.store

import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.map
import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.DraftPhoto
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.Photo
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.PhotoFile
import org.yuandian.app.model.gateway.PhotoSize
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.PhotoAction
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.PhotoStanding
import org.yuandian.app.screens.PhotoState
import org.yuandian.app.screens.WorkState

/**
 * One photo of a case or a draft, large: at once the largest file that is here, then the medium one from the platform. The store says
 * which file; whoever draws reads and decodes it.
 */
class PhotoStore(
    session: Session,
    private val id: CaseId,
    first: FileHash,
) : Store<PhotoState, PhotoAction>(session, Route.Photo(id, first), PhotoState(session.frame(Route.Photo(id, first)))) {
    private val phone = session.phone
    private var hash = first
    private var drafted = emptyList<DraftPhoto>()
    private var taken = emptyList<Photo>()

    /** Files that could not be drawn: they are not tried again. */
    private val bad = mutableSetOf<String>()
    private var looking: Job? = null
    private val link get() = session.platform.network.link()

    init {
        keepRead(::read)
        go {
            val online = link.map { it.online }.distinctUntilChanged().drop(1)
            online.filter { it && now.standing != PhotoStanding.Shown }.collect { look() }
        }
    }

    override fun act(action: PhotoAction) {
        when (action) {
            is PhotoAction.InFrame -> inFrame(action.action)
            PhotoAction.Previous -> turn(-1)
            PhotoAction.Next -> turn(1)
            is PhotoAction.Zoom -> change { it.copy(zoom = action.to.coerceIn(1f, PhotoState.ZOOM_MOST)) }
            PhotoAction.Retry -> look()
            PhotoAction.FetchAnyway -> look(paid = true)
            is PhotoAction.Unreadable -> if (bad.add(action.file)) look()
            PhotoAction.Close -> session.navigator.back()
        }
    }

    override fun framed(
        state: PhotoState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun spoken() =
        listOfNotNull(
            session.strings.photo(now.number),
            now.photo?.let { session.strings.workState(it.work) },
            session.strings.photoStanding(now.standing),
        ).joinToString("\n")

    /** The screen stays and is of another photo; the system keeps the one that is shown. */
    private fun turn(by: Int) {
        val items = items()
        val to = items.getOrNull(items.indexOfFirst { it.key == hash.value } + by) ?: return
        val before = hash
        hash = FileHash(to.key)
        session.navigator.becomes(Route.Photo(id, before), Route.Photo(id, hash))
        change { it.copy(file = null, standing = PhotoStanding.Loading, zoom = 1f) }
        show()
        look()
    }

    private fun items(): List<PhotoItem> = drafted.map(::photoItem) + taken.map(::photoItem)

    private suspend fun read() {
        val draft = phone.drafts.draft(id).orNull()
        drafted = draft?.photos.orEmpty()
        if (draft == null) {
            taken = phone.cases
                .case(id)
                .orNull()
                ?.photos ?: taken
        }
        // It was removed, or the draft was: there is nothing to look at.
        if (items().none { it.key == hash.value }) return session.navigator.back()
        show()
        if (now.standing != PhotoStanding.Shown && looking?.isActive != true) look()
    }

    private fun show() =
        change { state ->
            val items = items()
            val at = items.indexOfFirst { it.key == hash.value }
            state.copy(number = at + 1, count = items.size, photo = items[at])
        }

    private fun look(paid: Boolean = false) {
        looking?.cancel()
        looking = go { drafted.firstOrNull { it.hash == hash }?.let { here(it) } ?: find(paid) }
    }

    /** Of a draft everything is here: the photo itself, or its small picture where only the platform could decode it. */
    private suspend fun here(photo: DraftPhoto) {
        val small =
            phone.drafts
                .photo(id, photo.hash)
                .orNull()
                ?.hash
        val files = listOfNotNull(photo.hash.takeUnless { photo.needsPlatform }, small).map(FileHash::value)
        val best = files.firstOrNull { it !in bad }
        // A small picture that stands for one that could not be drawn is not what was wanted.
        settle(best, if (best != null && best == files.first()) PhotoStanding.Shown else PhotoStanding.Unreadable)
    }

    private suspend fun find(paid: Boolean) {
        val number = taken.indexOfFirst { it.hash == hash } + 1
        val photo = taken.getOrNull(number - 1) ?: return
        val medium = phone.cases.photo(id, number, PhotoSize.MEDIUM).orNull()
        val whole = medium?.takeIf(::canBeDrawn)?.hash ?: photo.hash.takeIf { photo.local && it.value !in bad }
        if (whole != null) return settle(whole.value, PhotoStanding.Shown)
        val small =
            phone.cases
                .photo(id, number, PhotoSize.THUMB)
                .orNull()
                ?.takeIf(::canBeDrawn)
        settle(small?.hash?.value, inTheWay(medium, photo, paid))
        if (now.standing == PhotoStanding.Fetching) fetch(number)
    }

    private fun canBeDrawn(file: PhotoFile) = file.isHere && file.hash.value !in bad

    private suspend fun inTheWay(
        medium: PhotoFile?,
        photo: Photo,
        paid: Boolean,
    ): PhotoStanding {
        val state = link.value
        // A photo without a medium picture gives its original, which may be large.
        val isOriginal = medium?.hash == photo.hash
        return when {
            medium != null && medium.hash.value in bad -> PhotoStanding.Unreadable
            medium == null || !state.online -> PhotoStanding.NotHere
            isOriginal && state.metered && !paid && isWifiOnly() -> PhotoStanding.NeedsWifi(medium.bytes)
            else -> PhotoStanding.Fetching
        }
    }

    private suspend fun isWifiOnly() =
        phone.sync
            .policies()
            .orNull()
            ?.wifiOnly != false

    private suspend fun fetch(number: Int) {
        when (val fetched = phone.cases.photo(id, number, PhotoSize.MEDIUM, fetch = true)) {
            is Answer.Done -> settle(fetched.value.hash.value, PhotoStanding.Shown)
            is Answer.Failed -> change { it.copy(standing = standingOf(fetched.trouble)) }
        }
    }

    private fun standingOf(trouble: Trouble) =
        when (trouble) {
            is Trouble.Damaged, is Trouble.WrongBytes -> PhotoStanding.Unreadable
            else -> PhotoStanding.NotHere
        }

    private fun settle(
        file: String?,
        standing: PhotoStanding,
    ) = change { it.copy(file = file, standing = standing) }
}

private fun photoItem(photo: DraftPhoto) = PhotoItem(photo.hash.value, photo.atMs, WorkState.Draft())
