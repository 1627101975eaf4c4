package org.yuandian.app.screens.words

import org.yuandian.app.screens.GiveUpReason
import org.yuandian.app.screens.TaskStep

/** 附近求助, 我的接单, 服务时长. */
interface VolunteerWords {
    fun taskStep(step: TaskStep): String

    fun giveUpReason(reason: GiveUpReason): String

    fun nearbyDistance(distance: String): String

    fun hoursUnconfirmed(count: Int): String

    fun tasksDoneLately(count: Int): String

    /** Why one is in line, and what follows; [first] is who took it before. */
    fun nearbyInLine(first: String?): String

    val nearbyTitle: String
    val nearbyAll: String
    val nearbyFilter: String
    val nearbyClaim: String
    val nearbyUndo: String
    val nearbyEmpty: String
    val nearbyEmptyStep: String
    val nearbyKindEmpty: String
    val nearbyKindEmptyStep: String
    val nearbyLostHelp: String
    val nearbyCellEmpty: String
    val nearbyCellHelp: String
    val nearbyAreaOnly: String
    val tasksTitle: String
    val tasksEmpty: String
    val tasksEmptyStep: String
    val tasksGiveUp: String
    val tasksNavigate: String
    val tasksAddressLater: String
    val tasksCodeComing: String
    val tasksCodeComingHelp: String
    val tasksCodeLeaving: String
    val tasksCodeLeavingHelp: String
    val tasksCodeWrong: String
    val tasksArrive: String
    val tasksFinish: String
    val tasksFinishText: String
    val tasksGiveUpTitle: String
    val tasksGiveUpHelp: String
    val tasksGiveUpWords: String
    val tasksGiveUpSend: String
    val hoursTitle: String
    val hoursPrivate: String
    val hoursTotal: String
    val hoursEmpty: String
    val hoursEmptyStep: String
    val hoursExport: String
}

internal object VolunteerZh : VolunteerWords {
    override fun taskStep(step: TaskStep) =
        when (step) {
            TaskStep.DEPART -> "出发"
            TaskStep.ARRIVE -> "到达"
            TaskStep.FINISH -> "完成"
            TaskStep.WAIT_CONFIRM -> "等对方确认"
        }

    override fun giveUpReason(reason: GiveUpReason) =
        when (reason) {
            GiveUpReason.NO_TIME -> "临时有事"
            GiveUpReason.UNWELL -> "身体不舒服"
            GiveUpReason.TOO_FAR -> "路太远"
            GiveUpReason.NOT_ABLE -> "做不了这件事"
            GiveUpReason.NOT_NEEDED -> "对方不需要了"
            GiveUpReason.OTHER -> "其他"
        }

    override fun nearbyDistance(distance: String) = "约 $distance"

    override fun hoursUnconfirmed(count: Int) = "$count 次等对方确认，确认后计入"

    override fun tasksDoneLately(count: Int) = "最近完成 $count 件，谢谢您"

    override fun nearbyInLine(first: String?) = "${first ?: "别人"}先接了单。轮到您时会告诉您，不用守着。"

    override val nearbyTitle = "附近求助"
    override val nearbyAll = "全部种类"
    override val nearbyFilter = "按种类看"
    override val nearbyClaim = "接单"
    override val nearbyUndo = "撤回"
    override val nearbyEmpty = "附近暂时没有人求助。"
    override val nearbyEmptyStep = "有新求助时通知我"
    override val nearbyKindEmpty = "这一种暂时没有人求助。"
    override val nearbyKindEmptyStep = "看全部"
    override val nearbyLostHelp = "谢谢您愿意帮忙。看看附近别的求助。"
    override val nearbyCellEmpty = "这一格没有求助。点别的格子看看。"
    override val nearbyCellHelp = "一格约 500 米，只到大致范围。"
    override val nearbyAreaOnly = "接单并确认后，才看得到门牌和电话。"
    override val tasksTitle = "我的接单"
    override val tasksEmpty = "还没有接单。"
    override val tasksEmptyStep = "看附近求助"
    override val tasksGiveUp = "去不了了"
    override val tasksNavigate = "怎么走"
    override val tasksAddressLater = "门牌和电话，确认后可见"
    override val tasksCodeComing = "第一个暗号"
    override val tasksCodeComingHelp = "四个数字，到了问对方"
    override val tasksCodeLeaving = "第二个暗号"
    override val tasksCodeLeavingHelp = "离开时问对方；没有可以空着"
    override val tasksCodeWrong = "暗号不对，请再问一次。"
    override val tasksArrive = "我到了"
    override val tasksFinish = "完成"
    override val tasksFinishText = "说一句情况"
    override val tasksGiveUpTitle = "去不了了"
    override val tasksGiveUpHelp = "没关系。早点说，好让候补的人顶上。"
    override val tasksGiveUpWords = "还想说的"
    override val tasksGiveUpSend = "退回这一单"
    override val hoursTitle = "服务时长"
    override val hoursPrivate = "只有您自己看得到。不排名，不比较。"
    override val hoursTotal = "一共"
    override val hoursEmpty = "还没有记录。完成一次帮忙并经对方确认后，会记在这里。"
    override val hoursEmptyStep = "看附近求助"
    override val hoursExport = "导出证明"
}

internal object VolunteerEn : VolunteerWords {
    override fun taskStep(step: TaskStep) =
        when (step) {
            TaskStep.DEPART -> "Set out"
            TaskStep.ARRIVE -> "Arrive"
            TaskStep.FINISH -> "Finish"
            TaskStep.WAIT_CONFIRM -> "To be confirmed"
        }

    override fun giveUpReason(reason: GiveUpReason) =
        when (reason) {
            GiveUpReason.NO_TIME -> "Something came up"
            GiveUpReason.UNWELL -> "I am not well"
            GiveUpReason.TOO_FAR -> "It is too far"
            GiveUpReason.NOT_ABLE -> "I cannot do this"
            GiveUpReason.NOT_NEEDED -> "It is not needed any more"
            GiveUpReason.OTHER -> "Something else"
        }

    override fun nearbyDistance(distance: String) = "About $distance"

    override fun hoursUnconfirmed(count: Int) = "$count to be confirmed; counted then"

    override fun tasksDoneLately(count: Int) = "$count done lately, thank you"

    override fun nearbyInLine(first: String?) =
        "${first ?: "Somebody"} was first. You are told when it is your turn; there is no need to watch."

    override val nearbyTitle = "Help wanted nearby"
    override val nearbyAll = "All kinds"
    override val nearbyFilter = "Filter by kind"
    override val nearbyClaim = "I will help"
    override val nearbyUndo = "Take back"
    override val nearbyEmpty = "Nobody nearby asks for help right now."
    override val nearbyEmptyStep = "Tell me about new ones"
    override val nearbyKindEmpty = "Nobody asks for this kind right now."
    override val nearbyKindEmptyStep = "Show all"
    override val nearbyLostHelp = "Thank you for offering. There are others nearby."
    override val nearbyCellEmpty = "No request in this cell. Try another one."
    override val nearbyCellHelp = "A cell is about 500 m: the rough area and no more."
    override val nearbyAreaOnly = "Door and phone are shown once the task is yours."
    override val tasksTitle = "My tasks"
    override val tasksEmpty = "You have no tasks yet."
    override val tasksEmptyStep = "See who needs help"
    override val tasksGiveUp = "I cannot make it"
    override val tasksNavigate = "Directions"
    override val tasksAddressLater = "Door and phone are shown once it is yours"
    override val tasksCodeComing = "First code word"
    override val tasksCodeComingHelp = "Four digits: ask for them when you are there"
    override val tasksCodeLeaving = "Second code word"
    override val tasksCodeLeavingHelp = "Ask for it when you leave; it may stay empty"
    override val tasksCodeWrong = "That is not the word. Please ask again."
    override val tasksArrive = "I am here"
    override val tasksFinish = "Finish"
    override val tasksFinishText = "How it went"
    override val tasksGiveUpTitle = "I cannot make it"
    override val tasksGiveUpHelp = "That is all right. Say it early, so that the next one can go."
    override val tasksGiveUpWords = "Anything else"
    override val tasksGiveUpSend = "Give it back"
    override val hoursTitle = "Hours"
    override val hoursPrivate = "Only you see them. No ranking, no comparing."
    override val hoursTotal = "Total"
    override val hoursEmpty = "Nothing yet. Hours appear here once somebody has confirmed your help."
    override val hoursEmptyStep = "See who needs help"
    override val hoursExport = "Export a certificate"
}
