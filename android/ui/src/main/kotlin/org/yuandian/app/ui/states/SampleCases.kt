package org.yuandian.app.ui.states

import org.yuandian.app.screens.CaseCard
import org.yuandian.app.screens.CellCount
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.Due
import org.yuandian.app.screens.DueLevel
import org.yuandian.app.screens.HelpKind
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.ServiceItem
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.WorkState

/** Matters of one neighbourhood, used by every provider. */
internal class SampleCases(
    private val s: Sample,
) {
    val manhole =
        CaseCard(
            "c1",
            Sign.ROAD,
            s.t("井盖缺失", "Manhole cover missing"),
            s.t("幸福路 12 号门前井盖没了", "No cover in front of 12 Xingfu Road"),
            s.t("处置中", "In progress"),
            WorkState.Sending(2, 5),
            s.minutesAgo(12),
            s.t("幸福路 12 号", "12 Xingfu Road"),
            Due(-35 * Sample.MINUTE_MS, DueLevel.DARK_RED),
            5,
            thumb = "p1",
        )
    val rubbish =
        CaseCard(
            "c2",
            Sign.RUBBISH,
            s.t("暴露垃圾", "Rubbish left lying"),
            s.t("农贸市场东门垃圾堆了两天", "Rubbish for two days at the market's east gate"),
            s.t("已派遣", "Dispatched"),
            WorkState.Delivered,
            s.hoursAgo(3),
            s.t("农贸市场东门", "Market, east gate"),
            Due(50 * Sample.MINUTE_MS, DueLevel.RED),
            2,
        )
    val lamp =
        CaseCard(
            "c3",
            Sign.LAMP,
            s.t("路灯损坏", "Street lamp broken"),
            s.t("红旗巷第三盏路灯不亮", "Third lamp in Hongqi Lane is dark"),
            s.t("已上报", "Reported"),
            WorkState.Waiting,
            s.minutesAgo(4),
            s.t("红旗巷", "Hongqi Lane"),
            Due(5 * 60 * Sample.MINUTE_MS, DueLevel.YELLOW),
            1,
            thumb = "p3",
        )
    val water =
        CaseCard(
            "c4",
            Sign.WATER,
            s.t("道路积水", "Water on the road"),
            s.t("地下通道积水约二十厘米", "About 20 cm of water in the underpass"),
            s.t("待核查", "Waiting for the check"),
            WorkState.PartlySent(1),
            s.hoursAgo(20),
            s.t("京广路地下通道", "Jingguang Road underpass"),
            photos = 3,
        )
    val errand =
        CaseCard(
            "c5",
            Sign.ERRAND,
            s.t("代买代送", "Errand"),
            s.t("请帮我妈买两盒降压药", "Two boxes of tablets for my mother"),
            s.t("在路上", "On the way"),
            WorkState.Delivered,
            s.minutesAgo(25),
            s.t("约 500 米范围", "Within about 500 m"),
            isAsked = true,
        )
    val conflicted = manhole.copy(id = "c6", work = WorkState.Conflict, due = null, thumb = null)
    val refused = lamp.copy(id = "c7", work = WorkState.Attention, due = null, thumb = null)
    val draft =
        lamp.copy(
            id = "c8",
            title = s.t("楼道堆物", "Things stored in the stairway"),
            sign = Sign.SAFETY,
            service = s.t("安全隐患", "Hazard"),
            stage = "",
            work = WorkState.Draft(2),
            due = null,
            place = null,
        )
    val kept = rubbish.copy(id = "c9", work = WorkState.OnPhone, stage = s.t("已上报", "Reported"), due = null)
    val done =
        water.copy(id = "c10", work = WorkState.Delivered, stage = s.t("已结案", "Closed"), updatedMs = s.daysAgo(2), due = null)
    val hard =
        manhole.copy(
            id = "c11",
            title = s.hardNames.joinToString(" "),
            place =
                s.t(
                    "郑州市金水区经八路街道办事处经三路与红专路交叉口向东两百三十六米路南人行道",
                    "Crossing of Jingsan and Hongzhuan Roads, 236 m to the east, south pavement",
                ),
            claim = ClaimState.Lost(s.hardNames[0]),
            thumb = null,
        )

    /** As a resident reads them: in plain words, and without the platform's clocks. */
    val mine =
        listOf(
            manhole.copy(stage = s.t("正在办", "Being dealt with"), due = null),
            errand.copy(stage = s.t("正在来的路上", "On their way")),
            water.copy(stage = s.t("办完了，正在核查", "Done, being checked")),
            conflicted.copy(stage = s.t("已派人", "Somebody was sent")),
        )

    fun photos(
        count: Int,
        work: WorkState = WorkState.OnPhone,
    ) = (1..count).map { PhotoItem("p$it", s.minutesAgo(it), work) }

    val services =
        listOf(
            ServiceItem("s1", Sign.ROAD, s.t("井盖缺失", "Manhole cover missing"), s.t("道路设施", "Roads")),
            ServiceItem("s2", Sign.RUBBISH, s.t("暴露垃圾", "Rubbish left lying"), s.t("环境卫生", "Cleanliness")),
            ServiceItem("s3", Sign.LAMP, s.t("路灯损坏", "Street lamp broken"), s.t("公用设施", "Utilities")),
            ServiceItem("s4", Sign.NOISE, s.t("施工噪声", "Building noise"), s.t("环境", "Environment")),
        )
    val kinds =
        listOf(
            kind("help.errand", Sign.ERRAND, "代买代送", "Errand", "凭小票结算", "Settled by receipt"),
            kind("help.elder_check", Sign.ELDER_CHECK, "看望老人", "Look in on somebody", "报个平安", "To know they are well"),
            kind("help.escort", Sign.ESCORT, "陪诊陪同", "Company to the doctor", "一路陪着", "There and back"),
            kind("help.repair", Sign.REPAIR, "小修小补", "Small repair", "灯泡、水龙头", "A bulb, a tap"),
            kind("help.tech", Sign.TECH, "教用手机", "Help with a phone", "挂号、缴费", "Appointments, bills"),
            kind("help.borrow", Sign.BORROW, "借东西", "Borrow something", "梯子、轮椅", "A ladder, a wheelchair"),
            kind("help.child", Sign.CHILD, "照看孩子", "Child care", "要先审核", "Looked at first"),
            kind("help.lost", Sign.LOST, "寻人寻物", "Lost", "找人请先打 110", "Call 110 first for people"),
        )

    val orders =
        listOf(
            kind("order.elder.meal", Sign.MEAL, "助餐", "Meal service", "送餐到家或到食堂吃", "Delivered or at the canteen"),
            kind("order.elder.bath", Sign.BATH, "助浴", "Bath service", "行动不便请如实选", "Say honestly how well they walk"),
            kind("order.elder.clean", Sign.CLEAN, "助洁", "Cleaning service", "打扫、擦窗、洗衣", "Rooms, windows, laundry"),
            kind("order.elder.care", Sign.CARE, "助医护理", "Care at home", "急病先打120", "In an emergency call 120 first"),
            kind("order.elder.escort", Sign.ESCORT, "助行陪护", "Escort service", "由服务机构上门", "A provider does it"),
        ).map { it.copy(isOrder = true) }

    @Suppress("LongParameterList")
    private fun kind(
        id: String,
        sign: Sign,
        zh: String,
        en: String,
        helpZh: String,
        helpEn: String,
    ) = HelpKind(id, sign, s.t(zh, en), s.t(helpZh, helpEn))

    fun cells(chosen: String? = null) =
        (0 until 4).flatMap { row ->
            (0 until 5).map { column ->
                val id = "$column-$row"
                val count = listOf(0, 2, 0, 1, 0, 0, 0, 3, 0, 1, 1, 0, 0, 0, 0, 0, 4, 0, 2, 0)[row * 5 + column]
                CellCount(id, column, row, count, if (count > 2) 1 else 0, null, column == 2 && row == 1, id == chosen)
            }
        }
}
