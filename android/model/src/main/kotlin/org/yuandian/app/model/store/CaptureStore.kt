package org.yuandian.app.model.store

import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.withTimeoutOrNull
import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Draft
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.FileKind
import org.yuandian.app.model.FormStanding
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.Place
import org.yuandian.app.model.Position
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.FileInput
import org.yuandian.app.model.gateway.ListAsk
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.Recording
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaptureNeed
import org.yuandian.app.screens.CaptureReceipt
import org.yuandian.app.screens.CaptureState
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.Giveaway
import org.yuandian.app.screens.NoPlaceReason
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.PlaceState
import org.yuandian.app.screens.ServiceItem
import org.yuandian.app.screens.TypeState
import org.yuandian.app.screens.VoiceState
import org.yuandian.app.screens.WorkState

/** 采集 / 随手拍. What is entered is a draft of the core from the first letter on; nothing waits for a network, an invitation or a fix. */
class CaptureStore(
    session: Session,
    draft: CaseId? = null,
) : Store<CaptureState, CaptureAction>(
        session,
        Route.Capture(draft),
        CaptureState(session.frame(Route.Capture(draft)), roleOf(session.role)),
    ) {
    private val phone = session.phone
    private val keeper = DraftKeeper(session, draft, ::begun, ::written)
    private val more = DraftExtras(session.kept)
    private val answers = linkedMapOf<String, String>()
    private var position: Position? = null
    private var service: ServiceId? = if (session.role == HomeRole.GRID_WORKER) null else SNAP
    private var form: ServiceForm? = null
    private var standing: FormStanding? = null
    private var voice: FileHash? = null
    private var locating: Job? = null
    private var notTheSame = false

    /** Whether the camera or the album has the screen now. */
    private var taking = false

    init {
        go {
            if (draft != null) restore(draft)
            loadForm()
            findTypes("")
            if (position == null && now.place is PlaceState.Searching) locate()
            look()
        }
    }

    override fun act(action: CaptureAction) {
        when (action) {
            is CaptureAction.InFrame -> inFrame(action.action)
            CaptureAction.TakePhoto -> lasting { photo { session.platform.camera.take() } }
            CaptureAction.ChoosePhoto -> lasting { photo { session.platform.camera.choose() } }
            is CaptureAction.RemovePhoto -> lasting { removePhoto(FileHash(action.key)) }
            is CaptureAction.OpenPhoto -> Unit
            is CaptureAction.EditNoPhotoReason -> edit { it.copy(noPhotoReason = action.text) }
            CaptureAction.OpenTypes -> change { it.copy(type = it.type.copy(choosing = true)) }
            CaptureAction.CloseTypes -> change { it.copy(type = it.type.copy(choosing = false)) }
            is CaptureAction.SearchType -> searchType(action.query)
            is CaptureAction.ChooseType -> chooseType(ServiceId(action.id))
            CaptureAction.Locate -> locate()
            CaptureAction.NoPlace -> noPlace(null)
            is CaptureAction.ChooseNoPlace -> noPlace(action.reason)
            is CaptureAction.EditPlaceWords -> placeWords(action.text)
            is CaptureAction.EditText -> edit { it.copy(text = action.text) }
            CaptureAction.StartVoice -> lasting { record() }
            CaptureAction.StopVoice -> session.platform.voice.stop()
            CaptureAction.RemoveVoice -> lasting { removeVoice() }
            is CaptureAction.SetUrgent -> edit { it.copy(urgent = action.on) }
            is CaptureAction.Answer -> answer(action.key, action.value)
            is CaptureAction.SameAs -> lasting { sameAs(CaseId(action.id)) }
            CaptureAction.NotTheSame -> notTheSame()
            CaptureAction.Keep -> lasting { keep() }
            CaptureAction.Submit -> lasting { submit() }
            CaptureAction.Discard -> lasting { discard() }
            is CaptureAction.OpenCase -> session.navigator.replace(Route.Detail(CaseId(action.id)))
            CaptureAction.Another -> session.navigator.replace(Route.Capture())
        }
    }

    override fun framed(
        state: CaptureState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun spoken() = listOfNotNull(now.type.chosen?.title, now.text.ifBlank { null }).joinToString("\n")

    override fun close() {
        session.platform.voice.stop()
        // A draft that nobody put anything in was never one; what the camera is about to give belongs to it.
        val empty = !taking && now.text.isBlank() && now.photos.isEmpty() && voice == null && answers.isEmpty() && now.receipt == null
        lasting { if (empty && now.voice !is VoiceState.Recording) discardQuietly() else keeper.write() }
        super.close()
    }

    // What is kept.

    private fun input() =
        DraftInput(
            service = service ?: SNAP,
            position = position,
            text = now.text,
            answers = named(answers + urgency()),
            noPhoto = now.noPhotoReason?.ifBlank { null },
        )

    private fun urgency(): Map<String, String> {
        val asks = form?.fields?.any { field -> field.key == SEVERITY && field.options.any { it.id == URGENT } } == true
        return if (asks && now.urgent) mapOf(SEVERITY to URGENT) else emptyMap()
    }

    private fun edit(next: (CaptureState) -> CaptureState) {
        change(next)
        keeper.changed(input())
        look()
    }

    private fun begun(id: CaseId) {
        change { it.copy(draftId = id.value) }
        // The system keeps the route: after it has ended the app, the draft is opened again.
        session.navigator.becomes(Route.Capture(), Route.Capture(id))
    }

    private suspend fun written(id: CaseId) {
        change { it.copy(savedMs = session.platform.clock.nowMs(), draftId = id.value) }
        more.put(id, DraftExtras.TYPELESS, if (service == null) "1" else null)
        val told =
            phone.drafts
                .giveaways(id)
                .orNull()
                .orEmpty()
        change { state -> state.copy(giveaways = told.map { Giveaway(it.field, it.found, it.text) }) }
    }

    private suspend fun restore(id: CaseId) {
        val draft = phone.drafts.draft(id).orNull()
        if (draft == null) {
            session.navigator.back()
            return
        }
        val typeless = more.get(id, DraftExtras.TYPELESS) != null
        service = draft.entered.service.takeUnless { typeless }
        position = draft.entered.position
        answers.putAll(draft.entered.answers.associate { it.key to it.value })
        val urgent = answers[SEVERITY] == URGENT
        val reason = more.get(id, DraftExtras.NO_PLACE)?.let { name -> NoPlaceReason.entries.firstOrNull { it.name == name } }
        val words = more.get(id, DraftExtras.PLACE_WORDS).orEmpty()
        voice = draft.files.firstOrNull()?.hash
        change { state ->
            state.copy(
                draftId = id.value,
                recovered = true,
                text = draft.entered.text,
                urgent = urgent,
                noPhotoReason = draft.entered.noPhoto,
                savedMs = draft.updatedMs,
                place = position?.let(::fixed) ?: reason?.let { PlaceState.None(it, words) } ?: PlaceState.Searching,
            )
        }
        val voiceMs = more.get(id, DraftExtras.VOICE_MS)?.toLongOrNull() ?: 0
        if (voice != null) change { it.copy(voice = VoiceState.Recorded(voiceMs)) }
        showPhotos(draft)
    }

    // Photos and voice.

    private suspend fun photo(take: suspend () -> Shot) {
        if (now.photos.size >= now.photosMost) return
        // The draft is there before the camera opens: a phone with little memory may end the app meanwhile.
        val id = keeper.write(input()) ?: return
        taking = true
        val shot = take()
        taking = false
        when (shot) {
            is Shot.Taken -> added(id, shot)
            Shot.Cancelled -> Unit
            Shot.Denied -> denied(Permission.CAMERA)
            Shot.Unavailable -> session.tell(Notice.Failed)
            Shot.StorageFull -> session.tell(Notice.StorageFull)
        }
    }

    private suspend fun added(
        id: CaseId,
        shot: Shot.Taken,
    ) {
        val facts: CaptureFacts = if (shot.facts.position == null) shot.facts.copy(position = position) else shot.facts
        withSession { phone.drafts.addPhoto(id, shot.path, facts).orTell() } ?: return
        session.platform.files.remove(shot.path)
        session.platform.touch.kept()
        reload(id)
        phone.drafts.render(id)
        reload(id)
    }

    private suspend fun removePhoto(hash: FileHash) {
        val id = keeper.id ?: return
        withSession { phone.drafts.removePhoto(id, hash).orTell() }
        reload(id)
    }

    private suspend fun reload(id: CaseId) {
        phone.drafts
            .draft(id)
            .orNull()
            ?.let(::showPhotos)
        look()
    }

    private fun showPhotos(draft: Draft) =
        change { state -> state.copy(photos = draft.photos.map { PhotoItem(it.hash.value, it.atMs, WorkState.Draft()) }) }

    private suspend fun record() {
        if (now.voice is VoiceState.Recording) return
        val id = keeper.write(input()) ?: return
        session.platform.voice.record().collect { recording ->
            when (recording) {
                is Recording.Going -> {
                    change { it.copy(voice = VoiceState.Recording(recording.ms)) }
                }

                is Recording.Ended -> {
                    recorded(id, recording)
                }

                Recording.Denied -> {
                    change { it.copy(voice = VoiceState.Denied) }
                }

                Recording.Unavailable -> {
                    change { it.copy(voice = VoiceState.None) }
                }

                Recording.StorageFull -> {
                    change { it.copy(voice = VoiceState.None) }
                    session.tell(Notice.StorageFull)
                }
            }
        }
        look()
    }

    private suspend fun recorded(
        id: CaseId,
        ended: Recording.Ended,
    ) {
        voice = withSession { phone.drafts.addFile(id, FileInput(FileKind.VOICE, ended.path)).orTell() }
        more.put(id, DraftExtras.VOICE_MS, ended.ms.toString())
        change { it.copy(voice = if (voice == null) VoiceState.None else VoiceState.Recorded(ended.ms)) }
        if (voice != null) session.platform.files.remove(ended.path)
    }

    private suspend fun removeVoice() {
        val (id, hash) = (keeper.id ?: return) to (voice ?: return)
        withSession { phone.drafts.removeFile(id, hash).orTell() } ?: return
        voice = null
        change { it.copy(voice = VoiceState.None) }
        look()
    }

    // Type and further questions.

    private fun searchType(query: String) {
        change { it.copy(type = it.type.copy(query = query)) }
        go { findTypes(query) }
    }

    private suspend fun findTypes(query: String) {
        val found =
            phone.services
                .find(query)
                .orNull()
                .orEmpty()
                .filterNot { it.id.isHelp }
        val items =
            found.map {
                ServiceItem(it.id.value, signOf(it.id), it.title.inLanguage(session.language), it.groupTitle.inLanguage(session.language))
            }
        if (query != now.type.query) return
        change { state ->
            val type =
                if (query.isEmpty()) {
                    state.type.copy(
                        recent = items.take(RECENT_MAX),
                        found = items,
                    )
                } else {
                    state.type.copy(found = items)
                }
            state.copy(type = type)
        }
    }

    private fun chooseType(id: ServiceId) {
        service = id
        edit { it.copy(type = TypeState(recent = it.type.recent, found = it.type.recent)) }
        go {
            loadForm()
            keeper.changed(input())
            findSimilar()
        }
    }

    private suspend fun loadForm() {
        val id = service
        form = id?.let { phone.services.form(it).orNull() }
        val chosen = form?.let { ServiceItem(it.id.value, signOf(it.id), it.title.inLanguage(session.language), "") }
        change { it.copy(type = it.type.copy(chosen = chosen), photosWanted = form?.photos?.before ?: 1) }
        stand()
    }

    private fun answer(
        key: String,
        value: String,
    ) {
        answers[key] = value
        if (key == SEVERITY) change { it.copy(urgent = value == URGENT) }
        edit { it }
        go { stand() }
    }

    private suspend fun stand() {
        val known = form ?: return
        standing = phone.services.standing(known.id, named(answers)).orNull()
        change { it.copy(fields = fieldsOf(known, standing, answers, session.language, setOf(SEVERITY))) }
        look()
    }

    // Place.

    private fun fixed(at: Position) = PlaceState.Fixed(null, at.accuracyM ?: 0)

    private fun locate() {
        locating?.cancel()
        if (now.place !is PlaceState.Fixed) change { it.copy(place = PlaceState.Searching) }
        locating =
            go {
                withTimeoutOrNull(LOCATE_MS) {
                    session.platform.places
                        .fixes()
                        .takeWhile { now.receipt == null }
                        .collect(::fix)
                }
            }
    }

    private fun fix(fix: Fix) {
        when (fix) {
            Fix.Searching -> {
                Unit
            }

            Fix.Denied -> {
                if (position == null) change { it.copy(place = PlaceState.Denied) }
            }

            Fix.Unavailable -> {
                if (position == null) change { it.copy(place = PlaceState.None(null, "")) }
            }

            is Fix.Found -> {
                val best = position?.accuracyM
                val better = best == null || (fix.position.accuracyM ?: Int.MAX_VALUE) < best
                // 无法定位 was chosen: a fix that comes later does not overrule it.
                if (!better || now.place is PlaceState.None) return
                position = fix.position
                edit { it.copy(place = fixed(fix.position)) }
                go { findSimilar() }
                if ((fix.position.accuracyM ?: Int.MAX_VALUE) <= GOOD_M) locating?.cancel()
            }
        }
    }

    private fun noPlace(reason: NoPlaceReason?) {
        locating?.cancel()
        position = null
        val words = (now.place as? PlaceState.None)?.words.orEmpty()
        edit { it.copy(place = PlaceState.None(reason, words)) }
        lasting { keeper.write(input())?.let { id -> more.put(id, DraftExtras.NO_PLACE, reason?.name) } }
    }

    private fun placeWords(text: String) {
        val place = now.place as? PlaceState.None ?: return
        edit { it.copy(place = place.copy(words = text)) }
        lasting { keeper.write(input())?.let { id -> more.put(id, DraftExtras.PLACE_WORDS, text) } }
    }

    /** Nearby ones of the same kind that have not ended. The core's list has no place yet: only the latest are looked at. */
    private suspend fun findSimilar() {
        val (at, kind) = (position ?: return) to (service ?: return)
        if (notTheSame) return
        val lines =
            phone.cases
                .page(ListAsk(service = kind, limit = SIMILAR_LOOKED_AT))
                .orNull()
                .orEmpty()
        val here = Place(at.lng, at.lat, null)
        val near =
            lines.filterNot { it.isDraft || it.stage.isEnd }.mapNotNull { phone.cases.case(it.id).orNull() }.filter { case ->
                case.place?.let { metresBetween(it, here) <= SIMILAR_M } == true
            }
        change { state -> state.copy(similar = near.take(SIMILAR_MAX).map { cardOf(it.line, online = true, it) }) }
    }

    private suspend fun sameAs(id: CaseId) {
        withSession { phone.cases.act(id, ActInput(org.yuandian.app.model.ActId.FOLLOW)).orTell() } ?: return
        session.syncer.wish()
        // What was taken or written here stays as a draft: nothing is thrown away for somebody.
        if (now.photos.isEmpty() && now.text.isBlank()) discardQuietly()
        session.navigator.replace(Route.Detail(id))
    }

    private fun notTheSame() {
        notTheSame = true
        change { it.copy(similar = emptyList()) }
    }

    // The end.

    private fun look() = change { it.copy(missing = missing(it)) }

    private fun missing(state: CaptureState): List<CaptureNeed> =
        buildList {
            if (state.photos.size < state.photosWanted && state.noPhotoReason.isNullOrBlank()) add(CaptureNeed.PHOTO)
            if (service == null) add(CaptureNeed.TYPE)
            if (position == null && (state.place as? PlaceState.None)?.reason == null) add(CaptureNeed.PLACE)
            if (state.text.isBlank() && voice == null && state.photos.isEmpty()) add(CaptureNeed.TEXT)
            if (standing?.open(answers + urgency())?.isNotEmpty() == true) add(CaptureNeed.ANSWER)
        }

    private suspend fun keep() {
        keeper.write(input()) ?: return
        session.tell(Notice.SavedOnPhone)
        session.platform.touch.kept()
        session.navigator.back()
    }

    private suspend fun submit() {
        if (now.submitting || now.receipt != null) return
        look()
        if (now.missing.isNotEmpty()) return session.platform.touch.failed()
        change { it.copy(submitting = true) }
        val id = keeper.write(withPlaceWords(input()))
        val answer = id?.let { phone.drafts.finish(it) }
        change { it.copy(submitting = false) }
        when {
            id == null -> {
                Unit
            }

            answer is Answer.Done -> {
                finished(id, answer.value.work())
            }

            (answer as? Answer.Failed)?.trouble == Trouble.NotEnrolled -> {
                session.wanted.add(id)
                finished(id, workOf(SyncState.SAVED))
                session.tell(Notice.SignInToSend)
            }

            answer is Answer.Failed -> {
                withSession { answer.orTell<Nothing>() }
            }
        }
    }

    private fun withPlaceWords(input: DraftInput): DraftInput {
        val place = now.place as? PlaceState.None ?: return input
        val line = session.strings.noPlaceLine(place.reason ?: return input, place.words)
        return if (input.text.endsWith(line)) input else input.copy(text = "${input.text}\n$line".trim())
    }

    private suspend fun finished(
        id: CaseId,
        work: WorkState,
    ) {
        keeper.end()
        locating?.cancel()
        more.clear(id)
        change { it.copy(receipt = CaptureReceipt(id.receipt, id.value, work)) }
        session.platform.touch.kept()
        session.recount()
        session.syncer.wish()
        session.askToNotify()
    }

    private suspend fun discard() {
        discardQuietly()
        session.navigator.back()
    }

    private suspend fun discardQuietly() {
        keeper.end()
        keeper.id?.let { id ->
            phone.drafts.discard(id)
            session.wanted.remove(id)
            more.clear(id)
        }
        session.recount()
    }

    private companion object {
        val SNAP = ServiceId("case.snap")
        const val SEVERITY = "severity"
        const val URGENT = "high"
        const val RECENT_MAX = 6
        const val LOCATE_MS = 60_000L
        const val GOOD_M = 10
        const val SIMILAR_M = 100
        const val SIMILAR_MAX = 3
        const val SIMILAR_LOOKED_AT = 20
    }
}

/** What belongs to a draft and has no place in the core's. */
internal class DraftExtras(
    private val kept: org.yuandian.app.model.ports.KeyValues,
) {
    suspend fun get(
        id: CaseId,
        what: String,
    ) = kept.get("draft.${id.value}.$what")

    suspend fun put(
        id: CaseId,
        what: String,
        value: String?,
    ) = kept.put("draft.${id.value}.$what", value)

    suspend fun clear(id: CaseId) = ALL.forEach { put(id, it, null) }

    companion object {
        const val TYPELESS = "typeless"
        const val NO_PLACE = "noplace"
        const val PLACE_WORDS = "place"
        const val VOICE_MS = "voice"
        private val ALL = listOf(TYPELESS, NO_PLACE, PLACE_WORDS, VOICE_MS)
    }
}
