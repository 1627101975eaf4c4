package org.yuandian.app.screens

/** 事件处置: one case, what has been done and what can be done. */
data class CaseDetailState(
    val frame: Frame,
    val id: String,
    val sign: Sign,
    val service: String,
    val title: String,
    /** Readable number. */
    val number: String,
    val stage: String,
    val work: WorkState,
    /** Somebody comes or brings something. */
    val isAsked: Boolean = false,
    val loading: Boolean = false,
    val due: Due? = null,
    val claim: ClaimState = ClaimState.None,
    /** The way of the case in plain words, the first first. */
    val progress: List<ProgressStep> = emptyList(),
    val text: String = "",
    val place: String? = null,
    val answers: List<AnswerLine> = emptyList(),
    val photos: List<PhotoItem> = emptyList(),
    /** How far the photos are, in words; empty without photos. */
    val photosText: String = "",
    val notes: List<NoteLine> = emptyList(),
    val holders: List<String> = emptyList(),
    val followers: Int = 0,
    val followed: Boolean = false,
    /** Every act of the stage, the likeliest first; those that one cannot do now, or never, come last. */
    val steps: List<StepItem> = emptyList(),
    /** Whether it is shown why those cannot be done. */
    val whyNotOpen: Boolean = false,
    /** The act whose form is open. */
    val openStep: StepForm? = null,
    val history: List<HistoryItem> = emptyList(),
    val historyOpen: Boolean = false,
    /** Of an own request that has not ended. */
    val codeWords: CodeWordPair? = null,
    /** Who was told one's private answers. */
    val looks: List<LookItem> = emptyList(),
    val conflicts: Int = 0,
    /** The person opened it: thank, reopen, rate. */
    val feedback: Feedback? = null,
    /** Its version of the catalogue is not here yet: notes and photos only. */
    val notesOnly: Boolean = false,
    /** The description and the answers are this person's to change. */
    val canEdit: Boolean = false,
    val noteText: String = "",
)

data class ProgressStep(
    val label: String,
    val atMs: Long?,
    val position: StepPosition,
)

enum class StepPosition { DONE, NOW, NEXT }

data class AnswerLine(
    val key: String,
    val label: String,
    val value: String,
    val isPrivate: Boolean = false,
    val pending: Boolean = false,
    val inConflict: Boolean = false,
)

data class NoteLine(
    val id: String,
    val text: String,
    val by: String,
    val atMs: Long,
    val pending: Boolean = false,
    /** Length of an attached voice, ms. */
    val voiceMs: Long? = null,
)

data class StepItem(
    /** Act id. */
    val act: String,
    val label: String,
    val allowed: Boolean = true,
    /** Why not, in words. */
    val whyNot: String? = null,
    val weight: StepWeight = StepWeight.PLAIN,
    /** Needs the server's word: done now, it waits. */
    val waitsForServer: Boolean = false,
)

/** [MAIN] is the one at the bottom of the screen; [GRAVE] stands apart and asks again. */
enum class StepWeight { MAIN, PLAIN, GRAVE }

data class StepForm(
    val act: String,
    val label: String,
    val fields: List<FormField> = emptyList(),
    val photosWanted: Int = 0,
    val photos: List<PhotoItem> = emptyList(),
    /** Whether words can be said beside the fields. */
    val asksText: Boolean = true,
    val text: String = "",
    val sending: Boolean = false,
    /** Why it cannot be sent yet, in words. */
    val problem: String? = null,
    val grave: Boolean = false,
)

data class HistoryItem(
    val label: String,
    val by: String,
    val atMs: Long,
    val pending: Boolean = false,
    /** What became of it where it was refused, in words. */
    val refused: String? = null,
)

data class CodeWordPair(
    val coming: String,
    val leaving: String,
)

data class LookItem(
    val userId: String,
    val by: String,
    val atMs: Long,
    /** Which answers, in words. */
    val what: List<String>,
)

data class Feedback(
    val canThank: Boolean = false,
    val thanked: Boolean = false,
    val canReopen: Boolean = false,
    val canRate: Boolean = false,
    /** 1 to 5 once rated. */
    val rated: Int? = null,
)

sealed interface CaseDetailAction {
    data class InFrame(
        val action: FrameAction,
    ) : CaseDetailAction

    data class OpenStep(
        val act: String,
    ) : CaseDetailAction

    /** Opens what stands there for writing over it. */
    data object EditContent : CaseDetailAction

    data class AnswerStep(
        val key: String,
        val value: String,
    ) : CaseDetailAction

    data class EditStepText(
        val text: String,
    ) : CaseDetailAction

    data object TakeStepPhoto : CaseDetailAction

    data object ChooseStepPhoto : CaseDetailAction

    data class RemoveStepPhoto(
        val key: String,
    ) : CaseDetailAction

    data object ConfirmStep : CaseDetailAction

    data object CancelStep : CaseDetailAction

    data class EditNote(
        val text: String,
    ) : CaseDetailAction

    data object SendNote : CaseDetailAction

    data object AddPhoto : CaseDetailAction

    data class OpenPhoto(
        val key: String,
    ) : CaseDetailAction

    data object OpenConflict : CaseDetailAction

    data object ToggleHistory : CaseDetailAction

    data object ToggleWhyNot : CaseDetailAction

    data class SetFollowed(
        val on: Boolean,
    ) : CaseDetailAction

    data object Thank : CaseDetailAction

    data object Reopen : CaseDetailAction

    data class Rate(
        val score: Int,
    ) : CaseDetailAction

    data class KeepApart(
        val userId: String,
    ) : CaseDetailAction

    data object Export : CaseDetailAction
}
