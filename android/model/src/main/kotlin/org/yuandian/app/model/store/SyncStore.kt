package org.yuandian.app.model.store

import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.PhotoProgress
import org.yuandian.app.model.SyncReport
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.gateway.ListAsk
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.FileOutcome
import org.yuandian.app.model.ports.NetworkKind
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.Network
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.SyncAction
import org.yuandian.app.screens.SyncCounts
import org.yuandian.app.screens.SyncRun
import org.yuandian.app.screens.SyncScreenState
import org.yuandian.app.screens.SyncStep
import org.yuandian.app.screens.WaitReason
import org.yuandian.app.screens.WaitingLine

/** Where everything is, and 立即同步. */
class SyncStore(
    session: Session,
) : Store<SyncScreenState, SyncAction>(session, Route.Sync, SyncScreenState(session.frame(Route.Sync))) {
    private val phone = session.phone
    private val lists = Lists(session)

    init {
        keepRead(::read)
        go { session.happenings.collect { if (it is Happening.SyncProgressed) progressed(it) } }
        go { session.syncer.running.collect { running -> if (running) begun() else ended() } }
        // A run that is over in a moment is never seen running.
        go { session.syncer.lastRun.collect { if (!session.syncer.running.value) ended() } }
        go {
            phone.sync
                .policies()
                .orNull()
                ?.let { policies -> change { it.copy(wifiOnly = policies.wifiOnly) } }
        }
    }

    override fun act(action: SyncAction) {
        when (action) {
            is SyncAction.InFrame -> inFrame(action.action)
            SyncAction.SyncNow -> session.syncer.insist()
            SyncAction.Stop -> session.syncer.stop()
            is SyncAction.SetWifiOnly -> lasting { session.setWifiOnly(action.on)?.let { on -> change { it.copy(wifiOnly = on) } } }
            SyncAction.CallCommunity -> go { session.callCommunity() }
            is SyncAction.Open -> open(CaseId(action.id))
            is SyncAction.OpenConflict -> session.navigator.open(Route.Conflict(CaseId(action.id)))
            SyncAction.CopyDiagnosis -> go { session.platform.clipboard.copy(Diagnosis(session).text()) }
            SyncAction.ExportAll -> lasting { exportAll() }
        }
    }

    override fun framed(
        state: SyncScreenState,
        frame: Frame,
    ): SyncScreenState {
        val link =
            session.platform.network
                .link()
                .value
        val network =
            when (link.kind) {
                NetworkKind.NONE -> Network.NONE
                NetworkKind.MOBILE -> Network.MOBILE
                NetworkKind.WIFI -> Network.WIFI
            }
        val kept = session.settings.settings.value
        return state.copy(frame = frame, network = network, lastSuccessMs = kept.lastSuccessMs, communityPhone = kept.communityPhone)
    }

    private fun begun() = change { it.copy(run = SyncRun.Running(SyncStep.CONNECTING)) }

    private fun progressed(happening: Happening.SyncProgressed) {
        val progress = happening.progress
        val step =
            when {
                progress.fileBytes > 0 -> SyncStep.SENDING_PHOTOS
                progress.received > 0 -> SyncStep.RECEIVING
                else -> SyncStep.SENDING_WORDS
            }
        if (session.syncer.running.value) {
            change { it.copy(run = SyncRun.Running(step, progress.sentBytes, progress.fileBytes, progress.judged, progress.received)) }
        }
    }

    private suspend fun ended() {
        change { state ->
            val run =
                when (val last = session.syncer.lastRun.value) {
                    LastRun.None -> SyncRun.Idle
                    is LastRun.Ended -> finished(last.report)
                    is LastRun.Failed -> SyncRun.Finished(complete = false, 0, 0, 0, reasonOf(last.trouble))
                }
            state.copy(run = run)
        }
        read()
    }

    private fun finished(report: SyncReport) =
        SyncRun.Finished(report.complete, report.pushed, report.pulled, report.uploaded, if (report.complete) null else reasonOf(report))

    private fun reasonOf(report: SyncReport): WaitReason? =
        when {
            report.lastFailure == STOPPED -> WaitReason.STOPPED
            report.untrusted -> WaitReason.UNTRUSTED_SERVER
            !report.reached -> WaitReason.OFFLINE
            now.wifiOnly && report.failures == 0 -> WaitReason.WIFI_ONLY
            else -> WaitReason.SERVER_BUSY
        }

    private fun reasonOf(trouble: Trouble): WaitReason? =
        when (trouble) {
            Trouble.NotEnrolled -> WaitReason.SIGN_IN
            is Trouble.Unreachable -> WaitReason.OFFLINE
            is Trouble.UntrustedServer -> WaitReason.UNTRUSTED_SERVER
            Trouble.Closed -> WaitReason.STOPPED
            else -> WaitReason.SERVER_BUSY
        }

    private suspend fun read() {
        val submitted = lists.drafts().filter { it.id in session.wanted.drafts.value }
        val mine = lists.lines(mine = true)
        val waiting = mine.filter { it.sync.isOnItsWay }
        val photos = phone.sync.photosSent().orNull() ?: PhotoProgress.NONE
        val free =
            phone.sync
                .room()
                .orNull()
                ?.freeBytes ?: session.platform.files.freeBytes()
        val attention =
            phone.attention
                .items()
                .orNull()
                .orEmpty()

        fun of(state: SyncState) = mine.count { it.sync == state }
        change { state ->
            state.copy(
                counts =
                    SyncCounts(
                        onPhone = of(SyncState.SAVED) + submitted.size,
                        waiting = of(SyncState.WAITING),
                        sending = of(SyncState.SENDING),
                        delivered = of(SyncState.DELIVERED),
                        attention = attention.size,
                        conflict = of(SyncState.CONFLICT),
                    ),
                waiting = (submitted + waiting).sortedBy(CaseLine::updatedMs).map(::waitingLine),
                conflicts = mine.filter { it.sync == SyncState.CONFLICT }.map(::waitingLine),
                waitingBytes = photos.waitingBytes,
                freeBytes = free,
            )
        }
    }

    private fun waitingLine(line: CaseLine): WaitingLine {
        val link =
            session.platform.network
                .link()
                .value
        val reason =
            when {
                session.person.value == null -> WaitReason.SIGN_IN
                !link.online -> WaitReason.OFFLINE
                line.progress?.let { it.troubled > 0 } == true -> WaitReason.PHOTO_UNREADABLE
                line.sync != SyncState.SAVED && now.wifiOnly && link.metered -> WaitReason.WIFI_ONLY
                else -> null
            }
        val card = lists.card(line)
        return WaitingLine(line.id.value, card.sign, line.title.ifBlank { line.serviceText }, card.work, line.updatedMs, reason)
    }

    private fun open(id: CaseId) = go { session.navigator.open(lists.routeOf(id)) }

    /** The last resort: every case that the platform does not have, one file each, offered to one app together. */
    private suspend fun exportAll() {
        val lines =
            phone.cases
                .page(ListAsk(mine = true, limit = ListAsk.LIMIT_MAX))
                .orNull()
                .orEmpty()
                .filter { it.sync.isOnItsWay || it.sync == SyncState.NEEDS_YOU }
        val files = session.platform.files
        val names = lines.filter { export(it.id) }.map { session.strings.caseFile(it.id.receipt) }
        if (names.isEmpty()) return
        val shared = files.share(*names.map(files::outgoing).toTypedArray())
        session.tell(if (shared == FileOutcome.DONE) Notice.Exported(names.first(), names.size) else Notice.Failed)
    }

    /** Whether the case lies in its file. One that cannot be read keeps nobody from the others. */
    private suspend fun export(id: CaseId): Boolean {
        val path = session.platform.files.outgoing(session.strings.caseFile(id.receipt))
        return withSession { phone.cases.export(id, path).orTell() } != null
    }

    private companion object {
        const val STOPPED = "stopped"
    }
}

/** What support needs: numbers and states, no names, no places, no words that somebody wrote. */
internal class Diagnosis(
    private val session: Session,
) {
    suspend fun text(): String {
        val phone = session.phone
        val work = session.work.value
        val link =
            session.platform.network
                .link()
                .value
        val standing = phone.sync.standing().orNull()
        val photos = phone.sync.photosSent().orNull()
        val room = phone.sync.room().orNull()
        return listOfNotNull(
            "app=$VERSION time_ms=${session.platform.clock.nowMs()}",
            "enrolled=${session.person.value != null} role=${session.role} language=${session.language}",
            "network=${link.kind} metered=${link.metered} charging=${link.charging}",
            "drafts=${work.drafts} saved=${work.saved} waiting=${work.waiting} sending=${work.sending} attention=${work.needsYou} " +
                "conflicts=${work.conflicts} submitted=${session.wanted.drafts.value.size}",
            photos?.let {
                "photos=${it.photos} delivered=${it.delivered} waiting=${it.waiting} held_back=${it.heldBack} bytes=${it.waitingBytes}"
            },
            room?.let { "held_bytes=${it.heldBytes} budget_bytes=${it.budgetBytes} free_bytes=${it.freeBytes}" },
            standing?.let { "streams=${it.streams} cases=${it.heldCases} wanted=${it.wantedDocuments} not_backed_up=${it.notBackedUp}" },
            standing?.troubles?.takeIf { it.isNotEmpty() }?.let { troubles ->
                "troubles=" +
                    troubles.map { "${it.key}:${it.value}" }.joinToString(",")
            },
            "last_success_ms=${session.settings.settings.value.lastSuccessMs} last_run=${lastRun()}",
        ).joinToString("\n")
    }

    private fun lastRun(): String =
        when (val last = session.syncer.lastRun.value) {
            LastRun.None -> "none"

            is LastRun.Ended -> "reached:${last.report.reached},complete:${last.report.complete},failures:${last.report.failures}"

            // The kind alone: its words may name somebody.
            is LastRun.Failed -> last.trouble::class.simpleName.orEmpty()
        }
}

/** Of the app. The builds hold it to their own. */
const val VERSION = "0.1.0"
