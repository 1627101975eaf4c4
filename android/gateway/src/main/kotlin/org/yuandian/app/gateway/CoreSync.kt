package org.yuandian.app.gateway

import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.PhotoProgress
import org.yuandian.app.model.Room
import org.yuandian.app.model.SyncProgress
import org.yuandian.app.model.SyncReport
import org.yuandian.app.model.SyncStanding
import org.yuandian.app.model.UploadPolicies
import org.yuandian.app.model.UploadPolicy
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.gateway.Sync
import org.yuandian.core.CacheState
import org.yuandian.core.EventKind
import org.yuandian.core.SyncReport as CoreSyncReport
import org.yuandian.core.UploadPolicies as CoreUploadPolicies
import org.yuandian.core.UploadPolicy as CoreUploadPolicy

internal class CoreSync(
    private val core: CoreLine,
) : Sync {
    override suspend fun run(): Answer<SyncReport> = core.ask { report(sync()) }

    override fun stop() = core.stopSync()

    override suspend fun waitForNews(seconds: Int): Answer<Boolean> = core.ask { waitForNews(unsigned(seconds, "seconds")) }

    override suspend fun setNetwork(
        metered: Boolean,
        charging: Boolean,
    ): Answer<Unit> = core.ask { setNetwork(metered, charging) }

    override suspend fun policies(): Answer<UploadPolicies> =
        core.ask { uploadPolicies().let { UploadPolicies(policy(it.thumb), policy(it.medium), policy(it.original)) } }

    override suspend fun setPolicies(policies: UploadPolicies): Answer<Unit> =
        core.ask {
            setUploadPolicies(CoreUploadPolicies(corePolicy(policies.thumb), corePolicy(policies.medium), corePolicy(policies.original)))
        }

    override suspend fun photosSent(): Answer<PhotoProgress> = core.ask { progress(photosSent()) }

    override suspend fun room(): Answer<Room> = core.ask { room(cache()) }

    override suspend fun setRoom(budgetBytes: Long): Answer<Room> =
        core.ask { room(setCacheBudget(budgetBytes.coerceAtLeast(0).toULong())) }

    override suspend fun standing(): Answer<SyncStanding> =
        core.ask {
            val state = syncState()
            SyncStanding(
                streams = state.streams.size,
                heldCases = state.streams.sumOf { it.held.toInt() },
                wantedDocuments = state.wanted.toInt(),
                notBackedUp = state.notBackedUp.toInt(),
                troubles = state.troubles.associate { it.what to it.times.toLong() },
            )
        }

    private fun room(cache: CacheState) =
        Room(
            budgetBytes = cache.budgetBytes.toLong(),
            heldBytes = cache.heldBytes.toLong(),
            mayGoBytes = cache.mayGoBytes.toLong(),
            overBudget = cache.overBudget,
            waitingBytes = cache.waitingBytes.toLong(),
            freeBytes = cache.freeBytes?.toLong(),
        )

    private fun policy(policy: CoreUploadPolicy): UploadPolicy =
        when (policy) {
            CoreUploadPolicy.ANY_NETWORK -> UploadPolicy.ANY_NETWORK
            CoreUploadPolicy.UNMETERED -> UploadPolicy.UNMETERED
            CoreUploadPolicy.CHARGING -> UploadPolicy.CHARGING
        }

    private fun corePolicy(policy: UploadPolicy): CoreUploadPolicy =
        when (policy) {
            UploadPolicy.ANY_NETWORK -> CoreUploadPolicy.ANY_NETWORK
            UploadPolicy.UNMETERED -> CoreUploadPolicy.UNMETERED
            UploadPolicy.CHARGING -> CoreUploadPolicy.CHARGING
        }
}

internal fun report(report: CoreSyncReport) =
    SyncReport(
        reached = report.reached,
        complete = report.complete,
        pushed = report.pushed.toInt(),
        pulled = report.pulled.toInt(),
        uploaded = report.uploaded.toInt(),
        uploadedBytes = report.uploadedBytes.toLong(),
        failures = report.failures.toInt(),
        lastFailure = report.lastFailure,
        untrusted = report.untrusted,
        clockOffMs = report.clockOffMs,
    )

internal fun happening(event: EventKind): Happening =
    when (event) {
        is EventKind.CaseChanged -> {
            Happening.CaseChanged(CaseId(event.caseId))
        }

        is EventKind.SyncProgressed -> {
            Happening.SyncProgressed(event.progress.let(::syncProgress))
        }

        is EventKind.SyncFinished -> {
            Happening.SyncFinished(report(event.report))
        }

        is EventKind.AttentionChanged -> {
            Happening.AttentionChanged(event.count.toInt())
        }

        is EventKind.PreviewNeeded -> {
            Happening.PreviewNeeded(preview(event.preview))
        }

        is EventKind.FileProgressed -> {
            Happening.FileProgressed(
                CaseId(event.caseId),
                FileHash(event.hash),
                event.have.toLong(),
                event.bytes.toLong(),
            )
        }

        is EventKind.Missed -> {
            Happening.Missed
        }
    }

private fun syncProgress(progress: org.yuandian.core.SyncProgress) =
    SyncProgress(progress.judged.toInt(), progress.received.toInt(), progress.sentBytes.toLong(), progress.fileBytes.toLong())
