package org.yuandian.app.ui.states

import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.PhotoStanding
import org.yuandian.app.screens.PhotoState
import org.yuandian.app.screens.WorkState

object PhotoStates : Provider<PhotoState> {
    override fun states(sample: Sample): List<Named<PhotoState>> {
        val s = sample
        val photo = PhotoItem("p2", s.minutesAgo(12), WorkState.Delivered, by = s.t("高国营", "Gao Guoying"))
        val shown = PhotoState(s.frame(), 2, 5, photo, "m2", PhotoStanding.Shown)
        val small = shown.copy(file = null)
        return listOf(
            Named("shown", shown),
            Named("larger", shown.copy(zoom = 2.25f)),
            Named("loading", PhotoState(s.frame())),
            Named("fetching", small.copy(number = 1, standing = PhotoStanding.Fetching)),
            Named("not-here", small.copy(frame = s.frame(notice = Notice.Offline), standing = PhotoStanding.NotHere)),
            Named("unreadable", small.copy(number = 5, standing = PhotoStanding.Unreadable)),
            Named("needs-wifi", small.copy(standing = PhotoStanding.NeedsWifi(3_400_000))),
            Named(
                "draft",
                PhotoState(
                    s.frame(),
                    photo = PhotoItem("p1", s.minutesAgo(1), WorkState.Draft()),
                    file = "p1",
                    standing = PhotoStanding.Shown,
                ),
            ),
            Named(
                "sending",
                shown.copy(
                    photo = photo.copy(work = WorkState.Sending(0, 1), percent = 60, by = s.hardNames.joinToString(" ")),
                ),
            ),
        )
    }
}
