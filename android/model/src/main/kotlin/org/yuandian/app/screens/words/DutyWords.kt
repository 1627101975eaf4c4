package org.yuandian.app.screens.words

import org.yuandian.app.screens.PinProblem

/** 今日, duty card, 交班, and a phone of several people. */
interface DutyWords {
    fun todayOverdue(count: Int): String

    fun todayDue(count: Int): String

    fun todayTasks(count: Int): String

    fun todayDrafts(count: Int): String

    fun taskProgress(
        done: Int,
        all: Int?,
    ): String

    fun dutyValid(until: String): String

    fun dutyExpired(since: String): String

    fun handOverSince(moment: String): String

    /** Where the note will stand, and an example. */
    fun handOverNoteHelp(matters: Int): String

    fun handOverNoted(matters: Int): String

    fun handOverDrafts(count: Int): String

    fun peopleWaiting(count: Int): String

    fun pinProblem(problem: PinProblem): String

    fun pinDigits(count: Int): String

    fun shiftKept(
        waiting: Int,
        drafts: Int,
    ): String

    val todayTitle: String
    val todayCapture: String
    val todayAllDone: String
    val todayDutyCard: String
    val todayHandOver: String
    val dutyTitle: String
    val dutyUnit: String
    val dutyGrid: String
    val dutyNumber: String
    val dutyCall: String
    val dutyCallHelp: String
    val dutyRenew: String
    val dutyPortrait: String
    val handOverTitle: String
    val handOverReported: String
    val handOverSettled: String
    val handOverOverdue: String
    val handOverWaiting: String
    val handOverOpen: String
    val handOverNothingOpen: String
    val handOverNote: String
    val handOverSend: String
    val handOverDone: String
    val handOverWaitingHelp: String
    val peopleTitle: String
    val peopleWho: String
    val peopleHelp: String
    val peopleAdd: String
    val peopleEndShift: String
    val peopleNow: String
    val pinEnter: String
    val pinNew: String
    val pinAgain: String
    val pinErase: String
    val pinOpening: String
    val peopleName: String
    val shiftTitle: String
    val shiftHelp: String
    val shiftYes: String
    val peopleNameless: String
}

internal object DutyZh : DutyWords {
    override fun todayOverdue(count: Int) = "已超时 $count 件"

    override fun todayDue(count: Int) = "今天到期 $count 件"

    override fun todayTasks(count: Int) = "巡查走访 $count 项"

    override fun todayDrafts(count: Int) = "$count 份草稿没写完"

    override fun taskProgress(
        done: Int,
        all: Int?,
    ) = if (all == null) "已做 $done" else "已做 $done / $all"

    override fun dutyValid(until: String) = "有效到$until"

    override fun dutyExpired(since: String) = "已过期（$since）。请勿开门，先打电话核实。"

    override fun handOverSince(moment: String) = "从$moment 起"

    override fun handOverNoteHelp(matters: Int) = "会写进上面 $matters 件没办完的事。例如：3 号院电梯检修，老人要人扶"

    override fun handOverNoted(matters: Int) = "留言已写进 $matters 件没办完的事，接班的人打开就能看到。"

    override fun handOverDrafts(count: Int) = "$count 份草稿没提交，别人看不到"

    override fun peopleWaiting(count: Int) = "还有 $count 条待上传"

    override fun pinProblem(problem: PinProblem) =
        when (problem) {
            is PinProblem.Wrong -> "密码不对，还能试 ${problem.left} 次。"
            is PinProblem.Paused -> "请等 ${problem.seconds} 秒再试。"
            PinProblem.NotTheSame -> "两次不一样，请重新输入。"
            PinProblem.TooEasy -> "太好猜了，请换一个。"
            PinProblem.KeyLost -> "这部手机上的钥匙丢了，这个人的数据打不开了。已上传的都在：点“添加一个人”，用新邀请码登录就能取回。没上传的找不回来了。"
        }

    override fun pinDigits(count: Int) = "已输 $count 位"

    override fun shiftKept(
        waiting: Int,
        drafts: Int,
    ) = "待上传 $waiting 条会继续上传；草稿 $drafts 份留在您名下，别人看不到。"

    override val todayTitle = "今日"
    override val todayCapture = "拍照上报"
    override val todayAllDone = "今天没有到期的事。"
    override val todayDutyCard = "工作证"
    override val todayHandOver = "交班"
    override val dutyTitle = "工作证"
    override val dutyUnit = "单位"
    override val dutyGrid = "网格"
    override val dutyNumber = "编号"
    override val dutyCall = "打电话核实"
    override val dutyCallHelp = "不放心，请打这个电话核实。"
    override val dutyRenew = "更新有效期"
    override val dutyPortrait = "证件照"
    override val handOverTitle = "交班"
    override val handOverReported = "上报"
    override val handOverSettled = "办结"
    override val handOverOverdue = "超时"
    override val handOverWaiting = "待上传"
    override val handOverOpen = "没办完的"
    override val handOverNothingOpen = "没有留下的事。"
    override val handOverNote = "留言给接班的人"
    override val handOverSend = "交班"
    override val handOverDone = "已交班"
    override val handOverWaitingHelp = "待上传的会自动继续，不用等。"
    override val peopleTitle = "换人使用"
    override val peopleWho = "谁在用？"
    override val peopleHelp = "每个人的数据分开存放，各用各的密码，不用联网。"
    override val peopleAdd = "添加一个人"
    override val peopleEndShift = "交班，换人"
    override val peopleNow = "正在使用"
    override val pinEnter = "请输入密码"
    override val pinNew = "设一个 6 位数字的密码"
    override val pinAgain = "再输一次"
    override val pinErase = "删一位"
    override val pinOpening = "正在打开…"
    override val peopleName = "姓名"
    override val shiftTitle = "交班"
    override val shiftHelp = "下一个人用自己的密码打开。"
    override val shiftYes = "交班"
    override val peopleNameless = "还没有名字"
}

internal object DutyEn : DutyWords {
    override fun todayOverdue(count: Int) = "$count overdue"

    override fun todayDue(count: Int) = "$count due today"

    override fun todayTasks(count: Int) = counted(count, "patrol and visit task")

    override fun todayDrafts(count: Int) = "${counted(count, "draft")} to finish"

    override fun taskProgress(
        done: Int,
        all: Int?,
    ) = if (all == null) "$done done" else "$done of $all done"

    override fun dutyValid(until: String) = "Valid until ${until.replaceFirstChar(Char::lowercase)}"

    override fun dutyExpired(since: String) = "Expired ($since). Do not open the door; call first."

    override fun handOverSince(moment: String) = "Since ${moment.replaceFirstChar(Char::lowercase)}"

    override fun handOverNoteHelp(matters: Int) =
        "It is written into the ${counted(matters, "open matter")} above. For example: the lift in yard 3 is being repaired"

    override fun handOverNoted(matters: Int) = "Your note stands in ${counted(matters, "open matter")}; whoever comes next reads it there."

    override fun handOverDrafts(count: Int) = "${counted(count, "draft")} not submitted: nobody else sees it"

    override fun peopleWaiting(count: Int) = "$count waiting to send"

    override fun pinProblem(problem: PinProblem) =
        when (problem) {
            is PinProblem.Wrong -> {
                "Wrong PIN. ${counted(problem.left, "more try").replace("trys", "tries")}."
            }

            is PinProblem.Paused -> {
                "Please wait ${problem.seconds} s."
            }

            PinProblem.NotTheSame -> {
                "They differ. Please enter it again."
            }

            PinProblem.TooEasy -> {
                "Too easy to guess. Please choose another."
            }

            PinProblem.KeyLost -> {
                "The key on this phone is lost, so this person's data cannot be opened. What was sent is safe: " +
                    "add a person and sign in with a new invitation. What was not sent is lost."
            }
        }

    override fun pinDigits(count: Int) = "${counted(count, "digit")} entered"

    override fun shiftKept(
        waiting: Int,
        drafts: Int,
    ) = "$waiting waiting to send will go on; ${counted(drafts, "draft")} stay yours, nobody else sees them."

    override val todayTitle = "Today"
    override val todayCapture = "Report"
    override val todayAllDone = "Nothing is due today."
    override val todayDutyCard = "Duty card"
    override val todayHandOver = "Hand over"
    override val dutyTitle = "Duty card"
    override val dutyUnit = "Unit"
    override val dutyGrid = "Grid"
    override val dutyNumber = "Number"
    override val dutyCall = "Call to verify"
    override val dutyCallHelp = "If in doubt, call this number."
    override val dutyRenew = "Renew"
    override val dutyPortrait = "Portrait"
    override val handOverTitle = "Hand over"
    override val handOverReported = "Reported"
    override val handOverSettled = "Settled"
    override val handOverOverdue = "Overdue"
    override val handOverWaiting = "To send"
    override val handOverOpen = "Still open"
    override val handOverNothingOpen = "Nothing is left open."
    override val handOverNote = "A note for the next one"
    override val handOverSend = "Hand over"
    override val handOverDone = "Handed over"
    override val handOverWaitingHelp = "What waits is sent by itself. No need to stay."
    override val peopleTitle = "Change person"
    override val peopleWho = "Who is using it?"
    override val peopleHelp = "Everybody has data and a PIN of their own, without a network."
    override val peopleAdd = "Add a person"
    override val peopleEndShift = "End the shift"
    override val peopleNow = "In use"
    override val pinEnter = "Enter your PIN"
    override val pinNew = "Choose a PIN of 6 digits"
    override val pinAgain = "Enter it again"
    override val pinErase = "Erase one"
    override val pinOpening = "Opening…"
    override val peopleName = "Name"
    override val shiftTitle = "Shift change"
    override val shiftHelp = "The next one opens it with a PIN of their own."
    override val shiftYes = "End the shift"
    override val peopleNameless = "No name yet"
}
