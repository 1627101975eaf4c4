package org.yuandian.app.model.store

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withTimeoutOrNull
import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.FieldKind
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.FileKind
import org.yuandian.app.model.FormStanding
import org.yuandian.app.model.Position
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.FileInput
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.Recording
import org.yuandian.app.screens.AskAction
import org.yuandian.app.screens.AskNeed
import org.yuandian.app.screens.AskState
import org.yuandian.app.screens.AskStep
import org.yuandian.app.screens.AskTime
import org.yuandian.app.screens.CaptureReceipt
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Giveaway
import org.yuandian.app.screens.HelpKind
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.VoiceState
import org.yuandian.app.screens.Whom
import org.yuandian.app.screens.WorkState

/** 求助: what, the details, a look at it, published. Everything after the kind has a usable first value, so that four taps are enough. */
class AskStore(
    session: Session,
    draft: CaseId? = null,
) : Store<AskState, AskAction>(session, Route.Ask(draft), AskState(session.frame(Route.Ask(draft)))) {
    private val phone = session.phone
    private val keeper = DraftKeeper(session, draft, ::begun, ::written)
    private val more = DraftExtras(session.kept)
    private val answers = linkedMapOf<String, String>()
    private var position: Position? = null
    private var form: ServiceForm? = null
    private var standing: FormStanding? = null
    private var voice: FileHash? = null

    init {
        go {
            change { it.copy(signedIn = session.person.value != null, area = session.strings.areaCoarse) }
            val found =
                phone.services
                    .find("")
                    .orNull()
                    .orEmpty()
                    .filter { it.id.isHelp }
            change { state ->
                state.copy(kinds = found.map { HelpKind(it.id.value, signOf(it.id), it.title.inLanguage(session.language), null) })
            }
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
                session.platform.voice.stop()
            }

            AskAction.RemoveVoice -> {
                lasting { removeVoice() }
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
        if (before != null) change { it.copy(step = before) } else super.inFrame(action)
    }

    override fun close() {
        session.platform.voice.stop()
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
                    lasting { input()?.let { keeper.write(it) } }
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
        change { it.copy(step = AskStep.DETAILS) }
        edit { it }
    }

    private suspend fun load(id: ServiceId) {
        val loaded = withSession { phone.services.form(id).orTell() } ?: return
        form = loaded
        val kind = HelpKind(id.value, signOf(id), loaded.title.inLanguage(session.language), loaded.help?.inLanguage(session.language))
        change { it.copy(kind = kind, moneyMost = if (moneyKey() == null) null else it.moneyMost.orEmpty()) }
        stand()
    }

    private fun moneyKey() = form?.fields?.firstOrNull { it.kind == FieldKind.MONEY }?.key

    /** Keys that the screen asks in its own way. */
    private fun apart() = setOfNotNull(FOR, AGREES, WHEN, moneyKey())

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
        change { it.copy(fields = fieldsOf(known, standing, answers, session.language, apart())) }
        look()
    }

    private fun look() = change { it.copy(missing = missing(it)) }

    private fun missing(state: AskState): List<AskNeed> {
        val whom = state.whom
        val open = standing?.open(all()).orEmpty()
        return buildList {
            if (state.text.isBlank() && voice == null && answers.values.all(String::isBlank)) add(AskNeed.WORDS)
            if (whom is Whom.Other && whom.name.isBlank()) add(AskNeed.NAME)
            if (whom is Whom.Other && !whom.agrees) add(AskNeed.AGREEMENT)
            if (state.time == AskTime.OTHER && state.timeWords.isBlank()) add(AskNeed.TIME)
            if ((open - setOf(FOR, AGREES, WHEN)).isNotEmpty()) add(AskNeed.ANSWER)
        }
    }

    private fun begun(id: CaseId) {
        session.navigator.becomes(Route.Ask(), Route.Ask(id))
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
        val draft = phone.drafts.draft(id).orNull() ?: return session.navigator.back()
        position = draft.entered.position
        val kept = draft.entered.answers.associate { it.key to it.value }
        voice = draft.files.firstOrNull()?.hash
        val voiceMs = more.get(id, DraftExtras.VOICE_MS)?.toLongOrNull() ?: 0
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
                moneyMost = moneyKey()?.let { kept[it].orEmpty() },
                voice = if (voice == null) VoiceState.None else VoiceState.Recorded(voiceMs),
            )
        }
        stand()
    }

    /** One fix while the screen is there. Without one the request has no cell, and the community's workers pass it on. */
    private suspend fun locate() {
        if (position != null) return
        val fix =
            withTimeoutOrNull(LOCATE_MS) {
                session.platform.places
                    .fixes()
                    .first { it !is Fix.Searching }
            } as? Fix.Found ?: return
        position = fix.position
        input()?.let(keeper::changed)
    }

    private suspend fun record() {
        val id = input()?.let { keeper.write(it) } ?: return
        session.platform.voice.record().collect { recording ->
            when (recording) {
                is Recording.Going -> {
                    change { it.copy(voice = VoiceState.Recording(recording.ms)) }
                }

                is Recording.Ended -> {
                    voice = withSession { phone.drafts.addFile(id, FileInput(FileKind.VOICE, recording.path)).orTell() }
                    more.put(id, DraftExtras.VOICE_MS, recording.ms.toString())
                    change { it.copy(voice = if (voice == null) VoiceState.None else VoiceState.Recorded(recording.ms)) }
                }

                Recording.Denied -> {
                    change { it.copy(voice = VoiceState.Denied) }
                }

                Recording.Unavailable -> {
                    change { it.copy(voice = VoiceState.None) }
                }

                Recording.StorageFull -> {
                    session.tell(Notice.StorageFull)
                }
            }
        }
        look()
    }

    private suspend fun removeVoice() {
        val (id, hash) = (keeper.id ?: return) to (voice ?: return)
        withSession { phone.drafts.removeFile(id, hash).orTell() } ?: return
        voice = null
        change { it.copy(voice = VoiceState.None) }
        look()
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
        const val YES = "yes"
        const val LOCATE_MS = 30_000L
    }
}
