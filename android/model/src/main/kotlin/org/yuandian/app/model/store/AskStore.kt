package org.yuandian.app.model.store

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withTimeoutOrNull
import org.yuandian.app.model.Answer
import org.yuandian.app.model.BothText
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.FieldKind
import org.yuandian.app.model.FormStanding
import org.yuandian.app.model.Position
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.screens.AskAction
import org.yuandian.app.screens.AskNeed
import org.yuandian.app.screens.AskState
import org.yuandian.app.screens.AskStep
import org.yuandian.app.screens.AskTime
import org.yuandian.app.screens.CaptureReceipt
import org.yuandian.app.screens.FormField
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Giveaway
import org.yuandian.app.screens.HelpKind
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Whom
import org.yuandian.app.screens.WorkState

/**
 * 求助 and 助老服务: what, the details, a look at it, published. Everything after the kind has a usable first value, so that four taps are
 * enough.
 */
class AskStore(
    session: Session,
    draft: CaseId? = null,
    orders: Boolean = false,
) : Store<AskState, AskAction>(
        session,
        Route.Ask(draft, orders),
        AskState(session.frame(Route.Ask(draft, orders)), loading = draft != null, orders = orders),
    ) {
    private val phone = session.phone
    private val keeper = DraftKeeper(session, draft, ::begun, ::written)
    private val more = DraftExtras(session.phone.typed)
    private val answers = linkedMapOf<String, String>()
    private var position: Position? = null
    private var form: ServiceForm? = null
    private var standing: FormStanding? = null
    private val voice =
        VoiceNote(session, more) { heard ->
            change { it.copy(voice = heard) }
            look()
        }
    private val lists = Lists(session)

    init {
        go {
            change { it.copy(signedIn = session.person.value != null) }
            val found =
                phone.services
                    .find("")
                    .orNull()
                    .orEmpty()
                    .filter { it.id.isAsked && (it.id.isOrder || !orders) }
            change { state -> state.copy(kinds = found.map { kindOf(it.id, it.title, null) }) }
            if (draft != null) restore(draft)
            locate()
        }
    }

    // One line an action: as long as the type is.
    @Suppress("CyclomaticComplexMethod", "LongMethod")
    override fun act(action: AskAction) {
        when (action) {
            is AskAction.InFrame -> {
                inFrame(action.action)
            }

            is AskAction.ChooseKind -> {
                go { choose(ServiceId(action.id)) }
            }

            AskAction.ForOneself -> {
                edit { it.copy(whom = Whom.Oneself) }
            }

            AskAction.ForOther -> {
                edit { it.copy(whom = it.whom as? Whom.Other ?: Whom.Other("", agrees = false)) }
            }

            is AskAction.EditName -> {
                edit { it.copy(whom = Whom.Other(action.text, (it.whom as? Whom.Other)?.agrees == true)) }
            }

            is AskAction.SetAgrees -> {
                edit { it.copy(whom = Whom.Other((it.whom as? Whom.Other)?.name.orEmpty(), action.on)) }
            }

            is AskAction.ChooseTime -> {
                edit { it.copy(time = action.time) }
            }

            is AskAction.ChooseDay -> {
                edit { it.copy(day = action.id) }
            }

            is AskAction.EditTime -> {
                edit { it.copy(timeWords = action.text) }
            }

            is AskAction.EditMoney -> {
                edit { it.copy(moneyMost = action.text) }
            }

            is AskAction.EditText -> {
                edit { it.copy(text = action.text) }
            }

            AskAction.StartVoice -> {
                lasting { record() }
            }

            AskAction.StopVoice -> {
                voice.stop()
            }

            AskAction.RemoveVoice -> {
                lasting { keeper.id?.let { voice.remove(it) } }
            }

            is AskAction.Answer -> {
                answers[action.key] = action.value
                edit { it }
            }

            AskAction.Next -> {
                next()
            }

            AskAction.Publish -> {
                lasting { publish() }
            }

            is AskAction.OpenCase -> {
                session.navigator.replace(Route.Detail(CaseId(action.id)))
            }

            AskAction.Done -> {
                session.navigator.begin()
            }
        }
    }

    override fun framed(
        state: AskState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun spoken() = listOfNotNull(now.kind?.title, now.kind?.help, now.text.ifBlank { null }).joinToString("\n")

    /** Back goes to the step before; what was entered stays. */
    override fun inFrame(action: FrameAction) {
        val before = if (action == FrameAction.Back) stepBefore(now.step) else null
        if (before == null) return super.inFrame(action)
        change { it.copy(step = before) }
        lasting { keeper.id?.let { id -> more.put(id, DraftExtras.CHECKED, null) } }
    }

    override fun covered() = session.platform.voice.stop()

    override suspend fun write() {
        keeper.write()
        super.write()
    }

    override fun close() {
        voice.stop()
        lasting { keeper.write() }
        super.close()
    }

    private fun stepBefore(step: AskStep): AskStep? =
        when (step) {
            AskStep.DETAILS -> AskStep.WHAT
            AskStep.CHECK -> AskStep.DETAILS
            AskStep.WHAT, AskStep.DONE -> null
        }

    private fun next() {
        look()
        when (now.step) {
            AskStep.WHAT -> {
                if (now.kind != null) change { it.copy(step = AskStep.DETAILS) }
            }

            AskStep.DETAILS -> {
                // What is missing is shown at the questions themselves.
                if (now.missing.isEmpty()) {
                    change { it.copy(step = AskStep.CHECK) }
                    lasting { input()?.let { keeper.write(it) }?.let { id -> more.put(id, DraftExtras.CHECKED, "1") } }
                } else {
                    session.platform.touch.failed()
                }
            }

            AskStep.CHECK, AskStep.DONE -> {
                Unit
            }
        }
    }

    private suspend fun choose(id: ServiceId) {
        load(id)
        if (id.isOrder) answers.putAll(KnownAnswers(session, lists).of(form).filterKeys { it !in answers })
        change { it.copy(step = AskStep.DETAILS) }
        edit { it }
    }

    private fun kindOf(
        id: ServiceId,
        title: BothText,
        help: BothText?,
    ) = HelpKind(id.value, signOf(id), title.inLanguage(session.language), help?.inLanguage(session.language), id.isOrder)

    private suspend fun load(id: ServiceId) {
        val loaded = withSession { phone.services.form(id).orTell() } ?: return
        form = loaded
        val days = if (dayKey() == null) emptyList() else session.daysAhead()
        change { state ->
            state.copy(
                kind = kindOf(id, loaded.title, loaded.help),
                moneyMost = if (moneyKey() == null) null else state.moneyMost.orEmpty(),
                days = days,
                day = state.day?.takeIf { day -> days.any { it.id == day } } ?: days.firstOrNull()?.id,
            )
        }
        stand()
    }

    private fun moneyKey() = form?.fields?.firstOrNull { it.kind == FieldKind.MONEY }?.key

    private fun dayKey() = form?.fields?.firstOrNull { it.key == DAY && it.kind == FieldKind.DATE }?.key

    /** Keys that the screen asks in its own way. */
    private fun apart() = setOfNotNull(FOR, AGREES, WHEN, moneyKey(), dayKey())

    private fun all(): Map<String, String> {
        val state = now
        val whom = state.whom
        val time =
            when (state.time) {
                AskTime.OTHER -> state.timeWords
                else -> session.strings.askTime(state.time)
            }
        val asked =
            form
                ?.fields
                .orEmpty()
                .map { it.key }
                .toSet()
        val own =
            buildMap {
                if (whom is Whom.Other) {
                    put(FOR, whom.name)
                    if (whom.agrees) put(AGREES, YES)
                }
                put(WHEN, time)
                moneyKey()?.let { put(it, state.moneyMost.orEmpty()) }
                dayKey()?.let { put(it, state.day.orEmpty()) }
            }
        return answers + own.filterKeys(asked::contains)
    }

    private fun input(): DraftInput? = form?.let { DraftInput(it.id, position, now.text, named(all())) }

    private fun edit(next: (AskState) -> AskState) {
        change(next)
        input()?.let(keeper::changed)
        go { stand() }
    }

    private suspend fun stand() {
        val known = form ?: return
        val given = all()
        standing = phone.services.standing(known.id, named(given)).orNull()
        val fields = fieldsOf(known, standing, answers, session.language, apart())
        // Of an order, what it is and what must be known come first: the rest may be left.
        change { it.copy(fields = if (known.id.isOrder) fields.sortedBy { field -> rankOf(field) } else fields) }
        look()
    }

    private fun rankOf(field: FormField) = listOf(field.key == ITEM, field.required, true).indexOf(true)

    private fun look() = change { it.copy(missing = missing(it)) }

    private fun missing(state: AskState): List<AskNeed> {
        val whom = state.whom
        val open = standing?.open(all()).orEmpty()
        return buildList {
            sayingNeed(state)?.let(::add)
            if (whom is Whom.Other && whom.name.isBlank()) add(AskNeed.NAME)
            if (whom is Whom.Other && !whom.agrees) add(AskNeed.AGREEMENT)
            if (!isTimeSaid(state)) add(AskNeed.TIME)
            if ((open - setOf(FOR, AGREES, WHEN, DAY)).isNotEmpty()) add(AskNeed.ANSWER)
        }
    }

    /** Of an order its kind says enough, once it is known which; neighbours are told in words, or by an answer. */
    private fun sayingNeed(state: AskState): AskNeed? =
        when {
            state.text.isNotBlank() || voice.isThere -> null
            state.isOrder -> AskNeed.ITEM.takeIf { ITEM in standing?.asked.orEmpty() && answers[ITEM].isNullOrBlank() }
            else -> AskNeed.WORDS.takeIf { answers.values.all(String::isBlank) }
        }

    private fun isTimeSaid(state: AskState) =
        if (dayKey() == null) state.time != AskTime.OTHER || state.timeWords.isNotBlank() else state.day != null

    private fun begun(id: CaseId) {
        session.navigator.becomes(route, Route.Ask(id))
    }

    private suspend fun written(id: CaseId) {
        val told =
            phone.drafts
                .giveaways(id)
                .orNull()
                .orEmpty()
        change { state -> state.copy(giveaways = told.map { Giveaway(it.field, it.found, it.text) }) }
    }

    private suspend fun restore(id: CaseId) {
        val draft = phone.drafts.draft(id).orNull() ?: return submitted(id)
        position = draft.entered.position
        val kept = draft.entered.answers.associate { it.key to it.value }
        load(draft.entered.service)
        answers.putAll(kept - apart())
        val time = AskTime.entries.firstOrNull { it != AskTime.OTHER && session.strings.askTime(it) == kept[WHEN] }
        change { state ->
            state.copy(
                step = AskStep.DETAILS,
                text = draft.entered.text,
                whom = kept[FOR]?.let { Whom.Other(it, kept[AGREES] == YES) } ?: Whom.Oneself,
                time = time ?: if (kept[WHEN] == null) AskTime.SOON else AskTime.OTHER,
                timeWords = if (time == null) kept[WHEN].orEmpty() else "",
                // A day that has passed meanwhile is chosen anew.
                day = kept[DAY].takeIf { day -> state.days.any { it.id == day } },
                moneyMost = moneyKey()?.let { kept[it].orEmpty() },
            )
        }
        voice.restore(draft)
        stand()
        val isChecked = more.get(id, DraftExtras.CHECKED) != null && now.missing.isEmpty()
        change { it.copy(loading = false, step = if (isChecked) AskStep.CHECK else it.step) }
    }

    /** What was a draft when the app was ended is a case: its receipt is shown again. */
    private suspend fun submitted(id: CaseId) {
        val line =
            phone.cases
                .line(id)
                .orNull() ?: return session.navigator.back()
        keeper.end()
        change { it.copy(loading = false, step = AskStep.DONE, receipt = CaptureReceipt(id.receipt, id.value, line.work())) }
    }

    /** One fix while the screen is there. Without one the request has no cell, and the community's workers pass it on. */
    private suspend fun locate() {
        if (position == null) {
            val fix =
                withTimeoutOrNull(LOCATE_MS) {
                    session.platform.places
                        .fixes()
                        .first { it !is Fix.Searching }
                }
            position = (fix as? Fix.Found)?.position
            if (position != null) input()?.let(keeper::changed)
        }
        change { it.copy(area = if (position == null) session.strings.areaNone else session.strings.areaCoarse) }
    }

    private suspend fun record() {
        voice.record(input()?.let { keeper.write(it) } ?: return)
    }

    private suspend fun publish() {
        if (now.publishing || now.receipt != null) return
        look()
        if (now.missing.isNotEmpty()) return change { it.copy(step = AskStep.DETAILS) }
        change { it.copy(publishing = true) }
        val id = input()?.let { keeper.write(it) }
        val answer = id?.let { phone.drafts.finish(it) }
        change { it.copy(publishing = false) }
        when {
            id == null -> {
                Unit
            }

            answer is Answer.Done -> {
                published(id, answer.value.work())
            }

            (answer as? Answer.Failed)?.trouble == Trouble.NotEnrolled -> {
                session.wanted.add(id)
                published(id, workOf(SyncState.SAVED))
                session.tell(Notice.SignInToSend)
            }

            answer is Answer.Failed -> {
                withSession { answer.orTell<Nothing>() }
                change { it.copy(step = AskStep.DETAILS) }
            }
        }
    }

    private suspend fun published(
        id: CaseId,
        work: WorkState,
    ) {
        keeper.end()
        more.clear(id)
        change { it.copy(step = AskStep.DONE, receipt = CaptureReceipt(id.receipt, id.value, work)) }
        session.platform.touch.kept()
        session.recount()
        session.syncer.wish()
        session.askToNotify()
    }

    private companion object {
        const val FOR = "beneficiary"
        const val AGREES = "beneficiary_agrees"
        const val WHEN = "time_window"
        const val DAY = "time"
        const val ITEM = "service_item"
        const val YES = "yes"
        const val LOCATE_MS = 30_000L
    }
}
