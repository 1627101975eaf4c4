package org.yuandian.app.screens.words

import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.CasesTab

/** 我的事件 and 事件处置. */
interface CaseWords {
    fun casesTab(tab: CasesTab): String

    fun casesTabCount(
        tab: CasesTab,
        count: Int,
    ): String

    fun casesEmpty(tab: CasesTab): String

    fun casesTitle(role: AppRole): String

    fun conflictCount(count: Int): String

    fun followers(count: Int): String

    fun rateScore(score: Int): String

    fun rated(score: Int): String

    /** Who does it; [asked]: who comes to help. */
    fun heldBy(
        names: List<String>,
        asked: Boolean,
    ): String

    fun stepPhotos(
        taken: Int,
        wanted: Int,
    ): String

    fun lookedAt(what: List<String>): String

    val casesSearch: String
    val casesNothing: String
    val casesCellEmpty: String
    val casesNew: String
    val detailTitle: String
    val detailProgress: String
    val detailNow: String
    val detailStepDone: String
    val detailStepNext: String
    val detailText: String
    val detailEdit: String
    val detailPlace: String
    val detailPhotos: String
    val detailNotes: String
    val detailNoteLabel: String
    val detailNoteSend: String
    val detailNotesOnly: String
    val detailSteps: String
    val detailWhyNotShow: String
    val detailWhyNotHide: String
    val detailWaitsForServer: String
    val detailHistory: String
    val detailHistoryShow: String
    val detailHistoryHide: String
    val detailPrivate: String
    val detailPending: String
    val detailCodeWords: String
    val detailCodeWordsHelp: String
    val detailCodeComing: String
    val detailCodeLeaving: String
    val detailLooks: String
    val detailKeepApart: String
    val detailFollow: String
    val detailUnfollow: String
    val detailFeedback: String
    val detailThank: String
    val detailThanked: String
    val detailReopen: String
    val detailRate: String
    val detailExport: String
    val detailSeeVersions: String
    val stepText: String
    val stepTextHelp: String
    val stepGrave: String
    val conflictTitle: String
    val conflictHelp: String
    val conflictUseMine: String
    val conflictUseTheirs: String
    val conflictMerge: String
    val conflictMergeHelp: String
    val conflictMissing: String
    val conflictMergedLabel: String
    val conflictApply: String
    val conflictLater: String
}

internal object CaseZh : CaseWords {
    override fun casesTab(tab: CasesTab) =
        when (tab) {
            CasesTab.DRAFTS -> "草稿"
            CasesTab.WAITING -> "待上传"
            CasesTab.OPEN -> "处理中"
            CasesTab.DONE -> "已办结"
        }

    override fun casesTabCount(
        tab: CasesTab,
        count: Int,
    ) = "${casesTab(tab)} $count"

    override fun casesEmpty(tab: CasesTab) =
        when (tab) {
            CasesTab.DRAFTS -> "没有草稿。"
            CasesTab.WAITING -> "都已送达，没有要上传的。"
            CasesTab.OPEN -> "没有处理中的事件。"
            CasesTab.DONE -> "还没有办结的事件。"
        }

    override fun casesTitle(role: AppRole) = if (role == AppRole.RESIDENT) "我的上报" else "我的事件"

    override fun conflictCount(count: Int) = "有 $count 处写得不一样"

    override fun followers(count: Int) = "$count 人关注"

    override fun rateScore(score: Int) = listOf("很不满意", "不满意", "一般", "满意", "很满意")[score - 1]

    override fun rated(score: Int) = "您的评价：${rateScore(score)}"

    override fun heldBy(
        names: List<String>,
        asked: Boolean,
    ) = if (asked) "${names.joinToString("、")} 来帮忙" else "由 ${names.joinToString("、")} 办理"

    override fun stepPhotos(
        taken: Int,
        wanted: Int,
    ) = if (taken >= wanted) "照片够了（$taken 张）" else "还要拍 ${wanted - taken} 张照片"

    override fun lookedAt(what: List<String>) = "看了：" + what.joinToString("、")

    override val casesSearch = "搜索事件（不用联网）"
    override val casesNothing = "没有找到。换个词，或清除搜索。"
    override val casesNew = "拍照上报"
    override val casesCellEmpty = "这里没有。点别的格子看看。"
    override val detailTitle = "事件"
    override val detailProgress = "进展"
    override val detailNow = "现在"
    override val detailStepDone = "已过"
    override val detailStepNext = "接下来"
    override val detailText = "说明"
    override val detailEdit = "改内容"
    override val detailPlace = "地点"
    override val detailPhotos = "照片"
    override val detailNotes = "补充"
    override val detailNoteLabel = "补充一句"
    override val detailNoteSend = "记下"
    override val detailNotesOnly = "这件事用的是新版目录，本机还没有。现在可以补充文字和照片。"
    override val detailSteps = "可以做的"
    override val detailWhyNotShow = "别的为什么不能做"
    override val detailWhyNotHide = "收起"
    override val detailWaitsForServer = "联网后确认"
    override val detailHistory = "经过"
    override val detailHistoryShow = "看全部经过"
    override val detailHistoryHide = "收起经过"
    override val detailPrivate = "不公开"
    override val detailPending = "待上传"
    override val detailCodeWords = "暗号"
    override val detailCodeWordsHelp = "先核对来人的名字。人到了，说第一个；走时，说第二个。"
    override val detailCodeComing = "来时告诉"
    override val detailCodeLeaving = "走时告诉"
    override val detailLooks = "谁看过我的私密信息"
    override val detailKeepApart = "以后不再安排这个人"
    override val detailFollow = "关注"
    override val detailUnfollow = "取消关注"
    override val detailFeedback = "办得怎么样？"
    override val detailThank = "道声谢"
    override val detailThanked = "已道谢"
    override val detailReopen = "没有解决，请重办"
    override val detailRate = "评价（只评一次）"
    override val detailExport = "导出"
    override val detailSeeVersions = "看两个版本"
    override val stepText = "说明原因或结果"
    override val stepTextHelp = "会记入经过，双方都能看到"
    override val stepGrave = "做了就不能撤回。"
    override val conflictTitle = "两个版本，用哪个？"
    override val conflictHelp = "没选的也会留在经过里，不会丢。"
    override val conflictUseMine = "用我的"
    override val conflictUseTheirs = "用对方的"
    override val conflictMerge = "合并"
    override val conflictMergeHelp = "把两个合在一起，再改一改"
    override val conflictMissing = "还缺：每处选一个版本"
    override val conflictMergedLabel = "合并后的内容"
    override val conflictApply = "就这样定"
    override val conflictLater = "以后再说"
}

internal object CaseEn : CaseWords {
    override fun casesTab(tab: CasesTab) =
        when (tab) {
            CasesTab.DRAFTS -> "Drafts"
            CasesTab.WAITING -> "To send"
            CasesTab.OPEN -> "Open"
            CasesTab.DONE -> "Done"
        }

    override fun casesTabCount(
        tab: CasesTab,
        count: Int,
    ) = "${casesTab(tab)} $count"

    override fun casesEmpty(tab: CasesTab) =
        when (tab) {
            CasesTab.DRAFTS -> "No drafts."
            CasesTab.WAITING -> "Everything is delivered."
            CasesTab.OPEN -> "No open cases."
            CasesTab.DONE -> "Nothing is done yet."
        }

    override fun casesTitle(role: AppRole) = if (role == AppRole.RESIDENT) "My reports" else "My cases"

    override fun conflictCount(count: Int) = if (count == 1) "1 answer has two versions" else "$count answers have two versions"

    override fun followers(count: Int) = if (count == 1) "1 person follows it" else "$count people follow it"

    override fun rateScore(score: Int) = listOf("Very poor", "Poor", "Fair", "Good", "Very good")[score - 1]

    override fun rated(score: Int) = "You rated it: ${rateScore(score).lowercase()}"

    override fun heldBy(
        names: List<String>,
        asked: Boolean,
    ) = if (asked) "${names.joinToString(", ")} will help" else "With ${names.joinToString(", ")}"

    override fun stepPhotos(
        taken: Int,
        wanted: Int,
    ) = if (taken >= wanted) "Enough photos ($taken)" else "${counted(wanted - taken, "more photo")} needed"

    override fun lookedAt(what: List<String>) = "Saw: " + what.joinToString(", ")

    override val casesSearch = "Search cases (works offline)"
    override val casesNothing = "Nothing found. Try another word or clear the search."
    override val casesNew = "Report"
    override val casesCellEmpty = "Nothing here. Try another area."
    override val detailTitle = "Case"
    override val detailProgress = "Progress"
    override val detailNow = "Now"
    override val detailStepDone = "Done"
    override val detailStepNext = "Next"
    override val detailText = "Description"
    override val detailEdit = "Change it"
    override val detailPlace = "Place"
    override val detailPhotos = "Photos"
    override val detailNotes = "Notes"
    override val detailNoteLabel = "Add a note"
    override val detailNoteSend = "Add"
    override val detailNotesOnly = "This case uses a newer catalogue than this phone has. Notes and photos are possible for now."
    override val detailSteps = "What you can do"
    override val detailWhyNotShow = "Why nothing else is possible"
    override val detailWhyNotHide = "Hide the reasons"
    override val detailWaitsForServer = "Confirmed once online"
    override val detailHistory = "History"
    override val detailHistoryShow = "Show the whole history"
    override val detailHistoryHide = "Hide the history"
    override val detailPrivate = "Private"
    override val detailPending = "Waiting to send"
    override val detailCodeWords = "Code words"
    override val detailCodeWordsHelp = "Check the name first. Tell them the first when they come, the second when they leave."
    override val detailCodeComing = "When they come"
    override val detailCodeLeaving = "When they leave"
    override val detailLooks = "Who saw my private details"
    override val detailKeepApart = "Do not meet again"
    override val detailFollow = "Follow"
    override val detailUnfollow = "Stop following"
    override val detailFeedback = "How did it go?"
    override val detailThank = "Say thank you"
    override val detailThanked = "Thanked"
    override val detailReopen = "Not solved: open it again"
    override val detailRate = "Rate it (once)"
    override val detailExport = "Export"
    override val detailSeeVersions = "See both versions"
    override val stepText = "Reason or result"
    override val stepTextHelp = "It goes into the history, both sides can read it"
    override val stepGrave = "This cannot be undone."
    override val conflictTitle = "Two versions: which one?"
    override val conflictHelp = "The other one stays in the history. Nothing is lost."
    override val conflictUseMine = "Use mine"
    override val conflictUseTheirs = "Use theirs"
    override val conflictMerge = "Merge"
    override val conflictMergeHelp = "Put both together and change them"
    override val conflictMissing = "Still missing: one version of each"
    override val conflictMergedLabel = "Merged text"
    override val conflictApply = "Use these"
    override val conflictLater = "Later"
}
