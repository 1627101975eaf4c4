package org.yuandian.app.model.strings

import org.yuandian.app.model.PhotoProgress
import org.yuandian.app.model.Role
import org.yuandian.app.screens.GiveUpReason
import org.yuandian.app.screens.NoPlaceReason

/** What is said in notifications, written into cases and files, or needed before a screen can show it. */
interface StoreWords {
    // The way of a case, in plain words: what the platform's stages mean to whoever waits.
    val wayReported: String
    val wayAccepted: String
    val waySent: String
    val wayWorking: String
    val wayChecking: String
    val wayEnded: String
    val wayAsked: String
    val wayTaken: String
    val wayComing: String
    val wayHelping: String
    val wayHelped: String
    val wayConfirmed: String
    val wayOrdered: String
    val wayOrderTaken: String
    val wayServing: String

    /** A step that has no plain word of its own. */
    val wayOther: String

    /** Something written. */
    val wrote: String

    /** Of the description, where two versions of it stand. */
    val descriptionLabel: String

    /** Of the exact place, among private answers. */
    val positionLabel: String

    /** Degrees, and within how many metres where that is known. */
    fun positionText(
        lng: String,
        lat: String,
        withinM: String?,
    ): String

    /** What a thank-you leaves in the case. */
    val thanksNote: String

    /** The line that a report without a position ends with. */
    fun noPlaceLine(
        reason: NoPlaceReason,
        words: String,
    ): String

    /** Whom it is for and that they agree stand in the form; how exact the place is shown to others. */
    val areaCoarse: String

    /** The same of a request that has no place. */
    val areaNone: String

    fun stepNeeds(what: String): String

    fun stepNeedsPhotos(count: Int): String

    fun giveUpNote(reason: GiveUpReason): String

    /** How far photos are. Empty without photos. */
    fun photosText(progress: PhotoProgress): String

    fun role(role: Role): String

    // Notifications. What moved, and why somebody nearby asks, come from the core in words.
    val noticeMoved: String
    val noticeAsked: String
    val noticeFamily: String
    val noticeNeedsYou: String

    fun noticeNeedsYouText(count: Int): String

    val channelUrgent: String
    val channelMine: String
    val channelNearby: String

    // Files that leave the app: letters that every system takes.
    fun caseFile(receipt: String): String

    val dataFile: String
    val hoursFile: String
    val diagnosisFile: String

    /** The heading of a note that hands over. */
    val handOverHeading: String
}

internal object StoreWordsZh : StoreWords {
    override val wayReported = "已收到"
    override val wayAccepted = "已受理"
    override val waySent = "已派人"
    override val wayWorking = "正在办"
    override val wayChecking = "办完了，正在核查"
    override val wayEnded = "已办结"
    override val wayAsked = "求助已发出"
    override val wayTaken = "有人接单了"
    override val wayComing = "正在来的路上"
    override val wayHelping = "正在帮忙"
    override val wayHelped = "帮完了，等您确认"
    override val wayConfirmed = "您已确认"
    override val wayOrdered = "已下单"
    override val wayOrderTaken = "服务机构已确认"
    override val wayServing = "正在服务"
    override val wayOther = "有新进展"
    override val wrote = "补充了内容"
    override val descriptionLabel = "情况描述"
    override val positionLabel = "准确位置"

    override fun positionText(
        lng: String,
        lat: String,
        withinM: String?,
    ) = "经度 $lng，纬度 $lat" + (withinM?.let { "，误差约 $it 米" } ?: "")

    override val thanksNote = "谢谢您！"
    override val areaCoarse = "约 500 米范围"
    override val areaNone = "没有位置，由社区的人转给附近的邻居"
    override val noticeMoved = "您的事有新进展"
    override val noticeAsked = "附近有人求助"
    override val noticeFamily = "家人报警"
    override val noticeNeedsYou = "有事要您决定"
    override val channelUrgent = "紧急"
    override val channelMine = "我的事"
    override val channelNearby = "附近求助"
    override val dataFile = "我的数据.json"
    override val hoursFile = "服务时长.json"
    override val diagnosisFile = "诊断.txt"
    override val handOverHeading = "交班："

    override fun noPlaceLine(
        reason: NoPlaceReason,
        words: String,
    ): String {
        val why =
            when (reason) {
                NoPlaceReason.INDOORS -> "在室内"
                NoPlaceReason.NO_SIGNAL -> "没有卫星信号"
                NoPlaceReason.NOT_ALLOWED -> "未允许定位"
                NoPlaceReason.NOT_THERE -> "人不在现场"
                NoPlaceReason.OTHER -> "其他原因"
            }
        return if (words.isBlank()) "无法定位（$why）" else "地点：$words（无法定位，$why）"
    }

    override fun stepNeeds(what: String) = "请填写“$what”"

    override fun stepNeedsPhotos(count: Int) = "请拍 $count 张照片"

    override fun giveUpNote(reason: GiveUpReason) =
        when (reason) {
            GiveUpReason.NO_TIME -> "临时有事"
            GiveUpReason.UNWELL -> "身体不舒服"
            GiveUpReason.TOO_FAR -> "离得太远"
            GiveUpReason.NOT_ABLE -> "这件事我不会做"
            GiveUpReason.NOT_NEEDED -> "对方说不需要了"
            GiveUpReason.OTHER -> "去不了了"
        }

    override fun photosText(progress: PhotoProgress): String {
        if (progress.photos == 0) return ""
        val parts =
            listOfNotNull(
                "照片 ${progress.photos} 张",
                progress.delivered.takeIf { it > 0 }?.let { "$it 张已送达" },
                progress.percents.size
                    .takeIf { it > 0 }
                    ?.let { "$it 张正在传" },
                (progress.waiting - progress.heldBack).takeIf { it > 0 }?.let { "$it 张待上传" },
                progress.heldBack.takeIf { it > 0 }?.let { "$it 张等 Wi-Fi 或充电" },
                progress.troubled.takeIf { it > 0 }?.let { "$it 张需处理" },
            )
        return parts.joinToString("，")
    }

    override fun role(role: Role) =
        when (role) {
            Role.RESIDENT -> "居民"
            Role.VOLUNTEER -> "志愿者"
            Role.GRID_WORKER -> "网格员"
            Role.MICRO_HEAD -> "微网格长"
            Role.GRID_HEAD -> "网格长"
            Role.COLLECTOR -> "信息采集员"
            Role.HANDLER -> "处置人"
            Role.OTHER -> "工作人员"
        }

    override fun noticeNeedsYouText(count: Int) = "$count 条需处理，点开看看"

    override fun caseFile(receipt: String) = "事件-$receipt.zip"
}

internal object StoreWordsEn : StoreWords {
    override val wayReported = "Received"
    override val wayAccepted = "Taken up"
    override val waySent = "Somebody was sent"
    override val wayWorking = "Being dealt with"
    override val wayChecking = "Done, being checked"
    override val wayEnded = "Settled"
    override val wayAsked = "Your request is out"
    override val wayTaken = "Somebody takes it"
    override val wayComing = "On their way"
    override val wayHelping = "Helping now"
    override val wayHelped = "Done; please confirm"
    override val wayConfirmed = "You confirmed it"
    override val wayOrdered = "You ordered it"
    override val wayOrderTaken = "A provider confirmed"
    override val wayServing = "Being served"
    override val wayOther = "It moved on"
    override val wrote = "Wrote something"
    override val descriptionLabel = "Description"
    override val positionLabel = "Exact place"

    override fun positionText(
        lng: String,
        lat: String,
        withinM: String?,
    ) = "Longitude $lng, latitude $lat" + (withinM?.let { ", within about $it m" } ?: "")

    override val thanksNote = "Thank you!"
    override val areaCoarse = "an area of about 500 m"
    override val areaNone = "no place is known: the community passes it on to neighbours"
    override val noticeMoved = "Your matter has moved on"
    override val noticeAsked = "Somebody nearby asks for help"
    override val noticeFamily = "Your family raised an alarm"
    override val noticeNeedsYou = "Something is for you to decide"
    override val channelUrgent = "Urgent"
    override val channelMine = "My matters"
    override val channelNearby = "Requests nearby"
    override val dataFile = "my-data.json"
    override val hoursFile = "my-hours.json"
    override val diagnosisFile = "diagnosis.txt"
    override val handOverHeading = "Handed over:"

    override fun noPlaceLine(
        reason: NoPlaceReason,
        words: String,
    ): String {
        val why =
            when (reason) {
                NoPlaceReason.INDOORS -> "indoors"
                NoPlaceReason.NO_SIGNAL -> "no satellites"
                NoPlaceReason.NOT_ALLOWED -> "location not allowed"
                NoPlaceReason.NOT_THERE -> "not at the place"
                NoPlaceReason.OTHER -> "another reason"
            }
        return if (words.isBlank()) "No position ($why)" else "Place: $words (no position, $why)"
    }

    override fun stepNeeds(what: String) = "Please answer “$what”"

    override fun stepNeedsPhotos(count: Int) = if (count == 1) "Please take a photo" else "Please take $count photos"

    override fun giveUpNote(reason: GiveUpReason) =
        when (reason) {
            GiveUpReason.NO_TIME -> "Something came up"
            GiveUpReason.UNWELL -> "I am unwell"
            GiveUpReason.TOO_FAR -> "It is too far"
            GiveUpReason.NOT_ABLE -> "I cannot do this"
            GiveUpReason.NOT_NEEDED -> "They said that they do not need it"
            GiveUpReason.OTHER -> "I cannot make it"
        }

    override fun photosText(progress: PhotoProgress): String {
        if (progress.photos == 0) return ""
        val parts =
            listOfNotNull(
                if (progress.photos == 1) "1 photo" else "${progress.photos} photos",
                progress.delivered.takeIf { it > 0 }?.let { "$it delivered" },
                progress.percents.size
                    .takeIf { it > 0 }
                    ?.let { "$it being sent" },
                (progress.waiting - progress.heldBack).takeIf { it > 0 }?.let { "$it waiting to be sent" },
                progress.heldBack.takeIf { it > 0 }?.let { "$it waiting for Wi-Fi or charging" },
                progress.troubled.takeIf { it > 0 }?.let { if (it == 1) "1 needs you" else "$it need you" },
            )
        return parts.joinToString(", ")
    }

    override fun role(role: Role) =
        when (role) {
            Role.RESIDENT -> "Resident"
            Role.VOLUNTEER -> "Volunteer"
            Role.GRID_WORKER -> "Grid worker"
            Role.MICRO_HEAD -> "Micro-grid head"
            Role.GRID_HEAD -> "Grid head"
            Role.COLLECTOR -> "Collector"
            Role.HANDLER -> "Handler"
            Role.OTHER -> "Staff"
        }

    override fun noticeNeedsYouText(count: Int) = if (count == 1) "1 needs you; open it" else "$count need you; open them"

    override fun caseFile(receipt: String) = "case-$receipt.zip"
}
