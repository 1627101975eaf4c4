package org.yuandian.app.screens

/** A phone of several people: each with a store and a PIN of their own, unlocked offline. */
data class PeopleState(
    val frame: Frame,
    val people: List<PersonTile> = emptyList(),
    val step: PeopleStep = PeopleStep.Choose,
)

data class PersonTile(
    val id: String,
    val name: String,
    val role: AppRole,
    /** What the platform does not have yet; it goes on being sent after a shift change. */
    val waiting: Int = 0,
    val current: Boolean = false,
)

sealed interface PeopleStep {
    data object Choose : PeopleStep

    /** Digits stay in the store; the screen knows how many there are. */
    data class EnterPin(
        val personId: String,
        val name: String,
        val digits: Int = 0,
        val problem: PinProblem? = null,
        val opening: Boolean = false,
    ) : PeopleStep

    /** A new person: name, then a PIN, then the same PIN again. */
    data class Add(
        val name: String = "",
        val digits: Int = 0,
        val again: Boolean = false,
        val problem: PinProblem? = null,
    ) : PeopleStep

    /** Shift change: who goes, what is still here. */
    data class ShiftChange(
        val name: String,
        val waiting: Int,
        val drafts: Int,
    ) : PeopleStep
}

sealed interface PinProblem {
    /** [left] tries before a pause. */
    data class Wrong(
        val left: Int,
    ) : PinProblem

    data class Paused(
        val seconds: Int,
    ) : PinProblem

    data object NotTheSame : PinProblem

    /** Too easy: 1234, 0000. */
    data object TooEasy : PinProblem

    /** The phone has lost the key of these data: what was delivered comes back by a new invitation, what was not is lost with it. */
    data object KeyLost : PinProblem
}

sealed interface PeopleAction {
    data class InFrame(
        val action: FrameAction,
    ) : PeopleAction

    data class Choose(
        val id: String,
    ) : PeopleAction

    /** 0 to 9. */
    data class Digit(
        val digit: Int,
    ) : PeopleAction

    data object Erase : PeopleAction

    data object Cancel : PeopleAction

    data object Add : PeopleAction

    data class EditName(
        val text: String,
    ) : PeopleAction

    data object EndShift : PeopleAction

    data object ConfirmEndShift : PeopleAction
}
