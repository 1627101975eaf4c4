package org.yuandian.binding

import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import org.yuandian.core.CoreException
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** How long the server is asked to hold a question open; shorter than what middle boxes cut off. */
private const val WAIT_SECONDS = 50u

/**
 * Told whenever a run of sync is worth while: the server says that there may be something new, or it could not be asked for a while.
 *
 * Collect it while a screen is shown, run [org.yuandian.core.YuandianCoreInterface.sync] for each, and cancel it when the app goes to the
 * background: nothing is lost, since every run asks for everything. It completes when the phone is closed.
 *
 * @param pause how long to wait before the server is asked again after it could not be.
 */
fun Phone.news(pause: Duration = 30.seconds): Flow<Unit> =
    flow {
        while (true) {
            when (val told = ask { waitForNews(WAIT_SECONDS) }) {
                is Answered.Done -> if (told.value) emit(Unit)
                is Answered.Failed -> if (told.why is CoreException.ShutDown) return@flow else delay(pause)
                is Answered.Broken -> delay(pause)
            }
        }
    }
