package org.yuandian.app.ui.states

import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.ElderHomeState
import org.yuandian.app.screens.HomeState
import org.yuandian.app.screens.JoinProblem
import org.yuandian.app.screens.JoinState
import org.yuandian.app.screens.JoinStep
import org.yuandian.app.screens.NewsItem
import org.yuandian.app.screens.NoScan
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.SyncPill
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.WorkState

object JoinStates : Provider<JoinState> {
    override fun states(sample: Sample): List<Named<JoinState>> {
        val s = sample
        val invitation = JoinState(s.frame(), JoinStep.INVITATION, AppRole.RESIDENT)
        return listOf(
            Named("role", JoinState(s.frame())),
            Named("invitation", invitation.copy(keptReports = 2)),
            Named("missing", invitation.copy(problem = JoinProblem.Empty, asksServer = true)),
            Named("other-code", invitation.copy(problem = JoinProblem.NoInvitation, name = s.t("高国营", "Gao Guoying"))),
            Named("no-code", invitation.copy(frame = s.frame(notice = Notice.NothingScanned(NoScan.NO_CODE)))),
            Named("no-camera", invitation.copy(frame = s.frame(notice = Notice.NothingScanned(NoScan.NO_CAMERA)))),
            Named(
                "offline",
                invitation.copy(invitation = "JB3-7F3A-09BC", name = s.t("高国营", "Gao Guoying"), problem = JoinProblem.Offline),
            ),
            Named("untrusted", invitation.copy(invitation = "JB3-7F3A-09BC", name = s.hardNames[1], problem = JoinProblem.UntrustedServer)),
            Named(
                "refused",
                invitation.copy(
                    invitation = "JB3-7F3A-09BC",
                    problem = JoinProblem.Refused(s.t("这个邀请码已经用过。请再要一个。", "This invitation was used before. Ask for another.")),
                ),
            ),
            Named("sending", invitation.copy(invitation = "JB3-7F3A-09BC", name = s.hardNames.joinToString(" "), sending = true)),
        )
    }
}

object HomeStates : Provider<HomeState> {
    override fun states(sample: Sample): List<Named<HomeState>> {
        val (s, c) = sample to SampleCases(sample)
        val community = s.t("经八路社区", "Jingba Road")
        val phone = "0371-6600 0000"
        val full =
            HomeState(
                s.frame(SyncPill(1, lastSuccessMs = s.minutesAgo(10)), tab = Tab.HOME),
                community,
                mine = c.mine,
                communityPhone = phone,
            )
        return listOf(
            Named("full", full),
            Named(
                "first-start",
                HomeState(s.frame(tab = Tab.HOME), signedIn = false, offersElder = !s.elder, communityPhone = phone),
            ),
            Named(
                "news",
                full.copy(
                    mine = listOf(c.done),
                    news =
                        listOf(
                            NewsItem("c5", s.t("张阿姨接了您的求助，正在路上", "Mrs Zhang took your request and is on the way"), false),
                            NewsItem("c4", s.t("母亲按了紧急求助", "Your mother raised an alarm"), true),
                        ),
                ),
            ),
            Named(
                "offline",
                full.copy(frame = s.frame(SyncPill(2, online = false), Notice.Offline, tab = Tab.HOME), mine = listOf(c.kept)),
            ),
            Named("loading", HomeState(s.frame(tab = Tab.HOME), community, loading = true)),
            Named("hard-names", full.copy(community = s.hardNames.joinToString(" "), mine = listOf(c.hard, c.refused))),
        )
    }
}

object ElderHomeStates : Provider<ElderHomeState> {
    override fun states(sample: Sample): List<Named<ElderHomeState>> {
        val s = Sample(sample.language, elder = true)
        val c = SampleCases(s)
        val full = ElderHomeState(s.frame(), s.t("高大爷", "Mr Gao"), "0371-6600 0000", c.errand, 1, orders = true, sosReady = true)
        return listOf(
            Named("full", full),
            Named("first-start", ElderHomeState(s.frame(), signedIn = false, orders = true)),
            Named("sos-asked", full.copy(sosAsked = true)),
            Named("sos-raised", full.copy(sosRaised = WorkState.Waiting, latest = null)),
            Named("offline", full.copy(frame = s.frame(SyncPill(1, online = false), Notice.Offline), latest = null)),
            Named("hard-names", full.copy(name = s.hardNames.joinToString(" "), latest = c.hard)),
        )
    }
}
