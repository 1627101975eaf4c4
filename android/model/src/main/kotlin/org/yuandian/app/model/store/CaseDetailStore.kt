package org.yuandian.app.model.store

import org.yuandian.app.model.ActId
import org.yuandian.app.model.Answer
import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Claim
import org.yuandian.app.model.HomeRole
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
import org.yuandian.app.screens.AnswerLine
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.CaseDetailState
import org.yuandian.app.screens.CodeWordPair
import org.yuandian.app.screens.Feedback
import org.yuandian.app.screens.FieldKind
import org.yuandian.app.screens.FormField
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.HistoryItem
import org.yuandian.app.screens.LookItem
import org.yuandian.app.screens.NoteLine
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
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
    private var case: Case? = null
    private var form: ServiceForm? = null
    private val said = linkedMapOf<String, String>()

    /** The heads at which the content was opened for writing. */
    private var seen = emptyList<String>()

    init {
        keepRead(::read)
        // What was being written when the app was ended.
        go {
            val text = session.kept.get(noteKey()).orEmpty()
            if (now.noteText.isEmpty()) change { it.copy(noteText = text) }
        }
    }

    override fun act(action: CaseDetailAction) {
        when (action) {
            is CaseDetailAction.InFrame -> inFrame(action.action)
            is CaseDetailAction.OpenStep -> openStep(ActId(action.act))
            CaseDetailAction.EditContent -> go { editContent() }
            is CaseDetailAction.AnswerStep -> answerStep(action.key, action.value)
            is CaseDetailAction.EditStepText -> step { it.copy(text = action.text.take(TEXT_MAX), problem = null) }
            CaseDetailAction.TakeStepPhoto -> lasting { photo { item -> step { it.copy(photos = it.photos + item, problem = null) } } }
            is CaseDetailAction.RemoveStepPhoto -> removeStepPhoto(action.key)
            CaseDetailAction.ConfirmStep -> lasting { confirmStep() }
            CaseDetailAction.CancelStep -> change { it.copy(openStep = null) }
            is CaseDetailAction.EditNote -> editNote(action.text.take(TEXT_MAX))
            CaseDetailAction.SendNote -> lasting { sendNote() }
            CaseDetailAction.AddPhoto -> lasting { photo { done(phone.cases.note(id, "", listOf(it.key))) } }
            is CaseDetailAction.OpenPhoto -> Unit
            CaseDetailAction.OpenConflict -> session.navigator.open(Route.Conflict(id))
            CaseDetailAction.ToggleHistory -> change { it.copy(historyOpen = !it.historyOpen) }
            is CaseDetailAction.SetFollowed -> lasting { simply(if (action.on) ActId.FOLLOW else ActId.UNFOLLOW) }
            CaseDetailAction.Thank -> lasting { thank() }
            CaseDetailAction.Reopen -> openStep(ActId.REOPEN_REQUEST)
            is CaseDetailAction.Rate -> lasting { simply(ActId.RATE, listOf(Named(SCORE, action.score.toString()))) }
            is CaseDetailAction.KeepApart -> lasting { keepApart(UserId(action.userId)) }
            CaseDetailAction.Export -> lasting { export() }
        }
    }

    override fun framed(
        state: CaseDetailState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun spoken() = listOf(now.service, now.title, now.stage, now.text).filter(String::isNotBlank).joinToString("\n")

    // Steps.

    private fun openStep(act: ActId) {
        val next = case?.next?.firstOrNull { it.act == act }?.takeIf { it.whyNot == null } ?: return
        if (isPlain(next)) {
            lasting { simply(act) }
            return
        }
        said.clear()
        change {
            it.copy(
                openStep =
                    StepForm(
                        act = act.value,
                        label = next.text,
                        fields = fieldsOf(next.arguments, said),
                        photosWanted = next.photos,
                        grave = act in GRAVE_ACTS,
                    ),
            )
        }
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
        said.clear()
        seen = known.heads
        change {
            it.copy(
                openStep =
                    StepForm(
                        act = ActId.CONTENT.value,
                        label = session.strings.detailEdit,
                        fields = listOf(text) + fieldsOf(kept, standing, answers, session.language),
                        asksText = false,
                    ),
            )
        }
    }

    private fun answerStep(
        key: String,
        value: String,
    ) {
        said[key] = value
        step { form -> form.copy(fields = form.fields.map { if (it.key == key) it.copy(value = value) else it }, problem = null) }
    }

    private fun step(next: (StepForm) -> StepForm) = change { state -> state.copy(openStep = state.openStep?.let(next)) }

    private fun removeStepPhoto(key: String) = step { it.copy(photos = it.photos.filterNot { photo -> photo.key == key }, problem = null) }

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
        if (done(answer)) {
            form.photos.forEach { session.platform.files.remove(it.key) }
            change { it.copy(openStep = null) }
        }
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

    private suspend fun photo(then: suspend (PhotoItem) -> Unit) {
        when (val shot = session.platform.camera.take()) {
            // Until it is sent, a photo of a step is named by its path: it is in no draft.
            is Shot.Taken -> then(PhotoItem(shot.path, session.platform.clock.nowMs(), WorkState.Draft()))

            Shot.Denied -> denied(Permission.CAMERA)

            Shot.StorageFull -> session.tell(Notice.StorageFull)

            Shot.Cancelled, Shot.Unavailable -> Unit
        }
    }

    // Notes.

    private fun noteKey() = "note.${id.value}"

    private fun editNote(text: String) {
        change { it.copy(noteText = text) }
        lasting { session.kept.put(noteKey(), text.ifEmpty { null }) }
    }

    private suspend fun sendNote() {
        val text = now.noteText.trim()
        if (text.isEmpty() || !done(phone.cases.note(id, text))) return
        change { it.copy(noteText = "") }
        session.kept.put(noteKey(), null)
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
            title = line.title,
            stage = line.stageText,
            work = workOf(line.sync, case.progress),
            loading = false,
            due = if (line.stage.isEnd) null else dueOf(case.times),
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
        val mine = case.author == session.person.value?.name || session.role == HomeRole.GRID_WORKER
        return mine && !case.notesOnly && !case.line.stage.isEnd
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
        val mine = case.author == session.person.value?.name && case.line.claim == Claim.None
        val over = case.line.stage.isEnd || case.line.stage.value == DONE
        if (!mine || !over) return null
        val thanked = case.notes.any { it.text == session.strings.thanksNote && it.by == case.author }
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
        const val SCORE = "score"
        const val ADDRESS = "address"
        const val POSITION = "position"
        const val DONE = "done_by_volunteer"
        val NUMBER = Regex("-?[0-9]+(\\.[0-9]+)?")
    }
}
