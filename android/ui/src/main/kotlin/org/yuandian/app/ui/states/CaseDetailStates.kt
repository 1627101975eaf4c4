package org.yuandian.app.ui.states

import org.yuandian.app.screens.CaseDetailState
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.CodeWordPair
import org.yuandian.app.screens.Due
import org.yuandian.app.screens.DueLevel
import org.yuandian.app.screens.Feedback
import org.yuandian.app.screens.FieldKind
import org.yuandian.app.screens.FormField
import org.yuandian.app.screens.HistoryItem
import org.yuandian.app.screens.LookItem
import org.yuandian.app.screens.NoteLine
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Option
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.ProgressStep
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.StepForm
import org.yuandian.app.screens.StepItem
import org.yuandian.app.screens.StepPosition
import org.yuandian.app.screens.StepWeight
import org.yuandian.app.screens.SyncPill
import org.yuandian.app.screens.WorkState

object CaseDetailStates : Provider<CaseDetailState> {
    @Suppress("LongMethod") // As long as the states are many.
    override fun states(sample: Sample): List<Named<CaseDetailState>> {
        val (s, c) = sample to SampleCases(sample)
        val worker = worker(s)
        val own = own(s)
        val transfer =
            StepForm(
                "return_request",
                s.t("申请退回", "Ask to give back"),
                reasonFields(s),
                text = s.t("不归我管，归水务", "It belongs to the waterworks"),
                grave = true,
            )
        val dispose =
            StepForm(
                "dispose",
                s.t("处置完成", "Dispose"),
                photosWanted = 2,
                photos = c.photos(1),
                problem = s.t("还要 1 张处置后的照片", "One more photo of the result is needed"),
            )
        return listOf(
            Named("worker", worker),
            Named("why-not", worker.copy(whyNotOpen = true, photos = emptyList(), photosText = "")),
            Named("own-closed", own),
            Named("own-rated", own.copy(feedback = Feedback(thanked = true, rated = 5))),
            Named("own-help", help(s)),
            Named("dispose", worker.copy(openStep = dispose)),
            Named(
                "camera-denied",
                worker.copy(openStep = dispose, frame = s.frame(notice = Notice.PermissionDenied(Permission.CAMERA))),
            ),
            Named("transfer", worker.copy(openStep = transfer)),
            Named(
                "loading",
                CaseDetailState(
                    s.frame(),
                    "c1",
                    Sign.LAMP,
                    c.lamp.service,
                    c.lamp.title,
                    "7F3A-09BC",
                    c.lamp.stage,
                    WorkState.Loading,
                    loading = true,
                ),
            ),
            Named(
                "notes-only",
                worker.copy(
                    notesOnly = true,
                    steps = emptyList(),
                    conflicts = 0,
                    answers = emptyList(),
                    photos = emptyList(),
                    frame = s.frame(notice = Notice.Offline),
                ),
            ),
            Named(
                "hard-names",
                worker.copy(
                    title = s.hardNames.joinToString(" "),
                    holders = s.hardNames,
                    historyOpen = true,
                    notes =
                        s.hardNames.mapIndexed {
                            i,
                            name,
                            ->
                            NoteLine("n$i", name, name, s.hoursAgo(i))
                        },
                ),
            ),
        )
    }

    private fun worker(s: Sample): CaseDetailState {
        val c = SampleCases(s)
        return CaseDetailState(
            s.frame(SyncPill(3, lastSuccessMs = s.minutesAgo(10))),
            "c1",
            Sign.ROAD,
            c.manhole.service,
            c.manhole.title,
            "7F3A-09BC",
            c.manhole.stage,
            WorkState.Sending(2, 5),
            due = Due(-35 * Sample.MINUTE_MS, DueLevel.DARK_RED),
            progress = workerProgress(s),
            text = s.t("井盖没了，洞口约六十厘米，已放路锥。", "Cover gone, the hole is about 60 cm, cones are set up."),
            place = c.manhole.place,
            answers = s.answers(),
            photos =
                listOf(
                    PhotoItem("p1", s.minutesAgo(12), WorkState.Delivered),
                    PhotoItem("p2", s.minutesAgo(11), WorkState.Sending(1, 1), 60),
                    PhotoItem("p3", s.minutesAgo(9), WorkState.Waiting),
                ),
            photosText = s.t("照片 3 张，1 张已送达，1 张待上传", "3 photos, 1 delivered, 1 waiting to send"),
            notes =
                listOf(
                    NoteLine("n1", s.t("水务说下午两点到", "The waterworks come at two"), s.t("李师傅", "Mr Li"), s.minutesAgo(20), voiceMs = 8_000),
                ),
            holders = listOf(s.t("市政管护所", "Road maintenance")),
            followers = 3,
            steps =
                listOf(
                    StepItem("dispose", s.t("处置完成", "Dispose"), weight = StepWeight.MAIN),
                    StepItem("extend_request", s.t("申请延期", "Ask for more time"), waitsForServer = true),
                    StepItem(
                        "joint",
                        s.t("联动", "Bring in another unit"),
                        allowed = false,
                        whyNot = s.t("只有指挥中心可以联动。", "Only the operation centre can."),
                    ),
                    StepItem("return_request", s.t("申请退回", "Ask to give back"), weight = StepWeight.GRAVE),
                ),
            history =
                listOf(
                    HistoryItem(s.t("上报", "Report"), s.t("高国营", "Gao Guoying"), s.hoursAgo(3)),
                    HistoryItem(s.t("派遣", "Dispatch"), s.t("指挥中心", "Operation centre"), s.hoursAgo(2)),
                    HistoryItem(s.t("申请延期", "Ask for more time"), s.t("我", "me"), s.minutesAgo(5), pending = true),
                ),
            conflicts = 1,
        )
    }

    private fun workerProgress(s: Sample) =
        listOf(
            ProgressStep(s.t("已上报", "Reported"), s.hoursAgo(3), StepPosition.DONE),
            ProgressStep(s.t("已派遣", "Dispatched"), s.hoursAgo(2), StepPosition.DONE),
            ProgressStep(s.t("处置中", "In progress"), s.minutesAgo(70), StepPosition.NOW),
            ProgressStep(s.t("核查", "Check"), null, StepPosition.NEXT),
            ProgressStep(s.t("结案", "Closed"), null, StepPosition.NEXT),
        )

    private fun own(s: Sample): CaseDetailState {
        val c = SampleCases(s)
        return CaseDetailState(
            s.frame(),
            "c10",
            Sign.WATER,
            c.done.service,
            c.done.title,
            "20D4-77E1",
            c.done.stage,
            WorkState.Delivered,
            progress =
                listOf(
                    ProgressStep(s.t("您已上报", "You reported it"), s.daysAgo(3), StepPosition.DONE),
                    ProgressStep(s.t("社区已派人处理", "Somebody was sent"), s.daysAgo(2), StepPosition.DONE),
                    ProgressStep(s.t("已修好，拍照核查过", "Mended and checked with a photo"), s.daysAgo(1), StepPosition.NOW),
                ),
            text = c.done.title,
            place = c.done.place,
            photos = listOf(PhotoItem("p4", s.daysAgo(1), WorkState.Delivered)),
            feedback = Feedback(canThank = true, canReopen = true, canRate = true),
            followed = true,
            followers = 1,
        )
    }

    private fun help(s: Sample): CaseDetailState {
        val c = SampleCases(s)
        return own(s).copy(
            id = "c5",
            sign = Sign.ERRAND,
            isAsked = true,
            service = c.errand.service,
            title = c.errand.title,
            stage = c.errand.stage,
            text = c.errand.title,
            place = c.errand.place,
            photos = emptyList(),
            holders = listOf(s.t("张阿姨", "Mrs Zhang")),
            claim = ClaimState.None,
            codeWords = CodeWordPair("4827", "1936"),
            looks =
                listOf(
                    LookItem("u2", s.t("张阿姨", "Mrs Zhang"), s.minutesAgo(30), listOf(s.t("门牌", "the door"), s.t("联系电话", "the phone"))),
                ),
            progress =
                listOf(
                    ProgressStep(s.t("您已求助", "You asked for help"), s.minutesAgo(50), StepPosition.DONE),
                    ProgressStep(s.t("张阿姨接了单", "Mrs Zhang took it"), s.minutesAgo(30), StepPosition.DONE),
                    ProgressStep(s.t("在路上", "On the way"), s.minutesAgo(25), StepPosition.NOW),
                    ProgressStep(s.t("帮完了，等您确认", "Done, for you to confirm"), null, StepPosition.NEXT),
                ),
            feedback = null,
            followers = 0,
            steps = listOf(StepItem("cancel", s.t("取消求助", "Cancel"), weight = StepWeight.GRAVE)),
        )
    }

    private fun reasonFields(s: Sample) =
        listOf(
            FormField(
                "to",
                s.t("交给谁", "To whom"),
                FieldKind.CHOICE,
                required = true,
                options =
                    listOf(
                        Option("w", s.t("水务", "Waterworks")),
                        Option("p", s.t("电力", "Power")),
                        Option("o", s.t("不清楚", "Not sure")),
                    ),
            ),
        )
}
