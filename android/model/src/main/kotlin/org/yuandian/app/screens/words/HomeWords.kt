package org.yuandian.app.screens.words

import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.JoinProblem

/** Join, the resident's home and the elder's home. */
interface HomeWords {
    fun joinRoleHelp(role: AppRole): String

    fun joinProblem(problem: JoinProblem): String

    fun joinKept(count: Int): String

    fun homeGreeting(community: String): String

    fun elderGreeting(name: String): String

    fun elderOpen(count: Int): String

    /** Whether an alarm is out, and what is quicker. */
    fun elderSosStands(delivered: Boolean): String

    val joinTitle: String
    val joinLead: String
    val joinRoleAsk: String
    val joinElder: String
    val joinElderHelp: String
    val joinInvitationTitle: String
    val joinInvitation: String
    val joinInvitationHelp: String
    val joinScan: String
    val joinServer: String
    val joinServerHelp: String
    val joinName: String
    val joinNameHelp: String
    val joinSend: String
    val joinSending: String
    val joinLater: String
    val joinLaterHelp: String
    val homeReport: String
    val homeReportHelp: String
    val homeAsk: String
    val homeAskHelp: String
    val homeMine: String
    val homeMineAll: String
    val homeMineEmpty: String
    val homeCall: String
    val homeElderOffer: String
    val homeElderYes: String
    val homeElderNo: String
    val homeSignIn: String
    val homeSignInHelp: String
    val homeNews: String
    val elderReport: String
    val elderReportHelp: String
    val elderAsk: String
    val elderAskHelp: String
    val elderCall: String
    val elderCallNone: String
    val elderMine: String
    val elderSos: String
    val elderSosAsk: String
    val elderSosHelp: String
    val elderSosYes: String
    val elderSosNo: String
    val elderSosRaised: String
    val elderLeave: String
    val elderAmbulance: String
    val elderSignIn: String
}

internal object HomeZh : HomeWords {
    override fun joinRoleHelp(role: AppRole) =
        when (role) {
            AppRole.RESIDENT -> "报问题、求帮忙、看进展"
            AppRole.VOLUNTEER -> "看附近求助、接单、记时长"
            AppRole.GRID_WORKER -> "巡查采集、处置事件、走访"
        }

    override fun joinProblem(problem: JoinProblem) =
        when (problem) {
            JoinProblem.Empty -> "请填邀请码。"
            JoinProblem.NoInvitation -> "这个码不是邀请码。请扫社区发的纸条上的，或照着打字。"
            JoinProblem.NameMissing -> "请填怎么称呼您。"
            JoinProblem.Offline -> "没有网络，暂时不能登录。可以先用，联网后再登录。"
            JoinProblem.UntrustedServer -> "连到的服务器不可靠，什么都没发出。请向社区核对。"
            is JoinProblem.Refused -> problem.reason
        }

    override fun joinKept(count: Int) = "本机已存 $count 条，登录后上传。"

    override fun homeGreeting(community: String) = community.ifBlank { "原点" }

    override fun elderGreeting(name: String) = if (name.isBlank()) "您好" else "$name，您好"

    override fun elderOpen(count: Int) = "$count 件正在办"

    override fun elderSosStands(delivered: Boolean) = if (delivered) "已经发出。同时请打电话，更快。" else "还没有发出去。请马上打电话；有生命危险，打 120。"

    override val joinTitle = "欢迎来到原点"
    override val joinLead = "街坊邻里的事，从这里开始。"
    override val joinRoleAsk = "您是？"
    override val joinElder = "长辈版（关怀版）"
    override val joinElderHelp = "大字、大按钮，一次只做一件事"
    override val joinInvitationTitle = "用邀请码登录"
    override val joinInvitation = "邀请码"
    override val joinInvitationHelp = "社区发的纸条或短信上有"
    override val joinScan = "扫一扫"
    override val joinServer = "服务器地址"
    override val joinServerHelp = "邀请码里没有时，照纸条填写"
    override val joinName = "怎么称呼您"
    override val joinNameHelp = "例如：高国营、李师傅"
    override val joinSend = "登录"
    override val joinSending = "正在登录…"
    override val joinLater = "先用着，以后再登录"
    override val joinLaterHelp = "不登录也能拍照记录，内容存在本机；上传和看进展时才要登录。"
    override val homeReport = "随手拍"
    override val homeReportHelp = "路坏了、灯不亮、垃圾没人收"
    override val homeAsk = "求助"
    override val homeAskHelp = "请邻居搭把手"
    override val homeMine = "我的事"
    override val homeMineAll = "全部"
    override val homeMineEmpty = "还没有记录。看到问题，点“随手拍”；要人帮忙，点“求助”。"
    override val homeCall = "打电话给社区"
    override val homeElderOffer = "需要大字、大按钮吗？"
    override val homeElderYes = "用长辈版"
    override val homeElderNo = "不用"
    override val homeSignIn = "登录"
    override val homeSignInHelp = "登录后，内容才会上传，才看得到进展。"
    override val homeNews = "新消息"
    override val elderReport = "我要报问题"
    override val elderReportHelp = "拍张照就行"
    override val elderAsk = "我要求助"
    override val elderAskHelp = "请人帮忙"
    override val elderCall = "打电话给社区"
    override val elderCallNone = "还没有社区的电话"
    override val elderMine = "我的事"
    override val elderSos = "紧急求助"
    override val elderSosAsk = "要发出紧急求助吗？"
    override val elderSosHelp = "会告诉家人和网格员。有生命危险，请直接打 120。"
    override val elderSosYes = "发出"
    override val elderSosNo = "不用了"
    override val elderSosRaised = "紧急求助"
    override val elderLeave = "退出长辈版"
    override val elderAmbulance = "打 120"
    override val elderSignIn = "用邀请码登录"
}

internal object HomeEn : HomeWords {
    override fun joinRoleHelp(role: AppRole) =
        when (role) {
            AppRole.RESIDENT -> "Report a problem, ask for help, see how it goes"
            AppRole.VOLUNTEER -> "See who needs help nearby, lend a hand"
            AppRole.GRID_WORKER -> "Patrol and capture, handle cases, visit"
        }

    override fun joinProblem(problem: JoinProblem) =
        when (problem) {
            JoinProblem.Empty -> "Please enter the invitation."
            JoinProblem.NoInvitation -> "This code is no invitation. Scan the one on the note of your community, or type it."
            JoinProblem.NameMissing -> "Please say what we should call you."
            JoinProblem.Offline -> "No network, so signing in must wait. You can begin without it."
            JoinProblem.UntrustedServer -> "The server's certificate cannot be trusted; nothing was sent. Please ask your community."
            is JoinProblem.Refused -> problem.reason
        }

    override fun joinKept(count: Int) = "$count saved on this phone; sent once you sign in."

    override fun homeGreeting(community: String) = community.ifBlank { "Yuandian" }

    override fun elderGreeting(name: String) = if (name.isBlank()) "Hello" else "Hello, $name"

    override fun elderOpen(count: Int) = "$count in progress"

    override fun elderSosStands(delivered: Boolean) =
        if (delivered) "It is out. Please call as well: it is faster." else "It is not out yet. Please call now: 120 if a life is at risk."

    override val joinTitle = "Welcome to Yuandian"
    override val joinLead = "What matters in your street starts here."
    override val joinRoleAsk = "Who are you?"
    override val joinElder = "Elder mode"
    override val joinElderHelp = "Large words, large buttons, one thing at a time"
    override val joinInvitationTitle = "Invitation"
    override val joinInvitation = "Invitation"
    override val joinInvitationHelp = "It is on the note or in the message of your community"
    override val joinScan = "Scan it"
    override val joinServer = "Server"
    override val joinServerHelp = "As on the note, where the invitation does not name it"
    override val joinName = "What should we call you?"
    override val joinNameHelp = "For example: Gao Guoying"
    override val joinSend = "Sign in"
    override val joinSending = "Signing in…"
    override val joinLater = "Begin now, sign in later"
    override val joinLaterHelp = "Reports are saved on this phone without signing in. It is needed only to send them and to follow them."
    override val homeReport = "Report"
    override val homeReportHelp = "Broken road, street light out, rubbish left lying"
    override val homeAsk = "Ask for help"
    override val homeAskHelp = "A neighbour will lend a hand"
    override val homeMine = "My matters"
    override val homeMineAll = "All"
    override val homeMineEmpty = "Nothing yet. Report a problem, or ask a neighbour for help."
    override val homeCall = "Call the community"
    override val homeElderOffer = "Would you like large words and buttons?"
    override val homeElderYes = "Use elder mode"
    override val homeElderNo = "No, thank you"
    override val homeSignIn = "Sign in"
    override val homeSignInHelp = "Reports are sent and followed once you sign in."
    override val homeNews = "News"
    override val elderReport = "Report a problem"
    override val elderReportHelp = "A photo is enough"
    override val elderAsk = "Ask for help"
    override val elderAskHelp = "A neighbour can help"
    override val elderCall = "Call the community"
    override val elderCallNone = "No community phone is set"
    override val elderMine = "My matters"
    override val elderSos = "Emergency"
    override val elderSosAsk = "Raise an alarm?"
    override val elderSosHelp = "Family and grid worker will be told. If a life is at risk, call 120."
    override val elderSosYes = "Raise it"
    override val elderSosNo = "No"
    override val elderSosRaised = "Alarm"
    override val elderLeave = "Leave elder mode"
    override val elderAmbulance = "Call 120"
    override val elderSignIn = "Sign in with an invitation"
}
