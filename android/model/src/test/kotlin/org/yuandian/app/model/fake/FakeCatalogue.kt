package org.yuandian.app.model.fake

import org.yuandian.app.model.ActId
import org.yuandian.app.model.BothText
import org.yuandian.app.model.FieldKind
import org.yuandian.app.model.FieldOption
import org.yuandian.app.model.FormField
import org.yuandian.app.model.Named
import org.yuandian.app.model.OfflineClass
import org.yuandian.app.model.Role
import org.yuandian.app.model.ServiceChoice
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.StageId
import org.yuandian.app.model.WantedPhotos

/** A handful of the core's services and acts: enough for the journeys, with the core's ids and words. */
internal object FakeCatalogue {
    val SNAP = ServiceId("case.snap")
    val GARBAGE = ServiceId("case.city.E06010")
    val ERRAND = ServiceId("help.errand")
    val PATROL = ServiceId("task.patrol")
    val MEAL = ServiceId("order.elder.meal")

    private val severity =
        FormField(
            "severity",
            FieldKind.CHOICE,
            BothText("紧急程度", "Severity"),
            required = false,
            options =
                listOf(
                    FieldOption("low", BothText("一般", "Low")),
                    FieldOption("normal", BothText("较急", "Normal")),
                    FieldOption("high", BothText("紧急", "High")),
                ),
        )
    private val where = text("address", "位置说明", "Where exactly")

    private val agreement =
        FormField(
            "beneficiary_agrees",
            FieldKind.CHOICE,
            BothText("受助人同意", "They agree to be helped"),
            required = false,
            options = listOf(FieldOption("yes", BothText("问过本人，本人同意", "I asked them, and they agree"))),
            purpose = BothText("替别人求助要先得到本人同意", "Nobody is helped whom nobody asked"),
            staysPrivate = true,
        )

    private val forms =
        listOf(
            ServiceForm(SNAP, BothText("随手拍", "Snap a problem"), null, false, WantedPhotos(before = 1, after = 1), listOf(where, severity)),
            ServiceForm(
                GARBAGE,
                BothText("暴露垃圾", "Exposed garbage"),
                BothText("少量露在外面的生活垃圾", "A little rubbish in the open"),
                false,
                WantedPhotos(before = 2, after = 1, kinds = listOf("near", "far")),
                listOf(where, severity, text("amount", "数量", "Amount")),
            ),
            ServiceForm(
                ERRAND,
                BothText("代买代送", "Errand"),
                BothText("帮忙买东西、取送东西", "Shopping and carrying"),
                true,
                WantedPhotos(),
                listOf(
                    text("list", "清单", "Shopping list"),
                    FormField("budget", FieldKind.MONEY, BothText("预算(元)", "Budget (yuan)"), required = false, min = "0", max = "5000"),
                    hidden("beneficiary", "受助人", "For whom"),
                    agreement,
                    text("time_window", "时间", "When"),
                    hidden("address", "门牌", "Door"),
                    hidden("phone", "联系电话", "Phone"),
                ),
            ),
            ServiceForm(
                MEAL,
                BothText("助餐", "Meal service"),
                BothText("送餐到家或到食堂吃", "Delivered or at the canteen"),
                true,
                WantedPhotos(),
                listOf(
                    FormField("time", FieldKind.DATE, BothText("服务时间", "When"), required = true),
                    hidden("beneficiary", "服务对象", "For whom"),
                    agreement,
                    hidden("address", "上门地址", "Address").copy(required = true),
                    hidden("phone", "联系电话", "Phone"),
                    FormField(
                        "service_item",
                        FieldKind.CHOICE,
                        BothText("吃哪餐", "Which meal"),
                        required = false,
                        options = listOf(FieldOption("lunch", BothText("午餐", "Lunch")), FieldOption("dinner", BothText("晚餐", "Dinner"))),
                    ),
                ),
            ),
            ServiceForm(PATROL, BothText("巡查", "Patrol"), null, false, WantedPhotos(), emptyList()),
        )

    fun form(id: ServiceId): ServiceForm? = forms.firstOrNull { it.id == id }

    fun mayOpen(
        role: Role,
        id: ServiceId,
    ) = id != PATROL || role == Role.GRID_WORKER

    fun find(
        text: String,
        roles: Set<Role>,
        used: Map<ServiceId, Int>,
    ): List<ServiceChoice> =
        forms
            .filter { form -> roles.any { mayOpen(it, form.id) } }
            .filter { it.title.zh.contains(text, ignoreCase = true) || it.title.en.contains(text, ignoreCase = true) }
            .map { ServiceChoice(it.id, it.title, it.id.value.substringBefore('.'), groupOf(it.id), used[it.id] ?: 0, it.photos.before) }
            .sortedByDescending(ServiceChoice::used)

    /** Keys that are asked with these answers, and those of them that must be answered. */
    fun asked(
        form: ServiceForm,
        answers: List<Named>,
    ): Pair<List<String>, Set<String>> {
        val forOther = answers.any { it.key == "beneficiary" && it.value.isNotBlank() }
        val asked = form.fields.map(FormField::key).filter { it != "beneficiary_agrees" || forOther }
        val required = form.fields.filter { it.required || (it.key == "beneficiary_agrees" && forOther) }
        return asked to required.map(FormField::key).toSet()
    }

    private fun groupOf(id: ServiceId) =
        when {
            id.isHelp -> BothText("邻里互助", "Neighbour help")
            id.isOrder -> BothText("智慧养老", "Elder care")
            else -> BothText("城市管理", "City")
        }

    private fun text(
        key: String,
        zh: String,
        en: String,
    ) = FormField(key, FieldKind.TEXT, BothText(zh, en), required = false, maxLength = 200)

    private fun hidden(
        key: String,
        zh: String,
        en: String,
    ) = FormField(
        key,
        FieldKind.TEXT,
        BothText(zh, en),
        required = false,
        maxLength = 100,
        purpose = BothText("让上门的人找到地方", "So that whoever comes finds the door"),
        retentionDays = 30,
        staysPrivate = true,
    )
}

/** Who may do an act. */
internal enum class Doer { AUTHOR, HOLDER, HOLDER_OR_WAITING, VOLUNTEER, WORKER, ANYBODY }

/** A row of a workflow. [to] none: the stage stays. */
internal data class FakeAct(
    val act: ActId,
    val zh: String,
    val en: String,
    val from: Set<String>,
    val to: String?,
    val by: Doer,
    val offline: OfflineClass = OfflineClass.DONE_HERE,
    val needsReason: Boolean = false,
)

internal object FakeWorkflow {
    /** Stages in which nothing more is expected. */
    private val ends =
        setOf(
            "closed",
            "evaluated",
            "archived",
            "rejected",
            "not_accepted",
            "void",
            "confirmed",
            "rated",
            "cancelled",
            "expired",
            "settled",
            "resolved",
            "false_alarm",
            "converted",
            "unsolved",
            "withdrawn",
            "solved",
            "receipted",
            "declined",
            "refused",
            "lapsed",
            "ended",
            "done",
            "redeemed",
            "review_replied",
            "transferred",
        )

    fun hasEnded(stage: StageId) = stage.value in ends

    private val coming = setOf("claimed", "en_route")
    private val taken = coming + "in_service"
    private val atWork = setOf("reported", "accepted", "dispatched", "in_progress", "disposed")

    private val help =
        listOf(
            FakeAct(ActId.CLAIM, "接单", "Take", taken + "open", "claimed", Doer.VOLUNTEER, OfflineClass.WAITS_FOR_WORD),
            FakeAct(ActId.RELEASE, "放弃接单", "Give up", coming, "open", Doer.HOLDER_OR_WAITING, OfflineClass.WAITS_FOR_WORD),
            FakeAct(ActId.DEPART, "出发", "Set out", setOf("claimed"), "en_route", Doer.HOLDER),
            FakeAct(ActId.ARRIVE, "到达", "Arrive", coming, "in_service", Doer.HOLDER),
            FakeAct(ActId.REPORT_BACK, "完成反馈", "Report back", taken, "done_by_volunteer", Doer.HOLDER),
            FakeAct(
                ActId.TURNED_AWAY,
                "对方不需要",
                "Help was not wanted",
                taken,
                "cancelled",
                Doer.HOLDER,
                OfflineClass.WAITS_FOR_WORD,
                needsReason = true,
            ),
            FakeAct(ActId.CONFIRM, "确认完成", "Confirm", setOf("done_by_volunteer"), "confirmed", Doer.AUTHOR),
            FakeAct(
                ActId.DISPUTE,
                "有异议",
                "Object",
                setOf("done_by_volunteer"),
                "disputed",
                Doer.AUTHOR,
                OfflineClass.WAITS_FOR_WORD,
                needsReason = true,
            ),
            FakeAct(ActId.RATE, "评价", "Rate", setOf("confirmed"), "rated", Doer.AUTHOR),
            FakeAct(ActId.CANCEL, "取消", "Cancel", coming + "open", "cancelled", Doer.AUTHOR, OfflineClass.WAITS_FOR_WORD),
        )
    private val problem =
        listOf(
            FakeAct(ActId("self_handle"), "自处置", "Handle on the spot", setOf("reported", "accepted"), "closed", Doer.WORKER),
            FakeAct(ActId("start"), "开始处置", "Start", setOf("dispatched"), "in_progress", Doer.WORKER),
            FakeAct(ActId("dispose"), "处置完成", "Dispose", setOf("dispatched", "in_progress"), "disposed", Doer.WORKER),
            FakeAct(
                ActId.RETURN_REQUEST,
                "申请退回",
                "Ask to give back",
                setOf("dispatched", "in_progress"),
                null,
                Doer.WORKER,
                OfflineClass.WAITS_FOR_WORD,
                needsReason = true,
            ),
            FakeAct(ActId("accept"), "受理", "Accept", setOf("reported"), "accepted", Doer.WORKER, OfflineClass.ONLINE_ONLY),
            FakeAct(ActId.FOLLOW, "关注", "Follow", atWork, null, Doer.ANYBODY),
            FakeAct(ActId.UNFOLLOW, "取消关注", "Stop following", atWork + "closed", null, Doer.ANYBODY),
            FakeAct(ActId.RATE, "评价", "Rate", setOf("closed"), "evaluated", Doer.AUTHOR),
            FakeAct(
                ActId.REOPEN_REQUEST,
                "申请重办",
                "Ask to reopen",
                setOf("closed", "evaluated"),
                null,
                Doer.AUTHOR,
                OfflineClass.WAITS_FOR_WORD,
                needsReason = true,
            ),
        )

    fun of(service: ServiceId): List<FakeAct> = if (service.isHelp) help else problem

    fun first(service: ServiceId): StageId =
        when {
            service.isHelp -> StageId("open")
            service.isOrder -> StageId("ordered")
            else -> StageId("reported")
        }

    fun stageText(stage: StageId): BothText =
        when (stage.value) {
            "draft" -> BothText("草稿", "Draft")
            "reported" -> BothText("已上报", "Reported")
            "accepted" -> BothText("已受理", "Accepted")
            "dispatched" -> BothText("已派遣", "Dispatched")
            "in_progress" -> BothText("处置中", "In progress")
            "disposed" -> BothText("待核查", "Waiting for the check")
            "closed" -> BothText("已结案", "Closed")
            "evaluated", "rated" -> BothText("已评价", "Rated")
            "open" -> BothText("待接单", "Open")
            "ordered" -> BothText("已下单", "Ordered")
            "claimed" -> BothText("已接单", "Taken")
            "en_route" -> BothText("在路上", "On the way")
            "in_service" -> BothText("服务中", "Helping")
            "done_by_volunteer" -> BothText("已完成", "Done")
            "confirmed" -> BothText("已确认", "Confirmed")
            "disputed" -> BothText("有争议", "Disputed")
            "cancelled" -> BothText("已取消", "Cancelled")
            else -> BothText(stage.value, stage.value)
        }
}
