package org.yuandian.app.screens.words

import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.CaptureNeed
import org.yuandian.app.screens.NoPlaceReason

/** 采集 and 随手拍. */
interface CaptureWords {
    fun captureTitle(role: AppRole): String

    fun captureSaved(ago: String): String

    fun captureNeed(need: CaptureNeed): String

    /** 还缺：照片、类型. */
    fun captureMissing(needs: List<CaptureNeed>): String

    fun captureAccuracy(metres: Int): String

    fun noPlaceReason(reason: NoPlaceReason): String

    fun capturePhotoRoom(
        taken: Int,
        most: Int,
    ): String

    fun giveawayTitle(count: Int): String

    val captureRecovered: String
    val captureFirstPhoto: String
    val captureFirstPhotoHint: String
    val capturePhotos: String
    val captureMorePhotos: String
    val captureNoPhoto: String
    val captureNoPhotoReason: String
    val captureNoPhotoHelp: String
    val captureType: String
    val captureTypeChoose: String
    val captureTypeChange: String
    val captureTypeSearch: String
    val captureTypeRecent: String
    val captureTypeFound: String
    val captureTypeNothing: String
    val captureTypeHint: String
    val captureTypeLater: String
    val capturePlace: String
    val capturePlaceSearching: String
    val capturePlaceSearchingHelp: String
    val capturePlaceDenied: String
    val capturePlaceAgain: String
    val capturePlaceNone: String
    val capturePlaceWhy: String
    val capturePlaceWords: String
    val capturePlaceWordsHelp: String
    val captureText: String
    val captureTextHelp: String
    val captureUrgent: String
    val captureUrgentHelp: String
    val captureSimilar: String
    val captureSimilarHelp: String
    val captureSimilarYes: String
    val captureSimilarNo: String
    val captureKeep: String
    val captureSubmit: String
    val captureDiscard: String
    val captureDiscardAsk: String
    val receiptTitle: String
    val receiptNumber: String
    val receiptHelp: String
    val receiptLaterHelp: String
    val receiptOpen: String
    val receiptAnother: String
}

internal object CaptureZh : CaptureWords {
    override fun captureTitle(role: AppRole) = if (role == AppRole.GRID_WORKER) "采集" else "随手拍"

    override fun captureSaved(ago: String) = "已自动存在本机 · $ago"

    override fun captureNeed(need: CaptureNeed) =
        when (need) {
            CaptureNeed.PHOTO -> "照片"
            CaptureNeed.TYPE -> "类型"
            CaptureNeed.PLACE -> "地点"
            CaptureNeed.TEXT -> "说明"
            CaptureNeed.ANSWER -> "必填项"
        }

    override fun captureMissing(needs: List<CaptureNeed>) = "还缺：" + needs.joinToString("、", transform = ::captureNeed)

    override fun captureAccuracy(metres: Int) = "误差约 $metres 米"

    override fun noPlaceReason(reason: NoPlaceReason) =
        when (reason) {
            NoPlaceReason.INDOORS -> "在室内"
            NoPlaceReason.NO_SIGNAL -> "收不到信号"
            NoPlaceReason.NOT_ALLOWED -> "不想提供位置"
            NoPlaceReason.NOT_THERE -> "人不在现场"
            NoPlaceReason.OTHER -> "其他原因"
        }

    override fun capturePhotoRoom(
        taken: Int,
        most: Int,
    ) = "$taken / $most 张"

    override fun giveawayTitle(count: Int) = "有 $count 处可能暴露隐私"

    override val captureRecovered = "上次没写完的内容，已经找回来了。"
    override val captureFirstPhoto = "拍照"
    override val captureFirstPhotoHint = "先拍照，其他稍后补"
    override val capturePhotos = "照片"
    override val captureMorePhotos = "再拍一张"
    override val captureNoPhoto = "拍不了照片"
    override val captureNoPhotoReason = "没有照片的原因"
    override val captureNoPhotoHelp = "例如：天太黑，看不清"
    override val captureType = "类型"
    override val captureTypeChoose = "选择类型"
    override val captureTypeChange = "更换类型"
    override val captureTypeSearch = "搜索类型"
    override val captureTypeRecent = "最近用过"
    override val captureTypeFound = "找到的类型"
    override val captureTypeHint = "写几个字就能找到，拼音首字母也行。"
    override val captureTypeNothing = "没有找到。换个说法，或先不选：受理的人会补上。"
    override val captureTypeLater = "先不选"
    override val capturePlace = "地点"
    override val capturePlaceSearching = "正在定位…"
    override val capturePlaceSearchingHelp = "不用等，可以先填别的，也可以直接提交。"
    override val capturePlaceDenied = "没有定位权限"
    override val capturePlaceAgain = "重新定位"
    override val capturePlaceNone = "无法定位"
    override val capturePlaceWhy = "为什么无法定位？"
    override val capturePlaceWords = "写明地点"
    override val capturePlaceWordsHelp = "例如：幸福路农贸市场东门"
    override val captureText = "说明"
    override val captureTextHelp = "一句话说清是什么、有多大、影响谁"
    override val captureUrgent = "紧急"
    override val captureUrgentHelp = "有人受伤或马上有危险。人命关天，先打 110、119、120。"
    override val captureSimilar = "这是同一个问题吗？"
    override val captureSimilarHelp = "附近已经有人报过："
    override val captureSimilarYes = "是同一个"
    override val captureSimilarNo = "不是，继续报"
    override val captureKeep = "暂存"
    override val captureSubmit = "提交"
    override val captureDiscard = "删除草稿"
    override val captureDiscardAsk = "确定删除吗？照片和写的都会删掉，找不回来。"
    override val receiptTitle = "记下了"
    override val receiptNumber = "回执号"
    override val receiptHelp = "打电话给社区时，报这个号就能查到。"
    override val receiptLaterHelp = "已存在本机，联网后自动上传。号码现在就有效，上传后报它就能查到。"
    override val receiptOpen = "查看进展"
    override val receiptAnother = "再报一件"
}

internal object CaptureEn : CaptureWords {
    override fun captureTitle(role: AppRole) = if (role == AppRole.GRID_WORKER) "New case" else "Report"

    override fun captureSaved(ago: String) = "Saved on this phone · $ago"

    override fun captureNeed(need: CaptureNeed) =
        when (need) {
            CaptureNeed.PHOTO -> "a photo"
            CaptureNeed.TYPE -> "the type"
            CaptureNeed.PLACE -> "the place"
            CaptureNeed.TEXT -> "a few words"
            CaptureNeed.ANSWER -> "required answers"
        }

    override fun captureMissing(needs: List<CaptureNeed>) = "Still missing: " + needs.joinToString(", ", transform = ::captureNeed)

    override fun captureAccuracy(metres: Int) = "Within about $metres m"

    override fun noPlaceReason(reason: NoPlaceReason) =
        when (reason) {
            NoPlaceReason.INDOORS -> "I am indoors"
            NoPlaceReason.NO_SIGNAL -> "No signal"
            NoPlaceReason.NOT_ALLOWED -> "I would rather not say"
            NoPlaceReason.NOT_THERE -> "I am not there"
            NoPlaceReason.OTHER -> "Something else"
        }

    override fun capturePhotoRoom(
        taken: Int,
        most: Int,
    ) = "$taken of $most"

    override fun giveawayTitle(count: Int) = if (count == 1) "1 thing may give somebody away" else "$count things may give somebody away"

    override val captureRecovered = "We found what you had begun."
    override val captureFirstPhoto = "Take a photo"
    override val captureFirstPhotoHint = "Photo first, the rest can follow"
    override val capturePhotos = "Photos"
    override val captureMorePhotos = "Another photo"
    override val captureNoPhoto = "Cannot take a photo"
    override val captureNoPhotoReason = "Why there is no photo"
    override val captureNoPhotoHelp = "For example: too dark to see"
    override val captureType = "Type"
    override val captureTypeChoose = "Choose a type"
    override val captureTypeChange = "Change the type"
    override val captureTypeSearch = "Search types"
    override val captureTypeRecent = "Used lately"
    override val captureTypeFound = "Found"
    override val captureTypeHint = "A few letters are enough to find one."
    override val captureTypeNothing = "Nothing found. Try other words, or leave it: whoever takes it up will fill it in."
    override val captureTypeLater = "Leave it open"
    override val capturePlace = "Place"
    override val capturePlaceSearching = "Finding the place…"
    override val capturePlaceSearchingHelp = "No need to wait: go on, or submit right away."
    override val capturePlaceDenied = "The location is not allowed"
    override val capturePlaceAgain = "Find it again"
    override val capturePlaceNone = "No location"
    override val capturePlaceWhy = "Why is there no location?"
    override val capturePlaceWords = "Write where it is"
    override val capturePlaceWordsHelp = "For example: east gate of the market, Xingfu Road"
    override val captureText = "What is wrong"
    override val captureTextHelp = "In one sentence: what, how big, whom it affects"
    override val captureUrgent = "Urgent"
    override val captureUrgentHelp = "Somebody is hurt or in danger. If a life is at risk, call 110, 119 or 120 first."
    override val captureSimilar = "Is it the same problem?"
    override val captureSimilarHelp = "Somebody has reported this nearby:"
    override val captureSimilarYes = "The same"
    override val captureSimilarNo = "No, go on"
    override val captureKeep = "Keep for later"
    override val captureSubmit = "Submit"
    override val captureDiscard = "Delete the draft"
    override val captureDiscardAsk = "Delete it? Its photos and words cannot be brought back."
    override val receiptTitle = "We have noted it"
    override val receiptNumber = "Receipt number"
    override val receiptHelp = "Give it when you call your community."
    override val receiptLaterHelp = "It is saved on this phone and sent once you are online. They find the number once it was sent."
    override val receiptOpen = "See how it goes"
    override val receiptAnother = "Report another"
}
