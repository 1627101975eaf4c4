package org.yuandian.app.screens.words

import org.yuandian.app.screens.Due
import java.time.Instant
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.ZoneId
import java.time.temporal.ChronoUnit

/** Moments and spans in words. Days are those of [CITY_ZONE], the zone of the platform's calendar. */
interface TimeWords {
    /** "今天 14:30", "昨天 9:05", "3月2日 14:30". */
    fun moment(
        atMs: Long,
        nowMs: Long,
    ): String

    /** "刚刚", "10 分钟前", "3 天前". */
    fun ago(
        atMs: Long,
        nowMs: Long,
    ): String

    /** "还剩 2${NBSP}小时", "已超 30${NBSP}分钟". */
    fun due(due: Due): String

    fun span(ms: Long): String

    fun hoursAndMinutes(minutes: Int): String

    fun month(
        year: Int,
        month: Int,
    ): String

    fun day(
        atMs: Long,
        nowMs: Long,
    ): String

    /** Minutes of the day as "22:00". */
    fun clock(minuteOfDay: Int): String = "%d:%02d".format(minuteOfDay / MINUTES_OF_HOUR, minuteOfDay % MINUTES_OF_HOUR)
}

/** The platform's days end at midnight in Zhengzhou, wherever the phone is. */
val CITY_ZONE: ZoneId = ZoneId.of("Asia/Shanghai")

/** A number and its unit stand in one line. */
internal const val NBSP = "\u00A0"

private const val MINUTE_MS = 60_000L
private const val HOUR_MS = 3_600_000L
private const val DAY_MS = 86_400_000L
private const val MINUTES_OF_HOUR = 60

private fun at(ms: Long): LocalDateTime = LocalDateTime.ofInstant(Instant.ofEpochMilli(ms), CITY_ZONE)

private fun time(at: LocalDateTime) = "%d:%02d".format(at.hour, at.minute)

private fun daysBetween(
    from: LocalDate,
    to: LocalDate,
) = ChronoUnit.DAYS.between(from, to)

private fun dayOfWeek(atMs: Long) = at(atMs).dayOfWeek.value - 1

internal object TimeZh : TimeWords {
    fun weekday(atMs: Long) = "周" + "一二三四五六日"[dayOfWeek(atMs)]

    override fun moment(
        atMs: Long,
        nowMs: Long,
    ) = "${day(atMs, nowMs)} ${time(at(atMs))}"

    override fun day(
        atMs: Long,
        nowMs: Long,
    ): String {
        val (day, today) = at(atMs).toLocalDate() to at(nowMs).toLocalDate()
        return when (daysBetween(day, today)) {
            0L -> "今天"
            1L -> "昨天"
            -1L -> "明天"
            else -> (if (day.year == today.year) "" else "${day.year}年") + "${day.monthValue}月${day.dayOfMonth}日"
        }
    }

    override fun ago(
        atMs: Long,
        nowMs: Long,
    ) = if (nowMs - atMs < MINUTE_MS) "刚刚" else "${span(nowMs - atMs)}前"

    override fun due(due: Due) = if (due.leftMs < 0) "已超 ${span(-due.leftMs)}" else "还剩 ${span(due.leftMs)}"

    override fun span(ms: Long) =
        when {
            ms < HOUR_MS -> "${maxOf(1, ms / MINUTE_MS)}${NBSP}分钟"
            ms < DAY_MS -> "${ms / HOUR_MS}${NBSP}小时"
            else -> "${ms / DAY_MS}${NBSP}天"
        }

    override fun hoursAndMinutes(minutes: Int): String {
        val (hours, rest) = minutes / MINUTES_OF_HOUR to minutes % MINUTES_OF_HOUR
        return listOfNotNull("$hours${NBSP}小时".takeIf { hours > 0 }, "$rest${NBSP}分钟".takeIf { rest > 0 || hours == 0 }).joinToString(" ")
    }

    override fun month(
        year: Int,
        month: Int,
    ) = "${year}年${month}月"
}

internal object TimeEn : TimeWords {
    private val weekdays = listOf("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

    fun weekday(atMs: Long) = weekdays[dayOfWeek(atMs)]

    private val months = listOf("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

    override fun moment(
        atMs: Long,
        nowMs: Long,
    ) = "${day(atMs, nowMs)}, ${time(at(atMs))}"

    override fun day(
        atMs: Long,
        nowMs: Long,
    ): String {
        val (day, today) = at(atMs).toLocalDate() to at(nowMs).toLocalDate()
        return when (daysBetween(day, today)) {
            0L -> "Today"
            1L -> "Yesterday"
            -1L -> "Tomorrow"
            else -> "${day.dayOfMonth} ${months[day.monthValue - 1]}" + (if (day.year == today.year) "" else " ${day.year}")
        }
    }

    override fun ago(
        atMs: Long,
        nowMs: Long,
    ) = if (nowMs - atMs < MINUTE_MS) "just now" else "${span(nowMs - atMs)} ago"

    override fun due(due: Due) = if (due.leftMs < 0) "${span(-due.leftMs)} over" else "${span(due.leftMs)} left"

    override fun span(ms: Long) =
        when {
            ms < HOUR_MS -> "${maxOf(1, ms / MINUTE_MS)}${NBSP}min"
            ms < DAY_MS -> "${ms / HOUR_MS}${NBSP}h"
            else -> counted((ms / DAY_MS).toInt(), "day")
        }

    override fun hoursAndMinutes(minutes: Int): String {
        val (hours, rest) = minutes / MINUTES_OF_HOUR to minutes % MINUTES_OF_HOUR
        return listOfNotNull("$hours${NBSP}h".takeIf { hours > 0 }, "$rest${NBSP}min".takeIf { rest > 0 || hours == 0 }).joinToString(" ")
    }

    override fun month(
        year: Int,
        month: Int,
    ) = "${months[month - 1]} $year"
}
