package org.yuandian.app.model.store

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.ports.SystemScreen
import org.yuandian.app.model.strings.Strings
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Unopened
import org.yuandian.app.screens.UnopenedAction
import org.yuandian.app.screens.UnopenedState

/** Somebody's data cannot be opened. It works without them, in the language and look of whose they are. */
class UnopenedStore(
    private val app: App,
    parent: CoroutineScope,
) {
    private val job = SupervisorJob(parent.coroutineContext[Job])
    private val scope = CoroutineScope(parent.coroutineContext + job)
    private val keeper = SettingsKeeper(keptOf(app.platform, app.asked.orEmpty()))
    private val shown = MutableStateFlow(UnopenedState(Frame(app.platform.clock.nowMs()), unopenedOf(app.trouble.value)))

    val settings: StateFlow<AppSettings> = keeper.settings
    val state: StateFlow<UnopenedState> = shown.asStateFlow()

    init {
        scope.launch {
            keeper.load()
            val chosen = settings.value
            shown.update { it.copy(frame = it.frame.copy(elder = chosen.elder), communityPhone = chosen.communityPhone) }
        }
        // Another try may meet another trouble.
        scope.launch { app.trouble.collect { trouble -> if (trouble != null) shown.update { it.copy(why = unopenedOf(trouble)) } } }
    }

    fun act(action: UnopenedAction) {
        when (action) {
            is UnopenedAction.InFrame -> inFrame(action.action)
            UnopenedAction.Again -> scope.launch { again() }
            UnopenedAction.Update -> open(SystemScreen.SHOP)
            UnopenedAction.FreeRoom -> open(SystemScreen.STORAGE)
            UnopenedAction.Others -> app.choose()
            UnopenedAction.CallCommunity -> scope.launch { settings.value.communityPhone?.let { app.platform.dialer.dial(it) } }
            UnopenedAction.CopyDiagnosis -> app.platform.clipboard.copy("app=$VERSION trouble=${app.trouble.value}")
        }
    }

    fun close() = job.cancel()

    private fun inFrame(action: FrameAction) {
        if (action == FrameAction.ReadAloud) scope.launch { readAloud() }
    }

    private suspend fun readAloud() {
        val (strings, why) = Strings.of(settings.value.language) to shown.value.why
        val text = listOf(strings.unopenedWhat(why), strings.unopenedSafe(why), strings.unopenedHelp(why)).joinToString("\n")
        app.platform.speech.say(text, settings.value.language)
    }

    private suspend fun again() {
        if (shown.value.trying) return
        shown.update { it.copy(trying = true, frame = it.frame.copy(notice = null)) }
        app.again()
        shown.update { it.copy(trying = false) }
    }

    private fun open(screen: SystemScreen) {
        scope.launch {
            val notice = if (app.platform.screens.open(screen)) null else Notice.Failed
            shown.update { it.copy(frame = it.frame.copy(notice = notice)) }
        }
    }

    internal companion object {
        fun unopenedOf(trouble: Trouble?): Unopened =
            when (trouble) {
                is Trouble.WrongLibrary -> Unopened.WRONG_LIBRARY
                is Trouble.AppTooOld -> Unopened.APP_TOO_OLD
                is Trouble.Damaged -> Unopened.DAMAGED
                Trouble.StorageFull, is Trouble.NoRoom -> Unopened.STORAGE_FULL
                Trouble.WrongKey -> Unopened.WRONG_KEY
                is Trouble.KeyStoreLocked -> Unopened.PHONE_LOCKED
                Trouble.InUse -> Unopened.IN_USE
                else -> Unopened.OTHER
            }
    }
}
