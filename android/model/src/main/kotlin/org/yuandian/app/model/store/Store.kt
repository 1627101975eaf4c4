package org.yuandian.app.model.store

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onSubscription
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.navigation.RouteText
import org.yuandian.app.model.navigation.route
import org.yuandian.app.model.ports.SpeechOutcome
import org.yuandian.app.model.ports.SystemScreen
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.NoScan
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission

/**
 * What holds a screen's state. Made when its route is opened, closed when that has left the back stack ([Screens]); everything that must
 * outlive it is in the core.
 */
abstract class Store<S : Any, A : Any>(
    protected val session: Session,
    protected val route: Route,
    first: S,
) {
    private val job = SupervisorJob(session.scope.coroutineContext[Job])

    /** Ends when the screen is left. */
    protected val scope = CoroutineScope(session.scope.coroutineContext + job)
    private val shown = MutableStateFlow(first)
    private val top = MutableStateFlow(true)
    private var typed: TypedKeeper? = null
    private var fields: (S) -> Map<String, String> = { emptyMap() }
    private var outlasting: Set<String> = emptySet()

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

    /** The screen is left for good. What is still to be written is written in the session, which goes on. */
    open fun close() {
        val left = fields(now).filterKeys(outlasting::contains)
        typed?.let { lasting { it.write(left) } }
        job.cancel()
    }

    /** Whether the screen is the one that is seen, or covered by another. */
    internal fun onTop(now: Boolean) {
        val before = top.value
        top.value = now
        if (before && !now) covered()
        if (now && !before) uncovered()
    }

    /** The phone's own way back means what the screen's does. */
    internal fun back() = inFrame(FrameAction.Back)

    /** Another screen covers this one: what only an open screen may use is let go. */
    protected open fun covered() = Unit

    /** The screen is seen again. */
    protected open fun uncovered() = Unit

    /** Everything that was typed so far is written when it returns. */
    internal open suspend fun write() {
        typed?.write(fields(now))
    }

    protected fun change(next: (S) -> S) = shown.update(next)

    /** Reads now and whenever something that a list may show has changed, as long as the screen is seen. Many changes are one reading. */
    protected fun keepRead(read: suspend () -> Unit) {
        scope.launch {
            combine(top, session.screens.isLookedAt) { top, looked -> top && looked }.distinctUntilChanged().collectLatest { seen ->
                if (!seen) return@collectLatest
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
    }

    /**
     * Keeps what is typed here and is in no draft, from the first letter on. [of] names what stands in the fields, [putBack] fills in
     * what was kept, nothing where nothing was; until it has returned nothing is written. Whoever leaves the screen for good leaves the
     * fields named in [outlasting] behind for the next time, and no others.
     */
    protected fun keepTyped(
        of: (S) -> Map<String, String>,
        outlasting: Set<String> = emptySet(),
        putBack: suspend (Map<String, String>) -> Unit,
    ) {
        val keeper = TypedKeeper(session, RouteText.word(route))
        fields = of
        this.outlasting = outlasting
        typed = keeper
        scope.launch {
            putBack(keeper.kept())
            keeper.isBack = true
            shown.map(of).distinctUntilChanged().conflate().collect {
                delay(TypedKeeper.DELAY_MS)
                keeper.write(of(now))
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
            FrameAction.ReadAloud -> go { readAloud() }
        }
    }

    private suspend fun readAloud() {
        if (session.platform.speech.say(spoken(), session.language) == SpeechOutcome.NO_VOICE) session.tell(Notice.NoReader)
    }

    private fun step(notice: Notice) {
        session.dismiss(notice)
        val screen = screenFor(notice)
        when {
            screen != null -> {
                go { if (!session.platform.screens.open(screen)) session.tell(Notice.Failed) }
            }

            notice == Notice.SignInToSend -> {
                session.navigator.open(Route.Join)
            }

            // What is on its way, what is full and what can be exported stands there.
            else -> {
                if (notice != Notice.Damaged) session.syncer.insist()
                session.navigator.open(Route.Sync)
            }
        }
    }

    protected fun denied(permission: Permission) = session.tell(Notice.PermissionDenied(permission))

    protected inline fun <T> withSession(work: Session.() -> T): T = session.work()

    private companion object {
        const val READ_PAUSE_MS = 100L
    }
}

/** The system's screen that a notice leads to; none where it leads elsewhere, or nowhere. */
internal fun screenFor(notice: Notice): SystemScreen? =
    when (notice) {
        is Notice.PermissionDenied -> SystemScreen.RIGHTS
        is Notice.NothingScanned -> if (notice.why == NoScan.NOT_ALLOWED) SystemScreen.RIGHTS else null
        is Notice.ClockWrong -> SystemScreen.CLOCK
        Notice.StorageFull -> SystemScreen.STORAGE
        Notice.AppTooOld, Notice.WrongLibrary -> SystemScreen.SHOP
        else -> null
    }
