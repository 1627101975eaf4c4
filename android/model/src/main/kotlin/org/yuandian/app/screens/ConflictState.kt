package org.yuandian.app.screens

/** Sheet: two people wrote different answers. Nothing is lost by any choice: what is not chosen stays in the history. */
data class ConflictState(
    val frame: Frame,
    val caseTitle: String,
    val fields: List<ConflictField>,
    val sending: Boolean = false,
) {
    /** Every question is settled. */
    val ready: Boolean get() = fields.isNotEmpty() && fields.all { it.choice != null }
}

data class ConflictField(
    val key: String,
    val label: String,
    val mine: Version,
    /** One or more. */
    val theirs: List<Version>,
    /** Text can be merged, a choice cannot. */
    val canMerge: Boolean,
    val merged: String = "",
    val choice: ConflictChoice? = null,
)

data class Version(
    /** Its number for settling. */
    val n: Int,
    val value: String,
    val by: String,
    val atMs: Long,
)

sealed interface ConflictChoice {
    data object Mine : ConflictChoice

    data class Theirs(
        val n: Int,
    ) : ConflictChoice

    data object Merged : ConflictChoice
}

sealed interface ConflictAction {
    data class InFrame(
        val action: FrameAction,
    ) : ConflictAction

    data class Choose(
        val key: String,
        val choice: ConflictChoice,
    ) : ConflictAction

    data class EditMerged(
        val key: String,
        val text: String,
    ) : ConflictAction

    data object Apply : ConflictAction

    data object Close : ConflictAction
}
