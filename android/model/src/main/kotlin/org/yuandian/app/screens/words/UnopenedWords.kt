package org.yuandian.app.screens.words

import org.yuandian.app.screens.Unopened

/** While somebody's data cannot be opened. Whoever removes an app removes its data: every text that leads to a new one says so. */
interface UnopenedWords {
    fun unopenedWhat(why: Unopened): String

    fun unopenedSafe(why: Unopened): String

    fun unopenedHelp(why: Unopened): String

    val unopenedTitle: String
    val unopenedUpdate: String
    val unopenedRoom: String
    val unopenedAgain: String
    val unopenedOthers: String
    val unopenedCall: String
}

internal object UnopenedZh : UnopenedWords {
    override fun unopenedWhat(why: Unopened) =
        when (why) {
            Unopened.WRONG_LIBRARY -> "应用没有装完整"
            Unopened.APP_TOO_OLD -> "应用太旧了"
            Unopened.DAMAGED -> "数据读不出来"
            Unopened.STORAGE_FULL -> "手机存满了"
            Unopened.WRONG_KEY -> "钥匙对不上"
            Unopened.PHONE_LOCKED -> "手机还没解锁"
            Unopened.IN_USE -> "应用还没有关好"
            Unopened.OTHER -> "没有打开"
        }

    override fun unopenedSafe(why: Unopened) =
        when (why) {
            Unopened.WRONG_KEY -> "您的数据没有动。已上传的都在平台上。"
            else -> "您的数据没有动，都还在这部手机上。"
        }

    override fun unopenedHelp(why: Unopened) =
        when (why) {
            Unopened.WRONG_LIBRARY -> "请更新应用，再打开。不要卸载：卸载会删掉还没上传的内容。"
            Unopened.APP_TOO_OLD -> "数据来自更新的版本，请更新应用。不要卸载：卸载会删掉还没上传的内容。"
            Unopened.DAMAGED -> "请再试一次。还不行，请联系社区。不要卸载应用。"
            Unopened.STORAGE_FULL -> "请清理一些空间，再试一次。"
            Unopened.WRONG_KEY -> "请向社区要新的邀请码，添加一个人来登录，已上传的就会回来。没上传的要用原来的钥匙才打得开。"
            Unopened.PHONE_LOCKED -> "请输一次手机的锁屏密码，再试一次。"
            Unopened.IN_USE -> "请等一会儿，再试一次。"
            Unopened.OTHER -> "请再试一次。还不行，请联系社区。不要卸载应用。"
        }

    override val unopenedTitle = "暂时打不开"
    override val unopenedUpdate = "更新应用"
    override val unopenedRoom = "清理空间"
    override val unopenedAgain = "再试一次"
    override val unopenedOthers = "换人，或用新邀请码"
    override val unopenedCall = "打电话给社区"
}

internal object UnopenedEn : UnopenedWords {
    override fun unopenedWhat(why: Unopened) =
        when (why) {
            Unopened.WRONG_LIBRARY -> "The app is not installed completely"
            Unopened.APP_TOO_OLD -> "The app is too old"
            Unopened.DAMAGED -> "The data cannot be read"
            Unopened.STORAGE_FULL -> "This phone is full"
            Unopened.WRONG_KEY -> "The key does not fit"
            Unopened.PHONE_LOCKED -> "The phone is still locked"
            Unopened.IN_USE -> "The app is still closing"
            Unopened.OTHER -> "It did not open"
        }

    override fun unopenedSafe(why: Unopened) =
        when (why) {
            Unopened.WRONG_KEY -> "Your data are untouched. What was sent is with the platform."
            else -> "Your data are untouched, all of them on this phone."
        }

    override fun unopenedHelp(why: Unopened) =
        when (why) {
            Unopened.WRONG_LIBRARY -> {
                "Update the app and open it again. Do not uninstall it: that deletes what was not sent."
            }

            Unopened.APP_TOO_OLD -> {
                "The data are of a newer version: update the app. Do not uninstall it: that deletes what was not sent."
            }

            Unopened.DAMAGED -> {
                "Please try again. If that does not help, tell your community. Do not uninstall the app."
            }

            Unopened.STORAGE_FULL -> {
                "Free some space, then try again."
            }

            Unopened.WRONG_KEY -> {
                "Ask your community for a new invitation, add a person and sign in: what was sent comes back. " +
                    "What was not sent opens with its own key alone."
            }

            Unopened.PHONE_LOCKED -> {
                "Unlock the phone once with its own code, then try again."
            }

            Unopened.IN_USE -> {
                "Wait a moment, then try again."
            }

            Unopened.OTHER -> {
                "Please try again. If that does not help, tell your community. Do not uninstall the app."
            }
        }

    override val unopenedTitle = "It cannot be opened now"
    override val unopenedUpdate = "Update the app"
    override val unopenedRoom = "Free space"
    override val unopenedAgain = "Try again"
    override val unopenedOthers = "Another person, or a new invitation"
    override val unopenedCall = "Call the community"
}
