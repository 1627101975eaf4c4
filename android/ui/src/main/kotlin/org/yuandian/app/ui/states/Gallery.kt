package org.yuandian.app.ui.states

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
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

/** A screen and its main states. */
class Exhibit<S>(
    /** Its name without `Screen`. */
    val name: String,
    private val provider: Provider<S>,
    /** It belongs to elder mode alone. */
    val elderOnly: Boolean = false,
    private val screen: @Composable (S, Modifier) -> Unit,
) {
    fun stateNames(): List<String> = provider.states(Sample(org.yuandian.app.screens.AppLanguage.ZH_HANS, elderOnly)).map(Named<S>::name)

    @Composable
    fun Show(
        sample: Sample,
        state: String,
        modifier: Modifier = Modifier,
    ) = screen(provider.states(sample).first { it.name == state }.state, modifier)
}

/** All screens of the app. */
object Gallery {
    val all: List<Exhibit<*>> =
        listOf(
            Exhibit("Join", JoinStates) { state, modifier -> JoinScreen(state, {}, modifier) },
            Exhibit("Home", HomeStates) { state, modifier -> HomeScreen(state, {}, modifier) },
            Exhibit("ElderHome", ElderHomeStates, elderOnly = true) { state, modifier -> ElderHomeScreen(state, {}, modifier) },
            Exhibit("Today", TodayStates) { state, modifier -> TodayScreen(state, {}, modifier) },
            Exhibit("Capture", CaptureStates) { state, modifier -> CaptureScreen(state, {}, modifier) },
            Exhibit("Cases", CasesStates) { state, modifier -> CasesScreen(state, {}, modifier) },
            Exhibit("CaseDetail", CaseDetailStates) { state, modifier -> CaseDetailScreen(state, {}, modifier) },
            Exhibit("Photo", PhotoStates) { state, modifier -> PhotoScreen(state, {}, modifier) },
            Exhibit("Conflict", ConflictStates) { state, modifier -> ConflictScreen(state, {}, modifier) },
            Exhibit("Attention", AttentionStates) { state, modifier -> AttentionScreen(state, {}, modifier) },
            Exhibit("Sync", SyncStates) { state, modifier -> SyncScreen(state, {}, modifier) },
            Exhibit("Ask", AskStates) { state, modifier -> AskScreen(state, {}, modifier) },
            Exhibit("Nearby", NearbyStates) { state, modifier -> NearbyScreen(state, {}, modifier) },
            Exhibit("Tasks", TasksStates) { state, modifier -> TasksScreen(state, {}, modifier) },
            Exhibit("Hours", HoursStates) { state, modifier -> HoursScreen(state, {}, modifier) },
            Exhibit("Settings", SettingsStates) { state, modifier -> SettingsScreen(state, {}, modifier) },
            Exhibit("People", PeopleStates) { state, modifier -> PeopleScreen(state, {}, modifier) },
            Exhibit("Unopened", UnopenedStates) { state, modifier -> UnopenedScreen(state, {}, modifier) },
            Exhibit("DutyCard", DutyCardStates) { state, modifier -> DutyCardScreen(state, {}, modifier) },
            Exhibit("HandOver", HandOverStates) { state, modifier -> HandOverScreen(state, {}, modifier) },
        )
}
