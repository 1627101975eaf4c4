package org.yuandian.app.model.store

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withTimeoutOrNull
import org.yuandian.app.model.ActId
import org.yuandian.app.model.Answer
import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.Claim
import org.yuandian.app.model.FileKind
import org.yuandian.app.model.Named
import org.yuandian.app.model.Position
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.LeaveInput
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.GiveUpReason
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.TaskCard
import org.yuandian.app.screens.TaskForm
import org.yuandian.app.screens.TaskStep
import org.yuandian.app.screens.TasksAction
import org.yuandian.app.screens.TasksState
import org.yuandian.app.screens.WorkState

/** 我的接单: 出发, 到达, 完成, and 去不了了 without blame. */
class TasksStore(
    session: Session,
) : Store<TasksState, TasksAction>(session, Route.Tasks, TasksState(session.frame(Route.Tasks), loading = true)) {
    private val lists = Lists(session)
    private val phone = session.phone
    private val photos = StepPhotos(session)
    private var wholes = mapOf<String, Case>()

    init {
        keepRead(::read)
        keepTyped(::typed) { kept -> formAgain(kept)?.let { form -> change { it.copy(form = form) } } }
    }

    // One line an action: as long as the type is.
    @Suppress("CyclomaticComplexMethod", "LongMethod")
    override fun act(action: TasksAction) {
        when (action) {
            is TasksAction.InFrame -> {
                inFrame(action.action)
            }

            is TasksAction.Open -> {
                session.navigator.open(Route.Detail(CaseId(action.id)))
            }

            is TasksAction.Take -> {
                take(CaseId(action.id), action.step)
            }

            is TasksAction.GiveUp -> {
                change { it.copy(form = TaskForm.GivingUp(action.id)) }
            }

            is TasksAction.Call -> {
                go { call(action.id) }
            }

            is TasksAction.Navigate -> {
                go { navigate(action.id) }
            }

            is TasksAction.EditCode -> {
                editCode(action.text)
            }

            is TasksAction.EditText -> {
                editText(action.text)
            }

            is TasksAction.ChooseReason -> {
                editForm<TaskForm.GivingUp> { it.copy(reason = action.reason) }
            }

            TasksAction.TakePhoto -> {
                lasting { photo(photos::take) }
            }

            TasksAction.ChoosePhoto -> {
                lasting { photo(photos::choose) }
            }

            is TasksAction.RemovePhoto -> {
                removePhoto(action.key)
            }

            TasksAction.SendForm -> {
                lasting { send() }
            }

            TasksAction.CloseForm -> {
                closeForm()
            }

            TasksAction.OpenHours -> {
                session.navigator.open(Route.Hours)
            }

            TasksAction.FindMore -> {
                session.navigator.goTo(Route.Nearby)
            }
        }
    }

    /** Back closes what lies over the screen first. */
    override fun inFrame(action: FrameAction) {
        if (action == FrameAction.Back && now.form != null) act(TasksAction.CloseForm) else super.inFrame(action)
    }

    override fun framed(
        state: TasksState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun close() {
        closeForm()
        super.close()
    }

    override fun spoken() = now.tasks.joinToString("\n") { listOfNotNull(it.service, it.title, it.time, it.address).joinToString(" ") }

    private fun take(
        id: CaseId,
        step: TaskStep,
    ) {
        when (step) {
            TaskStep.DEPART -> lasting { done(phone.cases.act(id, ActInput(ActId.DEPART))) }
            TaskStep.ARRIVE -> change { it.copy(form = TaskForm.Arriving(id.value)) }
            TaskStep.FINISH -> change { it.copy(form = TaskForm.Leaving(id.value)) }
            TaskStep.WAIT_CONFIRM -> session.navigator.open(Route.Detail(id))
        }
    }

    private fun editCode(text: String) {
        val code = text.filter { it in '0'..'9' }.take(CODE_DIGITS)
        editForm<TaskForm.Arriving> { it.copy(code = code, wrong = false) }
        editForm<TaskForm.Leaving> { it.copy(code = code) }
    }

    private fun editText(text: String) {
        editForm<TaskForm.Leaving> { it.copy(text = text.take(TEXT_MAX)) }
        editForm<TaskForm.GivingUp> { it.copy(text = text.take(TEXT_MAX)) }
    }

    private inline fun <reified F : TaskForm> editForm(crossinline next: (F) -> F) =
        change { state -> (state.form as? F)?.let { state.copy(form = next(it)) } ?: state }

    private fun typed(state: TasksState): Map<String, String> =
        when (val form = state.form) {
            null -> {
                emptyMap()
            }

            is TaskForm.Arriving -> {
                mapOf(TASK to form.taskId, FORM to ARRIVING, CODE to form.code)
            }

            is TaskForm.Leaving -> {
                mapOf(
                    TASK to form.taskId,
                    FORM to LEAVING,
                    CODE to form.code,
                    TEXT to form.text,
                    PHOTOS to kept(form.photos),
                )
            }

            is TaskForm.GivingUp -> {
                mapOf(TASK to form.taskId, FORM to GIVING_UP, REASON to form.reason?.name.orEmpty(), TEXT to form.text)
            }
        }

    private fun formAgain(kept: Map<String, String>): TaskForm? {
        val task = kept[TASK] ?: return null
        val (code, text) = kept[CODE].orEmpty() to kept[TEXT].orEmpty()
        return when (kept[FORM]) {
            ARRIVING -> TaskForm.Arriving(task, code)
            LEAVING -> TaskForm.Leaving(task, code, text, photosOf(kept[PHOTOS]))
            GIVING_UP -> TaskForm.GivingUp(task, GiveUpReason.entries.firstOrNull { it.name == kept[REASON] }, text)
            else -> null
        }
    }

    private suspend fun photo(get: suspend () -> PhotoItem?) {
        val form = now.form as? TaskForm.Leaving ?: return
        if (form.photos.size >= PHOTOS_MAX) return
        val photo = get() ?: return
        // The form was closed while the camera had the screen.
        if (now.form !is TaskForm.Leaving) return photos.drop(listOf(photo))
        editForm<TaskForm.Leaving> { it.copy(photos = it.photos + photo) }
    }

    private fun removePhoto(key: String) {
        val (gone, left) = photosIn(now.form).partition { it.key == key }
        editForm<TaskForm.Leaving> { it.copy(photos = left) }
        lasting { photos.drop(gone) }
    }

    /** What is being sent needs its photos until there is an answer. */
    private fun closeForm() {
        val form = now.form ?: return
        change { it.copy(form = null) }
        if ((form as? TaskForm.Leaving)?.sending == false) lasting { photos.drop(form.photos) }
    }

    private fun photosIn(form: TaskForm?) = (form as? TaskForm.Leaving)?.photos.orEmpty()

    private suspend fun send() {
        when (val form = now.form) {
            null -> Unit
            is TaskForm.Arriving -> arrive(form)
            is TaskForm.Leaving -> leave(form)
            is TaskForm.GivingUp -> giveUp(form)
        }
    }

    private suspend fun arrive(form: TaskForm.Arriving) {
        if (form.sending) return
        editForm<TaskForm.Arriving> { it.copy(sending = true) }
        val answer = phone.doorstep.arrive(CaseId(form.taskId), form.code.ifEmpty { null }, positionNow())
        editForm<TaskForm.Arriving> { it.copy(sending = false) }
        // Whether the word is right is for the server to say; that it is none, the phone knows.
        if (((answer as? Answer.Failed)?.trouble as? Trouble.Refused)?.code == "r_schema") {
            editForm<TaskForm.Arriving> { it.copy(wrong = true) }
            session.platform.touch.failed()
        } else {
            done(answer)
        }
    }

    private suspend fun leave(form: TaskForm.Leaving) {
        if (form.sending) return
        editForm<TaskForm.Leaving> { it.copy(sending = true) }
        val leaving = LeaveInput(form.code.ifEmpty { null }, form.text.ifBlank { null }, form.photos.map(PhotoItem::key))
        val answer = phone.doorstep.leave(CaseId(form.taskId), leaving)
        editForm<TaskForm.Leaving> { it.copy(sending = false) }
        if (done(answer) || now.form == null) photos.drop(form.photos)
    }

    private suspend fun giveUp(form: TaskForm.GivingUp) {
        val reason = form.reason ?: return
        if (form.sending) return
        editForm<TaskForm.GivingUp> { it.copy(sending = true) }
        val note = listOf(session.strings.giveUpNote(reason), form.text).filter(String::isNotBlank).joinToString("\n")
        val id = CaseId(form.taskId)
        // Whoever is at the door and not wanted ends the request; whoever cannot come lets the next in line have it.
        val ends = reason == GiveUpReason.NOT_NEEDED && wholes[form.taskId]?.can?.contains(ActId.TURNED_AWAY) == true
        val act = if (ends) ActInput(ActId.TURNED_AWAY, arguments = listOf(Named("reason", note))) else ActInput(ActId.RELEASE, text = note)
        val answer = phone.cases.act(id, act)
        editForm<TaskForm.GivingUp> { it.copy(sending = false) }
        done(answer)
    }

    private suspend fun done(answer: Answer<*>): Boolean {
        withSession { answer.orTell() } ?: return false
        change { it.copy(form = null) }
        session.platform.touch.kept()
        session.syncer.wish()
        read()
        return true
    }

    private suspend fun positionNow(): Position? =
        withTimeoutOrNull(FIX_MS) {
            (
                session.platform.places
                    .fixes()
                    .first { it !is Fix.Searching } as? Fix.Found
            )?.position
        }

    private suspend fun call(id: String) {
        val number = wholes[id]?.answer(PHONE) ?: return
        session.platform.dialer.dial(number)
    }

    private suspend fun navigate(id: String) {
        val case = wholes[id] ?: return
        session.platform.wayfinder.show(case.place ?: return, case.answer(ADDRESS).orEmpty())
    }

    private suspend fun read() {
        val mine = lists.lines(mine = true).filter { it.service.isHelp && it.claim != Claim.None && it.claim != Claim.Lost }
        val (ended, open) = mine.partition { it.hasEnded }
        val read = open.mapNotNull { line -> lists.whole(line)?.let { line to it } }
        wholes = read.associate { (line, case) -> line.id.value to case }
        val since = session.platform.clock.nowMs() - LATELY_MS
        change { state ->
            state.copy(
                loading = false,
                tasks = read.map { (line, case) -> card(line, case) },
                doneLately =
                    ended.count {
                        it.updatedMs >=
                            since
                    },
            )
        }
    }

    private fun card(
        line: CaseLine,
        case: Case,
    ): TaskCard {
        val won = line.claim == Claim.Won
        val online =
            session.platform.network
                .link()
                .value.online
        return TaskCard(
            id = line.id.value,
            sign = signOf(line.service),
            service = line.serviceText,
            title = line.title,
            stage = line.stageText,
            work = line.work(),
            time = case.answer(TIME).orEmpty(),
            next = if (won) nextOf(case) else null,
            claim = claimOf(line.claim, online, case.holders.firstOrNull()),
            address = if (won) case.answer(ADDRESS) else null,
            phone = if (won) case.answer(PHONE)?.let(::masked) else null,
            due = dueOf(line.due),
            canGiveUp = ActId.RELEASE in case.can || ActId.TURNED_AWAY in case.can,
        )
    }

    private fun nextOf(case: Case): TaskStep? =
        when {
            case.line.stage.value == "claimed" && ActId.DEPART in case.can -> TaskStep.DEPART
            ActId.ARRIVE in case.can -> TaskStep.ARRIVE
            ActId.REPORT_BACK in case.can -> TaskStep.FINISH
            case.line.stage.value == "done_by_volunteer" -> TaskStep.WAIT_CONFIRM
            else -> null
        }

    private companion object {
        const val TIME = "time_window"
        const val ADDRESS = "address"
        const val PHONE = "phone"
        const val CODE_DIGITS = 4

        /** Names of what is typed. */
        const val TASK = "task"
        const val FORM = "form"
        const val ARRIVING = "arriving"
        const val LEAVING = "leaving"
        const val GIVING_UP = "giving_up"
        const val CODE = "code"
        const val TEXT = "text"
        const val REASON = "reason"
        const val PHOTOS = "photos"
        const val TEXT_MAX = 2_000
        const val PHOTOS_MAX = 9
        const val FIX_MS = 1_500L
        const val LATELY_MS = 7 * 24 * 3_600_000L
    }
}

/** An answer that this person may read. */
internal fun Case.answer(key: String): String? = fields.firstOrNull { it.key == key }?.value?.ifBlank { null }

/** A telephone number of which enough is shown to tell two apart. */
internal fun masked(number: String): String {
    val digits = number.trim()
    return if (digits.length < MASKED_FROM) digits else digits.take(MASKED_HEAD) + "****" + digits.takeLast(MASKED_TAIL)
}

private const val MASKED_FROM = 9
private const val MASKED_HEAD = 3
private const val MASKED_TAIL = 4
