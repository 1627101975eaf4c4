package org.yuandian.app.screens.words

import org.yuandian.app.screens.Network
import org.yuandian.app.screens.SyncPill
import org.yuandian.app.screens.SyncRun
import org.yuandian.app.screens.SyncStep
import org.yuandian.app.screens.WaitReason

/** The Sync page and the pill that leads to it. */
interface SyncWords {
    /** The pill: the least words that tell how it stands. */
    fun pill(pill: SyncPill): String

    fun network(network: Network): String

    fun syncStep(step: SyncStep): String

    fun syncFinished(run: SyncRun.Finished): String

    fun waitReason(reason: WaitReason): String

    fun syncLast(ago: String): String

    fun syncSpace(
        waiting: String,
        free: String?,
    ): String

    fun syncFile(percent: Int): String

    fun syncMoved(
        judged: Int,
        received: Int,
    ): String

    val syncTitle: String
    val syncNow: String
    val syncStop: String
    val syncNever: String
    val syncWifiOnly: String
    val syncWifiOnlyHelp: String
    val syncStillHere: String
    val syncAllThere: String
    val syncCopyDiagnosis: String
    val syncDiagnosisHelp: String
    val syncExport: String
    val syncExportHelp: String
    val countOnPhone: String
    val countWaiting: String
    val countSending: String
    val countDelivered: String
    val countAttention: String
    val countConflict: String
}

internal object SyncZh : SyncWords {
    override fun pill(pill: SyncPill) =
        when {
            pill.attention > 0 -> "${pill.attention} 条需处理"
            pill.running -> "上传中"
            pill.waiting > 0 -> "${pill.waiting} 条待上传"
            !pill.online -> "没有网络"
            else -> "都已送达"
        }

    override fun network(network: Network) =
        when (network) {
            Network.NONE -> "没有网络"
            Network.MOBILE -> "移动网络"
            Network.WIFI -> "Wi-Fi"
        }

    override fun syncStep(step: SyncStep) =
        when (step) {
            SyncStep.CONNECTING -> "正在连接…"
            SyncStep.SENDING_WORDS -> "正在上传文字…"
            SyncStep.RECEIVING -> "正在接收…"
            SyncStep.SENDING_PHOTOS -> "正在上传照片…"
        }

    override fun syncFinished(run: SyncRun.Finished) =
        if (run.isNothing) {
            "什么都没送出。"
        } else if (run.complete) {
            "完成：送出 ${run.sent} 条，照片 ${run.photos} 张，收到 ${run.received} 件。"
        } else {
            "送出 ${run.sent} 条，照片 ${run.photos} 张；还有没送完的。"
        }

    override fun waitReason(reason: WaitReason) =
        when (reason) {
            WaitReason.OFFLINE -> "没有网络，联网后自动上传"
            WaitReason.WIFI_ONLY -> "连上 Wi-Fi 再传照片"
            WaitReason.SIGN_IN -> "登录后上传"
            WaitReason.SERVER_BUSY -> "服务器忙，稍后自动重试"
            WaitReason.UNTRUSTED_SERVER -> "连到的服务器不可靠"
            WaitReason.CLOCK_WRONG -> "手机时间不对"
            WaitReason.STOPPED -> "您停下了上传"
            WaitReason.PHOTO_UNREADABLE -> "照片文件读不出来"
        }

    override fun syncLast(ago: String) = "上次同步：$ago"

    override fun syncSpace(
        waiting: String,
        free: String?,
    ) = "待上传 $waiting" + (free?.let { " · 手机还剩 $it" } ?: "")

    override fun syncFile(percent: Int) = "这张照片 $percent%"

    override fun syncMoved(
        judged: Int,
        received: Int,
    ) = "已送出 $judged 条，已收到 $received 件"

    override val syncTitle = "同步"
    override val syncNow = "立即同步"
    override val syncStop = "停下"
    override val syncNever = "还没有同步过"
    override val syncWifiOnly = "仅 Wi-Fi 传照片"
    override val syncWifiOnlyHelp = "文字随时传，照片等 Wi-Fi。"
    override val syncStillHere = "还在本机的"
    override val syncAllThere = "都已送达。本机没有等着上传的内容。"
    override val syncCopyDiagnosis = "复制诊断信息"
    override val syncDiagnosisHelp = "不含姓名、电话和地址。"
    override val syncExport = "全部导出到文件"
    override val syncExportHelp = "长时间连不上时，把文件交社区。"
    override val countOnPhone = "已存在本机"
    override val countWaiting = "待上传"
    override val countSending = "上传中"
    override val countDelivered = "已送达"
    override val countAttention = "需处理"
    override val countConflict = "有冲突"
}

internal object SyncEn : SyncWords {
    override fun pill(pill: SyncPill) =
        when {
            pill.attention > 0 -> CommonEn.attentionCount(pill.attention)
            pill.running -> "Sending"
            pill.waiting > 0 -> "${pill.waiting} to send"
            !pill.online -> "No network"
            else -> "All delivered"
        }

    override fun network(network: Network) =
        when (network) {
            Network.NONE -> "No network"
            Network.MOBILE -> "Mobile network"
            Network.WIFI -> "Wi-Fi"
        }

    override fun syncStep(step: SyncStep) =
        when (step) {
            SyncStep.CONNECTING -> "Connecting…"
            SyncStep.SENDING_WORDS -> "Sending text…"
            SyncStep.RECEIVING -> "Receiving…"
            SyncStep.SENDING_PHOTOS -> "Sending photos…"
        }

    override fun syncFinished(run: SyncRun.Finished) =
        if (run.isNothing) {
            "Nothing was sent."
        } else if (run.complete) {
            "Done: ${run.sent} sent, ${counted(run.photos, "photo")}, ${run.received} received."
        } else {
            "${run.sent} sent, ${counted(run.photos, "photo")}; something is left."
        }

    override fun waitReason(reason: WaitReason) =
        when (reason) {
            WaitReason.OFFLINE -> "No network: sent once there is one"
            WaitReason.WIFI_ONLY -> "Photos wait for Wi-Fi"
            WaitReason.SIGN_IN -> "Sent once you sign in"
            WaitReason.SERVER_BUSY -> "The server is busy: tried again soon"
            WaitReason.UNTRUSTED_SERVER -> "The server cannot be trusted"
            WaitReason.CLOCK_WRONG -> "The phone's clock is wrong"
            WaitReason.STOPPED -> "You stopped it"
            WaitReason.PHOTO_UNREADABLE -> "The photo cannot be read"
        }

    override fun syncLast(ago: String) = "Last sync: $ago"

    override fun syncSpace(
        waiting: String,
        free: String?,
    ) = "$waiting to send" + (free?.let { " · $it free on this phone" } ?: "")

    override fun syncFile(percent: Int) = "This photo: $percent%"

    override fun syncMoved(
        judged: Int,
        received: Int,
    ) = "$judged sent, $received received"

    override val syncTitle = "Sync"
    override val syncNow = "Sync now"
    override val syncStop = "Stop"
    override val syncNever = "Never synced yet"
    override val syncWifiOnly = "Photos on Wi-Fi only"
    override val syncWifiOnlyHelp = "Words are sent at once; only photos wait."
    override val syncStillHere = "Still on this phone"
    override val syncAllThere = "Everything is delivered. Nothing waits on this phone."
    override val syncCopyDiagnosis = "Copy diagnostic info"
    override val syncDiagnosisHelp = "Without names, phones and addresses."
    override val syncExport = "Export everything to a file"
    override val syncExportHelp = "If there is no network for long, give the file to your community."
    override val countOnPhone = "Saved on this phone"
    override val countWaiting = "Waiting to send"
    override val countSending = "Sending"
    override val countDelivered = "Delivered"
    override val countAttention = "Needs action"
    override val countConflict = "Two versions"
}
