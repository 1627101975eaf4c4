package org.yuandian.app.screens.words

import org.yuandian.app.screens.AskNeed
import org.yuandian.app.screens.AskTime

/** 原点在线 求助. */
interface AskWords {
    fun askTime(time: AskTime): String

    fun askMissing(needs: List<AskNeed>): String

    fun askStepOf(
        step: Int,
        all: Int,
    ): String

    fun askForName(name: String): String

    fun moneyMost(yuan: String): String

    /** A day in a few characters: 今天, 明天, 周三 3月4日. */
    fun askDay(
        atMs: Long,
        nowMs: Long,
    ): String

    val askTitle: String
    val askWhat: String
    val askKind: String
    val askDetails: String
    val askCheck: String
    val askWhom: String
    val askForMe: String
    val askForOther: String
    val askName: String
    val askNameHelp: String
    val askAgrees: String
    val askWhen: String
    val askWhenWords: String
    val askMoney: String
    val askMoneyHelp: String
    val askText: String
    val askTextHelp: String
    val askPublic: String
    val askPrivate: String
    val askArea: String
    val askPublish: String
    val askPublishing: String
    val askGiveawayHelp: String
    val askChange: String
    val askDoneTitle: String
    val askDoneHelp: String
    val askLaterHelp: String
    val askDoneOpen: String
    val askDoneHome: String
    val askSignIn: String
    val askNeighbours: String
    val orderTitle: String
    val orderHelp: String
    val orderWhat: String
    val orderDay: String
    val orderText: String
    val orderTextHelp: String
    val orderSeen: String
    val orderPrivate: String
    val orderCheck: String
    val orderSend: String
    val orderSending: String
    val orderDoneTitle: String
    val orderDoneHelp: String
    val orderLaterHelp: String
    val orderDoneOpen: String
}

internal object AskZh : AskWords {
    override fun askTime(time: AskTime) =
        when (time) {
            AskTime.SOON -> "尽快"
            AskTime.TODAY -> "今天"
            AskTime.TOMORROW -> "明天"
            AskTime.OTHER -> "别的时间"
        }

    override fun askMissing(needs: List<AskNeed>) =
        "还缺：" +
            needs.joinToString("、") {
                when (it) {
                    AskNeed.WORDS -> "说一句要帮什么"
                    AskNeed.ITEM -> "要哪一项"
                    AskNeed.NAME -> "帮谁"
                    AskNeed.AGREEMENT -> "本人同意"
                    AskNeed.TIME -> "时间"
                    AskNeed.ANSWER -> "必填项"
                    AskNeed.PLACE -> "地点"
                }
            }

    override fun askStepOf(
        step: Int,
        all: Int,
    ) = "第 $step 步，共 $all 步"

    override fun askForName(name: String) = name

    override fun moneyMost(yuan: String) = "最多 $yuan 元"

    override fun askDay(
        atMs: Long,
        nowMs: Long,
    ) = TimeZh.day(atMs, nowMs).let { day -> if (day.first().isDigit()) "${TimeZh.weekday(atMs)} $day" else day }

    override val askTitle = "求助"
    override val askWhat = "要帮什么忙？"
    override val askKind = "哪一类"
    override val askDetails = "说说情况"
    override val askCheck = "看一遍，再发布"
    override val askWhom = "帮谁"
    override val askForMe = "我自己"
    override val askForOther = "家人或别人"
    override val askName = "怎么称呼"
    override val askNameHelp = "例如：我妈、王大爷"
    override val askAgrees = "问过本人，本人同意"
    override val askWhen = "什么时候"
    override val askWhenWords = "写明时间"
    override val askMoney = "最多花多少钱（元）"
    override val askMoneyHelp = "凭小票结算，不用先给现金"
    override val askText = "要帮什么"
    override val askTextHelp = "例如：降压药快吃完了，请帮忙买两盒"
    override val askPublic = "邻居看得到的"
    override val askPrivate = "只有接单的人看得到的"
    override val askArea = "大致位置"
    override val askPublish = "发布求助"
    override val askPublishing = "正在发布…"
    override val askGiveawayHelp = "所有人都能看到这段话。建议改掉："
    override val askChange = "去改"
    override val askDoneTitle = "求助已记下"
    override val askDoneHelp = "有人接单会告诉您。开门前先核对名字，暗号等人到了再说。"
    override val askLaterHelp = "已存在本机，联网后自动发布。发布后有人接单会告诉您。"
    override val askDoneOpen = "看暗号和进展"
    override val askDoneHome = "回首页"
    override val askSignIn = "登录后才会发布。内容已存在本机。"
    override val askNeighbours = "请邻居帮忙"
    override val orderTitle = "助老服务"
    override val orderHelp = "送餐、打扫、洗澡、陪护"
    override val orderWhat = "要哪种服务？"
    override val orderDay = "哪一天"
    override val orderText = "还有什么要说的"
    override val orderTextHelp = "例如：请上午来，先打电话"
    override val orderSeen = "服务机构看得到的"
    override val orderPrivate = "只有接单的机构看得到的"
    override val orderCheck = "看一遍，再下单"
    override val orderSend = "下单"
    override val orderSending = "正在下单…"
    override val orderDoneTitle = "已下单"
    override val orderDoneHelp = "服务机构确认后会告诉您。可能收费，以机构说的为准。"
    override val orderLaterHelp = "已存在本机，联网后自动下单。"
    override val orderDoneOpen = "看进展"
}

internal object AskEn : AskWords {
    override fun askTime(time: AskTime) =
        when (time) {
            AskTime.SOON -> "As soon as possible"
            AskTime.TODAY -> "Today"
            AskTime.TOMORROW -> "Tomorrow"
            AskTime.OTHER -> "Another time"
        }

    override fun askMissing(needs: List<AskNeed>) =
        "Still missing: " +
            needs.joinToString(", ") {
                when (it) {
                    AskNeed.WORDS -> "what you need"
                    AskNeed.ITEM -> "which service"
                    AskNeed.NAME -> "whom it is for"
                    AskNeed.AGREEMENT -> "their agreement"
                    AskNeed.TIME -> "when"
                    AskNeed.ANSWER -> "required answers"
                    AskNeed.PLACE -> "the place"
                }
            }

    override fun askStepOf(
        step: Int,
        all: Int,
    ) = "Step $step of $all"

    override fun askForName(name: String) = "For $name"

    override fun moneyMost(yuan: String) = "At most $yuan yuan"

    override fun askDay(
        atMs: Long,
        nowMs: Long,
    ) = TimeEn.day(atMs, nowMs).let { day -> if (day.first().isDigit()) "${TimeEn.weekday(atMs)} $day" else day }

    override val askTitle = "Ask for help"
    override val askWhat = "What do you need?"
    override val askKind = "Kind of help"
    override val askDetails = "Tell us more"
    override val askCheck = "Look it over, then publish"
    override val askWhom = "For whom"
    override val askForMe = "Myself"
    override val askForOther = "Family or somebody else"
    override val askName = "What to call them"
    override val askNameHelp = "For example: my mother, Mr Wang"
    override val askAgrees = "I asked them, and they agree"
    override val askWhen = "When"
    override val askWhenWords = "Say when"
    override val askMoney = "Money at most (yuan)"
    override val askMoneyHelp = "Settled by receipt, no cash in advance"
    override val askText = "What is needed"
    override val askTextHelp = "For example: my tablets run out, please buy two boxes"
    override val askPublic = "Neighbours see"
    override val askPrivate = "Only your helper sees"
    override val askArea = "Rough place"
    override val askPublish = "Publish"
    override val askPublishing = "Publishing…"
    override val askGiveawayHelp = "Everybody can read this. Better change it:"
    override val askChange = "Change it"
    override val askDoneTitle = "Your request is noted"
    override val askDoneHelp = "We tell you when somebody takes it. Check the name before you open; tell the code word once they are there."
    override val askLaterHelp = "It is saved on this phone and published once you are online. Then we tell you when somebody takes it."
    override val askDoneOpen = "Code words and progress"
    override val askDoneHome = "Home"
    override val askSignIn = "It is published once you sign in. It is saved on this phone."
    override val askNeighbours = "Ask a neighbour"
    override val orderTitle = "Elder services"
    override val orderHelp = "Meals, cleaning, bathing, care"
    override val orderWhat = "Which service?"
    override val orderDay = "Which day"
    override val orderText = "Anything else to say"
    override val orderTextHelp = "For example: please come in the morning, and call first"
    override val orderSeen = "Providers see"
    override val orderPrivate = "Only the provider who takes it sees"
    override val orderCheck = "Look it over, then order"
    override val orderSend = "Order"
    override val orderSending = "Ordering…"
    override val orderDoneTitle = "Ordered"
    override val orderDoneHelp = "We tell you when a provider confirms it. There may be a fee; the provider says how much."
    override val orderLaterHelp = "It is saved on this phone and ordered once you are online."
    override val orderDoneOpen = "See its progress"
}
