package org.yuandian.app.model.store

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withTimeoutOrNull
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Position
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.screens.ElderHomeAction
import org.yuandian.app.screens.ElderHomeState
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.HomeAction
import org.yuandian.app.screens.HomeState
import org.yuandian.app.screens.NewsItem

/** 居民 首页. */
class HomeStore(
    session: Session,
) : Store<HomeState, HomeAction>(session, Route.Home, HomeState(session.frame(Route.Home), loading = true)) {
    private val lists = Lists(session)

    init {
        keepRead(::read)
        go {
            val news =
                session.phone.doorstep
                    .news()
                    .orNull()
                    .orEmpty()
            change { state -> state.copy(news = news.map { NewsItem(it.case.value, it.text, it.urgent) }) }
        }
    }

    override fun act(action: HomeAction) {
        when (action) {
            is HomeAction.InFrame -> inFrame(action.action)
            HomeAction.Report -> session.navigator.open(Route.Capture())
            HomeAction.Ask -> session.navigator.open(Route.Ask())
            is HomeAction.Open -> go { session.navigator.open(lists.routeOf(CaseId(action.id))) }
            HomeAction.AllMine -> session.navigator.goTo(Route.Cases())
            HomeAction.CallCommunity -> go { session.callCommunity() }
            HomeAction.TurnOnElder -> lasting { session.setElder(true) }
            HomeAction.ElderLater -> lasting { session.settings.update { it.copy(elderOffered = true) } }
            HomeAction.SignIn -> session.navigator.open(Route.Join)
        }
    }

    override fun framed(
        state: HomeState,
        frame: Frame,
    ): HomeState {
        val chosen = session.settings.settings.value
        return state.copy(
            frame = frame,
            signedIn = session.person.value != null,
            communityPhone = session.settings.settings.value.communityPhone,
            offersElder = !chosen.elderOffered && !chosen.elder,
        )
    }

    override fun spoken() = now.mine.joinToString("\n") { "${it.service} ${it.title} ${it.stage}" }

    private suspend fun read() {
        val submitted = lists.drafts().filter { it.id in session.wanted.drafts.value }
        val mine = (submitted + lists.lines(mine = true)).take(SHOWN)
        val wholes = mine.map { line -> line to (if (line.isDraft) null else lists.whole(line)) }
        change { state ->
            state.copy(
                loading = false,
                mine = wholes.map { (line, whole) -> lists.card(line, whole) },
                community = session.gridName,
            )
        }
    }

    private companion object {
        const val SHOWN = 5
    }
}

/** 长辈版 首页: three big buttons, and one for an emergency. */
class ElderHomeStore(
    session: Session,
) : Store<ElderHomeState, ElderHomeAction>(session, Route.ElderHome, ElderHomeState(session.frame(Route.ElderHome))) {
    private val lists = Lists(session)
    private var raised: CaseId? = null

    init {
        keepRead(::read)
        go {
            val services =
                session.phone.services
                    .find("")
                    .orNull()
                    .orEmpty()
            change { state -> state.copy(orders = services.any { it.id.isOrder }) }
        }
    }

    override fun act(action: ElderHomeAction) {
        when (action) {
            is ElderHomeAction.InFrame -> inFrame(action.action)
            ElderHomeAction.Report -> session.navigator.open(Route.Capture())
            ElderHomeAction.Ask -> session.navigator.open(Route.Ask())
            ElderHomeAction.Order -> session.navigator.open(Route.Ask(orders = true))
            ElderHomeAction.CallCommunity -> go { session.callCommunity() }
            ElderHomeAction.OpenMine -> session.navigator.open(now.latest?.let { Route.Detail(CaseId(it.id)) } ?: Route.Cases())
            ElderHomeAction.Sos -> change { it.copy(sosAsked = true) }
            ElderHomeAction.CancelSos -> change { it.copy(sosAsked = false) }
            ElderHomeAction.ConfirmSos -> lasting { raise() }
            ElderHomeAction.CallAmbulance -> go { session.platform.dialer.dial(AMBULANCE) }
            ElderHomeAction.SignIn -> session.navigator.open(Route.Join)
            ElderHomeAction.LeaveElder -> lasting { session.setElder(false) }
        }
    }

    /** Back closes what lies over the screen first. */
    override fun inFrame(action: FrameAction) {
        if (action == FrameAction.Back && now.sosAsked) act(ElderHomeAction.CancelSos) else super.inFrame(action)
    }

    override fun framed(
        state: ElderHomeState,
        frame: Frame,
    ) = state.copy(
        frame = frame,
        name =
            session.person.value
                ?.name
                .orEmpty(),
        communityPhone = session.settings.settings.value.communityPhone,
        signedIn = session.person.value != null,
        // Without an invitation nobody would hear it: the telephone is offered instead.
        sosReady = session.person.value != null,
    )

    override fun spoken() =
        listOfNotNull(
            session.strings.elderGreeting(now.name),
            now.latest?.let { "${it.service} ${it.title} ${it.stage}" },
        ).joinToString("\n")

    private suspend fun raise() {
        if (!now.sosAsked) return
        change { it.copy(sosAsked = false) }
        // An alarm does not wait for a fix: what the receiver has at once goes along.
        val id = withSession { phone.doorstep.sos(null, positionNow(), "").orTell() } ?: return
        raised = id
        change { it.copy(sosRaised = workOf(SyncState.SAVED)) }
        session.platform.touch.kept()
        session.syncer.insist()
    }

    private suspend fun positionNow(): Position? =
        withTimeoutOrNull(FIX_MS) {
            (
                session.platform.places
                    .fixes()
                    .first { it !is Fix.Searching } as? Fix.Found
            )?.position
        }

    private suspend fun read() {
        val mine = lists.lines(mine = true)
        val latest = mine.firstOrNull { !it.hasEnded } ?: mine.firstOrNull()
        val sos = raised?.let { id -> mine.firstOrNull { it.id == id } }
        change { state ->
            state.copy(
                latest = latest?.let { lists.card(it) },
                open = mine.count { !it.hasEnded },
                sosRaised = sos?.work() ?: state.sosRaised,
            )
        }
    }

    private companion object {
        const val FIX_MS = 1_500L
        const val AMBULANCE = "120"
    }
}
