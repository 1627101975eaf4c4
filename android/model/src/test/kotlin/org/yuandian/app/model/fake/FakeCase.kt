package org.yuandian.app.model.fake

import org.yuandian.app.model.ActId
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CodeWords
import org.yuandian.app.model.DraftFile
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.Named
import org.yuandian.app.model.Person
import org.yuandian.app.model.Place
import org.yuandian.app.model.Role
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.StageId
import org.yuandian.app.model.Tally
import org.yuandian.app.model.TimeLimit
import org.yuandian.app.model.UserId

/** One value of an answer, by whom. [edit] numbers the edits of a case. */
internal data class FakeValue(
    val value: String,
    val by: Person,
    val atMs: Long,
    val edit: Int,
)

internal data class FakeNote(
    val id: String,
    val text: String,
    val by: Person,
    val atMs: Long,
    val files: List<DraftFile> = emptyList(),
)

internal data class FakePhoto(
    val hash: FileHash,
    val sizeBytes: Long,
    val by: Person,
    val atMs: Long,
    val stored: Boolean = false,
    /** Whether smaller pictures of it were made. */
    val hasRenditions: Boolean = true,
)

internal data class FakeStep(
    val act: ActId,
    val by: Person,
    val atMs: Long,
)

internal data class FakeStay(
    val by: Person,
    val inMs: Long,
    val inWord: Boolean?,
    val outMs: Long? = null,
    val outWord: Boolean? = null,
)

/** A case as it stands: with everything that was accepted, or with what is on its way, too. */
internal data class FakeCase(
    val id: CaseId,
    val service: ServiceId,
    val author: Person,
    val openedMs: Long,
    val place: Place?,
    val stage: StageId,
    val edits: Int = 1,
    /** `text` is the description. */
    val fields: Map<String, List<FakeValue>> = emptyMap(),
    val notes: List<FakeNote> = emptyList(),
    val photos: List<FakePhoto> = emptyList(),
    val holders: List<Person> = emptyList(),
    val waiting: List<Person> = emptyList(),
    val followers: Set<UserId> = emptySet(),
    val history: List<FakeStep> = emptyList(),
    val stays: List<FakeStay> = emptyList(),
    val noPhoto: String? = null,
    val codeWords: CodeWords? = null,
    /** Set by tests: what it is timed by, and how much of it is done. */
    val limit: TimeLimit? = null,
    val tally: Tally? = null,
) {
    val text: String get() = fields["text"]?.first()?.value.orEmpty()
    val updatedMs: Long get() = history.maxOfOrNull { it.atMs } ?: openedMs

    fun inConflict(key: String) = fields[key].orEmpty().size > 1
}

/** What a person did, as they meant it. */
internal sealed interface FakeIntent {
    val case: CaseId
    val act: ActId

    data class Open(
        val opened: FakeCase,
    ) : FakeIntent {
        override val case get() = opened.id
        override val act = ActId("report")
    }

    data class Edit(
        override val case: CaseId,
        val answers: List<Named>,
        /** The number of edits that its form was opened at. */
        val seen: Int,
    ) : FakeIntent {
        override val act = ActId.CONTENT
    }

    data class AddNote(
        override val case: CaseId,
        val note: FakeNote,
        val photos: List<FakePhoto>,
    ) : FakeIntent {
        override val act = ActId.CONTENT
    }

    data class Settle(
        override val case: CaseId,
        val key: String,
        val value: String,
    ) : FakeIntent {
        override val act = ActId.CONTENT
    }

    data class Do(
        override val case: CaseId,
        override val act: ActId,
        val note: FakeNote?,
        val arguments: List<Named>,
        val photos: List<FakePhoto>,
    ) : FakeIntent
}

/** What the rule says. */
internal sealed interface FakeVerdict {
    data class Taken(
        val case: FakeCase,
    ) : FakeVerdict

    /** In line: the case changes, and the person is told. */
    data class InLine(
        val case: FakeCase,
        val position: Int,
    ) : FakeVerdict

    data class No(
        val code: String,
    ) : FakeVerdict
}

/** The one rule, asked by the phone for what it shows and by the city for good. */
internal object FakeRule {
    fun judge(
        case: FakeCase?,
        intent: FakeIntent,
        person: Person,
        atMs: Long,
    ): FakeVerdict {
        if (intent is FakeIntent.Open) return FakeVerdict.Taken(intent.opened)
        if (case == null) return FakeVerdict.No("r_gone")
        return when (intent) {
            is FakeIntent.Edit -> FakeVerdict.Taken(edited(case, intent, person, atMs))
            is FakeIntent.AddNote -> FakeVerdict.Taken(noted(case, intent.note, intent.photos, ActId.CONTENT, person, atMs))
            is FakeIntent.Settle -> FakeVerdict.Taken(settled(case, intent, person, atMs))
            is FakeIntent.Do -> act(case, intent, person, atMs)
            is FakeIntent.Open -> FakeVerdict.Taken(intent.opened)
        }
    }

    /** Why somebody may not do an act now; none where they may. */
    fun whyNot(
        case: FakeCase,
        act: FakeAct,
        person: Person,
    ): String? =
        when {
            !may(case, act.by, person) -> "r_role"
            case.stage.value !in act.from -> "r_state"
            act.act == ActId.FOLLOW && person.user in case.followers -> "r_state"
            act.act == ActId.UNFOLLOW && person.user !in case.followers -> "r_state"
            else -> null
        }

    private fun may(
        case: FakeCase,
        doer: Doer,
        person: Person,
    ) = when (doer) {
        Doer.AUTHOR -> case.author.user == person.user
        Doer.HOLDER -> case.holders.any { it.user == person.user }
        Doer.HOLDER_OR_WAITING -> (case.holders + case.waiting).any { it.user == person.user }
        Doer.VOLUNTEER -> person.grants.any { it.role == Role.VOLUNTEER }
        Doer.WORKER -> person.grants.any { it.role == Role.GRID_WORKER }
        Doer.ANYBODY -> true
    }

    private fun act(
        case: FakeCase,
        intent: FakeIntent.Do,
        person: Person,
        atMs: Long,
    ): FakeVerdict {
        val row = FakeWorkflow.of(case.service).firstOrNull { it.act == intent.act } ?: return FakeVerdict.No("r_schema")
        whyNot(case, row, person)?.let { return FakeVerdict.No(it) }
        if (row.needsReason && intent.arguments.none { it.key == "reason" && it.value.isNotBlank() }) return FakeVerdict.No("r_schema")
        val withNote = noted(case, intent.note, intent.photos, intent.act, person, atMs)
        val moved = row.to?.let { withNote.copy(stage = StageId(it)) } ?: withNote
        return when (intent.act) {
            ActId.CLAIM -> claimed(case, withNote, person)
            ActId.RELEASE -> FakeVerdict.Taken(released(case, withNote, person))
            ActId.FOLLOW -> FakeVerdict.Taken(moved.copy(followers = case.followers + person.user))
            ActId.UNFOLLOW -> FakeVerdict.Taken(moved.copy(followers = case.followers - person.user))
            ActId.ARRIVE -> FakeVerdict.Taken(moved.copy(stays = case.stays + FakeStay(person, atMs, word(intent, case.codeWords?.coming))))
            ActId.REPORT_BACK -> FakeVerdict.Taken(moved.copy(stays = case.stays.map { it.copy(outMs = atMs) }))
            else -> FakeVerdict.Taken(moved)
        }
    }

    private fun word(
        intent: FakeIntent.Do,
        right: String?,
    ): Boolean? = intent.arguments.firstOrNull { it.key == "code" }?.let { said -> right?.let { it == said.value } }

    private fun claimed(
        before: FakeCase,
        after: FakeCase,
        person: Person,
    ): FakeVerdict =
        if (before.holders.isEmpty()) {
            FakeVerdict.Taken(after.copy(holders = listOf(person), stage = StageId("claimed")))
        } else {
            FakeVerdict.InLine(after.copy(waiting = before.waiting + person), before.waiting.size + 1)
        }

    private fun released(
        before: FakeCase,
        after: FakeCase,
        person: Person,
    ): FakeCase {
        if (before.holders.none { it.user == person.user }) return after.copy(waiting = before.waiting.filter { it.user != person.user })
        val next = before.waiting.take(1)
        return after.copy(holders = next, waiting = before.waiting.drop(1), stage = StageId(if (next.isEmpty()) "open" else "claimed"))
    }

    private fun edited(
        case: FakeCase,
        intent: FakeIntent.Edit,
        person: Person,
        atMs: Long,
    ): FakeCase {
        val edit = case.edits + 1
        val fields =
            intent.answers.fold(case.fields) { fields, answer ->
                val mine = FakeValue(answer.value, person, atMs, edit)
                val newer =
                    fields[answer.key].orEmpty().filter {
                        it.edit > intent.seen && it.value != answer.value &&
                            it.by.user != person.user
                    }
                fields + (answer.key to (newer + mine).sortedBy(FakeValue::edit))
            }
        return case.copy(fields = fields, edits = edit, history = case.history + FakeStep(ActId.CONTENT, person, atMs))
    }

    private fun settled(
        case: FakeCase,
        intent: FakeIntent.Settle,
        person: Person,
        atMs: Long,
    ): FakeCase {
        val value = FakeValue(intent.value, person, atMs, case.edits + 1)
        return case.copy(
            fields = case.fields + (intent.key to listOf(value)),
            edits = case.edits + 1,
            history = case.history + FakeStep(ActId.CONTENT, person, atMs),
        )
    }

    @Suppress("LongParameterList")
    private fun noted(
        case: FakeCase,
        note: FakeNote?,
        photos: List<FakePhoto>,
        act: ActId,
        person: Person,
        atMs: Long,
    ) = case.copy(
        notes = if (note == null) case.notes else case.notes + note,
        photos = case.photos + photos,
        history = case.history + FakeStep(act, person, atMs),
    )
}
