package org.yuandian.app.ui.states

import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.CaptureNeed
import org.yuandian.app.screens.CaptureReceipt
import org.yuandian.app.screens.CaptureState
import org.yuandian.app.screens.FieldKind
import org.yuandian.app.screens.FieldTask
import org.yuandian.app.screens.FormField
import org.yuandian.app.screens.Giveaway
import org.yuandian.app.screens.NoPlaceReason
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Option
import org.yuandian.app.screens.Permission
import org.yuandian.app.screens.PlaceState
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.SyncPill
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.TodayState
import org.yuandian.app.screens.TypeState
import org.yuandian.app.screens.VoiceState
import org.yuandian.app.screens.WorkState

object TodayStates : Provider<TodayState> {
    override fun states(sample: Sample): List<Named<TodayState>> {
        val (s, c) = sample to SampleCases(sample)
        val grid = s.t("经八路街道 · 第 3 网格", "Jingba Road · grid 3")
        val frame = s.frame(SyncPill(3, lastSuccessMs = s.minutesAgo(10)), role = AppRole.GRID_WORKER, tab = Tab.TODAY)
        val tasks =
            listOf(
                FieldTask("t1", Sign.PATROL, s.t("上午巡查", "Morning patrol"), s.t("红旗巷—幸福路", "Hongqi Lane to Xingfu Road"), 4, 9),
                FieldTask("t2", Sign.VISIT, s.t("走访独居老人", "Visits"), s.t("3 号院", "Yard 3"), 1, 3),
            )
        val full = TodayState(frame, grid, overdue = listOf(c.manhole), dueToday = listOf(c.rubbish, c.lamp), tasks = tasks, drafts = 1)
        return listOf(
            Named("full", full),
            Named("empty", TodayState(s.frame(role = AppRole.GRID_WORKER, tab = Tab.TODAY), grid)),
            Named("loading", TodayState(s.frame(role = AppRole.GRID_WORKER, tab = Tab.TODAY), grid, loading = true)),
            Named(
                "offline",
                full.copy(
                    frame = frame.copy(notice = Notice.Offline, pill = SyncPill(3, online = false)),
                    overdue = emptyList(),
                    drafts = 0,
                ),
            ),
            Named(
                "hard-names",
                full.copy(grid = s.hardNames.joinToString(" "), overdue = listOf(c.hard), frame = frame.copy(pill = SyncPill(3, 2))),
            ),
        )
    }
}

object CaptureStates : Provider<CaptureState> {
    override fun states(sample: Sample): List<Named<CaptureState>> {
        val (s, c) = sample to SampleCases(sample)
        val empty =
            CaptureState(
                s.frame(),
                AppRole.GRID_WORKER,
                type = TypeState(recent = c.services.take(3)),
                missing = listOf(CaptureNeed.PHOTO, CaptureNeed.TYPE),
            )
        val full = full(s, c)
        return listOf(
            Named("empty", empty),
            Named("full", full),
            Named(
                "recovered",
                empty.copy(
                    recovered = true,
                    draftId = "d1",
                    photos = c.photos(1),
                    noPhotoReason = null,
                    savedMs = s.hoursAgo(9),
                    voice = VoiceState.Recording(4_200),
                    missing = emptyList(),
                ),
            ),
            Named(
                "similar",
                full.copy(role = AppRole.RESIDENT, similar = listOf(c.rubbish), giveaways = emptyList(), fields = emptyList()),
            ),
            Named("choose-type", empty.copy(type = TypeState(choosing = true, query = s.t("灯", "lamp"), found = c.services.drop(2)))),
            Named(
                "no-place",
                full.copy(
                    place = PlaceState.None(NoPlaceReason.INDOORS, s.t("农贸市场东门", "East gate of the market")),
                    fields = emptyList(),
                    giveaways = emptyList(),
                ),
            ),
            Named("discard", full.copy(discards = true)),
            Named("receipt", full.copy(receipt = CaptureReceipt("7F3A-09BC", "c1", WorkState.OnPhone), role = AppRole.RESIDENT)),
            Named(
                "hard-names",
                full.copy(text = s.hardNames.joinToString(" "), place = PlaceState.Fixed(s.hardNames[0] + s.hardNames[1], 8)),
            ),
        ) + refused(s, empty)
    }

    /** What the phone does not give. */
    private fun refused(
        s: Sample,
        empty: CaptureState,
    ): List<Named<CaptureState>> {
        val frame = s.frame()
        return listOf(
            Named(
                "denied",
                empty.copy(
                    frame = frame.copy(notice = Notice.PermissionDenied(Permission.CAMERA)),
                    noPhotoReason = "",
                    place = PlaceState.Denied,
                    voice = VoiceState.Denied,
                ),
            ),
            Named(
                "no-camera",
                empty.copy(frame = frame.copy(notice = Notice.NoPhoto), role = AppRole.RESIDENT, noPhotoReason = s.t("天太黑", "Too dark")),
            ),
            Named("storage-full", empty.copy(frame = frame.copy(notice = Notice.StorageFull))),
        )
    }

    private fun full(
        s: Sample,
        c: SampleCases,
    ) = CaptureState(
        s.frame(SyncPill(2, lastSuccessMs = s.minutesAgo(10))),
        AppRole.GRID_WORKER,
        "d1",
        photos = c.photos(2),
        type = TypeState(c.services[0], recent = c.services),
        place = PlaceState.Fixed(s.t("幸福路 12 号附近", "Near 12 Xingfu Road"), 8),
        text = s.t("井盖没了，约六十厘米，张大爷家 3 号楼 2 单元门口，电话 13800000000", "Cover gone, about 60 cm wide, at Mr Zhang's door, phone 13800000000"),
        voice = VoiceState.Recorded(12_000),
        urgent = true,
        fields =
            listOf(
                FormField(
                    "harm",
                    s.t("怎么坏的", "What is wrong with it"),
                    FieldKind.CHOICE,
                    "gone",
                    options =
                        listOf(
                            Option("broken", s.t("破损", "Broken")),
                            Option("gone", s.t("缺失", "Missing")),
                            Option("moved", s.t("移位", "Moved")),
                        ),
                ),
                FormField(
                    "depth",
                    s.t("深度（厘米）", "Depth (cm)"),
                    FieldKind.NUMBER,
                    "一米",
                    error = s.t("请填数字", "Please enter a number"),
                    required = true,
                ),
            ),
        giveaways = listOf(Giveaway("text", "13800000000", s.t("这是电话号码，请填在联系电话里。", "A phone number: it belongs under Phone."))),
        savedMs = s.nowMs - 2_000,
    )
}
