package org.yuandian.app.model.store

import org.yuandian.app.model.Answer
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.JoinAction
import org.yuandian.app.screens.JoinProblem
import org.yuandian.app.screens.JoinState
import org.yuandian.app.screens.JoinStep

/** First start: what one is, then, whenever one likes, the invitation. */
class JoinStore(
    session: Session,
    /** The server of the city that this app was made for; empty where it serves several. */
    private val cityServer: String = "",
) : Store<JoinState, JoinAction>(session, Route.Join, JoinState(session.frame(Route.Join))) {
    init {
        val chosen = session.settings.settings.value
        change {
            it.copy(
                step = if (chosen.role == null) JoinStep.ROLE else JoinStep.INVITATION,
                role = chosen.role?.let(::roleOf),
                server = chosen.server.ifEmpty { cityServer },
                asksServer = cityServer.isEmpty(),
                keptReports = session.wanted.drafts.value.size,
            )
        }
        keepTyped({ mapOf(CODE to it.invitation, NAME to it.name) }, setOf(CODE, NAME)) { kept ->
            change {
                it.copy(
                    invitation = it.invitation.ifEmpty { kept[CODE].orEmpty() },
                    name = it.name.ifEmpty { kept[NAME].orEmpty() },
                )
            }
        }
    }

    override fun act(action: JoinAction) {
        when (action) {
            is JoinAction.InFrame -> {
                inFrame(action.action)
            }

            is JoinAction.ChooseRole -> {
                change { it.copy(role = action.role, step = JoinStep.INVITATION) }
                lasting { session.settings.update { it.copy(role = roleOf(action.role)) } }
            }

            is JoinAction.SetElder -> {
                lasting { session.settings.update { it.copy(elder = action.on, elderOffered = true) } }
            }

            JoinAction.Later -> {
                session.navigator.begin()
            }

            is JoinAction.EditInvitation -> {
                invitation(action.text)
            }

            JoinAction.Scan -> {
                go { scan() }
            }

            is JoinAction.EditServer -> {
                change { it.copy(server = action.text.trim(), problem = null) }
                lasting { session.settings.update { it.copy(server = action.text.trim()) } }
            }

            is JoinAction.EditName -> {
                change { it.copy(name = action.text.take(NAME_MAX), problem = null) }
            }

            JoinAction.Send -> {
                lasting { send() }
            }
        }
    }

    override fun framed(
        state: JoinState,
        frame: Frame,
    ) = state.copy(frame = frame, keptReports = session.wanted.drafts.value.size)

    override fun inFrame(action: FrameAction) {
        if (action == FrameAction.Back && now.step == JoinStep.INVITATION && session.settings.settings.value.role == null) {
            change { it.copy(step = JoinStep.ROLE) }
        } else {
            super.inFrame(action)
        }
    }

    /** An invitation may name its server: `https://city.example/#7K3M-9QRT-2XWB`, as on paper and in codes to be scanned. */
    private fun invitation(text: String) {
        val trimmed = text.trim().take(INVITATION_MAX)
        val link = trimmed.takeIf { it.startsWith(LINK) && '#' in it }
        change { state ->
            state.copy(
                invitation = link?.substringAfter('#') ?: trimmed,
                server = link?.substringBefore('#')?.trimEnd('/') ?: state.server,
                asksServer = link == null && cityServer.isEmpty(),
                problem = null,
            )
        }
        lasting { session.settings.update { it.copy(server = now.server) } }
    }

    private suspend fun scan() {
        val text = session.scanned()?.trim() ?: return
        if (isInvitation(text)) invitation(text) else change { it.copy(problem = JoinProblem.NoInvitation) }
    }

    /** Whether a text that was scanned can be one: an address with a code, or a code. What is typed is for the server to judge. */
    private fun isInvitation(text: String): Boolean {
        val code = if (text.startsWith(LINK)) text.substringAfter('#', "") else text
        return text.length <= INVITATION_MAX && code.length in 1..CODE_MAX && code.all { it.isLetterOrDigit() || it == '-' }
    }

    private suspend fun send() {
        val state = now
        if (state.sending) return
        val problem =
            when {
                state.invitation.isBlank() || state.server.isBlank() -> JoinProblem.Empty
                state.name.isBlank() -> JoinProblem.NameMissing
                else -> null
            }
        if (problem != null) return change { it.copy(problem = problem) }
        change { it.copy(sending = true, problem = null) }
        val answer = session.phone.identity.enroll(state.server, state.invitation.uppercase(), state.name.trim())
        change { it.copy(sending = false) }
        when (answer) {
            is Answer.Done -> {
                change { it.copy(invitation = "") }
                session.enrolled(answer.value)
                session.navigator.begin()
            }

            is Answer.Failed -> {
                change { it.copy(problem = problemOf(answer.trouble)) }
                session.platform.touch.failed()
            }
        }
    }

    private fun problemOf(trouble: Trouble): JoinProblem =
        when (trouble) {
            is Trouble.Mend -> if (trouble.field == "name") JoinProblem.NameMissing else JoinProblem.Empty
            is Trouble.Unreachable -> JoinProblem.Offline
            is Trouble.UntrustedServer -> JoinProblem.UntrustedServer
            is Trouble.ServerRefused -> JoinProblem.Refused(trouble.detail)
            is Trouble.Refused -> JoinProblem.Refused(trouble.reason.inLanguage(session.language))
            else -> JoinProblem.Refused("")
        }

    private companion object {
        const val NAME_MAX = 40
        const val INVITATION_MAX = 300

        /** Of an invitation, as the core has it. */
        const val CODE_MAX = 64
        const val LINK = "https://"
        const val CODE = "code"
        const val NAME = "name"
    }
}
