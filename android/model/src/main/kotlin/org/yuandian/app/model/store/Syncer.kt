package org.yuandian.app.model.store

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.first
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
 * Runs sync while the app is open: when it is opened, when a network comes, after something was written, when the server has news and
 * somebody looks, and when somebody asks. One run at a
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
    private var watching: Job? = null

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

    /** Asks the server for news from now on, or no more. Whoever waits for a volunteer touches nothing, and is told all the same. */
    fun watch(on: Boolean) {
        watching?.cancel()
        watching = if (on) scope.launch { platform.network.link().collectLatest { link -> if (link.online) watch() } } else null
    }

    fun stop() = phone.sync.stop()

    private suspend fun watch() {
        while (true) {
            // Before a run has reached the server, it knows nobody here whom it could tell.
            last.first { it is LastRun.Ended && it.report.reached }
            when (val told = phone.sync.waitForNews(NEWS_SECONDS)) {
                is Answer.Done -> {
                    if (told.value) {
                        wish()
                        delay(PAUSE_MS)
                    }
                }

                is Answer.Failed -> {
                    if (told.trouble == Trouble.Closed) return
                    delay(NEWS_PAUSE_MS)
                }
            }
        }
    }

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

        /** How long the server is asked to hold a question open; shorter than what middle boxes cut off. */
        const val NEWS_SECONDS = 50

        /** Until the server is asked again after it could not be. */
        const val NEWS_PAUSE_MS = 30_000L
    }
}
