package org.yuandian.app.model.store

import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withTimeoutOrNull
import org.yuandian.app.model.Language
import org.yuandian.app.model.NamedPerson
import org.yuandian.app.model.Position
import org.yuandian.app.model.QuietHours
import org.yuandian.app.model.UserId
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.Scan
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.ForgetState
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.Me
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.PersonLine
import org.yuandian.app.screens.Reach
import org.yuandian.app.screens.SettingsAction
import org.yuandian.app.screens.SettingsState

/** 设置. */
class SettingsStore(
    session: Session,
    private val libraryVersion: String = "",
) : Store<SettingsState, SettingsAction>(session, Route.Settings, SettingsState(session.frame(Route.Settings))) {
    private val phone = session.phone

    /** Quiet hours that are being chosen: what holds until they are told is in the settings. */
    private var choosing: QuietHours? = null
    private var telling: Job? = null

    init {
        change { it.copy(version = VERSION, libraryVersion = libraryVersion) }
        keepRead(::read)
    }

    // One line an action: as long as the type is.
    @Suppress("CyclomaticComplexMethod", "LongMethod")
    override fun act(action: SettingsAction) {
        when (action) {
            is SettingsAction.InFrame -> {
                inFrame(action.action)
            }

            is SettingsAction.SetLanguage -> {
                lasting { session.setLanguage(if (action.language == AppLanguage.EN) Language.EN else Language.ZH_HANS) }
            }

            is SettingsAction.SetElder -> {
                lasting { session.setElder(action.on) }
            }

            is SettingsAction.SetOutdoor -> {
                lasting { session.settings.update { it.copy(outdoor = action.on) } }
            }

            is SettingsAction.SetDark -> {
                lasting { session.settings.update { it.copy(dark = action.mode) } }
            }

            is SettingsAction.SetWifiOnly -> {
                lasting { session.setWifiOnly(action.on)?.let { on -> change { it.copy(wifiOnly = on) } } }
            }

            is SettingsAction.SetReach -> {
                lasting { setReach(action.on) }
            }

            SettingsAction.SetHome -> {
                lasting { setHome() }
            }

            is SettingsAction.SetQuiet -> {
                chooseQuiet(QuietHours(action.fromMinute, action.toMinute))
            }

            SettingsAction.AddFamily -> {
                lasting { addFamily() }
            }

            is SettingsAction.RemoveFamily -> {
                lasting { family(UserId(action.id), "", false) }
            }

            is SettingsAction.EndApart -> {
                lasting { endApart(UserId(action.id)) }
            }

            SettingsAction.OpenHours -> {
                session.navigator.open(Route.Hours)
            }

            SettingsAction.OpenPeople -> {
                session.navigator.open(Route.People)
            }

            SettingsAction.SignIn -> {
                session.navigator.open(Route.Join)
            }

            SettingsAction.ExportMyData -> {
                lasting { exportMyData() }
            }

            SettingsAction.CopyDiagnosis -> {
                go { session.platform.clipboard.copy(Diagnosis(session).text()) }
            }

            SettingsAction.AskForget -> {
                change { if (it.forget == ForgetState.NO) it.copy(forget = ForgetState.ASKED) else it }
            }

            SettingsAction.ConfirmForget -> {
                lasting { forget() }
            }

            SettingsAction.CancelForget -> {
                change { if (it.forget == ForgetState.ASKED) it.copy(forget = ForgetState.NO) else it }
            }
        }
    }

    override fun framed(
        state: SettingsState,
        frame: Frame,
    ): SettingsState {
        val chosen = session.settings.settings.value
        val person = session.person.value
        return state.copy(
            frame = frame,
            me =
                person?.let {
                    Me(
                        it.name,
                        roleOf(session.role),
                        session.gridName,
                    )
                },
            language = if (chosen.language == Language.EN) AppLanguage.EN else AppLanguage.ZH_HANS,
            outdoor = chosen.outdoor,
            dark = chosen.dark,
            reach = (choosing ?: chosen.quiet).let { Reach(chosen.reach, chosen.homeSet, it.fromMinute, it.toMinute) },
        )
    }

    private suspend fun read() {
        val policies = phone.sync.policies().orNull()
        val family = phone.ownData.family().orNull()
        val apart = phone.ownData.apart().orNull()
        val consents = phone.ownData.consents().orNull()
        val forgotten = phone.ownData.wantsToBeForgotten().orNull() == true
        change { state ->
            state.copy(
                wifiOnly = policies?.wifiOnly ?: state.wifiOnly,
                family = family?.map(::lineOf).orEmpty(),
                apart = apart?.map(::lineOf).orEmpty(),
                consents = consents?.count { it.given } ?: 0,
                forget = if (forgotten) ForgetState.WAITING else state.forget,
            )
        }
    }

    private fun lineOf(person: NamedPerson) = PersonLine(person.user.value, person.name)

    /** The home goes along when reach is on; taking reach back takes it back, too. */
    private suspend fun setReach(on: Boolean) {
        if (on) return setHome()
        withSession { phone.ownData.setReach(null, settings.settings.value.quiet).orTell() } ?: return
        session.settings.update { it.copy(reach = false, homeSet = false) }
        session.syncer.wish()
    }

    private suspend fun setHome() {
        val home = position() ?: return
        withSession { phone.ownData.setReach(home, settings.settings.value.quiet).orTell() } ?: return
        session.settings.update { it.copy(reach = true, homeSet = true) }
        session.syncer.wish()
    }

    /** Shown with each touch, told once the hand rests. */
    private fun chooseQuiet(quiet: QuietHours) {
        choosing = quiet
        change { framed(it, frame()) }
        telling?.cancel()
        telling =
            lasting {
                delay(REST_MS)
                setQuiet(quiet)
                choosing = null
                change { framed(it, frame()) }
            }
    }

    /** The core takes home and hours together; the home it keeps is not read back, so it is asked of the receiver again. */
    private suspend fun setQuiet(quiet: QuietHours) {
        val home = if (session.settings.settings.value.homeSet) position() ?: return else null
        withSession { phone.ownData.setReach(home, quiet).orTell() } ?: return
        session.settings.update { it.copy(quiet = quiet) }
        session.syncer.wish()
    }

    private suspend fun position(): Position? =
        when (
            val fix =
                withTimeoutOrNull(FIX_MS) {
                    session.platform.places
                        .fixes()
                        .first { it !is Fix.Searching }
                }
        ) {
            is Fix.Found -> {
                fix.position
            }

            Fix.Denied -> {
                denied(Permission.LOCATION)
                null
            }

            else -> {
                session.tell(Notice.Failed)
                null
            }
        }

    /** A relative shows their code; it says who they are: id and name, parted by a space. */
    private suspend fun addFamily() {
        when (val scan = session.platform.scanner.scan()) {
            is Scan.Read -> {
                val text = scan.text.trim()
                if (text.length > CODE_MAX) return session.tell(Notice.Failed)
                family(UserId(text.substringBefore(' ')), text.substringAfter(' ', ""), true)
            }

            Scan.Denied -> {
                denied(Permission.CAMERA)
            }

            Scan.Cancelled -> {
                Unit
            }

            Scan.Unavailable -> {
                session.tell(Notice.Failed)
            }
        }
    }

    private suspend fun family(
        user: UserId,
        name: String,
        isFamily: Boolean,
    ) {
        val all = withSession { phone.ownData.nameFamily(user, name, isFamily).orTell() } ?: return
        change { it.copy(family = all.map(::lineOf)) }
        session.syncer.wish()
    }

    private suspend fun endApart(user: UserId) {
        val name =
            now.apart
                .firstOrNull { it.id == user.value }
                ?.name
                .orEmpty()
        val all = withSession { phone.ownData.keepApart(user, name, false).orTell() } ?: return
        change { it.copy(apart = all.map(::lineOf)) }
        session.syncer.wish()
    }

    private suspend fun exportMyData() {
        val data = withSession { phone.ownData.all().orTell() } ?: return
        val name = session.strings.dataFile
        val path = session.platform.files.outgoing(name)
        session.platform.files.writeText(path, data)
        session.platform.files.share(path)
        session.tell(Notice.Exported(name))
    }

    private suspend fun forget() {
        if (now.forget != ForgetState.ASKED) return
        withSession { phone.ownData.forgetMe().orTell() } ?: return
        change { it.copy(forget = ForgetState.WAITING) }
        session.syncer.insist()
    }

    private companion object {
        const val FIX_MS = 20_000L
        const val REST_MS = 1_500L
        const val CODE_MAX = 120
    }
}

/** Whether photos wait for Wi-Fi; what holds now, or nothing where that could not be kept. */
internal suspend fun Session.setWifiOnly(on: Boolean): Boolean? {
    val policies = phone.sync.policies().orTell() ?: return null
    phone.sync.setPolicies(policies.withWifiOnly(on)).orTell() ?: return null
    syncer.wish()
    return on
}
