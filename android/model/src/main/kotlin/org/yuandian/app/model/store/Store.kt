package org.yuandian.app.model.store

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.onSubscription
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.navigation.route
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission

/** What holds a screen's state. Made when its route is opened, closed when that is left; everything that must outlive it is in the core. */
abstract class Store<S : Any, A : Any>(
    protected val session: Session,
    protected val route: Route,
    first: S,
) {
    private val job = SupervisorJob(session.scope.coroutineContext[Job])

    /** Ends when the screen is left. */
    protected val scope = CoroutineScope(session.scope.coroutineContext + job)
    private val shown = MutableStateFlow(first)

    val state: StateFlow<S> = shown.asStateFlow()
    protected val now: S get() = shown.value

    init {
        scope.launch { session.frames.collect { shown.update { framed(it, session.frame(frameRoute())) } } }
    }

    /** Does what the person wants. Returns at once. */
    abstract fun act(action: A)

    /** The state with another frame. */
    protected abstract fun framed(
        state: S,
        frame: Frame,
    ): S

    /** The screen's main words, for whoever has them read aloud. */
    protected open fun spoken(): String = ""

    /** The screen is left. What is still to be written is written in the session, which goes on. */
    open fun close() = job.cancel()

    protected fun change(next: (S) -> S) = shown.update(next)

    /** Reads now and whenever something that a list may show has changed, as long as the screen is there. Many changes are one reading. */
    protected fun keepRead(read: suspend () -> Unit) {
        scope.launch {
            session.happenings
                .onSubscription { emit(Happening.Missed) }
                .filter { it !is Happening.SyncProgressed && it !is Happening.FileProgressed && it !is Happening.PreviewNeeded }
                .conflate()
                .collect {
                    read()
                    delay(READ_PAUSE_MS)
                }
        }
    }

    /** Something that goes on while the screen is there. */
    protected fun go(work: suspend () -> Unit): Job = scope.launch { work() }

    /** Something that is finished even if the screen is left meanwhile. */
    protected fun lasting(work: suspend () -> Unit): Job = session.scope.launch { work() }

    protected open fun frameRoute(): Route = route

    protected fun frame(): Frame = session.frame(frameRoute())

    /** What all screens do alike. */
    protected open fun inFrame(action: FrameAction) {
        when (action) {
            FrameAction.Back -> session.navigator.back()
            FrameAction.OpenSync -> session.navigator.open(Route.Sync)
            FrameAction.OpenAttention -> session.navigator.open(Route.Attention)
            is FrameAction.GoTo -> session.navigator.goTo(action.tab.route())
            FrameAction.DismissNotice -> session.dismiss()
            is FrameAction.NoticeStep -> step(action.notice)
            FrameAction.ReadAloud -> go { session.platform.speech.say(spoken(), session.language) }
        }
    }

    private fun step(notice: Notice) {
        session.dismiss(notice)
        when (notice) {
            Notice.SignInToSend -> {
                session.navigator.open(Route.Join)
            }

            Notice.Offline, Notice.Unreachable, Notice.UntrustedServer, Notice.StorageFull, Notice.Damaged -> {
                session.navigator.open(Route.Sync)
            }

            is Notice.PhotosFull, Notice.SavedOnPhone -> {
                session.navigator.open(Route.Sync)
            }

            else -> {
                Unit
            }
        }
    }

    protected fun denied(permission: Permission) = session.tell(Notice.PermissionDenied(permission))

    protected inline fun <T> withSession(work: Session.() -> T): T = session.work()

    private companion object {
        const val READ_PAUSE_MS = 100L
    }
}
