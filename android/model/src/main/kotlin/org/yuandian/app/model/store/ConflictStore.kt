package org.yuandian.app.model.store

import kotlinx.coroutines.Job
import org.yuandian.app.model.Answer
import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Conflict
import org.yuandian.app.model.ConflictValue
import org.yuandian.app.model.FieldKind
import org.yuandian.app.model.FormField
import org.yuandian.app.model.Named
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.screens.ConflictAction
import org.yuandian.app.screens.ConflictChoice
import org.yuandian.app.screens.ConflictField
import org.yuandian.app.screens.ConflictState
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.Version

/** Two answers to one question: 用我的, 用对方的 or 合并. What is not chosen stays in the history. */
class ConflictStore(
    session: Session,
    private val id: CaseId,
) : Store<ConflictState, ConflictAction>(session, Route.Conflict(id), ConflictState(session.frame(Route.Conflict(id)), "", emptyList())) {
    private val phone = session.phone
    private var case: Case? = null

    private val hasRead = Job()

    init {
        keepRead(::read)
        keepTyped(::typed) { kept ->
            hasRead.join()
            change { state -> state.copy(fields = state.fields.map { chosenAgain(it, kept) }) }
        }
    }

    override fun act(action: ConflictAction) {
        when (action) {
            is ConflictAction.InFrame -> {
                inFrame(action.action)
            }

            is ConflictAction.Choose -> {
                field(action.key) { it.copy(choice = action.choice.takeIf { choice -> fits(it, choice) }) }
            }

            is ConflictAction.EditMerged -> {
                field(action.key) { if (it.canMerge) it.copy(merged = action.text, choice = ConflictChoice.Merged) else it }
            }

            ConflictAction.Apply -> {
                lasting { apply() }
            }

            ConflictAction.Close -> {
                session.navigator.back()
            }
        }
    }

    override fun framed(
        state: ConflictState,
        frame: Frame,
    ) = state.copy(frame = frame)

    override fun spoken() =
        now.fields.joinToString("\n") { "${it.label}: ${it.mine.value}, ${it.theirs.joinToString(", ") { v -> v.value }}" }

    private fun field(
        key: String,
        next: (ConflictField) -> ConflictField,
    ) = change { state -> state.copy(fields = state.fields.map { if (it.key == key) next(it) else it }) }

    private fun fits(
        field: ConflictField,
        choice: ConflictChoice,
    ) = when (choice) {
        ConflictChoice.Mine -> true
        ConflictChoice.Merged -> field.canMerge
        is ConflictChoice.Theirs -> field.theirs.any { it.n == choice.n }
    }

    private fun typed(state: ConflictState): Map<String, String> =
        buildMap {
            for (field in state.fields) {
                val chosen =
                    when (val choice = field.choice) {
                        null -> continue
                        ConflictChoice.Mine -> field.mine.mark()
                        ConflictChoice.Merged -> MERGED
                        is ConflictChoice.Theirs -> field.theirs.first { it.n == choice.n }.mark()
                    }
                put(CHOICE + field.key, chosen)
                if (field.canMerge) put(TEXT_OF + field.key, field.merged)
            }
        }

    /** Versions are known again by what they say and who said it: their numbers are those of another reading. */
    private fun chosenAgain(
        field: ConflictField,
        kept: Map<String, String>,
    ): ConflictField {
        val mark = kept[CHOICE + field.key] ?: return field
        val choice =
            when (mark) {
                MERGED -> ConflictChoice.Merged
                field.mine.mark() -> ConflictChoice.Mine
                else -> field.theirs.firstOrNull { it.mark() == mark }?.let { ConflictChoice.Theirs(it.n) }
            }
        return field.copy(choice = choice?.takeIf { fits(field, it) }, merged = kept[TEXT_OF + field.key] ?: field.merged)
    }

    private fun Version.mark() = "$atMs $by $value"

    private suspend fun apply() {
        if (now.sending || !now.ready) return
        change { it.copy(sending = true) }
        val all = now.fields.map { settle(it) }
        change { it.copy(sending = false) }
        val failed = all.firstOrNull { it is Answer.Failed }
        if (failed != null) {
            withSession { failed.orTell() }
            // What was settled is gone from the list; the rest stays to be tried again.
            read()
            return
        }
        session.platform.touch.kept()
        session.recount()
        session.syncer.wish()
        session.navigator.back()
    }

    private suspend fun settle(field: ConflictField): Answer<Unit> =
        when (val choice = field.choice) {
            is ConflictChoice.Theirs -> phone.cases.settle(id, field.key, choice.n)
            ConflictChoice.Merged -> phone.cases.edit(id, listOf(Named(field.key, field.merged)), case?.heads)
            ConflictChoice.Mine, null -> phone.cases.settle(id, field.key, field.mine.n)
        }

    private suspend fun read() {
        val read = withSession { phone.cases.case(id).orTell() } ?: return session.navigator.back()
        case = read
        val form = phone.services.formOf(id).orNull()
        val chosen = now.fields.associateBy { it.key }
        val fields = read.conflicts.map { fieldOf(it, form, chosen[it.key]) }
        change { it.copy(caseTitle = read.line.title, fields = fields) }
        hasRead.complete()
    }

    /** A choice that somebody has made stays, as long as both versions are still the same. */
    private fun fieldOf(
        conflict: Conflict,
        form: ServiceForm?,
        before: ConflictField?,
    ): ConflictField {
        val mine = conflict.values.firstOrNull(ConflictValue::mine) ?: conflict.values.first()
        val theirs = conflict.values.filter { it !== mine }
        val asked = form?.fields?.firstOrNull { it.key == conflict.key }
        val canMerge = conflict.key == TEXT || asked?.kind == FieldKind.TEXT
        val fresh =
            ConflictField(
                key = conflict.key,
                label = conflict.label.ifEmpty { session.strings.descriptionLabel },
                mine = version(mine, asked),
                theirs = theirs.map { version(it, asked) },
                canMerge = canMerge,
                merged = if (canMerge) conflict.values.joinToString("\n") { it.value } else "",
            )
        val same = before != null && before.mine == fresh.mine && before.theirs == fresh.theirs
        return if (same) before else fresh
    }

    /** As it reads in the form: an option by its words. */
    private fun version(
        value: ConflictValue,
        asked: FormField?,
    ): Version {
        val option = asked?.options?.firstOrNull { it.id == value.value }
        return Version(value.number, option?.label?.inLanguage(session.language) ?: value.value, value.by, value.atMs)
    }

    private companion object {
        const val TEXT = "text"

        /** Names of what is chosen and typed. */
        const val CHOICE = "choice."
        const val TEXT_OF = "merged."
        const val MERGED = "merged"
    }
}
