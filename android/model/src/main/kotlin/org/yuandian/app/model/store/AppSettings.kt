package org.yuandian.app.model.store

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.Language
import org.yuandian.app.model.QuietHours
import org.yuandian.app.model.ports.KeyValues
import org.yuandian.app.screens.DarkMode

/** What one person has chosen for this phone. */
data class AppSettings(
    val language: Language = Language.ZH_HANS,
    /** Which of the homes; none before anybody chose. */
    val role: HomeRole? = null,
    val elder: Boolean = false,
    /** Whether 长辈版 was offered once. */
    val elderOffered: Boolean = false,
    val outdoor: Boolean = false,
    val dark: DarkMode = DarkMode.SYSTEM,
    val server: String = "",
    /** Whom 打电话给社区 calls, as the catalogue said last. */
    val communityPhone: String? = null,
    val reach: Boolean = false,
    val homeSet: Boolean = false,
    val quiet: QuietHours = QuietHours(22 * 60, 7 * 60),
    /** When the platform was reached and nothing was left, ms since 1970. */
    val lastSuccessMs: Long? = null,
    /** When the last shift was handed over. */
    val shiftSinceMs: Long? = null,
    /** Whether the right to notify was asked for. */
    val notifyAsked: Boolean = false,
)

/** Keeps [AppSettings]: one value a key, so that an older app leaves a newer one's alone. */
class SettingsKeeper(
    private val kept: KeyValues,
) {
    private val state = MutableStateFlow(AppSettings())
    private val alone = Mutex()

    val settings: StateFlow<AppSettings> = state.asStateFlow()

    suspend fun load() {
        val none = AppSettings()
        state.value =
            AppSettings(
                language = named(get(LANGUAGE), Language.entries) ?: none.language,
                role = named(get(ROLE), HomeRole.entries),
                elder = get(ELDER) == ON,
                elderOffered = get(ELDER_OFFERED) == ON,
                outdoor = get(OUTDOOR) == ON,
                dark = named(get(DARK), DarkMode.entries) ?: none.dark,
                server = get(SERVER).orEmpty(),
                communityPhone = get(PHONE),
                reach = get(REACH) == ON,
                homeSet = get(HOME_SET) == ON,
                quiet = quiet(get(QUIET)) ?: none.quiet,
                lastSuccessMs = get(LAST_SUCCESS)?.toLongOrNull(),
                shiftSinceMs = get(SHIFT)?.toLongOrNull(),
                notifyAsked = get(NOTIFY_ASKED) == ON,
            )
    }

    /** Changes them at once for whoever looks, and keeps what changed. */
    suspend fun update(change: (AppSettings) -> AppSettings) =
        alone.withLock {
            val before = values(state.value)
            state.value = change(state.value)
            for ((key, value) in values(state.value)) if (before[key] != value) kept.put(key, value)
        }

    private suspend fun get(key: String) = kept.get(key)

    private fun values(settings: AppSettings): Map<String, String?> =
        mapOf(
            LANGUAGE to settings.language.name,
            ROLE to settings.role?.name,
            ELDER to on(settings.elder),
            ELDER_OFFERED to on(settings.elderOffered),
            OUTDOOR to on(settings.outdoor),
            DARK to settings.dark.name,
            SERVER to settings.server,
            PHONE to settings.communityPhone,
            REACH to on(settings.reach),
            HOME_SET to on(settings.homeSet),
            QUIET to "${settings.quiet.fromMinute}-${settings.quiet.toMinute}",
            LAST_SUCCESS to settings.lastSuccessMs?.toString(),
            SHIFT to settings.shiftSinceMs?.toString(),
            NOTIFY_ASKED to on(settings.notifyAsked),
        )

    private fun on(yes: Boolean) = if (yes) ON else null

    private fun <T : Enum<T>> named(
        value: String?,
        all: List<T>,
    ): T? = all.firstOrNull { it.name == value }

    private fun quiet(text: String?): QuietHours? {
        val minutes = text?.split('-')?.mapNotNull(String::toIntOrNull)?.filter { it in 0 until DAY_MINUTES }
        return minutes?.takeIf { it.size == 2 }?.let { QuietHours(it[0], it[1]) }
    }

    private companion object {
        const val ON = "1"
        const val DAY_MINUTES = 24 * 60
        const val LANGUAGE = "language"
        const val ROLE = "role"
        const val ELDER = "elder"
        const val ELDER_OFFERED = "elder.offered"
        const val OUTDOOR = "outdoor"
        const val DARK = "dark"
        const val SERVER = "server"
        const val PHONE = "community.phone"
        const val REACH = "reach"
        const val HOME_SET = "reach.home"
        const val QUIET = "reach.quiet"
        const val LAST_SUCCESS = "sync.success"
        const val SHIFT = "shift.since"
        const val NOTIFY_ASKED = "notify.asked"
    }
}
