package org.yuandian.app.model.store

import org.yuandian.app.model.NewsKind
import org.yuandian.app.model.NewsLine
import org.yuandian.app.model.SyncReport
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.navigation.RouteText
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Channel
import org.yuandian.app.model.ports.Notification
import org.yuandian.app.model.ports.Notifier
import org.yuandian.app.model.strings.Strings

/** What the platform's scheduled job does: one run, then what is worth a notification. Ten lines of the job call it. */
class BackgroundRun(
    private val phone: Phone,
    private val notifier: Notifier,
    private val strings: Strings,
) {
    /** Gives whether another run is worth while soon. */
    suspend fun run(): Boolean {
        val report: SyncReport = phone.sync.run().orNull() ?: return false
        val news =
            phone.doorstep
                .news()
                .orNull()
                .orEmpty()
        news.take(NOTIFICATIONS_MAX).forEach { notifier.show(notificationOf(it)) }
        val needs =
            phone.attention
                .items()
                .orNull()
                .orEmpty()
        if (needs.isEmpty()) notifier.remove(NEEDS_YOU) else notifier.show(needsYou(needs.size))
        return !report.complete
    }

    private fun notificationOf(line: NewsLine): Notification {
        val (channel, title) =
            when (line.why) {
                NewsKind.ASKED -> Channel.NEARBY to strings.noticeAsked
                NewsKind.FAMILY -> Channel.URGENT to strings.noticeFamily
                NewsKind.MOVED -> Channel.MY_MATTERS to strings.noticeMoved
            }
        return Notification(
            key = "${line.why}.${line.case}",
            channel = if (line.urgent) Channel.URGENT else channel,
            title = title,
            text = line.text,
            link = RouteText.link(Route.Detail(line.case)),
        )
    }

    private fun needsYou(count: Int) =
        Notification(
            NEEDS_YOU,
            Channel.MY_MATTERS,
            strings.noticeNeedsYou,
            strings.noticeNeedsYouText(count),
            RouteText.link(Route.Attention),
        )

    private companion object {
        /** More at once would be noise: the rest is on the screens. */
        const val NOTIFICATIONS_MAX = 5
        const val NEEDS_YOU = "needs.you"
    }
}
