package org.yuandian.app.ui.states

import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.AskCard
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.Due
import org.yuandian.app.screens.DueLevel
import org.yuandian.app.screens.GiveUpReason
import org.yuandian.app.screens.HoursItem
import org.yuandian.app.screens.HoursMonth
import org.yuandian.app.screens.HoursState
import org.yuandian.app.screens.NearbyState
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.SyncPill
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.TaskCard
import org.yuandian.app.screens.TaskForm
import org.yuandian.app.screens.TaskStep
import org.yuandian.app.screens.TasksState
import org.yuandian.app.screens.WorkState

object NearbyStates : Provider<NearbyState> {
    @Suppress("LongMethod") // As long as the states are many.
    override fun states(sample: Sample): List<Named<NearbyState>> {
        val (s, c) = sample to SampleCases(sample)
        val frame = s.frame(SyncPill(0, lastSuccessMs = s.minutesAgo(2)), role = AppRole.VOLUNTEER, tab = Tab.NEARBY)
        val pills =
            AskCard(
                "a1",
                Sign.ERRAND,
                s.t("代买代送", "Errand"),
                s.t("请帮忙买两盒降压药", "Two boxes of tablets"),
                350,
                s.t("今天下午", "This afternoon"),
                "100",
                Due(80 * Sample.MINUTE_MS, DueLevel.YELLOW),
            )
        val escort =
            AskCard(
                "a2",
                Sign.ESCORT,
                s.t("陪诊陪同", "Company to the doctor"),
                s.t("陪我爸去医院复查", "Go with my father to a check-up"),
                1_200,
                s.t("明天 8:30", "Tomorrow, 8:30"),
            )
        val bulb =
            AskCard(
                "a3",
                Sign.REPAIR,
                s.t("小修小补", "Small repair"),
                s.t("厨房灯泡坏了", "The kitchen bulb is broken"),
                90,
                s.t("什么时候都行", "Any time"),
            )
        val full = NearbyState(frame, kinds = c.kinds.take(4), asks = listOf(pills, escort, bulb))
        return listOf(
            Named("list", full),
            Named(
                "confirming",
                full.copy(
                    asks = listOf(pills.copy(claim = ClaimState.Pending(true), canUndo = true), escort.copy(claim = ClaimState.Won), bulb),
                ),
            ),
            Named("lost", full.copy(asks = listOf(pills.copy(claim = ClaimState.Lost(s.t("李师傅", "Mr Li"))), bulb))),
            Named(
                "offline",
                full.copy(
                    frame = frame.copy(notice = Notice.Offline, pill = SyncPill(1, online = false)),
                    kinds = emptyList(),
                    asks =
                        listOf(
                            pills.copy(claim = ClaimState.Pending(false), canUndo = true),
                            escort.copy(claim = ClaimState.Waiting(2)),
                        ),
                ),
            ),
            Named("cells", full.copy(asCells = true, cells = c.cells("1-0"), chosenCell = "1-0", asks = listOf(bulb))),
            Named("filter", full.copy(choosesKind = true, chosenKind = full.kinds[1].id)),
            Named("filtered", full.copy(chosenKind = full.kinds[1].id, asks = emptyList())),
            Named("empty", NearbyState(s.frame(role = AppRole.VOLUNTEER, tab = Tab.NEARBY), reachSet = false)),
            Named("loading", NearbyState(frame, loading = true)),
            Named(
                "hard-names",
                full.copy(
                    kinds = emptyList(),
                    asks =
                        listOf(
                            pills.copy(
                                title = s.hardNames.joinToString(" "),
                                time = s.hardNames[0],
                                claim = ClaimState.Lost(s.hardNames[2]),
                            ),
                        ),
                ),
            ),
        )
    }
}

object TasksStates : Provider<TasksState> {
    @Suppress("LongMethod") // As long as the states are many.
    override fun states(sample: Sample): List<Named<TasksState>> {
        val s = sample
        val frame = s.frame(SyncPill(1, lastSuccessMs = s.minutesAgo(2)), role = AppRole.VOLUNTEER, tab = Tab.TASKS)
        val going =
            TaskCard(
                "a1",
                Sign.ERRAND,
                s.t("代买代送", "Errand"),
                s.t("请帮忙买两盒降压药", "Two boxes of tablets"),
                s.t("已接单", "Taken"),
                WorkState.Delivered,
                s.t("今天下午", "This afternoon"),
                TaskStep.DEPART,
                address = s.t("3 号楼 2 单元 501", "Building 3, door 501"),
                phone = "138****0000",
                due = Due(80 * Sample.MINUTE_MS, DueLevel.YELLOW),
                canGiveUp = true,
            )
        val there =
            going.copy(
                id = "a2",
                stage = s.t("服务中", "Helping"),
                next = TaskStep.FINISH,
                work = WorkState.Waiting,
                due = null,
                canGiveUp = false,
            )
        val pending =
            going.copy(
                id = "a3",
                sign = Sign.ESCORT,
                title = s.t("陪我爸去医院复查", "Go with my father to a check-up"),
                service = s.t("陪诊陪同", "Company to the doctor"),
                claim = ClaimState.Pending(false),
                next = null,
                address = null,
                phone = null,
                work = WorkState.OnPhone,
                due = null,
            )
        val waiting =
            there.copy(
                id = "a4",
                next = TaskStep.WAIT_CONFIRM,
                stage = s.t("已完成", "Done"),
                work = WorkState.Delivered,
                phone = null,
                address = null,
            )
        val full = TasksState(frame, tasks = listOf(going), doneLately = 3)
        return listOf(
            Named("going", full),
            Named("several", full.copy(tasks = listOf(there, waiting))),
            Named("confirming", full.copy(tasks = listOf(pending), frame = frame.copy(notice = Notice.Offline))),
            Named("empty", TasksState(frame)),
            Named("loading", TasksState(frame, loading = true)),
            Named("arriving", full.copy(form = TaskForm.Arriving("a1", "4287", wrong = true))),
            Named("leaving", full.copy(form = TaskForm.Leaving("a1", photos = SampleCases(s).photos(1)))),
            Named("giving-up", full.copy(form = TaskForm.GivingUp("a1", GiveUpReason.UNWELL))),
            Named(
                "hard-names",
                full.copy(
                    tasks = listOf(going.copy(title = s.hardNames.joinToString(" "), address = s.hardNames[0], time = s.hardNames[1])),
                ),
            ),
        )
    }
}

object HoursStates : Provider<HoursState> {
    @Suppress("LongMethod") // As long as the states are many.
    override fun states(sample: Sample): List<Named<HoursState>> {
        val s = sample
        val item =
            HoursItem(
                "a1",
                Sign.ERRAND,
                s.t("代买代送", "Errand"),
                s.t("经八路社区", "Jingba Road"),
                s.daysAgo(1),
                s.daysAgo(1) + 45 * Sample.MINUTE_MS,
                45,
            )
        val months =
            listOf(
                HoursMonth(2026, 3, 45, listOf(item)),
                HoursMonth(
                    2026,
                    2,
                    200,
                    listOf(
                        item.copy(
                            sign = Sign.ESCORT,
                            service = s.t("陪诊陪同", "Company to the doctor"),
                            fromMs = s.daysAgo(12),
                            minutes = 155,
                        ),
                        item.copy(fromMs = s.daysAgo(20)),
                    ),
                ),
            )
        val full = HoursState(s.frame(role = AppRole.VOLUNTEER), totalMinutes = 1_245, months = months, unconfirmed = 1)
        return listOf(
            Named("full", full),
            Named("empty", HoursState(s.frame(role = AppRole.VOLUNTEER), canHelp = true)),
            Named("empty-elsewhere", HoursState(s.frame(role = AppRole.GRID_WORKER))),
            Named("loading", HoursState(s.frame(), loading = true)),
            Named(
                "hard-names",
                full.copy(
                    months = listOf(HoursMonth(2026, 3, 45, listOf(item.copy(service = s.hardNames[0], grid = s.hardNames[1])))),
                    frame = s.frame(notice = Notice.Exported("yuandian-hours.pdf")),
                ),
            ),
        )
    }
}
