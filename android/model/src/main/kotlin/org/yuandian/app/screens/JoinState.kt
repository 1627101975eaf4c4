package org.yuandian.app.screens

/** First start: role, then invitation. Reporting works before it is finished. */
data class JoinState(
    val frame: Frame,
    val step: JoinStep = JoinStep.ROLE,
    val role: AppRole? = null,
    /** As typed or scanned. */
    val invitation: String = "",
    val server: String = "",
    /** Shown where the invitation does not name the server. */
    val asksServer: Boolean = false,
    val name: String = "",
    val sending: Boolean = false,
    val problem: JoinProblem? = null,
    /** Reports that were written before and wait for the sign-in. */
    val keptReports: Int = 0,
)

enum class JoinStep { ROLE, INVITATION }

sealed interface JoinProblem {
    data object Empty : JoinProblem

    /** What was scanned is another code. */
    data object NoInvitation : JoinProblem

    data object NameMissing : JoinProblem

    data object Offline : JoinProblem

    data object UntrustedServer : JoinProblem

    /** [reason] in the server's words. */
    data class Refused(
        val reason: String,
    ) : JoinProblem
}

sealed interface JoinAction {
    data class InFrame(
        val action: FrameAction,
    ) : JoinAction

    data class ChooseRole(
        val role: AppRole,
    ) : JoinAction

    data class SetElder(
        val on: Boolean,
    ) : JoinAction

    /** Goes on without an invitation. */
    data object Later : JoinAction

    data class EditInvitation(
        val text: String,
    ) : JoinAction

    data object Scan : JoinAction

    data class EditServer(
        val text: String,
    ) : JoinAction

    data class EditName(
        val text: String,
    ) : JoinAction

    data object Send : JoinAction
}
