package org.yuandian.app.model.store

import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withTimeoutOrNull
import org.yuandian.app.model.ActId
import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.Claim
import org.yuandian.app.model.Place
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.AskCard
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.HelpKind
import org.yuandian.app.screens.HoursAction
import org.yuandian.app.screens.HoursItem
import org.yuandian.app.screens.HoursMonth
import org.yuandian.app.screens.HoursState
import org.yuandian.app.screens.NearbyAction
import org.yuandian.app.screens.NearbyState
import org.yuandian.app.screens.Notice
import java.time.Instant
import java.time.ZoneId

/** 附近求助: what neighbours ask for, by coarse areas. Door and telephone are not known here, and not shown before a claim was confirmed. */
class NearbyStore(
    session: Session,
) : Store<NearbyState, NearbyAction>(session, Route.Nearby, NearbyState(session.frame(Route.Nearby), loading = true)) {
    private val lists = Lists(session)
    private val claiming = mutableMapOf<CaseId, Job>()
    private var here: Place? = null
    private var all = emptyList<Pair<CaseLine, Case>>()

    init {
        keepRead(::read)
        keepTyped(::chosen) { kept ->
            if (kept.isNotEmpty()) show { it.copy(asCells = CELLS in kept, chosenKind = kept[KIND], chosenCell = kept[CELL]) }
        }
        go { locate() }
    }

    override fun act(action: NearbyAction) {
        when (action) {
            is NearbyAction.InFrame -> inFrame(action.action)
            is NearbyAction.ShowCells -> show { it.copy(asCells = action.on, chosenCell = null) }
            is NearbyAction.ChooseKind -> change { it.copy(choosesKind = action.on) }
            is NearbyAction.FilterKind -> show { it.copy(chosenKind = action.id, choosesKind = false) }
            is NearbyAction.ChooseCell -> show { it.copy(chosenCell = action.id) }
            is NearbyAction.Open -> session.navigator.open(Route.Detail(CaseId(action.id)))
            is NearbyAction.Claim -> claim(CaseId(action.id))
            is NearbyAction.UndoClaim -> undo(CaseId(action.id))
            NearbyAction.SetReach -> session.navigator.goTo(Route.Settings)
        }
    }

    /** Back closes what lies over the screen first. */
    override fun inFrame(action: FrameAction) {
        if (action == FrameAction.Back && now.choosesKind) act(NearbyAction.ChooseKind(false)) else super.inFrame(action)
    }

    override fun framed(
        state: NearbyState,
        frame: Frame,
    ) = state.copy(frame = frame, reachSet = session.settings.settings.value.reach)

    override fun spoken() = now.asks.joinToString("\n") { "${it.service} ${it.title} ${it.time}" }

    /** The claim goes out after a moment in which it can be taken back; then it is the server's to answer. */
    private fun claim(id: CaseId) {
        if (claiming[id]?.isActive == true) return
        claiming[id] =
            lasting {
                delay(UNDO_MS)
                claimNow(id)
                read()
            }
        show { it }
    }

    private suspend fun claimNow(id: CaseId) {
        claiming.remove(id)
        withSession { phone.cases.act(id, ActInput(ActId.CLAIM)).orTell() }
        session.syncer.wish()
    }

    /** Where it cannot be taken back any more, a claim goes out: what was tapped is not lost with the list. */
    override suspend fun write() {
        claiming.toMap().forEach { (id, later) ->
            later.cancel()
            claimNow(id)
        }
        super.write()
    }

    override fun close() {
        lasting { write() }
        super.close()
    }

    private fun undo(id: CaseId) {
        claiming.remove(id)?.cancel()
        show { it }
    }

    private suspend fun read() {
        val open = lists.lines().filter { it.service.isHelp && !it.hasEnded }
        val free =
            open.filter {
                it.stage.value == "open" || it.claim is Claim.InLine || it.claim == Claim.Pending || it.claim == Claim.Lost
            }
        all =
            free
                .filterNot { it.claim == Claim.Won }
                .take(LOOKED_AT)
                .mapNotNull { line ->
                    lists.whole(line)?.let { line to it }
                }.filterNot { (_, case) ->
                    // One's own request is not one's own to take.
                    case.codeWords != null
                }
        show { it.copy(loading = false) }
        // A choice of another day that nobody asks for today would be an empty list without a reason.
        if (now.chosenKind != null && now.kinds.none { it.id == now.chosenKind }) show { it.copy(chosenKind = null) }
    }

    private fun show(next: (NearbyState) -> NearbyState) =
        change { before ->
            val state = next(before)
            val ofKind = all.filter { (line, _) -> state.chosenKind == null || line.service.value == state.chosenKind }
            val shown = ofKind.filter { (_, case) -> state.chosenCell == null || case.place?.let(::cellId) == state.chosenCell }
            state.copy(
                kinds = kindsWith(state.kinds.firstOrNull { it.id == state.chosenKind }),
                asks = shown.map { (line, case) -> card(line, case) }.sortedBy { it.distanceM ?: Int.MAX_VALUE },
                cells =
                    if (state.asCells) {
                        cellsOf(
                            ofKind.mapNotNull { (line, case) ->
                                case.place?.let { it to lists.card(line, case).isUrgent }
                            },
                            here,
                            state.chosenCell,
                        )
                    } else {
                        emptyList()
                    },
            )
        }

    /** What is asked for now. The [chosen] one stays, so that the filter says what it does when its last request is gone. */
    private fun kindsWith(chosen: HelpKind?): List<HelpKind> {
        val asked = all.map { it.first }.distinctBy { it.service }
        val kinds = asked.map { HelpKind(it.service.value, signOf(it.service), it.serviceText, null) }
        return if (chosen == null || kinds.any { it.id == chosen.id }) kinds else kinds + chosen
    }

    private fun card(
        line: CaseLine,
        case: Case,
    ): AskCard {
        val answers = case.fields.associate { it.key to it.value }
        val undoable = claiming[line.id]?.isActive == true
        val online =
            session.platform.network
                .link()
                .value.online
        return AskCard(
            id = line.id.value,
            sign = signOf(line.service),
            service = line.serviceText,
            title = line.title,
            distanceM = here?.let { from -> case.place?.let { metresBetween(from, it) } },
            time = answers[TIME].orEmpty(),
            moneyMost = answers[MONEY]?.ifBlank { null },
            due = dueOf(line.due),
            claim = if (undoable) ClaimState.Pending(online) else claimOf(line.claim, online, case.holders.firstOrNull()),
            canUndo = undoable,
        )
    }

    private fun chosen(state: NearbyState) =
        mapOf(CELLS to if (state.asCells) "1" else "", KIND to state.chosenKind.orEmpty(), CELL to state.chosenCell.orEmpty())

    private suspend fun locate() {
        val fix =
            withTimeoutOrNull(LOCATE_MS) {
                session.platform.places
                    .fixes()
                    .first { it !is Fix.Searching }
            } as? Fix.Found ?: return
        here = Place(fix.position.lng, fix.position.lat, fix.position.accuracyM)
        show { it }
    }

    private companion object {
        const val TIME = "time_window"
        const val MONEY = "budget"
        const val LOOKED_AT = 60
        const val LOCATE_MS = 20_000L
        const val UNDO_MS = 3_000L

        /** Names of what is chosen. */
        const val CELLS = "cells"
        const val KIND = "kind"
        const val CELL = "cell"
    }
}

/** 服务时长: one's own and nobody else's. */
class HoursStore(
    session: Session,
) : Store<HoursState, HoursAction>(session, Route.Hours, HoursState(session.frame(Route.Hours), loading = true)) {
    private val lists = Lists(session)

    init {
        keepRead(::read)
    }

    override fun act(action: HoursAction) {
        when (action) {
            is HoursAction.InFrame -> inFrame(action.action)
            is HoursAction.Open -> session.navigator.open(Route.Detail(CaseId(action.caseId)))
            HoursAction.Export -> go { export() }
            HoursAction.FindAsks -> session.navigator.goTo(Route.Nearby)
        }
    }

    override fun framed(
        state: HoursState,
        frame: Frame,
    ) = state.copy(frame = frame, canHelp = frame.role == AppRole.VOLUNTEER)

    private suspend fun read() {
        val lines =
            session.phone.ownData
                .hours()
                .orNull()
                .orEmpty()
                .sortedByDescending { it.fromMs }
        val months =
            lines
                .groupBy { Instant.ofEpochMilli(it.fromMs).atZone(ZONE).let { at -> at.year to at.monthValue } }
                .map { (month, of) ->
                    val items =
                        of.map {
                            HoursItem(
                                it.case.value,
                                signOf(it.service),
                                it.serviceText,
                                it.grid.value,
                                it.fromMs,
                                it.toMs,
                                it.minutes,
                            )
                        }
                    HoursMonth(month.first, month.second, of.sumOf { it.minutes }, items)
                }
        val unconfirmed = lists.lines(mine = true).count { it.claim == Claim.Won && it.stage.value == "done_by_volunteer" }
        change { it.copy(loading = false, totalMinutes = lines.sumOf { line -> line.minutes }, months = months, unconfirmed = unconfirmed) }
    }

    private suspend fun export() {
        val data = withSession { phone.ownData.all().orTell() } ?: return
        val path = session.platform.files.outgoing(session.strings.hoursFile)
        session.platform.files.writeText(path, data)
        session.platform.files.share(path)
        session.tell(Notice.Exported(session.strings.hoursFile))
    }

    private companion object {
        val ZONE: ZoneId = ZoneId.of("Asia/Shanghai")
    }
}
