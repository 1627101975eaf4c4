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
import org.yuandian.app.model.FormStanding
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Place
import org.yuandian.app.model.Position
import org.yuandian.app.model.ServiceChoice
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.ListAsk
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.screens.CaptureAction
import org.yuandian.app.screens.CaptureNeed
import org.yuandian.app.screens.CaptureReceipt
import org.yuandian.app.screens.CaptureState
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Giveaway
import org.yuandian.app.screens.NoPlaceReason
import org.yuandian.app.screens.Notice
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
        CaptureState(session.frame(Route.Capture(draft)), roleOf(session.role), loading = draft != null),
    ) {
    private val phone = session.phone
    private val keeper = DraftKeeper(session, draft, ::begun, ::written)
    private val more = DraftExtras(session.phone.typed)
    private val answers = linkedMapOf<String, String>()
    private var position: Position? = null
    private var service: ServiceId? = if (session.role == HomeRole.GRID_WORKER) null else SNAP
    private var form: ServiceForm? = null
    private var standing: FormStanding? = null
    private val voice =
        VoiceNote(session, more) { heard ->
            change { it.copy(voice = heard) }
            look()
        }
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
            CaptureAction.TakePhoto -> lasting { photo { session.platform.camera.take(it.value) } }
            CaptureAction.ChoosePhoto -> lasting { photo { session.platform.camera.choose(it.value) } }
            is CaptureAction.RemovePhoto -> lasting { removePhoto(FileHash(action.key)) }
            is CaptureAction.OpenPhoto -> openPhoto(FileHash(action.key))
            CaptureAction.NoPhoto -> noPhoto()
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
            CaptureAction.StopVoice -> voice.stop()
            CaptureAction.RemoveVoice -> lasting { keeper.id?.let { voice.remove(it) } }
            is CaptureAction.SetUrgent -> edit { it.copy(urgent = action.on) }
            is CaptureAction.Answer -> answer(action.key, action.value)
            is CaptureAction.SameAs -> lasting { sameAs(CaseId(action.id)) }
            CaptureAction.NotTheSame -> notTheSame()
            CaptureAction.Keep -> lasting { keep() }
            CaptureAction.Submit -> lasting { submit() }
            CaptureAction.Discard -> change { it.copy(discards = true) }
            CaptureAction.ConfirmDiscard -> lasting { discard() }
            CaptureAction.CancelDiscard -> change { it.copy(discards = false) }
            is CaptureAction.OpenCase -> session.navigator.replace(Route.Detail(CaseId(action.id)))
            CaptureAction.Another -> session.navigator.replace(Route.Capture())
        }
    }

    /** Back closes what lies over the screen first. */
    override fun inFrame(action: FrameAction) {
        when {
            action != FrameAction.Back -> super.inFrame(action)
            now.discards -> act(CaptureAction.CancelDiscard)
            now.type.choosing -> act(CaptureAction.CloseTypes)
            else -> super.inFrame(action)
        }
    }

    override fun framed(
        state: CaptureState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun spoken() = listOfNotNull(now.type.chosen?.title, now.text.ifBlank { null }).joinToString("\n")

    override fun covered() {
        session.platform.voice.stop()
        locating?.cancel()
    }

    override fun uncovered() {
        if (now.place is PlaceState.Searching) locate()
    }

    override suspend fun write() {
        keeper.write()
        super.write()
    }

    override fun close() {
        voice.stop()
        // A draft that nobody put anything in was never one; what the camera is about to give belongs to it.
        val silent = now.text.isBlank() && now.noPhotoReason.isNullOrBlank() && !voice.isThere
        val empty = !taking && silent && now.photos.isEmpty() && answers.isEmpty() && now.receipt == null
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
        val draft = phone.drafts.draft(id).orNull() ?: return submitted(id)
        val typeless = more.get(id, DraftExtras.TYPELESS) != null
        service = draft.entered.service.takeUnless { typeless }
        position = draft.entered.position
        answers.putAll(draft.entered.answers.associate { it.key to it.value })
        val urgent = answers[SEVERITY] == URGENT
        val placeless = more.get(id, DraftExtras.NO_PLACE)
        val reason = NoPlaceReason.entries.firstOrNull { it.name == placeless }
        val words = more.get(id, DraftExtras.PLACE_WORDS).orEmpty()
        change { state ->
            state.copy(
                draftId = id.value,
                recovered = true,
                text = draft.entered.text,
                urgent = urgent,
                noPhotoReason = draft.entered.noPhoto,
                savedMs = draft.updatedMs,
                place = position?.let(::fixed) ?: placeless?.let { PlaceState.None(reason, words) } ?: PlaceState.Searching,
            )
        }
        voice.restore(draft)
        showPhotos(draft)
        change { it.copy(loading = false) }
        addLeft(id)
    }

    /** What was a draft when the app was ended is a case: its receipt is shown again. */
    private suspend fun submitted(id: CaseId) {
        val line =
            phone.cases
                .line(id)
                .orNull() ?: return session.navigator.back()
        keeper.end()
        change { it.copy(loading = false, receipt = CaptureReceipt(id.receipt, id.value, line.work())) }
    }

    // Photos and voice.

    private suspend fun photo(take: suspend (CaseId) -> Shot) {
        if (now.photos.size >= now.photosMost) return
        // The draft is there before the camera opens: a phone with little memory may end the app meanwhile.
        val id = keeper.write(input()) ?: return
        taking = true
        val shot = take(id)
        taking = false
        if (shot is Shot.Taken) added(id, shot) else noPicture(shot)
    }

    private fun noPicture(shot: Shot) {
        session.tellWhyNot(shot)
        if (shot != Shot.Cancelled && now.photos.size < now.photosWanted) noPhoto()
    }

    /** A report goes without a photo where somebody says why. */
    private fun noPhoto() = change { it.copy(noPhotoReason = it.noPhotoReason.orEmpty()) }

    private suspend fun added(
        id: CaseId,
        shot: Shot.Taken,
    ) {
        val facts: CaptureFacts = if (shot.facts.position == null) shot.facts.copy(position = position) else shot.facts
        val answer = phone.drafts.addPhoto(id, shot.path, facts)
        // Where there is no room it waits for some, open as it is: it comes into the draft when that is opened again.
        if (!answer.lacksRoom) session.platform.files.remove(shot.path)
        withSession { answer.orTell() } ?: return
        session.platform.touch.kept()
        reload(id)
        phone.drafts.render(id)
        reload(id)
    }

    /**
     * Pictures that were taken for this draft and are not in it: the app was ended while the camera had the screen, or the phone was
     * full.
     */
    private suspend fun addLeft(id: CaseId) =
        session.platform.files
            .left(id.value)
            .forEach { added(id, Shot.Taken(it, CaptureFacts(PhotoSource.UNKNOWN))) }

    private suspend fun removePhoto(hash: FileHash) {
        val id = keeper.id ?: return
        withSession { phone.drafts.removePhoto(id, hash).orTell() }
        reload(id)
    }

    private fun openPhoto(hash: FileHash) = keeper.id?.let { session.navigator.open(Route.Photo(it, hash)) } ?: Unit

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
        voice.record(keeper.write(input()) ?: return)
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
                .filterNot { it.id.isAsked }
        if (query != now.type.query) return
        val items = found.map(::item)
        // Without a text those that were used most come first; what was never used here is not among them.
        val recent = if (query.isEmpty()) found.filter { it.used > 0 }.take(RECENT_MAX).map(::item) else now.type.recent
        change { it.copy(type = it.type.copy(recent = recent, found = items)) }
    }

    private fun item(service: ServiceChoice) =
        ServiceItem(
            service.id.value,
            signOf(service.id),
            service.title.inLanguage(session.language),
            service.groupTitle.inLanguage(session.language),
        )

    private fun chooseType(id: ServiceId) {
        service = id
        edit { it.copy(type = TypeState(recent = it.type.recent, found = it.type.found)) }
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
        lasting { keeper.write(input())?.let { id -> more.put(id, DraftExtras.NO_PLACE, reason?.name ?: DraftExtras.UNSAID) } }
    }

    private fun placeWords(text: String) {
        val place = now.place as? PlaceState.None ?: return
        edit { it.copy(place = place.copy(words = text)) }
        lasting { keeper.write(input())?.let { id -> more.put(id, DraftExtras.PLACE_WORDS, text) } }
    }

    /** Nearby ones of the same kind that have not ended. */
    private suspend fun findSimilar() {
        val (at, kind) = (position ?: return) to (service ?: return)
        if (notTheSame) return
        val near =
            phone.cases
                .similar(kind, at, SIMILAR_MAX)
                .orNull()
                .orEmpty()
        change { state -> state.copy(similar = near.map { cardOf(it.line, online = true) }) }
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
            if (state.text.isBlank() && !voice.isThere && state.photos.isEmpty()) add(CaptureNeed.TEXT)
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
        const val SIMILAR_MAX = 3
    }
}
