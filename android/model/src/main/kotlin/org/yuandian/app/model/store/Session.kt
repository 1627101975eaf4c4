package org.yuandian.app.model.store

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharedFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asSharedFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.Language
import org.yuandian.app.model.Person
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.WorkCounts
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.navigation.BackStack
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.navigation.homeOf
import org.yuandian.app.model.navigation.tab
import org.yuandian.app.model.navigation.tabsOf
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.KeyValues
import org.yuandian.app.model.ports.NotifyOutcome
import org.yuandian.app.model.ports.Platform
import org.yuandian.app.model.ports.Prefixed
import org.yuandian.app.model.strings.Strings
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.SyncPill
import kotlin.math.abs

/** One person's open data with everything that their screens share. It ends with [scope]. */
class Session(
    val phone: Phone,
    val platform: Platform,
    val scope: CoroutineScope,
    /** Of this person on this phone. */
    id: String,
    saved: String? = null,
) {
    val kept: KeyValues = keptOf(platform, id)
    val settings = SettingsKeeper(kept)
    val wanted = Wanted(kept)
    val syncer = Syncer(phone, platform, settings, scope)
    val navigator = Navigator(BackStack.restore(saved, Route.Home), ::home)
    val screens: Screens get() = navigator.screens
    private val restored = saved != null
    private val who = MutableStateFlow<Person?>(null)
    private val counts = MutableStateFlow(WorkCounts())
    private val shownNotice = MutableStateFlow<Notice?>(null)
    private var isClockTold = false
    private val now = MutableStateFlow(platform.clock.nowMs())
    private val happened = MutableSharedFlow<Happening>(extraBufferCapacity = HAPPENINGS, onBufferOverflow = BufferOverflow.DROP_OLDEST)

    /** Who it is; none before an invitation was used. */
    val person: StateFlow<Person?> = who.asStateFlow()
    val work: StateFlow<WorkCounts> = counts.asStateFlow()
    val notice: StateFlow<Notice?> = shownNotice.asStateFlow()
    val clock: StateFlow<Long> = now.asStateFlow()
    val happenings: SharedFlow<Happening> = happened.asSharedFlow()
    val strings: Strings get() = Strings.of(settings.settings.value.language)
    val language: Language get() = settings.settings.value.language

    /** Where one works or lives, in words; empty before enrolment. */
    val gridName: String
        get() =
            who.value
                ?.grants
                ?.firstOrNull()
                ?.gridName
                .orEmpty()
    val role: HomeRole
        get() = settings.settings.value.role ?: who.value?.homeRole ?: HomeRole.RESIDENT

    /** Reads what is kept and begins. Everything that is drawn before has usable first values. */
    suspend fun start() {
        settings.load()
        wanted.load()
        phone.identity.setLanguage(language)
        who.value = phone.identity.person().orNull()
        recount()
        findCommunity()
        if (restored) {
            phone.typed
                .kept(WHERE)
                .orNull()
                ?.get(ROUTES)
                ?.let { navigator.resume(BackStack.restore(it, home())) }
        }
        if (!restored) navigator.goTo(if (settings.settings.value.role == null && who.value == null) Route.Join else home())
        scope.launch {
            phone.events.happenings.collect { happening ->
                when (happening) {
                    is Happening.CaseChanged, is Happening.AttentionChanged, is Happening.SyncFinished, Happening.Missed -> recount()
                    else -> Unit
                }
                if (happening is Happening.SyncFinished) findCommunity()
                happened.emit(happening)
            }
        }
        scope.launch {
            while (true) {
                delay(TICK_MS)
                now.value = platform.clock.nowMs()
            }
        }
        scope.launch { syncer.lastRun.collect(::tellClock) }
        scope.launch { navigator.routes.collect { screens.moved() } }
        syncer.start()
        syncer.wish()
    }

    /** A clock that is off is told once: it can be set right only in the system's settings. */
    private fun tellClock(run: LastRun) {
        val off = (run as? LastRun.Ended)?.report?.clockOffMs ?: return
        if (isClockTold || abs(off) < CLOCK_OFF_MS) return
        isClockTold = true
        tell(Notice.ClockWrong(off))
    }

    /** Whether somebody looks at the app. While somebody does, what is new comes by itself. */
    fun looked(at: Boolean) {
        screens.looked(at)
        syncer.watch(at)
        if (at) syncer.wish() else scope.launch { write() }
    }

    /**
     * Everything that was typed, and where it was, is written now. The system has asked where the person is before this is done: a draft
     * that gets its id here is not in its answer.
     */
    suspend fun write() {
        screens.write()
        phone.typed.keep(WHERE, mapOf(ROUTES to navigator.routes.value.save()))
    }

    /** What everything is shown in. Stores combine it with what is theirs. */
    fun frame(route: Route): Frame {
        val chosen = settings.settings.value
        val work = counts.value
        val waiting = work.onItsWay + wanted.drafts.value.size
        val attention = work.needsYou + work.conflicts
        val pill =
            SyncPill(
                waiting,
                attention,
                syncer.running.value,
                platform.network
                    .link()
                    .value.online,
                chosen.lastSuccessMs,
            ).takeIf { waiting > 0 || attention > 0 || syncer.running.value }
        val tab = route.tab()
        return Frame(
            nowMs = now.value,
            pill = pill,
            notice = shownNotice.value,
            tabs = if (tab == null) emptyList() else tabsOf(role, chosen.elder),
            tab = tab,
            role = roleOf(role),
            elder = chosen.elder,
        )
    }

    fun home(): Route = homeOf(role, settings.settings.value.elder)

    /** Every time that something of [frame] may have changed. */
    val frames: Flow<Unit> =
        kotlinx.coroutines.flow
            .merge(
                now,
                counts,
                shownNotice,
                who,
                settings.settings,
                syncer.running,
                platform.network.link(),
            ).map { }

    /** Changes of one case, and whatever may be one. */
    fun changes(id: CaseId): Flow<Happening> =
        happened.filter { it is Happening.Missed || it is Happening.SyncFinished || (it is Happening.CaseChanged && it.id == id) }

    fun tell(notice: Notice?) {
        shownNotice.value = notice
        if (notice != null) now.value = platform.clock.nowMs()
    }

    fun dismiss(notice: Notice? = shownNotice.value) = shownNotice.update { if (it == notice) null else it }

    /** Says what went wrong, and gives the value where nothing did. */
    fun <T> Answer<T>.orTell(): T? =
        when (this) {
            is Answer.Done -> {
                value
            }

            is Answer.Failed -> {
                tell(noticeOf(trouble, language))
                platform.touch.failed()
                null
            }
        }

    /** An invitation was used. */
    suspend fun enrolled(person: Person) {
        who.value = person
        settings.update { it.copy(role = it.role?.takeIf(person.homes::contains) ?: person.homeRole) }
        wanted.finish(phone.drafts)
        recount()
        findCommunity()
        syncer.wish()
    }

    suspend fun setLanguage(language: Language) {
        settings.update { it.copy(language = language) }
        phone.identity.setLanguage(language)
        happened.emit(Happening.Missed)
    }

    /** 长辈版 on or off: one begins at another home. */
    suspend fun setElder(on: Boolean) {
        settings.update { it.copy(elder = on, elderOffered = true) }
        navigator.begin()
    }

    suspend fun callCommunity() {
        settings.settings.value.communityPhone
            ?.let { platform.dialer.dial(it) }
    }

    /** Once, after the first submission: then it is clear what for. */
    suspend fun askToNotify() {
        if (settings.settings.value.notifyAsked) return
        settings.update { it.copy(notifyAsked = true) }
        if (platform.notifier.ask() == NotifyOutcome.DENIED) tell(Notice.PermissionDenied(Permission.NOTIFICATIONS))
    }

    suspend fun recount() {
        phone.cases
            .counts()
            .orNull()
            ?.let { counts.value = it }
    }

    /** Whom one calls: with a right, or a new catalogue, it may be somebody else. */
    private suspend fun findCommunity() {
        val number =
            phone.services
                .community()
                .orNull()
                ?.telephone
        settings.update { it.copy(communityPhone = number) }
    }

    private companion object {
        const val TICK_MS = 30_000L

        /** Names of what is kept beside the screens' own. */
        const val WHERE = "where"
        const val ROUTES = "routes"

        /** From here on a person should know: captures carry the time. */
        const val CLOCK_OFF_MS = 5 * 60_000L
        const val HAPPENINGS = 256
    }
}

/** What is kept of a person outside of their data, and read before these are open. */
internal fun keptOf(
    platform: Platform,
    id: String,
): KeyValues = Prefixed(platform.settings, "person.$id")

/** What a screen says of a trouble that no field of it can show. */
fun noticeOf(
    trouble: Trouble,
    language: Language,
): Notice =
    when (trouble) {
        is Trouble.Refused -> Notice.Refused(trouble.reason.inLanguage(language))
        Trouble.NotEnrolled, is Trouble.ServerRefused -> Notice.SignInToSend
        is Trouble.Unreachable -> Notice.Unreachable
        is Trouble.UntrustedServer -> Notice.UntrustedServer
        Trouble.StorageFull -> Notice.StorageFull
        is Trouble.NoRoom -> Notice.PhotosFull(trouble.waitingBytes, trouble.freeBytes)
        is Trouble.AppTooOld -> Notice.AppTooOld
        is Trouble.WrongLibrary -> Notice.WrongLibrary
        is Trouble.Damaged -> Notice.Damaged
        Trouble.WrongKey -> Notice.WrongKey
        is Trouble.KeyStoreLocked -> Notice.KeyStoreLocked
        else -> Notice.Failed
    }
