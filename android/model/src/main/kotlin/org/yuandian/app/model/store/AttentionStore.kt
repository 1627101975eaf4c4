package org.yuandian.app.model.store

import kotlinx.coroutines.Job
import org.yuandian.app.model.ActId
import org.yuandian.app.model.Answer
import org.yuandian.app.model.AttentionItem
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.ItemId
import org.yuandian.app.model.NextStep
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.screens.AttentionAction
import org.yuandian.app.screens.AttentionCard
import org.yuandian.app.screens.AttentionForm
import org.yuandian.app.screens.AttentionState
import org.yuandian.app.screens.AttentionStep
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Sign

/** 需处理. Nothing leaves the list by itself. */
class AttentionStore(
    session: Session,
) : Store<AttentionState, AttentionAction>(session, Route.Attention, AttentionState(session.frame(Route.Attention), loading = true)) {
    private val attention = session.phone.attention
    private var items = emptyList<AttentionItem>()

    private val hasRead = Job()

    init {
        keepRead(::read)
        keepTyped(::typed) { kept ->
            hasRead.join()
            formAgain(kept)
        }
    }

    override fun act(action: AttentionAction) {
        when (action) {
            is AttentionAction.InFrame -> {
                inFrame(action.action)
            }

            is AttentionAction.Take -> {
                take(action.item, action.step)
            }

            is AttentionAction.EditForm -> {
                change { state ->
                    state.copy(form = state.form?.copy(text = action.text.take(limitOf(state.form))))
                }
            }

            AttentionAction.SendForm -> {
                lasting { send() }
            }

            AttentionAction.CloseForm -> {
                change { it.copy(form = null) }
            }
        }
    }

    /** Back closes what lies over the screen first. */
    override fun inFrame(action: FrameAction) {
        if (action == FrameAction.Back && now.form != null) act(AttentionAction.CloseForm) else super.inFrame(action)
    }

    override fun framed(
        state: AttentionState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun spoken() = now.items.joinToString("\n") { "${it.title} ${it.reason}" }

    private fun take(
        number: Long,
        step: AttentionStep,
    ) {
        val item = items.firstOrNull { it.id.value == number } ?: return
        when (step) {
            AttentionStep.AMEND -> {
                change { it.copy(form = AttentionForm(number, step, item.kept.joinToString("\n"))) }
            }

            AttentionStep.APPEAL, AttentionStep.DISCARD -> {
                change { it.copy(form = AttentionForm(number, step)) }
            }

            AttentionStep.AGAIN -> {
                lasting { settled(attention.amend(item.id)) }
            }

            AttentionStep.KEEP_AS_NOTE -> {
                lasting { settled(attention.keepAsNote(item.id)) }
            }

            AttentionStep.OPEN_CASE -> {
                session.navigator.open(Route.Detail(item.case))
            }

            AttentionStep.SEE_OTHERS -> {
                session.navigator.goTo(Route.Nearby)
            }

            AttentionStep.EXPORT -> {
                lasting { export(item) }
            }
        }
    }

    private fun typed(state: AttentionState): Map<String, String> {
        val form = state.form ?: return emptyMap()
        return mapOf(ITEM to form.item.toString(), STEP to form.step.name, TEXT to form.text)
    }

    /** The form as it was left, where what it is about still needs the person. */
    private fun formAgain(kept: Map<String, String>) {
        val item = items.firstOrNull { it.id.value.toString() == kept[ITEM] } ?: return
        val step = stepsOf(item).firstOrNull { it.name == kept[STEP] } ?: return
        change { it.copy(form = AttentionForm(item.id.value, step, kept[TEXT].orEmpty())) }
    }

    private suspend fun send() {
        val form = now.form ?: return
        if (form.sending) return
        change { it.copy(form = form.copy(sending = true)) }
        val id = ItemId(form.item)
        val answer =
            when (form.step) {
                AttentionStep.AMEND -> attention.amend(id, text = form.text)
                AttentionStep.APPEAL -> attention.appeal(id, form.text)
                AttentionStep.DISCARD -> discard(id)
                else -> return change { it.copy(form = null) }
            }
        change { state -> state.copy(form = state.form?.copy(sending = false)) }
        settled(answer)
    }

    /** A claim that waits in line is given up by leaving the line; everything else by throwing the entry away. */
    private suspend fun discard(id: ItemId): Answer<Unit> {
        val item = items.firstOrNull { it.id == id } ?: return attention.discard(id)
        if (NextStep.DISCARD in item.next || NextStep.RELEASE !in item.next) return attention.discard(id)
        return when (val released = session.phone.cases.act(item.case, ActInput(ActId.RELEASE))) {
            is Answer.Done -> Answer.Done(Unit)
            is Answer.Failed -> released
        }
    }

    private suspend fun settled(answer: Answer<Unit>) {
        withSession { answer.orTell() } ?: return
        change { it.copy(form = null) }
        session.platform.touch.kept()
        session.recount()
        session.syncer.wish()
        read()
    }

    private suspend fun export(item: AttentionItem) {
        val name = session.strings.caseFile(item.case.receipt)
        val path = session.platform.files.outgoing(name)
        withSession { attention.export(item.id, path).orTell() } ?: return
        session.platform.files.share(path)
        session.tell(Notice.Exported(name))
    }

    private suspend fun read() {
        items = attention.items().orNull().orEmpty()
        val cards = items.map { card(it) }
        change { it.copy(loading = false, items = cards) }
        hasRead.complete()
    }

    private suspend fun card(item: AttentionItem): AttentionCard {
        val line =
            session.phone.cases
                .line(item.case)
                .orNull()
        val act =
            session.phone.cases
                .case(item.case)
                .orNull()
                ?.next
                ?.firstOrNull { it.act == item.act }
                ?.text
        return AttentionCard(
            item = item.id.value,
            caseId = item.case.value,
            sign = line?.let { signOf(it.service) } ?: Sign.OTHER,
            title = item.title.ifBlank { line?.serviceText.orEmpty() },
            what = act ?: if (item.act == ActId.CONTENT) session.strings.wrote else item.act.value,
            reason = item.reason.inLanguage(session.language),
            atMs = item.atMs,
            kept = item.kept,
            review = item.review,
            steps = stepsOf(item),
            isCalm = item.code == TAKEN,
        )
    }

    private fun limitOf(form: AttentionForm?) = if (form?.step == AttentionStep.APPEAL) APPEAL_MAX else TEXT_MAX

    internal companion object {
        private const val APPEAL_MAX = 1_000
        private const val TEXT_MAX = 2_000

        /** Names of what is typed. */
        private const val ITEM = "item"
        private const val STEP = "step"
        private const val TEXT = "text"

        /** Somebody was first. */
        private const val TAKEN = "r_taken"

        /** The core's steps as this screen offers them, in its order. What it cannot do is left out; the case can always be looked at. */
        fun stepsOf(item: AttentionItem): List<AttentionStep> {
            val steps =
                item.next.mapNotNull { step ->
                    when (step) {
                        NextStep.AMEND -> AttentionStep.AMEND.takeIf { item.kept.isNotEmpty() } ?: AttentionStep.AGAIN
                        NextStep.SYNC_AGAIN -> AttentionStep.AGAIN.takeIf { NextStep.AMEND in item.next }
                        NextStep.NOTE -> AttentionStep.KEEP_AS_NOTE
                        NextStep.APPEAL -> AttentionStep.APPEAL
                        NextStep.LOOK, NextStep.RETAKE, NextStep.WAIT -> AttentionStep.OPEN_CASE
                        NextStep.LOOK_AROUND -> AttentionStep.SEE_OTHERS
                        NextStep.EXPORT -> AttentionStep.EXPORT
                        NextStep.DISCARD, NextStep.RELEASE -> AttentionStep.DISCARD
                        NextStep.ASK_ADMIN, NextStep.UPDATE_APP, NextStep.ENROLL_AGAIN -> null
                    }
                }
            return (steps + AttentionStep.OPEN_CASE).distinct()
        }
    }
}

/** The id of a case, as screens name it. */
internal fun idOf(text: String) = CaseId(text)
