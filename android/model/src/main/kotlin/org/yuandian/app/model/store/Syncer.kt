package org.yuandian.app.model.store

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.launch
import org.yuandian.app.model.Answer
import org.yuandian.app.model.SyncReport
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.ports.Platform

/** How the last run came out. */
sealed interface LastRun {
    data object None : LastRun

    data class Ended(
        val report: SyncReport,
    ) : LastRun

    data class Failed(
        val trouble: Trouble,
    ) : LastRun
}

/**
 * Runs sync while the app is open: when it is opened, when a network comes, after something was written, and when somebody asks.
 * One run at a
 * time; wishes that come meanwhile are one further run. Nothing depends on it: what is written is kept, whenever a run comes.
 */
class Syncer(
    private val phone: Phone,
    private val platform: Platform,
    private val settings: SettingsKeeper,
    private val scope: CoroutineScope,
) {
    private val wishes = Channel<Boolean>(Channel.CONFLATED)
    private val isRunning = MutableStateFlow(false)
    private val last = MutableStateFlow<LastRun>(LastRun.None)

    val running: StateFlow<Boolean> = isRunning.asStateFlow()
    val lastRun: StateFlow<LastRun> = last.asStateFlow()

    fun start() {
        scope.launch {
            for (asked in wishes) {
                if (asked ||
                    platform.network
                        .link()
                        .value.online
                ) {
                    run()
                }
                // Several small things that are written at once go in one run.
                delay(PAUSE_MS)
            }
        }
        scope.launch {
            platform.network.link().distinctUntilChanged { a, b -> a == b }.collect { link ->
                phone.sync.setNetwork(link.metered, link.charging)
                if (link.online) wish()
            }
        }
    }

    /** A run soon, if there is a network. Returns at once. */
    fun wish() {
        wishes.trySend(false)
    }

    /** A run now, whatever the system says of the network. */
    fun insist() {
        wishes.trySend(true)
    }

    fun stop() = phone.sync.stop()

    private suspend fun run() {
        isRunning.value = true
        last.value =
            when (val answer = phone.sync.run()) {
                is Answer.Done -> LastRun.Ended(answer.value)
                is Answer.Failed -> LastRun.Failed(answer.trouble)
            }
        val report = (last.value as? LastRun.Ended)?.report
        if (report != null && report.reached && report.complete) settings.update { it.copy(lastSuccessMs = platform.clock.nowMs()) }
        isRunning.value = false
    }

    private companion object {
        const val PAUSE_MS = 1_000L
    }
}
