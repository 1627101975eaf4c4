package org.yuandian.binding.scenarios

import org.yuandian.core.AttentionItem
import org.yuandian.core.CaseView
import org.yuandian.core.CoreException
import org.yuandian.core.ListLine
import org.yuandian.core.NextAct
import org.yuandian.core.PhotoView
import org.yuandian.core.PlaceView
import org.yuandian.core.SyncReport
import java.math.BigDecimal
import java.math.RoundingMode

// What is compared: the phone's answers without what differs from run to run. `tests/scenarios/src/observe.rs` says the same in Rust.

fun seen(line: ListLine): Map<String, Any?> =
    mapOf(
        "case" to line.id,
        "service" to line.service,
        "service_text" to line.serviceText,
        "title" to line.title,
        "stage" to line.stage,
        "stage_text" to line.stageText,
        "sync" to line.sync,
        "sync_text" to line.syncText,
        "claim" to line.claim,
        "photos" to line.photos.toLong(),
    )

/** Which of several values stands in the form until one is chosen depends on ids: such a key is only among the conflicts. */
fun seen(view: CaseView): Map<String, Any?> {
    val conflicts =
        view.conflicts.associate { conflict ->
            val values = conflict.values.map { listOf(it.value, it.by) }
            conflict.key to values.sortedWith(compareBy({ it[0] }, { it[1] }))
        }
    return seenWork(view) +
        mapOf(
            "service" to view.service,
            "title" to view.title,
            "text" to view.text,
            "stage" to view.stage,
            "stage_text" to view.stageText,
            "sync" to view.sync,
            "sync_text" to view.syncText,
            "author" to view.author,
            "holders" to view.holders,
            "waiting" to view.waiting.toLong(),
            "grid" to view.grid,
            "grid_name" to view.gridName,
            "pending" to view.pending,
            "followers" to view.followers.toLong(),
            "followed" to view.followed,
            "fields" to view.fields.filter { it.key !in conflicts }.associate { it.key to it.value },
            "pending_fields" to view.pendingFields.filter { it !in conflicts },
            "private" to view.privateKeys,
            "conflicts" to conflicts,
            "notes" to view.notes.map { mapOf("text" to it.text, "by" to it.by, "pending" to it.pending) },
            "photos" to view.photos.map(::seen),
            "claim" to mapOf("state" to view.claim.state, "position" to view.claim.position?.toLong()),
            "place" to view.place?.let(::seen),
            "history" to view.history.map { listOf(it.act, it.by, it.outcome) },
        )
}

/** What is to be done and who does it. */
private fun seenWork(view: CaseView): Map<String, Any?> =
    mapOf(
        "can" to view.can,
        "act_seq" to view.actSeq.toLong(),
        "next" to view.next.map(::seen),
        "marks" to view.marks.map { it.id },
        "marks_text" to view.marks.map { it.text },
        "units" to view.units,
        "parts" to view.parts.map { listOf(it.unit, it.task, it.open) },
        "asked" to view.asked.map { asked -> listOf(asked.mark, asked.text, asked.said.map { listOf(it.key, it.value) }) },
        "desk" to view.desk?.let { listOf(it.id, it.text) },
        "condition" to view.condition?.let { listOf(it, view.closesWhen) },
        "clocks" to view.times.map { listOf(it.clock, it.text, it.unit, it.byRule) },
        "words" to (view.codeWords != null),
        "looks" to view.looks.map { listOf(it.by, it.keys) },
        "stays" to view.stays.map { listOf(it.by, it.inWord, it.near, it.outMs != null, it.minutes != null) },
    )

private fun seen(next: NextAct): List<Any?> {
    val arguments = next.arguments.map { listOf(it.name, it.required, it.options.map { option -> listOf(option.id, option.text) }) }
    val needs = listOf(next.photos.toLong(), next.offline, next.atMost?.toLong(), next.upTo)
    return listOf(next.act, next.text, next.by, arguments) + needs + next.whyNot
}

private fun seen(photo: PhotoView): Map<String, Any?> =
    mapOf(
        "hash" to photo.hash,
        "mime" to photo.mime,
        "size" to photo.size.toLong(),
        "width" to photo.width.toLong(),
        "height" to photo.height.toLong(),
        "by" to photo.by,
        "local" to photo.local,
        "sent" to photo.sent.toLong(),
        "stored" to photo.stored,
        "micro" to photo.micro,
        "pending" to photo.pending,
    )

/** As text: every language rounds alike, and none writes a float alike. */
private fun seen(place: PlaceView): List<Any?> {
    fun degrees(value: Double) = BigDecimal(value).setScale(5, RoundingMode.HALF_EVEN).toPlainString()
    return listOf(degrees(place.lng), degrees(place.lat), place.radiusM?.toLong())
}

fun seen(item: AttentionItem): Map<String, Any?> =
    mapOf(
        "case" to item.caseId,
        "title" to item.title,
        "act" to item.act,
        "code" to item.code,
        "reason" to item.reason,
        "reason_en" to item.reasonEn,
        "next" to item.next,
        "next_text" to item.nextText,
        "kept" to item.kept,
        "review" to item.review,
    )

/** How often the network failed is not the phone's answer. */
fun seen(report: SyncReport): Map<String, Any?> =
    mapOf(
        "reached" to report.reached,
        "complete" to report.complete,
        "pushed" to report.pushed.toLong(),
        "pulled" to report.pulled.toLong(),
        "uploaded" to report.uploaded.toLong(),
        "uploaded_bytes" to report.uploadedBytes.toLong(),
    )

/** The fields that a program decides by; `reason` only where there is nothing else to tell two apart. */
fun seen(error: CoreException): Map<String, Any?> {
    val fields =
        when (error) {
            is CoreException.InvalidInput -> mapOf("field" to error.field)
            is CoreException.Refused -> mapOf("code" to error.code, "next" to error.next)
            is CoreException.PhotoRefused -> mapOf("code" to error.code)
            is CoreException.NotFound -> mapOf("what" to error.what)
            is CoreException.ServerRefused -> mapOf("reason" to error.reason)
            else -> emptyMap()
        }
    return mapOf("variant" to error::class.simpleName) + fields
}
