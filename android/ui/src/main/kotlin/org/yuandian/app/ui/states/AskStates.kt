package org.yuandian.app.ui.states

import org.yuandian.app.screens.AskDay
import org.yuandian.app.screens.AskNeed
import org.yuandian.app.screens.AskState
import org.yuandian.app.screens.AskStep
import org.yuandian.app.screens.AskTime
import org.yuandian.app.screens.CaptureReceipt
import org.yuandian.app.screens.FieldKind
import org.yuandian.app.screens.FormField
import org.yuandian.app.screens.Giveaway
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Option
import org.yuandian.app.screens.VoiceState
import org.yuandian.app.screens.Whom
import org.yuandian.app.screens.WorkState

object AskStates : Provider<AskState> {
    @Suppress("LongMethod") // As long as the states are many.
    override fun states(sample: Sample): List<Named<AskState>> {
        val (s, c) = sample to SampleCases(sample)
        val what = AskState(s.frame(), kinds = c.kinds)
        val details =
            what.copy(
                step = AskStep.DETAILS,
                kind = c.kinds[0],
                whom = Whom.Other(s.t("我妈", "my mother"), true),
                time = AskTime.TODAY,
                moneyMost = "100",
                text = s.t("降压药快吃完了，请帮忙买两盒", "Her tablets run out, please buy two boxes"),
                fields = privateFields(s),
                area = s.t("约 500 米范围", "Within about 500 m"),
            )
        val giveaways =
            listOf(Giveaway("text", s.t("3 号楼 2 单元", "building 3"), s.t("这是门牌，请填在“门牌”里。", "A door number: it belongs under Door.")))
        return listOf(
            Named("what", what.copy(kinds = c.kinds + c.orders)),
            Named("orders", AskState(s.frame(), orders = true, kinds = c.orders)),
            Named("order", order(s, c)),
            Named("order-check", order(s, c).copy(step = AskStep.CHECK, missing = emptyList(), fields = orderFields(s, chosen = "lunch"))),
            Named(
                "ordered",
                order(
                    s,
                    c,
                ).copy(step = AskStep.DONE, missing = emptyList(), receipt = CaptureReceipt("60B2-19DE", "c12", WorkState.Delivered)),
            ),
            Named("details", details),
            Named(
                "details-empty",
                what.copy(
                    step = AskStep.DETAILS,
                    kind = c.kinds[3],
                    voice = VoiceState.Recording(3_000),
                    missing = listOf(AskNeed.WORDS),
                    time = AskTime.OTHER,
                ),
            ),
            Named(
                "giveaway",
                details.copy(
                    giveaways = giveaways,
                    whom = Whom.Other("", false),
                    missing = listOf(AskNeed.NAME, AskNeed.AGREEMENT),
                    fields = emptyList(),
                    moneyMost = null,
                ),
            ),
            Named("check", details.copy(step = AskStep.CHECK, voice = VoiceState.Recorded(9_000))),
            Named("check-giveaway", details.copy(step = AskStep.CHECK, giveaways = giveaways, signedIn = false)),
            Named("publishing", details.copy(step = AskStep.CHECK, publishing = true, frame = s.frame(notice = Notice.Offline))),
            Named("done", details.copy(step = AskStep.DONE, receipt = CaptureReceipt("51C0-88AF", "c5", WorkState.Waiting))),
            Named(
                "hard-names",
                details.copy(
                    step = AskStep.CHECK,
                    whom = Whom.Other(s.hardNames[1] + s.hardNames[2], true),
                    text = s.hardNames.joinToString(" "),
                ),
            ),
        )
    }

    private fun order(
        s: Sample,
        c: SampleCases,
    ) = AskState(
        s.frame(),
        AskStep.DETAILS,
        orders = true,
        kinds = c.orders,
        kind = c.orders[0],
        days = (0..6).map { AskDay("2026-03-0${it + 2}", s.nowMs + it * DAY_MS) },
        day = "2026-03-02",
        fields = orderFields(s),
        area = s.t("约 500 米范围", "Within about 500 m"),
        missing = listOf(AskNeed.ITEM),
    )

    private fun orderFields(
        s: Sample,
        chosen: String = "",
    ) = listOf(
        FormField(
            "service_item",
            s.t("吃哪餐", "Which meal"),
            FieldKind.CHOICE,
            chosen,
            options =
                listOf(
                    Option("breakfast", s.t("早餐", "Breakfast")),
                    Option("lunch", s.t("午餐", "Lunch")),
                    Option("dinner", s.t("晚餐", "Dinner")),
                ),
        ),
    ) + privateFields(s).map { it.copy(required = it.key == "address") }

    private fun privateFields(s: Sample) =
        listOf(
            FormField(
                "address",
                s.t("门牌", "Door"),
                FieldKind.TEXT,
                s.t("3 号楼 2 单元 501", "3-2-501"),
                privateFor = s.t("让来的人找到地方", "so that whoever comes finds the door"),
            ),
            FormField("phone", s.t("联系电话", "Phone"), FieldKind.TEXT, "13800000000", privateFor = s.t("确认上门时间", "to agree when to come")),
        )

    private const val DAY_MS = 24 * 60 * Sample.MINUTE_MS
}
