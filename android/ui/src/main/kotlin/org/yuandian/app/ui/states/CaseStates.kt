package org.yuandian.app.ui.states

import org.yuandian.app.screens.AnswerLine
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.AttentionCard
import org.yuandian.app.screens.AttentionForm
import org.yuandian.app.screens.AttentionState
import org.yuandian.app.screens.AttentionStep
import org.yuandian.app.screens.CasesState
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.ConflictChoice
import org.yuandian.app.screens.ConflictField
import org.yuandian.app.screens.ConflictState
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.SyncPill
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.Version

object CasesStates : Provider<CasesState> {
    override fun states(sample: Sample): List<Named<CasesState>> {
        val (s, c) = sample to SampleCases(sample)
        val counts = mapOf(CasesTab.DRAFTS to 1, CasesTab.WAITING to 3, CasesTab.OPEN to 12, CasesTab.DONE to 48)
        val frame = s.frame(SyncPill(3, 1, lastSuccessMs = s.minutesAgo(10)), role = AppRole.GRID_WORKER, tab = Tab.CASES)
        val open = CasesState(frame, CasesTab.OPEN, counts, cards = listOf(c.manhole, c.rubbish, c.water, c.conflicted), more = true)
        return listOf(
            Named("open", open),
            Named("waiting", open.copy(tab = CasesTab.WAITING, cards = listOf(c.kept, c.lamp, c.manhole.copy(due = null)), more = false)),
            Named("drafts", open.copy(tab = CasesTab.DRAFTS, cards = listOf(c.draft), more = false)),
            Named("empty", CasesState(s.frame(role = AppRole.GRID_WORKER, tab = Tab.CASES))),
            Named("nothing-found", open.copy(query = s.t("路灯", "lamp"), cards = emptyList(), more = false)),
            Named("loading", CasesState(frame, loading = true)),
            Named("cells", open.copy(asCells = true, cells = c.cells("1-0"), cards = listOf(c.rubbish), more = false)),
            Named("hard-names", open.copy(cards = listOf(c.hard), frame = frame.copy(notice = Notice.Unreachable))),
        )
    }
}

object ConflictStates : Provider<ConflictState> {
    override fun states(sample: Sample): List<Named<ConflictState>> {
        val (s, c) = sample to SampleCases(sample)
        val text =
            ConflictField(
                "text",
                s.t("说明", "Description"),
                Version(1, s.t("井盖没了，已放路锥", "Cover gone, cones are set up"), s.t("我", "me"), s.minutesAgo(40)),
                listOf(Version(2, s.t("井盖缺失，洞口约六十厘米", "Cover missing, the hole is about 60 cm"), s.t("李师傅", "Mr Li"), s.minutesAgo(55))),
                canMerge = true,
            )
        val choice =
            ConflictField(
                "harm",
                s.t("怎么坏的", "What is wrong with it"),
                Version(1, s.t("缺失", "Missing"), s.t("我", "me"), s.minutesAgo(40)),
                listOf(Version(2, s.t("移位", "Moved"), s.t("李师傅", "Mr Li"), s.minutesAgo(55))),
                canMerge = false,
                choice = ConflictChoice.Mine,
            )
        val state = ConflictState(s.frame(), c.manhole.title, listOf(text, choice))
        val merged = text.copy(choice = ConflictChoice.Merged, merged = text.mine.value + s.t("；", "; ") + text.theirs[0].value)
        val hard =
            text.copy(
                theirs =
                    s.hardNames.mapIndexed {
                        i,
                        name,
                        ->
                        Version(i + 2, name, name, s.daysAgo(i))
                    },
                choice = ConflictChoice.Theirs(2),
            )
        return listOf(
            Named("open", state),
            Named("merged", state.copy(fields = listOf(merged))),
            Named("sending", state.copy(fields = listOf(choice), sending = true)),
            Named("hard-names", state.copy(fields = listOf(hard), caseTitle = s.hardNames.joinToString(" "))),
        )
    }
}

object AttentionStates : Provider<AttentionState> {
    override fun states(sample: Sample): List<Named<AttentionState>> {
        val s = sample
        val refused =
            AttentionCard(
                1,
                "c7",
                Sign.LAMP,
                s.t("红旗巷第三盏路灯不亮", "Third lamp in Hongqi Lane is dark"),
                s.t("上报", "Report"),
                s.t("地点不在您的网格里。请改地点，或交给那个网格。", "The place is not in your grid. Change it, or pass it on."),
                s.minutesAgo(30),
                listOf(s.t("说明", "the text"), s.t("2 张照片", "2 photos")),
                steps = listOf(AttentionStep.AMEND, AttentionStep.APPEAL, AttentionStep.KEEP_AS_NOTE, AttentionStep.DISCARD),
            )
        val lost =
            AttentionCard(
                2,
                "c5",
                Sign.ERRAND,
                s.t("请帮我买两盒降压药", "Two boxes of tablets"),
                s.t("接单", "Take"),
                s.t("李师傅早 2 分钟接单，已由他去办。谢谢您。", "Mr Li took it two minutes earlier. Thank you for offering."),
                s.hoursAgo(2),
                listOf(s.t("您写的留言", "your note")),
                steps = listOf(AttentionStep.SEE_OTHERS, AttentionStep.OPEN_CASE, AttentionStep.DISCARD),
                isCalm = true,
            )
        val reviewed =
            refused.copy(
                item = 3,
                review = s.t("已核实，地点确在 4 号网格，请由该网格上报。", "Checked: the place lies in grid 4."),
                kept = emptyList(),
            )
        val hard =
            refused.copy(
                item = 4,
                title = s.hardNames.joinToString(" "),
                reason = s.hardNames.joinToString(" "),
                steps = AttentionStep.entries,
            )
        val frame = s.frame(SyncPill(1, 2))
        val full = AttentionState(frame, items = listOf(refused, lost))
        return listOf(
            Named("full", full),
            Named("empty", AttentionState(s.frame())),
            Named("loading", AttentionState(s.frame(), loading = true)),
            Named(
                "appeal",
                full.copy(
                    form = AttentionForm(1, AttentionStep.APPEAL, s.t("那盏灯就在我的网格边上，路名牌可以证明。", "The lamp stands at the edge of my grid.")),
                ),
            ),
            Named("discard", full.copy(form = AttentionForm(2, AttentionStep.DISCARD))),
            Named("reviewed", full.copy(items = listOf(reviewed), frame = frame.copy(notice = Notice.Offline))),
            Named("hard-names", full.copy(items = listOf(hard))),
        )
    }
}

internal fun Sample.answers() =
    listOf(
        AnswerLine("harm", t("怎么坏的", "What is wrong with it"), t("缺失", "Missing"), inConflict = true),
        AnswerLine("depth", t("深度（厘米）", "Depth (cm)"), "90", pending = true),
        AnswerLine("phone", t("联系电话", "Phone"), "138****0000", isPrivate = true),
    )
