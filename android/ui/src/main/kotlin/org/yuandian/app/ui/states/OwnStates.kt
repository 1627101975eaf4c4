package org.yuandian.app.ui.states

import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.DarkMode
import org.yuandian.app.screens.DutyCardState
import org.yuandian.app.screens.FamilyProblem
import org.yuandian.app.screens.ForgetState
import org.yuandian.app.screens.HandOverState
import org.yuandian.app.screens.Me
import org.yuandian.app.screens.Network
import org.yuandian.app.screens.NoScan
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.PeopleState
import org.yuandian.app.screens.PeopleStep
import org.yuandian.app.screens.PersonLine
import org.yuandian.app.screens.PersonTile
import org.yuandian.app.screens.PinProblem
import org.yuandian.app.screens.Reach
import org.yuandian.app.screens.SettingsSheet
import org.yuandian.app.screens.SettingsState
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.SyncCounts
import org.yuandian.app.screens.SyncPill
import org.yuandian.app.screens.SyncRun
import org.yuandian.app.screens.SyncScreenState
import org.yuandian.app.screens.SyncStep
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.WaitReason
import org.yuandian.app.screens.WaitingLine
import org.yuandian.app.screens.WorkState

object SyncStates : Provider<SyncScreenState> {
    @Suppress("LongMethod") // As long as the states are many.
    override fun states(sample: Sample): List<Named<SyncScreenState>> {
        val s = sample
        val waiting =
            listOf(
                WaitingLine("c1", Sign.ROAD, SampleCases(s).manhole.title, WorkState.PartlySent(2), s.minutesAgo(20), WaitReason.WIFI_ONLY),
                WaitingLine("c3", Sign.LAMP, SampleCases(s).lamp.title, WorkState.OnPhone, s.hoursAgo(14), WaitReason.SIGN_IN),
            )
        val full =
            SyncScreenState(
                s.frame(),
                SyncCounts(1, 2, 1, 48, 1, 1),
                s.minutesAgo(10),
                Network.MOBILE,
                true,
                waiting = waiting,
                conflicts = listOf(WaitingLine("c6", Sign.ROAD, SampleCases(s).manhole.title, WorkState.Conflict, s.hoursAgo(1))),
                waitingBytes = 18_400_000,
                freeBytes = 940_000_000,
                communityPhone = "0371-6600 0000",
            )
        return listOf(
            Named("waiting", full),
            Named("running", full.copy(network = Network.WIFI, run = SyncRun.Running(SyncStep.SENDING_PHOTOS, 700_000, 1_200_000, 3, 12))),
            Named(
                "finished",
                full.copy(
                    network = Network.WIFI,
                    counts = SyncCounts(delivered = 52),
                    waiting = emptyList(),
                    conflicts = emptyList(),
                    waitingBytes = 0,
                    run = SyncRun.Finished(true, 3, 12, 5),
                ),
            ),
            Named("partly", full.copy(run = SyncRun.Finished(false, 3, 0, 1, WaitReason.SERVER_BUSY))),
            Named("offline", full.copy(network = Network.NONE, frame = s.frame(notice = Notice.Offline))),
            Named("never", SyncScreenState(s.frame(notice = Notice.SignInToSend), SyncCounts(onPhone = 2), waiting = waiting.drop(1))),
            Named(
                "untrusted",
                full.copy(
                    run = SyncRun.Finished(false, 0, 0, 0, WaitReason.UNTRUSTED_SERVER),
                    waiting = waiting.map { it.copy(reason = null) },
                ),
            ),
            Named(
                "clock",
                full.copy(
                    frame =
                        s.frame(
                            notice = Notice.ClockWrong(366L * 24 * 60 * Sample.MINUTE_MS),
                        ),
                    waiting =
                        waiting.take(1).map {
                            it.copy(title = s.hardNames.joinToString(" "))
                        },
                ),
            ),
        )
    }
}

object SettingsStates : Provider<SettingsState> {
    override fun states(sample: Sample): List<Named<SettingsState>> {
        val s = sample
        val frame = s.frame(role = AppRole.VOLUNTEER, tab = Tab.SETTINGS)
        val full =
            SettingsState(
                frame,
                Me(s.t("张秀兰", "Zhang Xiulan"), AppRole.VOLUNTEER, s.t("经八路社区", "Jingba Road")),
                s.language,
                reach = Reach(true, true),
                family = listOf(PersonLine("u1", s.t("高国营", "Gao Guoying"))),
                consents = 2,
                version = "0.1.0",
                libraryVersion = "0.1.0",
            )
        val code = SettingsSheet.MyCode("", SampleCode.square, SampleCode.SPELLED)
        return listOf(
            Named("volunteer", full),
            Named(
                "signed-out",
                SettingsState(
                    s.frame(tab = Tab.SETTINGS),
                    language = s.language,
                    dark = DarkMode.OFF,
                    version = "0.1.0",
                    libraryVersion = "0.1.0",
                ),
            ),
            Named("my-code", full.copy(sheet = code.copy(name = s.t("张秀兰", "Zhang Xiulan")))),
            Named("my-code-hard-name", full.copy(sheet = code.copy(name = s.hardNames.joinToString(" ")))),
            Named("add-family", full.copy(sheet = SettingsSheet.AddFamily())),
            Named("no-code-of-family", full.copy(sheet = SettingsSheet.AddFamily("0192 f3c4 5b6a", FamilyProblem.NOT_A_CODE))),
            Named(
                "family-without-camera",
                full.copy(
                    frame = frame.copy(notice = Notice.NothingScanned(NoScan.NOT_ALLOWED)),
                    sheet = SettingsSheet.AddFamily(SampleCode.SPELLED),
                ),
            ),
            Named("forget", full.copy(forget = ForgetState.ASKED)),
            Named("forget-waiting", full.copy(forget = ForgetState.WAITING, reach = Reach(), outdoor = true, family = emptyList())),
            Named(
                "hard-names",
                full.copy(
                    me = Me(s.hardNames.joinToString(" "), AppRole.GRID_WORKER, s.hardNames[0]),
                    family =
                        s.hardNames.mapIndexed {
                            i,
                            n,
                            ->
                            PersonLine("u$i", n)
                        },
                    apart = listOf(PersonLine("u9", s.hardNames[2])),
                ),
            ),
        )
    }
}

object PeopleStates : Provider<PeopleState> {
    override fun states(sample: Sample): List<Named<PeopleState>> {
        val s = sample
        val name = s.t("王建国", "Wang Jianguo")
        val people =
            listOf(
                PersonTile("u1", name, AppRole.GRID_WORKER, 3, current = true),
                PersonTile("u2", s.t("刘芳", "Liu Fang"), AppRole.GRID_WORKER),
                PersonTile("u3", s.hardNames[0], AppRole.VOLUNTEER, 1),
            )
        val full = PeopleState(s.frame(), people)
        val pin = PeopleStep.EnterPin("u1", name, 3)
        return listOf(
            Named("choose", full),
            Named("pin", full.copy(step = pin)),
            Named("wrong", full.copy(step = pin.copy(digits = 0, problem = PinProblem.Wrong(2)))),
            Named("paused", full.copy(step = pin.copy(digits = 0, problem = PinProblem.Paused(30)))),
            Named("key-lost", full.copy(step = pin.copy(name = s.hardNames.joinToString(" "), digits = 0, problem = PinProblem.KeyLost))),
            Named("add", full.copy(step = PeopleStep.Add(s.t("刘芳", "Liu Fang"), 4, problem = PinProblem.TooEasy))),
            Named("shift-change", full.copy(step = PeopleStep.ShiftChange(name, 3, 1))),
        )
    }
}

object DutyCardStates : Provider<DutyCardState> {
    override fun states(sample: Sample): List<Named<DutyCardState>> {
        val s = sample
        val card =
            DutyCardState(
                s.frame(),
                s.t("王建国", "Wang Jianguo"),
                s.t("网格员", "Grid worker"),
                s.t("经八路街道 · 第 3 网格", "Jingba Road · grid 3"),
                s.t("经八路社区居委会", "Community committee of Jingba Road"),
                "ZZ-JS-0312",
                "0371-6600 0000",
                s.nowMs + 6 * 60 * Sample.MINUTE_MS,
                "p9",
            )
        return listOf(
            Named("valid", card),
            Named("expired", card.copy(validUntilMs = s.daysAgo(2), portrait = null)),
            Named("hard-names", card.copy(name = s.hardNames[0], unit = s.hardNames.joinToString(" "), stationPhone = null)),
        )
    }
}

object HandOverStates : Provider<HandOverState> {
    override fun states(sample: Sample): List<Named<HandOverState>> {
        val (s, c) = sample to SampleCases(sample)
        val full =
            HandOverState(
                s.frame(),
                s.t("第 3 网格", "Grid 3"),
                s.hoursAgo(8),
                reported = 6,
                settled = 4,
                overdue = 1,
                waiting = 2,
                open = listOf(c.manhole, c.rubbish),
                note = s.t("3 号院电梯检修，501 的老人要人扶", "The lift in yard 3 is being repaired"),
            )
        return listOf(
            Named("full", full),
            Named("nothing-open", full.copy(open = emptyList(), waiting = 0, overdue = 0, note = "", drafts = 1)),
            Named("done", full.copy(done = WorkState.Waiting, noted = 2, note = "")),
            Named("done-without-note", full.copy(open = emptyList(), overdue = 0, waiting = 0, done = WorkState.Delivered, note = "")),
            Named(
                "hard-names",
                full.copy(
                    open = listOf(c.hard),
                    note = s.hardNames.joinToString(" "),
                    sending = true,
                    frame = s.frame(SyncPill(2, online = false), Notice.Offline),
                ),
            ),
        )
    }
}
