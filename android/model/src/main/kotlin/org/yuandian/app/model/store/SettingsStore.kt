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
import org.yuandian.app.model.codes.Codes
import org.yuandian.app.model.codes.PersonCode
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.FamilyProblem
import org.yuandian.app.screens.ForgetState
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Me
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.PersonLine
import org.yuandian.app.screens.Reach
import org.yuandian.app.screens.SettingsAction
import org.yuandian.app.screens.SettingsSheet
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
        keepTyped({ typed(it.sheet) }) { kept ->
            val sheet =
                when (kept[SHEET]) {
                    MY_CODE -> myCode()
                    ADD_FAMILY -> SettingsSheet.AddFamily(kept[CODE].orEmpty())
                    else -> null
                }
            change { it.copy(sheet = it.sheet ?: sheet) }
        }
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

            SettingsAction.ShowMyCode -> {
                change { it.copy(sheet = myCode()) }
            }

            SettingsAction.CopyMyCode -> {
                go { ownCode()?.let { session.platform.clipboard.copy(it.text) } }
            }

            SettingsAction.AddFamily -> {
                change { it.copy(sheet = SettingsSheet.AddFamily()) }
            }

            SettingsAction.ScanFamily -> {
                go { session.scanned()?.let(::addFamily) }
            }

            is SettingsAction.EditFamilyCode -> {
                form { SettingsSheet.AddFamily(action.text.take(PersonCode.TEXT_MAX)) }
            }

            SettingsAction.ConfirmFamily -> {
                (now.sheet as? SettingsSheet.AddFamily)?.let { addFamily(it.code) }
            }

            SettingsAction.CloseSheet -> {
                change { it.copy(sheet = null) }
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

    override fun inFrame(action: FrameAction) {
        when {
            action == FrameAction.Back && now.forget == ForgetState.ASKED -> act(SettingsAction.CancelForget)
            action == FrameAction.Back && now.sheet != null -> act(SettingsAction.CloseSheet)
            else -> super.inFrame(action)
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

    private suspend fun setQuiet(quiet: QuietHours) {
        withSession { phone.ownData.setQuiet(quiet).orTell() } ?: return
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

    private fun ownCode(): PersonCode? = session.person.value?.let { PersonCode(it.user, it.name) }

    private fun myCode(): SettingsSheet? =
        ownCode()?.let { own -> Codes.drawn(own.text)?.let { SettingsSheet.MyCode(own.name, it, own.spelled) } }

    private fun form(next: (SettingsSheet.AddFamily) -> SettingsSheet?) =
        change { state -> state.copy(sheet = state.sheet.let { if (it is SettingsSheet.AddFamily) next(it) else it }) }

    /** A relative shows their code, or has sent what it says. */
    private fun addFamily(text: String) {
        val code = PersonCode.of(text)
        val others = now.family.filterNot { it.id == code?.user?.value }
        val problem =
            when {
                text.isBlank() -> FamilyProblem.EMPTY
                code == null -> FamilyProblem.NOT_A_CODE
                code.user == session.person.value?.user -> FamilyProblem.ONESELF
                code.name.isEmpty() -> FamilyProblem.NAME_MISSING
                others.size >= FAMILY_MAX -> FamilyProblem.FULL
                else -> null
            }
        if (code == null || problem != null) return form { it.copy(problem = problem) }
        lasting { if (family(code.user, code.name, true)) form { null } }
    }

    private suspend fun family(
        user: UserId,
        name: String,
        isFamily: Boolean,
    ): Boolean {
        val all = withSession { phone.ownData.nameFamily(user, name, isFamily).orTell() } ?: return false
        change { it.copy(family = all.map(::lineOf)) }
        session.syncer.wish()
        return true
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

        /** As many as the core takes. */
        const val FAMILY_MAX = 5
        const val SHEET = "sheet"
        const val MY_CODE = "code"
        const val ADD_FAMILY = "family"
        const val CODE = "code"

        fun typed(sheet: SettingsSheet?): Map<String, String> =
            when (sheet) {
                null -> emptyMap()
                is SettingsSheet.MyCode -> mapOf(SHEET to MY_CODE)
                is SettingsSheet.AddFamily -> mapOf(SHEET to ADD_FAMILY, CODE to sheet.code)
            }
    }
}

/** Whether photos wait for Wi-Fi; what holds now, or nothing where that could not be kept. */
internal suspend fun Session.setWifiOnly(on: Boolean): Boolean? {
    val policies = phone.sync.policies().orTell() ?: return null
    phone.sync.setPolicies(policies.withWifiOnly(on)).orTell() ?: return null
    syncer.wish()
    return on
}
