package org.yuandian.app.android

import android.Manifest
import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.os.Build
import org.yuandian.app.model.ports.Channel
import org.yuandian.app.model.ports.Notifier
import org.yuandian.app.model.ports.NotifyOutcome
import org.yuandian.app.model.strings.Strings
import org.yuandian.app.model.ports.Notification as Told

/** Notifications. A locked screen shows that there is one and not what it says. */
class Notices(
    private val context: Context,
    private val front: Front,
    private val strings: () -> Strings,
) : Notifier {
    private val manager = context.getSystemService(NotificationManager::class.java)

    override suspend fun show(notification: Told): NotifyOutcome {
        if (!manager.areNotificationsEnabled()) return NotifyOutcome.DENIED
        manager.createNotificationChannels(Channel.entries.map(::channel))
        val shown =
            Notification
                .Builder(context, notification.channel.name)
                .setSmallIcon(context.applicationInfo.icon)
                .setContentTitle(notification.title)
                .setContentText(notification.text)
                .setStyle(Notification.BigTextStyle().bigText(notification.text))
                .setContentIntent(opening(notification))
                .setVisibility(Notification.VISIBILITY_PRIVATE)
                .setAutoCancel(true)
                .build()
        manager.notify(notification.key, ID, shown)
        return NotifyOutcome.SHOWN
    }

    override suspend fun ask(): NotifyOutcome {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) front.permitted(Manifest.permission.POST_NOTIFICATIONS)
        return if (manager.areNotificationsEnabled()) NotifyOutcome.SHOWN else NotifyOutcome.DENIED
    }

    override suspend fun remove(key: String) = manager.cancel(key, ID)

    private fun opening(notification: Told): PendingIntent {
        // By the launcher's way in, so that nothing of the app is open to links of others. The action keeps two notifications apart.
        val intent =
            requireNotNull(context.packageManager.getLaunchIntentForPackage(context.packageName))
                .setAction("open:${notification.key}")
                .putExtra(LINK, notification.link)
                .addFlags(Intent.FLAG_ACTIVITY_SINGLE_TOP)
        return PendingIntent.getActivity(context, 0, intent, PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT)
    }

    private fun channel(channel: Channel): NotificationChannel =
        when (channel) {
            Channel.URGENT -> NotificationChannel(channel.name, strings().channelUrgent, NotificationManager.IMPORTANCE_HIGH)
            Channel.MY_MATTERS -> NotificationChannel(channel.name, strings().channelMine, NotificationManager.IMPORTANCE_DEFAULT)
            Channel.NEARBY -> NotificationChannel(channel.name, strings().channelNearby, NotificationManager.IMPORTANCE_LOW)
        }

    companion object {
        /** Where a notification leads, in the intent that opens the app. */
        const val LINK = "link"
        private const val ID = 1
    }
}
