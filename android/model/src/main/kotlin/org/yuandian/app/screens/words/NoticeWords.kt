package org.yuandian.app.screens.words

import org.yuandian.app.screens.NoScan
import org.yuandian.app.screens.Notice
import org.yuandian.app.screens.Permission

/** What the app says about itself: what happened and what to do next. */
interface NoticeWords {
    fun notice(notice: Notice): String

    /** The button of a notice; null where nothing is to be done. */
    fun noticeStep(notice: Notice): String?

    val dismiss: String
}

internal object NoticeZh : NoticeWords {
    override fun notice(notice: Notice) =
        when (notice) {
            Notice.Offline -> "没有网络。照常填写，有网自动传。"
            Notice.Unreachable -> "暂时连不上服务器。内容都在本机，稍后自动重试。"
            Notice.UntrustedServer -> "连到的服务器不可靠，什么都没发出。请联系社区。"
            Notice.SignInToSend -> "登录后才能上传。内容已存在本机。"
            Notice.StorageFull -> "手机存满了，新内容存不下。请先清理空间。"
            is Notice.PhotosFull -> "照片空间不够。先上传，或清理空间；文字还能写。"
            is Notice.ClockWrong -> "手机时间差了约 ${TimeZh.span(kotlin.math.abs(notice.byMs))}。请在系统设置里改为自动。"
            is Notice.PermissionDenied -> denied(notice.permission)
            is Notice.Refused -> notice.reason
            Notice.AppTooOld -> "数据来自更新的版本。请更新应用；数据没有动。"
            Notice.WrongLibrary -> "应用没有装完整。请更新应用；数据没有动。"
            Notice.Damaged -> "有数据读不出来。请先导出能读的，再联系社区。"
            Notice.WrongKey -> "钥匙对不上，打不开这个人的数据；数据没有动。请联系社区。"
            Notice.KeyStoreLocked -> "手机还没解锁，数据暂时打不开，什么都没有丢。请解锁手机后再试。"
            Notice.NoPhoto -> "没有拿到照片。可以再拍一次、选手机里的照片，或写明没有照片的原因。"
            Notice.NoRecording -> "没有录到声音。可以再试一次，或打字。"
            is Notice.NothingScanned -> nothingScanned(notice.why)
            Notice.NoReader -> "这部手机没有朗读的声音。可以在系统设置里添加。"
            Notice.SavedOnPhone -> "已存在本机"
            is Notice.Exported -> "已导出：${notice.fileName}" + if (notice.files > 1) " 等 ${notice.files} 个文件" else ""
            Notice.Failed -> "没有做成，内容没有丢。请再试一次。"
        }

    override fun noticeStep(notice: Notice): String? =
        when (notice) {
            Notice.Unreachable -> "再试一次"
            Notice.SignInToSend -> "去登录"
            Notice.StorageFull -> "清理空间"
            is Notice.PhotosFull -> "立即上传"
            is Notice.ClockWrong, is Notice.PermissionDenied -> "打开系统设置"
            is Notice.NothingScanned -> if (notice.why == NoScan.NOT_ALLOWED) "打开系统设置" else null
            Notice.Damaged -> "导出"
            Notice.AppTooOld, Notice.WrongLibrary -> "更新应用"
            else -> null
        }

    override val dismiss = "知道了"

    private fun denied(permission: Permission) =
        when (permission) {
            Permission.CAMERA -> "没有相机权限。可以选手机里的照片，或写明没有照片的原因。"
            Permission.LOCATION -> "没有定位权限。可以自己写地点。"
            Permission.MICROPHONE -> "没有麦克风权限。可以打字。"
            Permission.NOTIFICATIONS -> "没有通知权限。有进展时请打开应用查看。"
        }

    private fun nothingScanned(why: NoScan) =
        when (why) {
            NoScan.NO_CODE -> "照片里没有找到码。请靠近、拿稳、让码占满画面，再扫一次；也可以照着打字。"
            NoScan.NOT_ALLOWED -> "没有相机权限，不能扫码。可以照着打字。"
            NoScan.NO_CAMERA -> "相机用不了，不能扫码。可以照着打字。"
        }
}

internal object NoticeEn : NoticeWords {
    override fun notice(notice: Notice) =
        when (notice) {
            Notice.Offline -> "No network. Go on as usual: everything is sent once there is one."
            Notice.Unreachable -> "The server cannot be reached. Everything is on this phone and is tried again."
            Notice.UntrustedServer -> "The server's certificate cannot be trusted. Nothing was sent. Please tell your community."
            Notice.SignInToSend -> "Sign in to send. Everything is saved on this phone."
            Notice.StorageFull -> "This phone is full: nothing new can be saved. Please free some space."
            is Notice.PhotosFull -> "No room for photos. Send first or free some space; words still fit."
            is Notice.ClockWrong -> "The phone's clock is wrong by about ${TimeEn.span(kotlin.math.abs(notice.byMs))}. Set it to automatic."
            is Notice.PermissionDenied -> denied(notice.permission)
            is Notice.Refused -> notice.reason
            Notice.AppTooOld -> "The data is of a newer version. Please update the app; nothing was touched."
            Notice.WrongLibrary -> "The app is not installed completely. Please update it; nothing was touched."
            Notice.Damaged -> "Some data cannot be read. Export what can be read, then tell your community."
            Notice.WrongKey -> "The key does not open this person's data; nothing was touched. Please tell your community."
            Notice.KeyStoreLocked -> "The phone is still locked, so the data stay closed; nothing is lost. Unlock it and try again."
            Notice.NoPhoto -> "There is no photo. Take it again, choose one from this phone, or say why there is none."
            Notice.NoRecording -> "Nothing was recorded. Try again, or type."
            is Notice.NothingScanned -> nothingScanned(notice.why)
            Notice.NoReader -> "This phone has no voice that reads aloud. One can be added in its settings."
            Notice.SavedOnPhone -> "Saved on this phone"
            is Notice.Exported -> "Exported: ${notice.fileName}" + if (notice.files > 1) " and ${notice.files - 1} more" else ""
            Notice.Failed -> "That did not work. Nothing was lost; please try again."
        }

    override fun noticeStep(notice: Notice): String? =
        when (notice) {
            Notice.Unreachable -> "Try again"
            Notice.SignInToSend -> "Sign in"
            Notice.StorageFull -> "Free space"
            is Notice.PhotosFull -> "Send now"
            is Notice.ClockWrong, is Notice.PermissionDenied -> "Open settings"
            is Notice.NothingScanned -> if (notice.why == NoScan.NOT_ALLOWED) "Open settings" else null
            Notice.Damaged -> "Export"
            Notice.AppTooOld, Notice.WrongLibrary -> "Update"
            else -> null
        }

    override val dismiss = "Got it"

    private fun denied(permission: Permission) =
        when (permission) {
            Permission.CAMERA -> "The camera is not allowed. Choose a photo from this phone, or say why there is none."
            Permission.LOCATION -> "The location is not allowed. You can write where it is."
            Permission.MICROPHONE -> "The microphone is not allowed. You can type."
            Permission.NOTIFICATIONS -> "Notifications are not allowed. Open the app to see what is new."
        }

    private fun nothingScanned(why: NoScan) =
        when (why) {
            NoScan.NO_CODE -> "No code was found. Come closer, hold still, let it fill the picture and scan again; or type what it says."
            NoScan.NOT_ALLOWED -> "The camera is not allowed, so codes cannot be scanned. You can type what it says."
            NoScan.NO_CAMERA -> "The camera cannot be used, so codes cannot be scanned. You can type what it says."
        }
}
