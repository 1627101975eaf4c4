package org.yuandian.app.gateway

import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.gateway.BackgroundUpload
import org.yuandian.app.model.gateway.PlatformWork
import org.yuandian.app.model.gateway.PreviewWanted
import org.yuandian.core.BackgroundUpload as CoreBackgroundUpload
import org.yuandian.core.PreviewWanted as CorePreviewWanted

internal class CorePlatformWork(
    private val core: CoreLine,
) : PlatformWork {
    override suspend fun previewsNeeded(): Answer<List<PreviewWanted>> = core.ask { previewsNeeded().map(::preview) }

    override suspend fun original(id: FileHash): Answer<ByteArray> = core.ask { fileBytes(id.value) }

    override suspend fun providePreview(
        id: FileHash,
        path: String,
    ): Answer<Unit> = core.ask { providePreview(id.value, path) }

    override suspend fun noPreview(id: FileHash): Answer<Unit> = core.ask { noPreview(id.value) }

    override suspend fun uploads(most: Int): Answer<List<BackgroundUpload>> =
        core.ask { backgroundUploads(unsigned(most, "most")).map(::upload) }

    override suspend fun spool(
        hash: FileHash,
        offset: Long,
        path: String,
    ): Answer<Unit> = core.ask { spoolUpload(hash.value, offset.coerceAtLeast(0).toULong(), path) }

    override suspend fun begun(
        hash: FileHash,
        location: String,
    ): Answer<Unit> = core.ask { backgroundBegun(hash.value, location) }

    override suspend fun ended(
        hash: FileHash,
        status: Int,
        offset: Long?,
    ): Answer<Unit> = core.ask { backgroundEnded(hash.value, unsigned(status, "status").toUShort(), offset?.coerceAtLeast(0)?.toULong()) }

    override suspend fun readForSearch(limit: Int): Answer<Int> = core.ask { readForSearch(unsigned(limit, "limit")).toInt() }

    private fun upload(upload: CoreBackgroundUpload) =
        BackgroundUpload(
            hash = FileHash(upload.hash),
            case = upload.caseId?.let(::CaseId),
            method = upload.method,
            url = upload.url,
            headers = upload.headers.map { it.name to it.value },
            path = upload.path,
            offset = upload.offset.toLong(),
            length = upload.length.toLong(),
        )
}

internal fun preview(wanted: CorePreviewWanted) = PreviewWanted(CaseId(wanted.caseId), FileHash(wanted.id), wanted.path)
