package org.yuandian.app.ui.states

import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.Frame
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.SyncPill
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.tabs

/** The main states of a screen: they feed previews, pictures and tests alike. */
interface Provider<S> {
    fun states(sample: Sample): List<Named<S>>
}

data class Named<S>(
    /** Short, in file names: `empty`, `offline`. */
    val name: String,
    val state: S,
)

/** What sample states are written for. Every sample has the same moment, so that pictures can be compared. */
class Sample(
    val language: AppLanguage,
    val elder: Boolean,
) {
    val nowMs: Long get() = NOW_MS

    /** The text in the sample's language. */
    fun t(
        zh: String,
        en: String,
    ): String = if (language == AppLanguage.ZH_HANS) zh else en

    fun minutesAgo(minutes: Int): Long = nowMs - minutes * MINUTE_MS

    fun hoursAgo(hours: Int): Long = minutesAgo(hours * 60)

    fun daysAgo(days: Int): Long = hoursAgo(days * 24)

    fun frame(
        pill: SyncPill? = null,
        notice: Notice? = null,
        role: AppRole = AppRole.RESIDENT,
        /** None on screens that are left by going back. */
        tab: Tab? = null,
    ) = Frame(nowMs, pill, notice, if (elder || tab == null) emptyList() else role.tabs, tab, role, elder)

    /** Whom to call everything names: long, right-to-left, with marks that turn the direction, and with emoji. */
    val hardNames: List<String>
        get() =
            listOf(
                "阿不都热依木·买买提托乎提·吐尔逊艾力",
                "\u202Bعلي محمد\u202C",
                "李\u202E明\u202C \uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
                "Maximiliane-Friederike Schwarzenbergstein",
            )

    companion object {
        const val MINUTE_MS = 60_000L

        /** 2 March 2026, 14:30 in Zhengzhou. */
        private const val NOW_MS = 1_772_433_000_000L
    }
}
