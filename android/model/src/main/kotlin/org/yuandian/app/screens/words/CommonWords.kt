package org.yuandian.app.screens.words

import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.WorkState

/** What all screens say alike: states, buttons, parts of a sentence. */
interface CommonWords {
    /** The one word for a state. */
    fun workState(state: WorkState): String

    /** The same of a request: that it was delivered is said of what was written, not of what is being brought. */
    fun recordState(state: WorkState): String

    fun claimState(state: ClaimState): String

    /** A place of the bottom bar, as it is called in this role's home. */
    fun tab(
        tab: Tab,
        role: AppRole = AppRole.GRID_WORKER,
    ): String

    fun role(role: AppRole): String

    /** What a pictogram means to somebody who cannot see it. */
    fun sign(sign: Sign): String

    fun photoCount(count: Int): String

    fun attentionCount(count: Int): String

    fun metres(metres: Int): String

    fun bytes(bytes: Long): String

    /** Joins the parts of a card into the one sentence that is read aloud. */
    fun sentence(parts: List<String>): String

    val back: String
    val cancel: String
    val close: String
    val save: String
    val done: String
    val next: String
    val search: String
    val clearSearch: String
    val more: String
    val loading: String
    val sending: String
    val call: String
    val remove: String
    val readAloud: String
    val optional: String
    val required: String
    val onlyForHelper: String
    val takePhoto: String
    val choosePhoto: String
    val openPhoto: String
    val removePhoto: String
    val voiceStart: String
    val voiceStop: String
    val voiceRemove: String
    val voiceDenied: String
    val asList: String
    val asCells: String
    val cellUrgent: String
    val cellHere: String
    val yes: String
    val no: String
    val chosen: String
    val online: String

    fun photo(number: Int): String

    fun photoPercent(percent: Int): String

    fun voiceRecorded(seconds: Int): String

    fun voiceRecording(seconds: Int): String

    fun cell(
        name: String?,
        count: Int,
        urgent: Int,
        here: Boolean,
    ): String

    fun charactersLeft(count: Int): String
}

internal object CommonZh : CommonWords {
    override fun workState(state: WorkState) =
        when (state) {
            is WorkState.Draft -> if (state.missing == 0) "草稿" else "草稿 · 还缺 ${state.missing} 项"
            WorkState.OnPhone -> "已存在本机"
            WorkState.Waiting -> "待上传"
            is WorkState.Sending -> "上传中 ${state.done}/${state.all}"
            is WorkState.PartlySent -> "部分送达 · 照片 ${state.photosLeft} 张待传"
            WorkState.Delivered -> "已送达"
            WorkState.Attention -> "需处理"
            WorkState.Conflict -> "有冲突"
            WorkState.Loading -> "载入中"
        }

    override fun recordState(state: WorkState) = if (state == WorkState.Delivered) "记录${workState(state)}" else workState(state)

    override fun claimState(state: ClaimState) =
        when (state) {
            ClaimState.None -> "待接单"
            is ClaimState.Pending -> if (state.online) "正在确认…" else "已登记，联网后确认"
            ClaimState.Won -> "已接单"
            is ClaimState.Waiting -> "候补第 ${state.position} 位"
            is ClaimState.Lost -> state.by?.let { "已被${it}接走" } ?: "已被别人接走"
        }

    override fun tab(
        tab: Tab,
        role: AppRole,
    ) = when (tab) {
        Tab.HOME -> "首页"
        Tab.TODAY -> "今日"
        Tab.CASES -> if (role == AppRole.RESIDENT) "我的上报" else "我的事件"
        Tab.NEARBY -> "附近求助"
        Tab.TASKS -> "我的接单"
        Tab.SETTINGS -> "设置"
    }

    override fun role(role: AppRole) =
        when (role) {
            AppRole.RESIDENT -> "居民"
            AppRole.VOLUNTEER -> "志愿者"
            AppRole.GRID_WORKER -> "网格员"
        }

    override fun sign(sign: Sign) =
        when (sign) {
            Sign.ROAD -> "道路井盖"
            Sign.RUBBISH -> "垃圾"
            Sign.LAMP -> "路灯"
            Sign.WATER -> "积水漏水"
            Sign.NOISE -> "噪声"
            Sign.SAFETY -> "安全隐患"
            Sign.DISPUTE -> "矛盾纠纷"
            Sign.PATROL -> "巡查"
            Sign.VISIT -> "走访"
            Sign.HELP -> "求助"
            Sign.ERRAND -> "代买代送"
            Sign.MEDICINE -> "取药送药"
            Sign.MEAL -> "送餐"
            Sign.ESCORT -> "陪诊陪同"
            Sign.ELDER_CHECK -> "看望老人"
            Sign.CHILD -> "照看孩子"
            Sign.REPAIR -> "小修"
            Sign.TECH -> "教用手机"
            Sign.BORROW -> "借物"
            Sign.LOST -> "寻人寻物"
            Sign.BATH -> "洗澡"
            Sign.CLEAN -> "打扫"
            Sign.CARE -> "照护"
            Sign.SOS -> "紧急求助"
            Sign.OTHER -> "其他"
        }

    override fun photoCount(count: Int) = "$count 张照片"

    override fun attentionCount(count: Int) = "$count 条需处理"

    override fun metres(metres: Int) = if (metres < KILO) "$metres${NBSP}米" else "${tenths(metres)}${NBSP}公里"

    override fun bytes(bytes: Long) = if (bytes < MEGA) "${maxOf(1, bytes / KILO)}${NBSP}KB" else "${tenthsOfMega(bytes)}${NBSP}MB"

    override fun sentence(parts: List<String>) = parts.filter(String::isNotBlank).joinToString("，")

    override val back = "返回"
    override val cancel = "取消"
    override val close = "关闭"
    override val save = "保存"
    override val done = "完成"
    override val next = "下一步"
    override val search = "搜索"
    override val clearSearch = "清除搜索"
    override val more = "显示更多"
    override val loading = "正在载入…"
    override val sending = "正在发送…"
    override val call = "打电话"
    override val remove = "移除"
    override val readAloud = "读给我听"
    override val optional = "选填"
    override val required = "必填"
    override val onlyForHelper = "只给来帮忙的人看"
    override val takePhoto = "拍照"
    override val choosePhoto = "选照片"
    override val openPhoto = "看大图"
    override val removePhoto = "删除这张照片"
    override val voiceStart = "说一段话"
    override val voiceStop = "说完了"
    override val voiceRemove = "删除录音"
    override val voiceDenied = "没有麦克风权限，请打字。"
    override val asList = "列表"
    override val asCells = "分区图"
    override val cellUrgent = "有紧急的"
    override val cellHere = "我在这里"
    override val yes = "是"
    override val no = "否"
    override val chosen = "已选"
    override val online = "需要联网"

    override fun photo(number: Int) = "第 $number 张照片"

    override fun photoPercent(percent: Int) = "已传 $percent%"

    override fun voiceRecorded(seconds: Int) = "录音 $seconds 秒"

    override fun voiceRecording(seconds: Int) = "正在录音 $seconds 秒"

    override fun cell(
        name: String?,
        count: Int,
        urgent: Int,
        here: Boolean,
    ) = sentence(
        listOf(name ?: "这一格", "$count 件", if (urgent > 0) "紧急 $urgent 件" else "", if (here) "我在这里" else ""),
    )

    override fun charactersLeft(count: Int) = "还能写 $count 字"
}

internal object CommonEn : CommonWords {
    override fun workState(state: WorkState) =
        when (state) {
            is WorkState.Draft -> if (state.missing == 0) "Draft" else "Draft · ${state.missing} to fill in"
            WorkState.OnPhone -> "Saved on this phone"
            WorkState.Waiting -> "Waiting to send"
            is WorkState.Sending -> "Sending ${state.done}/${state.all}"
            is WorkState.PartlySent -> "Partly delivered · ${counted(state.photosLeft, "photo")} left"
            WorkState.Delivered -> "Delivered"
            WorkState.Attention -> "Needs action"
            WorkState.Conflict -> "Two versions"
            WorkState.Loading -> "Loading"
        }

    override fun recordState(state: WorkState) =
        if (state == WorkState.Delivered) "Your words: ${workState(state).lowercase()}" else workState(state)

    override fun claimState(state: ClaimState) =
        when (state) {
            ClaimState.None -> "Open"
            is ClaimState.Pending -> if (state.online) "Confirming…" else "Noted: confirmed once online"
            ClaimState.Won -> "Yours"
            is ClaimState.Waiting -> "Number ${state.position} in line"
            is ClaimState.Lost -> state.by?.let { "Taken by $it" } ?: "Taken by somebody else"
        }

    override fun tab(
        tab: Tab,
        role: AppRole,
    ) = when (tab) {
        Tab.HOME -> "Home"
        Tab.TODAY -> "Today"
        Tab.CASES -> if (role == AppRole.RESIDENT) "My reports" else "Cases"
        Tab.NEARBY -> "Nearby"
        Tab.TASKS -> "My tasks"
        Tab.SETTINGS -> "Settings"
    }

    override fun role(role: AppRole) =
        when (role) {
            AppRole.RESIDENT -> "Resident"
            AppRole.VOLUNTEER -> "Volunteer"
            AppRole.GRID_WORKER -> "Grid worker"
        }

    override fun sign(sign: Sign) =
        when (sign) {
            Sign.ROAD -> "Road or manhole"
            Sign.RUBBISH -> "Rubbish"
            Sign.LAMP -> "Street lamp"
            Sign.WATER -> "Water"
            Sign.NOISE -> "Noise"
            Sign.SAFETY -> "Hazard"
            Sign.DISPUTE -> "Dispute"
            Sign.PATROL -> "Patrol"
            Sign.VISIT -> "Visit"
            Sign.HELP -> "Help"
            Sign.ERRAND -> "Errand"
            Sign.MEDICINE -> "Medicine"
            Sign.MEAL -> "Meal"
            Sign.ESCORT -> "Company to the doctor"
            Sign.ELDER_CHECK -> "Look in on somebody"
            Sign.CHILD -> "Child care"
            Sign.REPAIR -> "Small repair"
            Sign.TECH -> "Help with a phone"
            Sign.BORROW -> "Borrow something"
            Sign.LOST -> "Lost"
            Sign.BATH -> "Bath"
            Sign.CLEAN -> "Cleaning"
            Sign.CARE -> "Care"
            Sign.SOS -> "Emergency"
            Sign.OTHER -> "Other"
        }

    override fun photoCount(count: Int) = counted(count, "photo")

    override fun attentionCount(count: Int) = if (count == 1) "1 needs you" else "$count need you"

    override fun metres(metres: Int) = if (metres < KILO) "$metres${NBSP}m" else "${tenths(metres)}${NBSP}km"

    override fun bytes(bytes: Long) = CommonZh.bytes(bytes)

    override fun sentence(parts: List<String>) = parts.filter(String::isNotBlank).joinToString(", ")

    override val back = "Back"
    override val cancel = "Cancel"
    override val close = "Close"
    override val save = "Save"
    override val done = "Done"
    override val next = "Next"
    override val search = "Search"
    override val clearSearch = "Clear the search"
    override val more = "Show more"
    override val loading = "Loading…"
    override val sending = "Sending…"
    override val call = "Call"
    override val remove = "Remove"
    override val readAloud = "Read it to me"
    override val optional = "optional"
    override val required = "required"
    override val onlyForHelper = "Only your helper sees this"
    override val takePhoto = "Take a photo"
    override val choosePhoto = "Choose a photo"
    override val openPhoto = "Open the photo"
    override val removePhoto = "Delete this photo"
    override val voiceStart = "Say it"
    override val voiceStop = "Finish"
    override val voiceRemove = "Delete the recording"
    override val voiceDenied = "The microphone is not allowed. Please type."
    override val asList = "List"
    override val asCells = "By area"
    override val cellUrgent = "Something urgent"
    override val cellHere = "You are here"
    override val yes = "Yes"
    override val no = "No"
    override val chosen = "Chosen"
    override val online = "Needs a network"

    override fun photo(number: Int) = "Photo $number"

    override fun photoPercent(percent: Int) = "$percent% sent"

    override fun voiceRecorded(seconds: Int) = "Recording, $seconds s"

    override fun voiceRecording(seconds: Int) = "Recording… $seconds s"

    override fun cell(
        name: String?,
        count: Int,
        urgent: Int,
        here: Boolean,
    ) = sentence(
        listOf(
            name ?: "This cell",
            counted(count, "request"),
            if (urgent > 0) "$urgent urgent" else "",
            if (here) "you are here" else "",
        ),
    )

    override fun charactersLeft(count: Int) = "${counted(count, "character")} left"
}

private const val KILO = 1_000
private const val MEGA = 1_000_000L

/** Kilometres with one decimal, of metres. */
private fun tenths(metres: Int) = "${metres / KILO}.${metres % KILO / 100}"

private fun tenthsOfMega(bytes: Long) = "${bytes / MEGA}.${bytes % MEGA / (MEGA / 10)}"

/** English plural of regular words. */
internal fun counted(
    count: Int,
    noun: String,
) = if (count == 1) "1 $noun" else "$count ${noun}s"
