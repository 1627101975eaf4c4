package org.yuandian.app.ui.root

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.saveable.rememberSaveableStateHolder
import org.yuandian.app.model.navigation.BackStack
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.store.App
import org.yuandian.app.model.store.AppSettings
import org.yuandian.app.model.store.AskStore
import org.yuandian.app.model.store.AttentionStore
import org.yuandian.app.model.store.CaptureStore
import org.yuandian.app.model.store.CaseDetailStore
import org.yuandian.app.model.store.CasesStore
import org.yuandian.app.model.store.ConflictStore
import org.yuandian.app.model.store.DutyCardStore
import org.yuandian.app.model.store.ElderHomeStore
import org.yuandian.app.model.store.HandOverStore
import org.yuandian.app.model.store.HomeStore
import org.yuandian.app.model.store.HoursStore
import org.yuandian.app.model.store.JoinStore
import org.yuandian.app.model.store.NearbyStore
import org.yuandian.app.model.store.PhotoStore
import org.yuandian.app.model.store.Session
import org.yuandian.app.model.store.SettingsStore
import org.yuandian.app.model.store.Store
import org.yuandian.app.model.store.SyncStore
import org.yuandian.app.model.store.TasksStore
import org.yuandian.app.model.store.TodayStore
import org.yuandian.app.model.store.UnopenedStore
import org.yuandian.app.model.strings.Strings
import org.yuandian.app.screens.DarkMode
import org.yuandian.app.ui.screens.AskScreen
import org.yuandian.app.ui.screens.AttentionScreen
import org.yuandian.app.ui.screens.CaptureScreen
import org.yuandian.app.ui.screens.CaseDetailScreen
import org.yuandian.app.ui.screens.CasesScreen
import org.yuandian.app.ui.screens.ConflictScreen
import org.yuandian.app.ui.screens.DutyCardScreen
import org.yuandian.app.ui.screens.ElderHomeScreen
import org.yuandian.app.ui.screens.HandOverScreen
import org.yuandian.app.ui.screens.HomeScreen
import org.yuandian.app.ui.screens.HoursScreen
import org.yuandian.app.ui.screens.JoinScreen
import org.yuandian.app.ui.screens.NearbyScreen
import org.yuandian.app.ui.screens.PeopleScreen
import org.yuandian.app.ui.screens.PhotoScreen
import org.yuandian.app.ui.screens.SettingsScreen
import org.yuandian.app.ui.screens.SyncScreen
import org.yuandian.app.ui.screens.TasksScreen
import org.yuandian.app.ui.screens.TodayScreen
import org.yuandian.app.ui.screens.UnopenedScreen
import org.yuandian.app.ui.theme.LocalPictures
import org.yuandian.app.ui.theme.Look
import org.yuandian.app.ui.theme.Pictures
import org.yuandian.app.ui.theme.YuandianTheme

/** What this build of the app is made for. */
class Edition(
    /** The server of the city; empty where the app serves several. */
    val server: String = "",
    /** The core's version, for the diagnosis. */
    val library: String = "",
)

/**
 * The whole app: the screen where whoever uses the phone is, in their language and look; between two people the list of them, and where
 * somebody's data cannot be opened why.
 * Where somebody is belongs to their session, so that an app that was ended by the system comes back there.
 */
@Composable
fun YuandianApp(
    app: App,
    edition: Edition = Edition(),
    pictures: Pictures = Pictures.None,
) {
    val session by app.session.collectAsState()
    CompositionLocalProvider(LocalPictures provides pictures) {
        key(session) { session?.let { Whose(app, it, edition) } ?: Nobody(app) }
    }
}

@Composable
private fun Whose(
    app: App,
    session: Session,
    edition: Edition,
) {
    val settings by session.settings.settings.collectAsState()
    val stack by session.navigator.routes.collectAsState()
    YuandianTheme(settings.look(), settings.elder, Strings.of(settings.language)) {
        Screen(session, stack) { Where(app, session, stack.top, edition) }
    }
}

/** The screen on top of the stack. What is drawn of it, how far it is scrolled, stays as long as its store does. */
@Composable
private fun Screen(
    session: Session,
    stack: BackStack,
    drawn: @Composable () -> Unit,
) {
    val holder = rememberSaveableStateHolder()
    val known = remember { mutableSetOf<String>() }
    val name = session.screens.name(stack.top)
    holder.SaveableStateProvider(name, drawn)
    LaunchedEffect(stack) {
        known += name
        val left = known.filterNot(session.screens.names::contains)
        left.forEach(holder::removeState)
        known -= left.toSet()
    }
}

@Composable
private fun Nobody(app: App) {
    val trouble by app.trouble.collectAsState()
    if (trouble == null) {
        YuandianTheme(AppSettings().look(), elder = false, Strings.of(AppSettings().language)) { People(app) }
    } else {
        Unopened(app)
    }
}

@Composable
private fun Unopened(app: App) {
    val scope = rememberCoroutineScope()
    val store = remember { UnopenedStore(app, scope) }
    DisposableEffect(store) { onDispose(store::close) }
    val settings by store.settings.collectAsState()
    val state by store.state.collectAsState()
    YuandianTheme(settings.look(), settings.elder, Strings.of(settings.language)) { UnopenedScreen(state, store::act) }
}

@Composable
private fun AppSettings.look(): Look =
    when {
        outdoor -> Look.OUTDOOR
        dark == DarkMode.ON || (dark == DarkMode.SYSTEM && isSystemInDarkTheme()) -> Look.DARK
        else -> Look.LIGHT
    }

@Composable
private fun People(app: App) {
    val state by app.people.state.collectAsState()
    PeopleScreen(state, app.people::act)
}

/** Exhaustive: a new place of the app does not compile without its screen. */
@Composable
private fun Where(
    app: App,
    session: Session,
    route: Route,
    edition: Edition,
) {
    when (route) {
        Route.Join -> Shown(session, route, { JoinStore(session, edition.server) }) { state, act -> JoinScreen(state, act) }
        Route.People -> People(app)
        Route.Home -> Shown(session, route, { HomeStore(session) }) { state, act -> HomeScreen(state, act) }
        Route.ElderHome -> Shown(session, route, { ElderHomeStore(session) }) { state, act -> ElderHomeScreen(state, act) }
        Route.Today -> Shown(session, route, { TodayStore(session) }) { state, act -> TodayScreen(state, act) }
        is Route.Cases -> Shown(session, route, { CasesStore(session, route) }) { state, act -> CasesScreen(state, act) }
        Route.Nearby -> Shown(session, route, { NearbyStore(session) }) { state, act -> NearbyScreen(state, act) }
        Route.Tasks -> Shown(session, route, { TasksStore(session) }) { state, act -> TasksScreen(state, act) }
        Route.Settings -> Shown(session, route, { SettingsStore(session, edition.library) }) { state, act -> SettingsScreen(state, act) }
        is Route.Capture -> Shown(session, route, { CaptureStore(session, route.draft) }) { state, act -> CaptureScreen(state, act) }
        is Route.Ask -> Shown(session, route, { AskStore(session, route.draft, route.orders) }) { state, act -> AskScreen(state, act) }
        is Route.Detail -> Shown(session, route, { CaseDetailStore(session, route.id) }) { state, act -> CaseDetailScreen(state, act) }
        is Route.Photo -> Shown(session, route, { PhotoStore(session, route.id, route.hash) }) { state, act -> PhotoScreen(state, act) }
        is Route.Conflict -> Shown(session, route, { ConflictStore(session, route.id) }) { state, act -> ConflictScreen(state, act) }
        Route.Attention -> Shown(session, route, { AttentionStore(session) }) { state, act -> AttentionScreen(state, act) }
        Route.Sync -> Shown(session, route, { SyncStore(session) }) { state, act -> SyncScreen(state, act) }
        Route.Hours -> Shown(session, route, { HoursStore(session) }) { state, act -> HoursScreen(state, act) }
        Route.DutyCard -> Shown(session, route, { DutyCardStore(session) }) { state, act -> DutyCardScreen(state, act) }
        Route.HandOver -> Shown(session, route, { HandOverStore(session) }) { state, act -> HandOverScreen(state, act) }
    }
}

/** The screen of a route, with its store. */
@Composable
private fun <S : Any, A : Any> Shown(
    session: Session,
    route: Route,
    make: () -> Store<S, A>,
    screen: @Composable (S, (A) -> Unit) -> Unit,
) {
    val store = session.screens.store(route, make)
    val state by store.state.collectAsState()
    screen(state, store::act)
}
