package org.yuandian.app.gateway

import org.yuandian.app.model.Answer
import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.Named
import org.yuandian.app.model.Position
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SimilarCase
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.WorkCounts
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.ActOutcome
import org.yuandian.app.model.gateway.Cases
import org.yuandian.app.model.gateway.FileInput
import org.yuandian.app.model.gateway.ListAsk
import org.yuandian.app.model.gateway.ListOrder
import org.yuandian.app.model.gateway.PhotoFile
import org.yuandian.app.model.gateway.PhotoSize
import org.yuandian.core.CoreException
import org.yuandian.core.ListLine
import org.yuandian.core.ServiceForm
import org.yuandian.core.YuandianCoreInterface
import org.yuandian.core.ListAsk as CoreListAsk
import org.yuandian.core.ListOrder as CoreListOrder

internal class CoreCases(
    private val core: CoreLine,
) : Cases {
    override suspend fun page(ask: ListAsk): Answer<List<CaseLine>> = core.ask { lines(search(asked(ask))) }

    override suspend fun line(id: CaseId): Answer<CaseLine> = core.ask { lines(listOf(line(id.value))).single() }

    override suspend fun similar(
        service: ServiceId,
        at: Position,
        most: Int,
    ): Answer<List<SimilarCase>> =
        core.ask {
            similar(service.value, corePosition(at), unsigned(most, "most")).map { near ->
                SimilarCase(caseLine(near.line, progressOf(near.line)), near.distanceM.toInt())
            }
        }

    override suspend fun case(id: CaseId): Answer<Case> =
        core.ask {
            val view = show(id.value)
            // Words of the questions that are in conflict: only where there is something to settle.
            val form = if (view.conflicts.isEmpty()) null else formOf(id)
            caseOf(view, caseLine(line(id.value), progress(view.photosSent)), CaseWords(form, core.language))
        }

    override suspend fun counts(): Answer<WorkCounts> =
        core.ask {
            val of = workCounts()
            // The core has one word for what waits and what moves.
            val uploading = if (of.uploading == 0u) emptyList() else lines(search(CoreListAsk(sync = UPLOADING, mine = true)))
            val sending = uploading.count { it.sync == SyncState.SENDING }
            WorkCounts(
                drafts = of.drafts.toInt(),
                saved = of.saved.toInt(),
                waiting = (of.uploading.toInt() - sending).coerceAtLeast(0),
                sending = sending,
                needsYou = of.attention.toInt(),
                conflicts = of.conflict.toInt(),
            )
        }

    override suspend fun edit(
        id: CaseId,
        answers: List<Named>,
        seen: List<String>?,
    ): Answer<Unit> = core.ask { edit(id.value, answers.map(::given), seen) }

    override suspend fun note(
        id: CaseId,
        text: String,
        photos: List<String>,
        files: List<FileInput>,
    ): Answer<Unit> = core.ask { note(id.value, text, photos, files.map(::attachment)) }

    override suspend fun act(
        id: CaseId,
        act: ActInput,
    ): Answer<ActOutcome> = core.ask { outcome(act(id.value, actInput(act))) }

    override suspend fun settle(
        id: CaseId,
        key: String,
        keep: Int,
    ): Answer<Unit> = core.ask { resolve(id.value, key, unsigned(keep, "keep")) }

    override suspend fun export(
        id: CaseId,
        path: String,
    ): Answer<Unit> = core.ask { exportCase(id.value, path) }

    override suspend fun micro(hash: FileHash): Answer<ByteArray?> = core.ask { micro(hash.value) }

    override suspend fun photo(
        id: CaseId,
        number: Int,
        size: PhotoSize,
        fetch: Boolean,
    ): Answer<PhotoFile> =
        core.ask {
            val nth = unsigned(number, "number")
            photoFile(if (fetch) fetchPhoto(id.value, nth, coreSize(size)) else photoFile(id.value, nth, coreSize(size)))
        }

    override suspend fun attached(
        id: CaseId,
        hash: FileHash,
        fetch: Boolean,
    ): Answer<PhotoFile> = core.ask { photoFile(if (fetch) fetchAttached(id.value, hash.value) else attachedFile(id.value, hash.value)) }

    override suspend fun content(hash: FileHash): Answer<ByteArray> = core.ask { fileBytes(hash.value) }

    /**
     * Lines with how far their photos are. A line says how many are there whole; whether another is under way only the case says, which is
     * asked for it only while something is under way at all.
     */
    private suspend fun YuandianCoreInterface.lines(lines: List<ListLine>): List<CaseLine> {
        val unsent = lines.filter { it.sync == UPLOADING }
        val moving = unsent.isNotEmpty() && photosSent().percents.isNotEmpty()
        val asked = if (moving) unsent.map { it.id }.toSet() else emptySet()
        return lines.map { caseLine(it, if (it.id in asked) progress(show(it.id).photosSent) else progressOf(it)) }
    }

    private suspend fun YuandianCoreInterface.formOf(id: CaseId): ServiceForm? =
        try {
            caseForm(id.value)
        } catch (_: CoreException.NotFound) {
            null
        }

    private fun asked(ask: ListAsk) =
        CoreListAsk(
            text = ask.text,
            stage = ask.stage?.value,
            service = ask.service?.value,
            sync = ask.sync?.let(::syncId),
            mine = ask.mine,
            openOnly = ask.openOnly,
            order = if (ask.order == ListOrder.DUE) CoreListOrder.DUE else CoreListOrder.LATEST,
            limit = unsigned(ask.limit, "limit"),
            offset = unsigned(ask.offset, "offset"),
        )
}

/** A whole number as the core takes it; below zero is what a caller must mend. */
internal fun unsigned(
    number: Int,
    name: String,
): UInt = if (number >= 0) number.toUInt() else throw CoreException.InvalidInput(name, "it is below zero")

private const val UPLOADING = "uploading"
