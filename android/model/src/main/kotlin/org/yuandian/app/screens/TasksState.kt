package org.yuandian.app.screens

/** 我的接单: the next step of each. */
data class TasksState(
    val frame: Frame,
    val loading: Boolean = false,
    val tasks: List<TaskCard> = emptyList(),
    val form: TaskForm? = null,
    /** Confirmed in the last days. */
    val doneLately: Int = 0,
)

data class TaskCard(
    val id: String,
    val sign: Sign,
    val service: String,
    val title: String,
    val stage: String,
    val work: WorkState,
    val time: String,
    val next: TaskStep?,
    val claim: ClaimState = ClaimState.Won,
    /** Where to go; null until one may know. */
    val address: String? = null,
    /** Masked; a call goes through the platform. Null until one may know. */
    val phone: String? = null,
    val due: Due? = null,
    val canGiveUp: Boolean = false,
)

/** 出发, 到达, 完成, and the wait for 确认. */
enum class TaskStep { DEPART, ARRIVE, FINISH, WAIT_CONFIRM }

sealed interface TaskForm {
    val taskId: String

    /** The first code word, said by whoever asked. */
    data class Arriving(
        override val taskId: String,
        val code: String = "",
        val wrong: Boolean = false,
        val sending: Boolean = false,
    ) : TaskForm

    /** The second code word, a word to whoever asked, photos. */
    data class Leaving(
        override val taskId: String,
        val code: String = "",
        val text: String = "",
        val photos: List<PhotoItem> = emptyList(),
        val sending: Boolean = false,
    ) : TaskForm

    /** 去不了了: no blame, the next in line is told. */
    data class GivingUp(
        override val taskId: String,
        val reason: GiveUpReason? = null,
        val text: String = "",
        val sending: Boolean = false,
    ) : TaskForm
}

enum class GiveUpReason { NO_TIME, UNWELL, TOO_FAR, NOT_ABLE, NOT_NEEDED, OTHER }

sealed interface TasksAction {
    data class InFrame(
        val action: FrameAction,
    ) : TasksAction

    data class Open(
        val id: String,
    ) : TasksAction

    data class Take(
        val id: String,
        val step: TaskStep,
    ) : TasksAction

    data class GiveUp(
        val id: String,
    ) : TasksAction

    data class Call(
        val id: String,
    ) : TasksAction

    data class Navigate(
        val id: String,
    ) : TasksAction

    data class EditCode(
        val text: String,
    ) : TasksAction

    data class EditText(
        val text: String,
    ) : TasksAction

    data class ChooseReason(
        val reason: GiveUpReason,
    ) : TasksAction

    data object TakePhoto : TasksAction

    data object ChoosePhoto : TasksAction

    data class RemovePhoto(
        val key: String,
    ) : TasksAction

    data object SendForm : TasksAction

    data object CloseForm : TasksAction

    data object OpenHours : TasksAction

    data object FindMore : TasksAction
}
