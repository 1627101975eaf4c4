package org.yuandian.binding.scenarios

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.transformWhile
import kotlinx.coroutines.launch
import org.yuandian.binding.Phone
import org.yuandian.binding.orThrow
import org.yuandian.core.ActInput
import org.yuandian.core.Answer
import org.yuandian.core.CoreException
import org.yuandian.core.DraftInput
import org.yuandian.core.EventKind
import org.yuandian.core.ListAsk
import org.yuandian.core.Position

private typealias Step = Map<String, Any?>

/** Plays the steps of a scenario, holds each to what is written beside it, and gives the digest of everything that was seen. */
suspend fun play(
    stage: Stage,
    scenario: Map<String, Any?>,
): String {
    val observed = mutableListOf<Any?>()
    maps(scenario["steps"]).forEachIndexed { index, step ->
        try {
            observed += heldTo(stage, step)
        } catch (why: Broken) {
            throw Broken("step ${index + 1}: ${why.message}", why)
        }
    }
    // Whatever no step has looked at is compared too.
    for (name in maps(scenario["devices"]).map { it.text("name") }) {
        observed +=
            try {
                stage.named(look(stage, stage.device(name).phone))
            } catch (error: CoreException) {
                seen(error)
            }
    }
    return digest(observed)
}

private suspend fun heldTo(
    stage: Stage,
    step: Step,
): Any? {
    val seen =
        try {
            carryOut(stage, step)
        } catch (error: CoreException) {
            val told = seen(error)
            val expected = step["fails"] ?: throw Broken("$told", error)
            differs(expected, told)?.let { throw Broken(it, error) }
            return stage.named(told)
        }
    if ("fails" in step) throw Broken("expected ${step["fails"]}, but it was done: $seen")
    val named = stage.named(seen)
    if ("answers" in step) differs(step["answers"], named)?.let { throw Broken(it) }
    return named
}

private suspend fun carryOut(
    stage: Stage,
    step: Step,
): Any? {
    when (step["do"]) {
        "server_down" -> return nothing { stage.server.down() }
        "server_up" -> return nothing { stage.server.up() }
        "admin" -> return nothing { stage.server.admin(texts(step["args"]).map { stage.given(it) }) }
        "days_pass" -> return nothing { stage.server.daysPass(step["days"] as Long) }
    }
    val name = step.text("on")
    val phone = stage.device(name).phone
    return when (val what = step["do"]) {
        "capture" -> capture(stage, phone, step)
        "sync" -> sync(phone)
        "search" -> search(stage, phone, step)
        "enroll" -> nothing { enroll(stage, name, step.text("code")) }
        "reopen" -> nothing { stage.device(name).apply { close() }.open() }
        "look" -> look(stage, phone, step["case"]?.let { stage.case(it as String) })
        else -> withCase(stage, name, what, step)
    }
}

/** The steps that are about one case. */
private suspend fun withCase(
    stage: Stage,
    name: String,
    what: Any?,
    step: Step,
): Any? {
    val phone = stage.device(name).phone
    val case = stage.case(step.text("case"))
    val photos = Stage.files(step["photos"])
    return when (what) {
        "finish" -> {
            seen(phone.ask { finish(case) }.orThrow())
        }

        "open_form" -> {
            nothing { stage.forms[name to case] = phone.ask { show(case) }.orThrow().heads }
        }

        "edit" -> {
            val opened = if (step["as_opened"] == true) stage.forms.getValue(name to case) else null
            nothing { phone.ask { edit(case, answers(step), opened) }.orThrow() }
        }

        "note" -> {
            nothing { phone.ask { note(case, textOf(step), photos) }.orThrow() }
        }

        "act" -> {
            val said = answers(step).map { Answer(it.key, stage.given(it.value)) }
            val act = ActInput(step.text("act"), step["text"] as String?, said, photos)
            phone
                .ask { act(case, act) }
                .orThrow()
                .name
                .lowercase()
        }

        "attention" -> {
            nothing { dealWith(phone, case, step) }
        }

        "resolve" -> {
            nothing { resolve(phone, case, step) }
        }

        else -> {
            throw Broken("nobody knows how to $what")
        }
    }
}

private suspend fun capture(
    stage: Stage,
    phone: Phone,
    step: Step,
): Any? {
    val at = (step["at"] as List<*>?)?.map { (it as Number).toDouble() }
    val position = at?.let { Position(it[0], it[1], it.getOrNull(2)?.toUInt()) }
    val entered = DraftInput(step.text("service"), position, textOf(step), answers(step), step["no_photo"] as String?)
    val id = phone.ask { saveDraft(null, entered) }.orThrow()
    for (path in Stage.files(step["photos"])) {
        try {
            phone.ask { addPhoto(id, path) }.orThrow()
        } catch (error: CoreException) {
            phone.ask { discardDraft(id) }.orThrow()
            throw error
        }
    }
    if (step["draft"] != true) phone.ask { finish(id) }.orThrow()
    stage.cases[step.text("as")] = id
    return seen(phone.ask { line(id) }.orThrow())
}

private suspend fun enroll(
    stage: Stage,
    name: String,
    code: String,
) {
    val written = if (code.startsWith("of:")) stage.device(code.removePrefix("of:")).code else code
    stage
        .device(name)
        .phone
        .ask { enroll(stage.server.address, written, name) }
        .orThrow()
}

/** Numbers of entries depend on what came before: the case names its only one; 0 is nobody's. */
private suspend fun dealWith(
    phone: Phone,
    case: String,
    step: Step,
) {
    val entry = phone.ask { attention() }.orThrow().firstOrNull { it.caseId == case }
    val item = entry?.item ?: 0
    val text = step["text"] as String?
    phone
        .ask {
            when (step["step"]) {
                "amend" -> amendItem(item, text, answers(step))
                "note" -> keepItemAsNote(item)
                "appeal" -> appealItem(item, text.orEmpty())
                else -> discardItem(item)
            }
        }.orThrow()
}

private suspend fun search(
    stage: Stage,
    phone: Phone,
    step: Step,
): Any? {
    val asked = listOf("stage", "service", "sync").map { step[it] as String? }
    val ask = ListAsk(step["text"] as String? ?: "", asked[0], asked[1], asked[2], step["mine"] == true)
    val found = phone.ask { search(ask) }.orThrow().map { it.id }
    val known = stage.cases.values.filter { it in found }
    return known + (found - known.toSet()).toSet().sorted()
}

private suspend fun resolve(
    phone: Phone,
    case: String,
    step: Step,
) {
    val conflicts = phone.ask { show(case) }.orThrow().conflicts
    val values = conflicts.filter { it.key == step["key"] }.flatMap { it.values }
    val kept = values.firstOrNull { it.value == step["keep"] }
    phone.ask { resolve(case, step.text("key"), kept?.n ?: 0u) }.orThrow()
}

private suspend fun look(
    stage: Stage,
    phone: Phone,
    only: String? = null,
): Any? {
    if (only != null) return seen(phone.ask { show(only) }.orThrow())
    val lines = phone.ask { list(LINES_MAX, 0u) }.orThrow().associateBy { it.id }
    // By name: the order of a list is that of times, which differ from run to run.
    val known = stage.cases.filterValues { it in lines }
    val cases = known.filterValues { lines.getValue(it).stage != "draft" }
    return mapOf(
        "list" to known.values.map { seen(lines.getValue(it)) },
        "unknown" to (lines.size - known.size).toLong(),
        "cases" to cases.mapValues { (_, id) -> seen(phone.ask { show(id) }.orThrow()) },
        "attention" to phone.ask { attention() }.orThrow().map(::seen),
        "outbox" to phone.ask { outbox() }.orThrow().map { mapOf("case" to it.caseId, "act" to it.act, "state" to it.state) },
    )
}

/** Syncs, and holds the events of the run to what it changed: a screen that reads what it is told to is never stale. */
private suspend fun sync(phone: Phone): Any? {
    val before = shown(phone)
    val told = mutableListOf<EventKind>()
    val report =
        coroutineScope {
            val listening = CompletableDeferred<Unit>()
            val untilEnd =
                phone.events.transformWhile {
                    emit(it)
                    it !is EventKind.SyncFinished
                }
            launch { untilEnd.collect { if (listening.complete(Unit).not()) told += it } }
            listening.await()
            phone.ask { sync() }.orThrow()
        }
    val finished = told.last() as? EventKind.SyncFinished
    if (finished?.report != report) throw Broken("told $finished, answered $report")
    val after = shown(phone)
    val changed = (before.cases.keys + after.cases.keys).filter { before.cases[it] != after.cases[it] }
    val untold = changed - told.filterIsInstance<EventKind.CaseChanged>().map { it.caseId }.toSet()
    if (untold.isNotEmpty()) throw Broken("changed and not told: $untold")
    if ((before.attention != after.attention) != told.any { it is EventKind.AttentionChanged }) {
        throw Broken("the 需处理 list changed and was not told, or the other way round")
    }
    return seen(report)
}

private data class Shown(
    val cases: Map<String, List<Any?>>,
    val attention: List<Any?>,
)

/** What a screen would show of each case, and of the 需处理 list. */
private suspend fun shown(phone: Phone): Shown {
    val lines = phone.ask { list(LINES_MAX, 0u) }.orThrow()
    val cases =
        lines.associate { line ->
            val case = if (line.stage == "draft") null else seen(phone.ask { show(line.id) }.orThrow())
            line.id to listOfNotNull(seen(line), case)
        }
    return Shown(cases, phone.ask { attention() }.orThrow().map(::seen))
}

private inline fun nothing(done: () -> Unit): Any? {
    done()
    return null
}

private fun textOf(step: Step): String =
    when (val text = step["text"]) {
        null -> ""
        is String -> text
        else -> (text as Map<*, *>).let { (it["letter"] as String).repeat((it["times"] as Long).toInt()) }
    }

private fun answers(step: Step): List<Answer> {
    val set = (step["set"] as Map<*, *>?).orEmpty()
    return set.map { (key, value) -> Answer(key as String, value as String) }.sortedBy { it.key }
}

private fun texts(value: Any?): List<String> = (value as List<*>).map { it as String }

/** A list of objects. */
@Suppress("UNCHECKED_CAST")
fun maps(value: Any?): List<Map<String, Any?>> = value as List<Map<String, Any?>>

private const val LINES_MAX = 1_000u
