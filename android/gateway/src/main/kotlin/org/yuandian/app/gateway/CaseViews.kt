package org.yuandian.app.gateway

import org.yuandian.app.model.ActId
import org.yuandian.app.model.AskedQuestion
import org.yuandian.app.model.AttachedFile
import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.Claim
import org.yuandian.app.model.CodeWords
import org.yuandian.app.model.Conflict
import org.yuandian.app.model.ConflictValue
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.FileKind
import org.yuandian.app.model.GridCode
import org.yuandian.app.model.HistoryLine
import org.yuandian.app.model.Labelled
import org.yuandian.app.model.Language
import org.yuandian.app.model.Look
import org.yuandian.app.model.Named
import org.yuandian.app.model.Note
import org.yuandian.app.model.Outcome
import org.yuandian.app.model.Photo
import org.yuandian.app.model.PhotoProgress
import org.yuandian.app.model.Place
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.StageId
import org.yuandian.app.model.Stay
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Tally
import org.yuandian.app.model.UnitPart
import org.yuandian.app.model.UserId
import org.yuandian.core.Answer
import org.yuandian.core.AttachedView
import org.yuandian.core.CaseView
import org.yuandian.core.ListLine
import org.yuandian.core.NamedId
import org.yuandian.core.NoteView
import org.yuandian.core.PhotoView
import org.yuandian.core.PhotosSent
import org.yuandian.core.PlaceView
import org.yuandian.core.ServiceForm
import org.yuandian.core.StayView
import org.yuandian.core.Conflict as CoreConflict
import org.yuandian.core.HistoryLine as CoreHistoryLine

/** What a case is read with: the form it was opened under, where it is here, and the language of words. */
internal class CaseWords(
    val form: ServiceForm?,
    val language: Language,
)

internal fun caseLine(
    line: ListLine,
    progress: PhotoProgress?,
) = CaseLine(
    id = CaseId(line.id),
    service = ServiceId(line.service),
    serviceText = line.serviceText,
    title = line.title,
    stage = StageId(line.stage),
    stageText = line.stageText,
    sync = SyncState.of(line.sync, progress),
    progress = progress?.takeIf { it.photos > 0 },
    // The place in line is the case's to tell.
    claim = Claim.of(line.claim, null),
    photos = line.photos.toInt(),
    updatedMs = line.updatedMs,
    isOwn = line.own,
    openedMs = line.openedMs,
    isOpen = line.open,
    due = line.due?.let(::timeLimit),
    place = line.place?.let(::place),
)

private fun place(place: PlaceView) = Place(place.lng, place.lat, place.radiusM?.toInt())

/** As far as the line tells: how many are there whole, of those on their way. */
internal fun progressOf(line: ListLine): PhotoProgress? {
    if (line.sync != "uploading") return null
    val (photos, sent) = line.photos.toInt() to line.photosSent.toInt()
    return PhotoProgress(photos, sent, waiting = photos - sent)
}

internal fun progress(sent: PhotosSent) =
    PhotoProgress(
        photos = sent.photos.toInt(),
        delivered = sent.delivered.toInt(),
        percents = sent.percents.map(UInt::toInt),
        waiting = sent.waiting.toInt(),
        heldBack = sent.heldBack.toInt(),
        troubled = sent.troubled.toInt(),
        waitingBytes = sent.waitingBytes.toLong(),
    )

internal fun caseOf(
    view: CaseView,
    line: CaseLine,
    words: CaseWords,
): Case =
    Case(
        line = line.copy(claim = Claim.of(view.claim.state, view.claim.position?.toInt())),
        text = view.text,
        fields = view.fields.map(::named),
        privateKeys = view.privateKeys.toSet(),
        conflicts = view.conflicts.map { conflict(it, words) },
        notes = view.notes.map(::note),
        photos = view.photos.map(::photo),
        progress = progress(view.photosSent),
        author = view.author,
        holders = view.holders,
        waiting = view.waiting.toInt(),
        grid = GridCode(view.grid),
        gridName = view.gridName,
        place = view.place?.let(::place),
        history = view.history.map(::history),
        can = view.can.map(::ActId).toSet(),
        next = view.next.map(::nextAct),
        times = view.times.map(::timeLimit),
        timesMissing = view.timesMissing,
        marks = view.marks.map(::labelled),
        units = view.units,
        parts = view.parts.map { UnitPart(it.unit, it.task, it.open) },
        asked = view.asked.map { asked -> AskedQuestion(asked.mark, asked.text, asked.said.map(::named)) },
        desk = view.desk?.let(::labelled),
        condition = view.condition,
        closesWhen = view.closesWhen,
        notesOnly = view.notesOnly,
        heads = view.heads,
        pending = view.pending.map(::ActId),
        pendingFields = view.pendingFields.toSet(),
        stays = view.stays.map(::stay),
        looks = view.looks.map { Look(it.by, UserId(it.user), it.atMs, it.keys) },
        codeWords = view.codeWords?.let { CodeWords(it.coming, it.leaving) },
        followers = view.followers.toInt(),
        followed = view.followed,
        tally = view.tally?.let { Tally(it.done.toInt(), it.of?.toInt()) },
    )

internal fun named(answer: Answer) = Named(answer.key, answer.value)

internal fun given(named: Named) = Answer(named.key, named.value)

internal fun labelled(named: NamedId) = Labelled(named.id, named.text)

private fun conflict(
    conflict: CoreConflict,
    words: CaseWords,
): Conflict {
    val label =
        when (conflict.key) {
            DESCRIPTION -> {
                ""
            }

            else -> {
                words.form
                    ?.fields
                    ?.firstOrNull { it.key == conflict.key }
                    ?.let { both(it.label).inLanguage(words.language) }
                    ?: conflict.key
            }
        }
    val values = conflict.values.map { ConflictValue(it.n.toInt(), it.value, it.by, it.atMs, it.mine) }
    return Conflict(conflict.key, label, values)
}

private fun note(note: NoteView) = Note(note.id, note.text, note.by, note.atMs, note.pending, note.files.map(::attached))

private fun attached(file: AttachedView) =
    AttachedFile(
        hash = FileHash(file.hash),
        kind = FileKind.entries.firstOrNull { it.name.lowercase() == file.kind } ?: FileKind.OTHER,
        kindText = file.kindText,
        mime = file.mime,
        sizeBytes = file.size.toLong(),
        local = file.local,
        sentBytes = file.sent.toLong(),
        stored = file.stored,
        trouble = file.trouble,
    )

private fun photo(photo: PhotoView) =
    Photo(
        id = photo.id,
        hash = FileHash(photo.hash),
        mime = photo.mime,
        sizeBytes = photo.size.toLong(),
        widthPx = photo.width.toInt(),
        heightPx = photo.height.toInt(),
        micro = photo.micro?.let(::FileHash),
        by = photo.by,
        atMs = photo.atMs,
        local = photo.local,
        sentBytes = photo.sent.toLong(),
        stored = photo.stored,
        pending = photo.pending,
        previewUnavailable = photo.previewUnavailable,
        trouble = photo.trouble,
    )

private fun history(line: CoreHistoryLine) =
    HistoryLine(
        act = ActId(line.act),
        text = line.actText,
        by = line.by,
        atMs = line.atMs,
        outcome =
            when {
                line.outcome == "pending" -> Outcome.PENDING
                line.outcome.startsWith("r_") -> Outcome.REFUSED
                else -> Outcome.DONE
            },
    )

private fun stay(stay: StayView) =
    Stay(
        by = stay.by,
        inMs = stay.inMs,
        inWord = stay.inWord,
        near = stay.near,
        outMs = stay.outMs,
        outWord = stay.outWord,
        minutes = stay.minutes?.toInt(),
    )

/** The key of the description among a case's answers. */
private const val DESCRIPTION = "text"
