package org.yuandian.app.android

import android.content.ClipData
import android.content.ClipboardManager
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.provider.Settings
import android.view.HapticFeedbackConstants
import org.yuandian.app.model.Place
import org.yuandian.app.model.ports.CallOutcome
import org.yuandian.app.model.ports.Clipboard
import org.yuandian.app.model.ports.Dialer
import org.yuandian.app.model.ports.SystemScreen
import org.yuandian.app.model.ports.SystemScreens
import org.yuandian.app.model.ports.Touch
import org.yuandian.app.model.ports.Wayfinder

/** Opens other apps, and what the hand feels. */
class Hands(
    private val context: Context,
    private val front: Front,
) {
    /** The dialler with the number in it: the person presses the button, so that no right to call is needed. */
    val dialer =
        Dialer { number ->
            if (opened(Intent.ACTION_DIAL, Uri.fromParts("tel", number, null))) CallOutcome.DIALLED else CallOutcome.NO_PHONE
        }

    /** WGS-84, as the scheme says. An app with shifted maps has to shift it itself. */
    val wayfinder =
        Wayfinder { place: Place, label: String ->
            val at = "${place.lat},${place.lng}"
            opened(Intent.ACTION_VIEW, Uri.parse("geo:$at?q=" + Uri.encode("$at($label)")))
        }

    val screens =
        SystemScreens { screen ->
            val app = context.packageName
            when (screen) {
                SystemScreen.RIGHTS -> opened(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.fromParts("package", app, null))
                SystemScreen.CLOCK -> opened(Settings.ACTION_DATE_SETTINGS)
                SystemScreen.STORAGE -> opened(Settings.ACTION_INTERNAL_STORAGE_SETTINGS)
                SystemScreen.SHOP -> opened(Intent.ACTION_VIEW, Uri.parse("market://details?id=$app"))
            }
        }

    val clipboard =
        Clipboard { text -> context.getSystemService(ClipboardManager::class.java).setPrimaryClip(ClipData.newPlainText(null, text)) }

    val touch =
        object : Touch {
            override fun kept() = feel(if (confirms) HapticFeedbackConstants.CONFIRM else HapticFeedbackConstants.VIRTUAL_KEY)

            override fun failed() = feel(if (confirms) HapticFeedbackConstants.REJECT else HapticFeedbackConstants.LONG_PRESS)
        }

    private val confirms = Build.VERSION.SDK_INT >= Build.VERSION_CODES.R

    private fun feel(what: Int) {
        front.shown?.let { activity -> activity.runOnUiThread { activity.window.decorView.performHapticFeedback(what) } }
    }

    private fun opened(
        action: String,
        uri: Uri? = null,
    ) = context.started { startActivity(Intent(action, uri).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK)) }
}
