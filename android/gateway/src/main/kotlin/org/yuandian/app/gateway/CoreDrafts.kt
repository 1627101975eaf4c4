package org.yuandian.app.gateway

import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.Draft
import org.yuandian.app.model.DraftFile
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.DraftPhoto
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.Giveaway
import org.yuandian.app.model.GiveawayKind
import org.yuandian.app.model.Named
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Position
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.gateway.Drafts
import org.yuandian.app.model.gateway.FileInput
import org.yuandian.app.model.gateway.Picture
import org.yuandian.app.model.gateway.Typed
import org.yuandian.core.CoreException
import org.yuandian.core.DraftRecord
import org.yuandian.core.GiveawayView
import org.yuandian.core.CaptureFacts as CoreCaptureFacts
import org.yuandian.core.DraftInput as CoreDraftInput
import org.yuandian.core.DraftPhoto as CoreDraftPhoto
import org.yuandian.core.PhotoSource as CorePhotoSource
import org.yuandian.core.Position as CorePosition

internal class CoreDrafts(
    private val core: CoreLine,
) : Drafts {
    override suspend fun save(
        id: CaseId?,
        entered: DraftInput,
    ): Answer<CaseId> = core.ask { CaseId(saveDraft(id?.value, coreInput(entered))) }

    override suspend fun addPhoto(
        id: CaseId,
        path: String,
        facts: CaptureFacts,
    ): Answer<FileHash> = core.ask { FileHash(capturePhoto(id.value, path, coreFacts(facts))) }

    override suspend fun removePhoto(
        id: CaseId,
        hash: FileHash,
    ): Answer<Unit> = core.ask { removePhoto(id.value, hash.value) }

    override suspend fun addFile(
        id: CaseId,
        file: FileInput,
    ): Answer<FileHash> = core.ask { FileHash(addFile(id.value, attachment(file))) }

    override suspend fun removeFile(
        id: CaseId,
        hash: FileHash,
    ): Answer<Unit> = core.ask { removeFile(id.value, hash.value) }

    override suspend fun draft(id: CaseId): Answer<Draft> = core.ask { draftOf(draft(id.value)) }

    override suspend fun drafts(): Answer<List<Draft>> = core.ask { drafts().map(::draftOf) }

    override suspend fun discard(id: CaseId): Answer<Unit> = core.ask { discardDraft(id.value) }

    override suspend fun finish(id: CaseId): Answer<CaseLine> = core.ask { caseLine(finish(id.value), null) }

    override suspend fun render(id: CaseId): Answer<Int> = core.ask { renderDraft(id.value).toInt() }

    override suspend fun photo(
        id: CaseId,
        hash: FileHash,
    ): Answer<Picture> =
        core.ask {
            val photo = draft(id.value).photos.firstOrNull { it.hash == hash.value } ?: throw CoreException.NotFound("photo", hash.value)
            val picture = photo.thumb ?: photo.hash
            Picture(FileHash(picture), if (photo.thumb == null) photo.mime else "image/jpeg", fileBytes(picture))
        }

    override suspend fun giveaways(id: CaseId): Answer<List<Giveaway>> = core.ask { giveaways(id.value).map(::giveaway) }

    override suspend fun giveawaysIn(text: String): Answer<List<Giveaway>> = core.ask { giveawaysIn(text).map(::giveaway) }
}

internal class CoreTyped(
    private val core: CoreLine,
) : Typed {
    override suspend fun keep(
        place: String,
        fields: Map<String, String>,
    ): Answer<Unit> = core.ask { keepTyped(place, fields.map { (name, text) -> given(Named(name, text)) }) }

    override suspend fun kept(place: String): Answer<Map<String, String>> = core.ask { typed(place).associate { it.key to it.value } }
}

internal fun corePosition(position: Position) = CorePosition(position.lng, position.lat, position.accuracyM?.let { unsigned(it, "at") })

private fun coreInput(entered: DraftInput) =
    CoreDraftInput(
        service = entered.service.value,
        position = entered.position?.let(::corePosition),
        text = entered.text,
        answers = entered.answers.map(::given),
        noPhoto = entered.noPhoto,
    )

private fun coreFacts(facts: CaptureFacts) =
    CoreCaptureFacts(
        source =
            when (facts.source) {
                PhotoSource.CAMERA -> CorePhotoSource.CAMERA
                PhotoSource.ALBUM -> CorePhotoSource.ALBUM
                PhotoSource.UNKNOWN -> CorePhotoSource.UNKNOWN
            },
        lng = facts.position?.lng,
        lat = facts.position?.lat,
        accuracyM = facts.position?.accuracyM?.let { unsigned(it, "at") },
        provider = facts.provider,
        mock = facts.mock,
    )

private fun draftOf(record: DraftRecord) =
    Draft(
        id = CaseId(record.id),
        entered =
            DraftInput(
                service = ServiceId(record.entered.service),
                position = record.entered.position?.let { Position(it.lng, it.lat, it.accuracyM?.toInt()) },
                text = record.entered.text,
                answers = record.entered.answers.map(::named),
                noPhoto = record.entered.noPhoto,
            ),
        photos = record.photos.map(::draftPhoto),
        files = record.files.map { DraftFile(FileHash(it.hash), it.size.toLong(), it.mime, it.atMs) },
        updatedMs = record.updatedMs,
    )

private fun draftPhoto(photo: CoreDraftPhoto) =
    DraftPhoto(
        hash = FileHash(photo.hash),
        sizeBytes = photo.size.toLong(),
        mime = photo.mime,
        atMs = photo.atMs,
        thumb = photo.thumb?.let(::FileHash),
        needsPlatform = photo.noPreview == "needs_platform",
    )

private fun giveaway(told: GiveawayView) =
    Giveaway(told.field, GiveawayKind.of(told.kind), told.start.toInt(), told.end.toInt(), told.found, told.text)
