package org.yuandian.app.model.store

import kotlinx.coroutines.Job
import org.yuandian.app.model.ActId
import org.yuandian.app.model.Answer
import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Claim
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.Language
import org.yuandian.app.model.Named
import org.yuandian.app.model.NextAct
import org.yuandian.app.model.OfflineClass
import org.yuandian.app.model.Outcome
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.UserId
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Shot
import org.yuandian.app.model.strings.Strings
import org.yuandian.app.screens.AnswerLine
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.CaseDetailState
import org.yuandian.app.screens.CodeWordPair
import org.yuandian.app.screens.Feedback
import org.yuandian.app.screens.FieldKind
import org.yuandian.app.screens.FormField
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.HistoryItem
import org.yuandian.app.screens.LookItem
import org.yuandian.app.screens.NoteLine
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.StepForm
import org.yuandian.app.screens.StepItem
import org.yuandian.app.screens.StepWeight
import org.yuandian.app.screens.WorkState

/** 事件处置: one case, what has been done and what can be done. A run of sync changes what is shown and never a form that is open. */
class CaseDetailStore(
    session: Session,
    private val id: CaseId,
) : Store<CaseDetailState, CaseDetailAction>(
        session,
        Route.Detail(id),
        CaseDetailState(session.frame(Route.Detail(id)), id.value, Sign.OTHER, "", "", id.receipt, "", WorkState.Loading, loading = true),
    ) {
    private val phone = session.phone
    private val photos = StepPhotos(session)
    private var case: Case? = null
    private val hasRead = Job()
    private var isBack = false
    private var form: ServiceForm? = null
    private val said = linkedMapOf<String, String>()

    /** The heads at which the content was opened for writing. */
    private var seen = emptyList<String>()

    init {
        keepRead(::read)
        keepTyped(::typed, setOf(NOTE)) { kept ->
            if (now.noteText.isEmpty()) change { it.copy(noteText = kept[NOTE].orEmpty()) }
            hasRead.join()
            stepAgain(kept)
            // Shown with the form that was open, so that nobody touches what lies under it.
            isBack = true
            change { it.copy(loading = false) }
            lasting { addLeft() }
        }
    }

    override fun act(action: CaseDetailAction) {
        when (action) {
            is CaseDetailAction.InFrame -> inFrame(action.action)
            is CaseDetailAction.OpenStep -> openStep(ActId(action.act))
            CaseDetailAction.EditContent -> go { editContent() }
            is CaseDetailAction.AnswerStep -> answerStep(action.key, action.value)
            is CaseDetailAction.EditStepText -> step { it.copy(text = action.text.take(TEXT_MAX), problem = null) }
            CaseDetailAction.TakeStepPhoto -> lasting { addStepPhoto(photos.take()) }
            CaseDetailAction.ChooseStepPhoto -> lasting { addStepPhoto(photos.choose()) }
            is CaseDetailAction.RemoveStepPhoto -> removeStepPhoto(action.key)
            CaseDetailAction.ConfirmStep -> lasting { confirmStep() }
            CaseDetailAction.CancelStep -> cancelStep()
            is CaseDetailAction.EditNote -> change { it.copy(noteText = action.text.take(TEXT_MAX)) }
            CaseDetailAction.SendNote -> lasting { sendNote() }
            CaseDetailAction.AddPhoto -> lasting { addPhoto() }
            is CaseDetailAction.OpenPhoto -> openPhoto(action.key)
            CaseDetailAction.OpenConflict -> session.navigator.open(Route.Conflict(id))
            CaseDetailAction.ToggleHistory -> change { it.copy(historyOpen = !it.historyOpen) }
            CaseDetailAction.ToggleWhyNot -> change { it.copy(whyNotOpen = !it.whyNotOpen) }
            is CaseDetailAction.SetFollowed -> lasting { simply(if (action.on) ActId.FOLLOW else ActId.UNFOLLOW) }
            CaseDetailAction.Thank -> lasting { thank() }
            CaseDetailAction.Reopen -> openStep(ActId.REOPEN_REQUEST)
            is CaseDetailAction.Rate -> lasting { simply(ActId.RATE, listOf(Named(SCORE, action.score.toString()))) }
            is CaseDetailAction.KeepApart -> lasting { keepApart(UserId(action.userId)) }
            CaseDetailAction.Export -> lasting { export() }
        }
    }

    /** Back closes what lies over the screen first. */
    override fun inFrame(action: FrameAction) {
        if (action == FrameAction.Back && now.openStep != null) act(CaseDetailAction.CancelStep) else super.inFrame(action)
    }

    override fun framed(
        state: CaseDetailState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun close() {
        cancelStep()
        super.close()
    }

    override fun spoken() = listOf(now.service, now.title, now.stage, now.text).filter(String::isNotBlank).joinToString("\n")

    // Steps.

    private fun openStep(act: ActId) {
        val next = case?.next?.firstOrNull { it.act == act }?.takeIf { it.whyNot == null } ?: return
        if (isPlain(next)) lasting { simply(act) } else openForm(act)
    }

    private fun openForm(act: ActId) {
        val next = case?.next?.firstOrNull { it.act == act && it.whyNot == null } ?: return
        seen = emptyList()
        open(
            StepForm(
                act = act.value,
                label = next.text,
                fields = fieldsOf(next.arguments, emptyMap()),
                photosWanted = next.photos,
                grave = act in GRAVE_ACTS,
            ),
        )
    }

    private fun open(form: StepForm) {
        cancelStep()
        said.clear()
        change { it.copy(openStep = form) }
    }

    /** Nothing has to be said or shown with it, and it can be undone or does not matter much: one tap. */
    private fun isPlain(next: NextAct) = next.arguments.isEmpty() && next.photos == 0 && next.act !in GRAVE_ACTS

    /** What others write meanwhile becomes a visible conflict: the heads of now go along. */
    private suspend fun editContent() {
        val (known, asked) = (case ?: return) to (form ?: return)
        val answers = known.fields.associate { it.key to it.value }
        val standing = phone.services.standing(asked.id, known.fields).orNull()
        val kept = asked.copy(fields = asked.fields.filter { !it.staysPrivate || it.key in answers })
        val text = FormField(TEXT, session.strings.descriptionLabel, FieldKind.LONG_TEXT, known.text)
        seen = known.heads
        open(
            StepForm(
                act = ActId.CONTENT.value,
                label = session.strings.detailEdit,
                fields = listOf(text) + fieldsOf(kept, standing, answers, session.language),
                asksText = false,
            ),
        )
    }

    private fun answerStep(
        key: String,
        value: String,
    ) {
        said[key] = value
        step { form -> form.copy(fields = form.fields.map { if (it.key == key) it.copy(value = value) else it }, problem = null) }
    }

    // What stands in the fields, and how it is put back.

    private fun typed(state: CaseDetailState): Map<String, String> {
        val step = state.openStep ?: return mapOf(NOTE to state.noteText)
        return said.mapKeys { (key, _) -> SAID + key } +
            mapOf(
                NOTE to state.noteText,
                STEP to step.act,
                STEP_TEXT to step.text,
                STEP_PHOTOS to kept(step.photos),
                SEEN to seen.joinToString(" "),
            )
    }

    /** The form of a step as it was left. What was written for one that cannot be taken any more becomes the note. */
    private suspend fun stepAgain(kept: Map<String, String>) {
        val act = ActId(kept[STEP] ?: return)
        val text = kept[STEP_TEXT].orEmpty()
        if (act == ActId.CONTENT) editContent() else openForm(act)
        if (now.openStep == null) return change { it.copy(noteText = it.noteText.ifEmpty { text }) }
        if (act == ActId.CONTENT) seen = kept[SEEN].orEmpty().split(' ').filter(String::isNotEmpty)
        step { it.copy(text = text, photos = photosOf(kept[STEP_PHOTOS])) }
        kept.filterKeys { it.startsWith(SAID) }.forEach { (key, value) -> answerStep(key.removePrefix(SAID), value) }
    }

    private fun step(next: (StepForm) -> StepForm) = change { state -> state.copy(openStep = state.openStep?.let(next)) }

    private suspend fun addStepPhoto(photo: PhotoItem?) {
        if (photo == null) return
        // The form was closed while the camera had the screen.
        if (now.openStep == null) return photos.drop(listOf(photo))
        step { it.copy(photos = it.photos + photo, problem = null) }
    }

    private fun removeStepPhoto(key: String) {
        val (gone, left) =
            now.openStep
                ?.photos
                .orEmpty()
                .partition { it.key == key }
        step { it.copy(photos = left, problem = null) }
        lasting { photos.drop(gone) }
    }

    /** What is being sent needs its photos until there is an answer. */
    private fun cancelStep() {
        val form = now.openStep ?: return
        change { it.copy(openStep = null) }
        if (!form.sending) lasting { photos.drop(form.photos) }
    }

    private suspend fun confirmStep() {
        val form = now.openStep ?: return
        if (form.sending) return
        val problem = problemOf(form)
        if (problem != null) {
            step { it.copy(problem = problem) }
            return session.platform.touch.failed()
        }
        // Nothing was written over: there is nothing to send.
        if (form.act == ActId.CONTENT.value && said.isEmpty()) return change { it.copy(openStep = null) }
        step { it.copy(sending = true, problem = null) }
        val input = ActInput(ActId(form.act), form.text.ifBlank { null }, named(said), form.photos.map(PhotoItem::key))
        val answer = if (input.act == ActId.CONTENT) phone.cases.edit(id, input.arguments, seen) else phone.cases.act(id, input)
        step { it.copy(sending = false) }
        val isDone = done(answer)
        if (isDone || now.openStep == null) photos.drop(form.photos)
        if (isDone) change { it.copy(openStep = null) }
    }

    private fun problemOf(form: StepForm): String? {
        val missing = form.fields.firstOrNull { it.required && it.value.isBlank() }
        return when {
            missing != null -> session.strings.stepNeeds(missing.label)
            form.photos.size < form.photosWanted -> session.strings.stepNeedsPhotos(form.photosWanted - form.photos.size)
            else -> null
        }
    }

    private suspend fun simply(
        act: ActId,
        arguments: List<Named> = emptyList(),
    ) {
        done(phone.cases.act(id, ActInput(act, arguments = arguments)))
    }

    private suspend fun addPhoto() {
        val shot = session.platform.camera.take(id.value)
        session.tellWhyNot(shot)
        if (shot is Shot.Taken) added(shot.path)
    }

    /** Where there is no room a picture waits for some, open as it is: it comes into the case when that is opened again. */
    private suspend fun added(picture: String) {
        val answer = phone.cases.note(id, "", listOf(picture))
        if (!answer.lacksRoom) session.platform.files.remove(picture)
        done(answer)
    }

    /** Pictures that were taken for this case and are not in it: the app was ended behind the camera, or there was no room. */
    private suspend fun addLeft() =
        session.platform.files
            .left(id.value)
            .forEach { added(it) }

    private fun openPhoto(key: String) {
        if (now.photos.any { it.key == key }) session.navigator.open(Route.Photo(id, FileHash(key)))
    }

    // Notes.

    private suspend fun sendNote() {
        val text = now.noteText.trim()
        if (text.isEmpty() || !done(phone.cases.note(id, text))) return
        change { it.copy(noteText = "") }
    }

    private suspend fun thank() {
        if (now.feedback?.thanked == true) return
        done(phone.cases.note(id, session.strings.thanksNote))
    }

    private suspend fun keepApart(user: UserId) {
        val name =
            now.looks
                .firstOrNull { it.userId == user.value }
                ?.by
                .orEmpty()
        withSession { phone.ownData.keepApart(user, name, true).orTell() }
        session.syncer.wish()
    }

    private suspend fun export() {
        val name = session.strings.caseFile(id.receipt)
        val path = session.platform.files.outgoing(name)
        withSession { phone.cases.export(id, path).orTell() } ?: return
        session.platform.files.share(path)
        session.tell(Notice.Exported(name))
    }

    private suspend fun done(answer: Answer<*>): Boolean {
        withSession { answer.orTell() } ?: return false
        session.platform.touch.kept()
        session.recount()
        session.syncer.wish()
        read()
        return true
    }

    // Reading.

    private suspend fun read() {
        val read = phone.cases.case(id)
        val known = read.orNull()
        if (known == null) {
            change { it.copy(loading = false) }
            if (case == null) withSession { read.orTell() }
            return
        }
        case = known
        if (form == null) form = phone.services.formOf(id).orNull()
        change { shown(it, known) }
        hasRead.complete()
    }

    private fun shown(
        state: CaseDetailState,
        case: Case,
    ): CaseDetailState {
        val line = case.line
        val online =
            session.platform.network
                .link()
                .value.online
        return state.copy(
            sign = signOf(line.service),
            service = line.serviceText,
            isAsked = line.service.isAsked,
            title = line.title,
            stage = line.stageText,
            work = workOf(line.sync, case.progress),
            loading = !isBack,
            due = dueOf(line.due),
            claim = claimOf(line.claim, online, case.holders.firstOrNull()),
            progress = wayOf(case, session.strings),
            text = case.text,
            place = placeOf(case),
            answers = case.fields.map { answerLine(case, it) },
            photos = case.photos.map(::photoItem),
            photosText = session.strings.photosText(case.progress),
            notes = case.notes.map { NoteLine(it.id, it.text, it.by, it.atMs, it.pending) },
            holders = case.holders,
            followers = case.followers,
            followed = case.followed,
            steps = stepsOf(case),
            history = case.history.map { HistoryItem(wordOf(it.act, it.text), it.by, it.atMs, it.outcome == Outcome.PENDING) },
            codeWords = case.codeWords?.let { CodeWordPair(it.coming, it.leaving) },
            looks = case.looks.map { look -> LookItem(look.user.value, look.by, look.atMs, look.keys.map(::label)) },
            conflicts = case.conflicts.size,
            feedback = feedbackOf(case),
            notesOnly = case.notesOnly,
            canEdit = canEdit(case),
        )
    }

    /** The author and whoever works the grid; the server has the last word. */
    private fun canEdit(case: Case): Boolean {
        val may = case.line.isOwn || session.role == HomeRole.GRID_WORKER
        return may && !case.notesOnly && !case.line.hasEnded
    }

    private fun placeOf(case: Case): String? =
        listOfNotNull(
            case.gridName.ifBlank {
                null
            },
            case.answer(ADDRESS),
        ).joinToString(" ").ifBlank { null }

    private fun wordOf(
        act: ActId,
        text: String,
    ) = if (act == ActId.CONTENT) session.strings.wrote else text

    private fun label(key: String): String =
        form
            ?.fields
            ?.firstOrNull { it.key == key }
            ?.label
            ?.inLanguage(session.language) ?: if (key == POSITION) session.strings.positionLabel else key

    private fun answerLine(
        case: Case,
        answer: Named,
    ): AnswerLine {
        val options =
            form
                ?.fields
                ?.firstOrNull { it.key == answer.key }
                ?.options
                .orEmpty()
        val option = options.firstOrNull { it.id == answer.value }?.label?.inLanguage(session.language)
        val value = option ?: if (answer.key == POSITION) positionText(answer.value) else answer.value
        return AnswerLine(
            key = answer.key,
            label = label(answer.key),
            value = value,
            isPrivate = answer.key in case.privateKeys,
            pending = answer.key in case.pendingFields,
            inConflict = case.conflicts.any { it.key == answer.key },
        )
    }

    /** The core keeps a place as JSON: degrees and, where it is known, within how many metres. */
    private fun positionText(kept: String): String {
        val numbers = NUMBER.findAll(kept).map { it.value }.toList()
        if (numbers.size < 2) return kept
        return session.strings.positionText(numbers[0], numbers[1], numbers.getOrNull(2))
    }

    private fun stepsOf(case: Case): List<StepItem> {
        val steps = case.next.filter { it.act !in APART_ACTS }
        val main = steps.firstOrNull { it.whyNot == null && it.act !in GRAVE_ACTS }?.act
        return steps
            .map { next ->
                val weight =
                    when (next.act) {
                        main -> StepWeight.MAIN
                        in GRAVE_ACTS -> StepWeight.GRAVE
                        else -> StepWeight.PLAIN
                    }
                StepItem(next.act.value, next.text, next.whyNot == null, next.whyNot, weight, next.offline == OfflineClass.WAITS_FOR_WORD)
            }.sortedBy { step ->
                if (step.weight == StepWeight.MAIN) {
                    0
                } else if (step.allowed) {
                    1
                } else {
                    2
                }
            }
    }

    /** Only for whoever opened it, and only when somebody has done something. */
    private fun feedbackOf(case: Case): Feedback? {
        val over = case.line.hasEnded || case.line.stage.value in DONE
        if (!case.line.isOwn || case.line.claim != Claim.None || !over) return null
        val thanked = case.notes.any { it.text in THANKS && it.by == case.author }
        return Feedback(
            canThank = !thanked,
            thanked = thanked,
            canReopen = ActId.REOPEN_REQUEST in case.can,
            canRate = ActId.RATE in case.can,
        )
    }

    private companion object {
        const val TEXT = "text"
        const val TEXT_MAX = 2_000

        /** Names of what is typed. */
        const val NOTE = "note"
        const val STEP = "step"
        const val STEP_TEXT = "step.text"
        const val STEP_PHOTOS = "step.photos"
        const val SAID = "said."
        const val SEEN = "seen"
        const val SCORE = "score"
        const val ADDRESS = "address"
        const val POSITION = "position"
        val DONE = setOf("done_by_volunteer", "served")

        /** Whoever thanked did so in the language of that day. */
        val THANKS = Language.entries.map { Strings.of(it).thanksNote }
        val NUMBER = Regex("-?[0-9]+(\\.[0-9]+)?")
    }
}
