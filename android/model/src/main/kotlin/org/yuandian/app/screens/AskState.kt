package org.yuandian.app.screens

/** 原点在线 求助 and 助老服务: what, the details, a look at it all, published. Everything but [kind] has a usable first value. */
data class AskState(
    val frame: Frame,
    val step: AskStep = AskStep.WHAT,
    /** Opened for 助老服务: nothing else is offered. */
    val orders: Boolean = false,
    val kinds: List<HelpKind> = emptyList(),
    val kind: HelpKind? = null,
    val whom: Whom = Whom.Oneself,
    val time: AskTime = AskTime.SOON,
    /** As typed: "明天上午". */
    val timeWords: String = "",
    /** Days that an order may be for, today first; empty where the time is said in words. */
    val days: List<AskDay> = emptyList(),
    /** Which of [days]. */
    val day: String? = null,
    /** Yuan, as typed; null where the kind needs no money. */
    val moneyMost: String? = null,
    val text: String = "",
    val voice: VoiceState = VoiceState.None,
    /** Further questions of the kind; private ones say what for. */
    val fields: List<FormField> = emptyList(),
    val giveaways: List<Giveaway> = emptyList(),
    /** What others will see of the place: "约 500 米范围". */
    val area: String? = null,
    val signedIn: Boolean = true,
    val missing: List<AskNeed> = emptyList(),
    val publishing: Boolean = false,
    val receipt: CaptureReceipt? = null,
    /** The draft is being read. */
    val loading: Boolean = false,
) {
    /** A provider is asked, not the neighbours. */
    val isOrder: Boolean get() = kind?.isOrder ?: orders
}

/** [id] is the day as the form takes it, [atMs] a moment of it. */
data class AskDay(
    val id: String,
    val atMs: Long,
)

enum class AskStep { WHAT, DETAILS, CHECK, DONE }

data class HelpKind(
    /** Service id. */
    val id: String,
    val sign: Sign,
    val title: String,
    val help: String?,
    /** From a provider, perhaps for a fee. */
    val isOrder: Boolean = false,
)

sealed interface Whom {
    data object Oneself : Whom

    /** [agrees]: they were asked and agree. */
    data class Other(
        val name: String,
        val agrees: Boolean,
    ) : Whom
}

enum class AskTime { SOON, TODAY, TOMORROW, OTHER }

enum class AskNeed { WORDS, ITEM, NAME, AGREEMENT, TIME, ANSWER, PLACE }

sealed interface AskAction {
    data class InFrame(
        val action: FrameAction,
    ) : AskAction

    data class ChooseKind(
        val id: String,
    ) : AskAction

    data object ForOneself : AskAction

    data object ForOther : AskAction

    data class EditName(
        val text: String,
    ) : AskAction

    data class SetAgrees(
        val on: Boolean,
    ) : AskAction

    data class ChooseTime(
        val time: AskTime,
    ) : AskAction

    data class ChooseDay(
        val id: String,
    ) : AskAction

    data class EditTime(
        val text: String,
    ) : AskAction

    data class EditMoney(
        val text: String,
    ) : AskAction

    data class EditText(
        val text: String,
    ) : AskAction

    data object StartVoice : AskAction

    data object StopVoice : AskAction

    data object RemoveVoice : AskAction

    data class Answer(
        val key: String,
        val value: String,
    ) : AskAction

    /** To the next step. */
    data object Next : AskAction

    data object Publish : AskAction

    data class OpenCase(
        val id: String,
    ) : AskAction

    data object Done : AskAction
}
