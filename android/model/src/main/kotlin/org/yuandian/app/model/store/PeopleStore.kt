package org.yuandian.app.model.store

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.people.Pin
import org.yuandian.app.model.people.Unlocked
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.PeopleAction
import org.yuandian.app.screens.PeopleState
import org.yuandian.app.screens.PeopleStep
import org.yuandian.app.screens.PersonTile
import org.yuandian.app.screens.PinProblem

/** Several people on one phone: who it is, their PIN, the shift change. It works without anybody's data being open. */
class PeopleStore(
    private val app: App,
    private val scope: CoroutineScope,
) {
    private val shown = MutableStateFlow(PeopleState(Frame(app.platform.clock.nowMs())))

    /** Digits stay here and are gone with the next step. */
    private var typed = ""
    private var first: Pin? = null

    /** Whether the PIN that is being chosen is of the person whose data are open and who had none so far. */
    private var forCurrent = false

    val state: StateFlow<PeopleState> = shown.asStateFlow()

    init {
        scope.launch { app.roster.people.collect { read() } }
    }

    fun act(action: PeopleAction) {
        when (action) {
            is PeopleAction.InFrame -> {
                inFrame(action.action)
            }

            is PeopleAction.Choose -> {
                choose(action.id)
            }

            is PeopleAction.Digit -> {
                digit(action.digit)
            }

            PeopleAction.Erase -> {
                typed = typed.dropLast(1)
                showDigits(null)
            }

            PeopleAction.Cancel -> {
                step(PeopleStep.Choose)
            }

            PeopleAction.Add -> {
                add()
            }

            is PeopleAction.EditName -> {
                addStep { it.copy(name = action.text.take(NAME_MAX)) }
            }

            PeopleAction.EndShift -> {
                scope.launch { endShift() }
            }

            PeopleAction.ConfirmEndShift -> {
                scope.launch { confirmEndShift() }
            }
        }
    }

    /** Nobody chooses any more: digits are gone. */
    fun leave() {
        if (shown.value.step != PeopleStep.Choose) step(PeopleStep.Choose)
    }

    private fun inFrame(action: FrameAction) {
        when (action) {
            FrameAction.Back -> {
                if (shown.value.step == PeopleStep.Choose) {
                    app.session.value
                        ?.navigator
                        ?.back()
                } else {
                    step(PeopleStep.Choose)
                }
            }

            FrameAction.DismissNotice -> {
                tell(null)
            }

            is FrameAction.NoticeStep -> {
                tell(null)
                screenFor(action.notice)?.let { screen -> scope.launch { app.platform.screens.open(screen) } }
            }

            else -> {
                Unit
            }
        }
    }

    private fun choose(id: String) {
        val person =
            app.roster.people.value
                .firstOrNull { it.id == id } ?: return
        if (id == app.current) {
            return app.session.value
                ?.navigator
                ?.begin() ?: Unit
        }
        step(PeopleStep.EnterPin(id, person.name, opening = !person.hasPin))
        if (!person.hasPin) scope.launch { unlock(id, null) }
    }

    private fun digit(digit: Int) {
        if (typed.length >= Pin.LENGTH || digit !in 0..9) return
        val step = shown.value.step
        if (step is PeopleStep.EnterPin && (step.opening || step.problem is PinProblem.Paused)) return
        typed += digit
        showDigits(null)
        if (typed.length < Pin.LENGTH) return
        val pin = Pin(typed)
        typed = ""
        when (step) {
            is PeopleStep.EnterPin -> {
                step(step.copy(digits = Pin.LENGTH, problem = null, opening = true))
                scope.launch { unlock(step.personId, pin) }
            }

            is PeopleStep.Add -> {
                chosen(pin)
            }

            else -> {
                Unit
            }
        }
    }

    private fun showDigits(problem: PinProblem?) =
        shown.update { state ->
            when (val step = state.step) {
                is PeopleStep.EnterPin -> state.copy(step = step.copy(digits = typed.length, problem = problem, opening = false))
                is PeopleStep.Add -> state.copy(step = step.copy(digits = typed.length, problem = problem))
                else -> state
            }
        }

    private suspend fun unlock(
        id: String,
        pin: Pin?,
    ) {
        when (val unlocked = app.roster.unlock(id, pin)) {
            is Unlocked.Key -> opened(id, unlocked.bytes)
            is Unlocked.Wrong -> showDigits(PinProblem.Wrong(unlocked.left))
            is Unlocked.Paused -> pause(unlocked.waitMs)
            Unlocked.Lost -> showDigits(PinProblem.KeyLost)
            Unlocked.PhoneLocked -> troubled(Notice.KeyStoreLocked)
            Unlocked.StorageFull -> troubled(Notice.StorageFull)
        }
    }

    private suspend fun opened(
        id: String,
        key: ByteArray,
    ) {
        // What is in the way is the app's to say: nobody's data are open then.
        app.open(id, key)
        step(PeopleStep.Choose)
        read()
    }

    /** Counts the pause down where it is looked at. */
    private suspend fun pause(waitMs: Long) {
        var left = (waitMs + SECOND_MS - 1) / SECOND_MS
        val of = (shown.value.step as? PeopleStep.EnterPin)?.personId
        while (left > 0) {
            if ((shown.value.step as? PeopleStep.EnterPin)?.personId != of) return
            showDigits(PinProblem.Paused(left.toInt()))
            delay(SECOND_MS)
            left -= 1
        }
        if ((shown.value.step as? PeopleStep.EnterPin)?.personId == of) showDigits(null)
    }

    /** The first of a phone has no PIN. Before a second comes, they choose one: nobody's data are to lie open to the other. */
    private fun add() {
        val current =
            app.roster.people.value
                .firstOrNull { it.id == app.current }
        forCurrent = current != null && !current.hasPin
        step(PeopleStep.Add(name = if (forCurrent) current?.name.orEmpty() else ""))
    }

    private fun addStep(next: (PeopleStep.Add) -> PeopleStep.Add) =
        shown.update { state -> (state.step as? PeopleStep.Add)?.let { state.copy(step = next(it)) } ?: state }

    private fun chosen(pin: Pin) {
        val before = first
        when {
            pin.isTooEasy -> {
                showDigits(PinProblem.TooEasy)
            }

            before == null -> {
                first = pin
                addStep { it.copy(digits = 0, again = true, problem = null) }
            }

            before != pin -> {
                first = null
                addStep { it.copy(digits = 0, again = false, problem = PinProblem.NotTheSame) }
            }

            else -> {
                first = null
                scope.launch { added(pin) }
            }
        }
    }

    private suspend fun added(pin: Pin) {
        val step = shown.value.step as? PeopleStep.Add ?: return
        if (forCurrent) {
            val (id, key) = (app.current ?: return) to (app.openKey() ?: return)
            if (!app.roster.setPin(id, key, pin)) return troubled(Notice.StorageFull)
            forCurrent = false
            return step(PeopleStep.Add())
        }
        val person = app.roster.add(step.name.trim(), HomeRole.RESIDENT, pin) ?: return troubled(Notice.StorageFull)
        step(PeopleStep.EnterPin(person.id, person.name, opening = true))
        unlock(person.id, pin)
    }

    private suspend fun endShift() {
        val session = app.session.value ?: return step(PeopleStep.Choose)
        session.recount()
        val name =
            app.roster.people.value
                .firstOrNull { it.id == app.current }
                ?.name
                .orEmpty()
        val submitted = session.wanted.drafts.value.size
        step(PeopleStep.ShiftChange(name, session.work.value.onItsWay + submitted, session.work.value.drafts - submitted))
    }

    private suspend fun confirmEndShift() {
        app.lock()
        step(PeopleStep.Choose)
        read()
    }

    private suspend fun read() {
        val current = app.current
        val open = app.session.value
        val tiles =
            app.roster.people.value.map { person ->
                val waiting = if (person.id == current && open != null) open.work.value.onItsWay else app.waitingOf(person.id)
                PersonTile(person.id, person.name, roleOf(person.role), waiting, person.id == current)
            }
        shown.update { it.copy(people = tiles) }
    }

    private fun step(step: PeopleStep) {
        typed = ""
        if (step !is PeopleStep.Add) first = null
        shown.update { it.copy(step = step, frame = Frame(app.platform.clock.nowMs(), notice = null)) }
    }

    private fun troubled(notice: Notice) {
        showDigits(null)
        tell(notice)
    }

    private fun tell(notice: Notice?) = shown.update { it.copy(frame = it.frame.copy(nowMs = app.platform.clock.nowMs(), notice = notice)) }

    private companion object {
        const val NAME_MAX = 40
        const val SECOND_MS = 1_000L
    }
}
