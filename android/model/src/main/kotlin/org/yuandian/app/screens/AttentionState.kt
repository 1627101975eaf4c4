package org.yuandian.app.screens

/** 需处理: what was refused, why, what is kept and what can be done. Nothing in it goes away by itself. */
data class AttentionState(
    val frame: Frame,
    val loading: Boolean = false,
    val items: List<AttentionCard> = emptyList(),
    /** The open form, if one is. */
    val form: AttentionForm? = null,
)

data class AttentionCard(
    val item: Long,
    val caseId: String,
    val sign: Sign,
    val title: String,
    /** What was refused, in words. */
    val what: String,
    /** Why, in words. */
    val reason: String,
    val atMs: Long,
    /** What is kept of it, in words. */
    val kept: List<String> = emptyList(),
    /** What a reviewer answered to an appeal. */
    val review: String? = null,
    /** The best first. */
    val steps: List<AttentionStep> = emptyList(),
    /** Somebody else is on it: nothing is wrong, and nothing must be done. */
    val isCalm: Boolean = false,
)

/** [AMEND] sends again with other words, [AGAIN] as it was. */
enum class AttentionStep { AMEND, AGAIN, KEEP_AS_NOTE, APPEAL, OPEN_CASE, SEE_OTHERS, EXPORT, DISCARD }

data class AttentionForm(
    val item: Long,
    /** [AttentionStep.AMEND], [AttentionStep.APPEAL] or, to be asked again, [AttentionStep.DISCARD]. */
    val step: AttentionStep,
    val text: String = "",
    val sending: Boolean = false,
)

sealed interface AttentionAction {
    data class InFrame(
        val action: FrameAction,
    ) : AttentionAction

    data class Take(
        val item: Long,
        val step: AttentionStep,
    ) : AttentionAction

    data class EditForm(
        val text: String,
    ) : AttentionAction

    data object SendForm : AttentionAction

    data object CloseForm : AttentionAction
}
