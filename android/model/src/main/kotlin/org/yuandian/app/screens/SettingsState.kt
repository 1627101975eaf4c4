package org.yuandian.app.screens

/** 设置. */
data class SettingsState(
    val frame: Frame,
    /** Null before the sign-in. */
    val me: Me? = null,
    val language: AppLanguage = AppLanguage.ZH_HANS,
    val outdoor: Boolean = false,
    val dark: DarkMode = DarkMode.SYSTEM,
    val wifiOnly: Boolean = true,
    /** News of requests nearby. */
    val reach: Reach = Reach(),
    val family: List<PersonLine> = emptyList(),
    /** Whom one does not want to meet. */
    val apart: List<PersonLine> = emptyList(),
    /** Consents that were given. */
    val consents: Int = 0,
    val forget: ForgetState = ForgetState.NO,
    val sheet: SettingsSheet? = null,
    val version: String = "",
    val libraryVersion: String = "",
)

data class Me(
    val name: String,
    val role: AppRole,
    val grid: String,
)

enum class AppLanguage { ZH_HANS, EN }

enum class DarkMode { SYSTEM, ON, OFF }

data class Reach(
    val on: Boolean = false,
    /** A home place was set; only its cell leaves the phone. */
    val homeSet: Boolean = false,
    /** Minutes of the day, 0 to 1439. */
    val quietFrom: Int = 22 * 60,
    val quietTo: Int = 7 * 60,
)

/** [ASKED]: the question is open. [WAITING]: asked for, on its way. */
enum class ForgetState { NO, ASKED, WAITING }

/** What lies over the screen. */
sealed interface SettingsSheet {
    /** 我的码: what others scan who name this person as family. [spelled]: the same to be read out. */
    data class MyCode(
        val name: String,
        val square: CodeSquare,
        val spelled: String,
    ) : SettingsSheet

    /** 添加家人, by scanning their code or by typing what it says. */
    data class AddFamily(
        val code: String = "",
        val problem: FamilyProblem? = null,
    ) : SettingsSheet
}

/** [NOT_A_CODE]: what was scanned or typed says nobody's id. [FULL]: as many as there may be. */
enum class FamilyProblem { EMPTY, NOT_A_CODE, NAME_MISSING, ONESELF, FULL }

sealed interface SettingsAction {
    data class InFrame(
        val action: FrameAction,
    ) : SettingsAction

    data class SetLanguage(
        val language: AppLanguage,
    ) : SettingsAction

    data class SetElder(
        val on: Boolean,
    ) : SettingsAction

    data class SetOutdoor(
        val on: Boolean,
    ) : SettingsAction

    data class SetDark(
        val mode: DarkMode,
    ) : SettingsAction

    data class SetWifiOnly(
        val on: Boolean,
    ) : SettingsAction

    data class SetReach(
        val on: Boolean,
    ) : SettingsAction

    data object SetHome : SettingsAction

    data class SetQuiet(
        val fromMinute: Int,
        val toMinute: Int,
    ) : SettingsAction

    data object ShowMyCode : SettingsAction

    /** The text of one's code, to be sent to somebody. */
    data object CopyMyCode : SettingsAction

    /** Opens the sheet for it. */
    data object AddFamily : SettingsAction

    data object ScanFamily : SettingsAction

    data class EditFamilyCode(
        val text: String,
    ) : SettingsAction

    data object ConfirmFamily : SettingsAction

    data object CloseSheet : SettingsAction

    data class RemoveFamily(
        val id: String,
    ) : SettingsAction

    data class EndApart(
        val id: String,
    ) : SettingsAction

    data object OpenHours : SettingsAction

    data object OpenPeople : SettingsAction

    data object SignIn : SettingsAction

    /** 我的数据: writes it into a file. */
    data object ExportMyData : SettingsAction

    data object CopyDiagnosis : SettingsAction

    data object AskForget : SettingsAction

    data object ConfirmForget : SettingsAction

    data object CancelForget : SettingsAction
}
