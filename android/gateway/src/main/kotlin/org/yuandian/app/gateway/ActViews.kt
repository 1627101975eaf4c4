package org.yuandian.app.gateway

import org.yuandian.app.model.ActArgument
import org.yuandian.app.model.ActId
import org.yuandian.app.model.ArgumentKind
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.FileKind
import org.yuandian.app.model.NextAct
import org.yuandian.app.model.OfflineClass
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.TimeColour
import org.yuandian.app.model.TimeLimit
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.ActOutcome
import org.yuandian.app.model.gateway.FileInput
import org.yuandian.app.model.gateway.PhotoFile
import org.yuandian.app.model.gateway.PhotoSize
import org.yuandian.core.AttachedKind
import org.yuandian.core.AttachmentInput
import org.yuandian.core.CoreException
import org.yuandian.core.TimeView
import org.yuandian.core.ActInput as CoreActInput
import org.yuandian.core.ActOutcome as CoreActOutcome
import org.yuandian.core.NextAct as CoreNextAct
import org.yuandian.core.PhotoFile as CorePhotoFile
import org.yuandian.core.PhotoSize as CorePhotoSize

internal fun actInput(act: ActInput) =
    CoreActInput(act.act.value, act.text, act.arguments.map(::given), act.photos, act.files.map(::attachment))

internal fun outcome(outcome: CoreActOutcome): ActOutcome =
    when (outcome) {
        CoreActOutcome.QUEUED -> ActOutcome.QUEUED
        CoreActOutcome.ALREADY_DONE -> ActOutcome.ALREADY_DONE
    }

internal fun attachment(file: FileInput): AttachmentInput {
    val kind =
        when (file.kind) {
            FileKind.VOICE -> AttachedKind.VOICE
            FileKind.VIDEO -> AttachedKind.VIDEO
            FileKind.SIGNATURE -> AttachedKind.SIGNATURE
            FileKind.OTHER -> throw CoreException.InvalidInput("files", "${file.path}: no kind that can be attached")
        }
    return AttachmentInput(kind, file.path)
}

internal fun photoFile(file: CorePhotoFile) = PhotoFile(FileHash(file.hash), file.bytes.toLong(), file.mime, file.here)

internal fun coreSize(size: PhotoSize): CorePhotoSize =
    when (size) {
        PhotoSize.THUMB -> CorePhotoSize.THUMB
        PhotoSize.MEDIUM -> CorePhotoSize.MEDIUM
        PhotoSize.ORIGINAL -> CorePhotoSize.ORIGINAL
    }

/** The core's word for a state; it has one for waiting and sending. */
internal fun syncId(state: SyncState): String =
    when (state) {
        SyncState.DRAFT -> "draft"
        SyncState.SAVED -> "saved"
        SyncState.WAITING, SyncState.SENDING -> "uploading"
        SyncState.DELIVERED -> "delivered"
        SyncState.NEEDS_YOU -> "attention"
        SyncState.CONFLICT -> "conflict"
        SyncState.LOADING -> "loading"
    }

internal fun nextAct(next: CoreNextAct) =
    NextAct(
        act = ActId(next.act),
        text = next.text,
        by = next.by,
        arguments =
            next.arguments.map {
                ActArgument(it.name, it.text, ArgumentKind.of(it.kind), it.required, it.options.map(::labelled), it.within)
            },
        photos = next.photos.toInt(),
        offline = OfflineClass.of(next.offline),
        atMost = next.atMost?.toInt(),
        upTo = next.upTo,
        whyNot = next.whyNot,
    )

internal fun timeLimit(time: TimeView) =
    TimeLimit(
        clock = time.clock,
        text = time.text,
        due = time.due,
        leftMs = time.leftMs,
        colour = TimeColour.of(time.colour),
        colourText = time.colourText,
        byRule = time.byRule,
    )
