package org.yuandian.app.screens.words

import org.yuandian.app.screens.PhotoStanding

/** One photo, large. */
interface PhotoWords {
    fun photoTitle(
        number: Int,
        count: Int,
    ): String

    /** Who took it and when; [by] none where that is oneself, before anything was sent. */
    fun photoTaken(
        by: String?,
        moment: String,
    ): String

    /** What is in the way of the large picture; none where nothing is. */
    fun photoStanding(standing: PhotoStanding): String?

    fun photoFetchAnyway(size: String): String

    val photoPrevious: String
    val photoNext: String
    val photoLarger: String
    val photoSmaller: String
    val photoRetry: String
}

internal object PhotoZh : PhotoWords {
    override fun photoTitle(
        number: Int,
        count: Int,
    ) = if (count > 1) "照片 $number/$count" else "照片"

    override fun photoTaken(
        by: String?,
        moment: String,
    ) = if (by == null) "拍摄于 $moment" else "$by 拍摄于 $moment"

    override fun photoStanding(standing: PhotoStanding) =
        when (standing) {
            PhotoStanding.Shown -> null
            PhotoStanding.Loading -> "正在载入…"
            PhotoStanding.Fetching -> "正在取大图，先看小图。"
            PhotoStanding.NotHere -> "大图不在本机，现在也取不到。联网后会自动取。"
            PhotoStanding.Unreadable -> "这张照片本机打不开。原件没有变。"
            is PhotoStanding.NeedsWifi -> "只有原图，等有 Wi-Fi 再取，免得花流量。"
        }

    override fun photoFetchAnyway(size: String) = "现在就取（$size）"

    override val photoPrevious = "上一张"
    override val photoNext = "下一张"
    override val photoLarger = "放大"
    override val photoSmaller = "缩小"
    override val photoRetry = "再试"
}

internal object PhotoEn : PhotoWords {
    override fun photoTitle(
        number: Int,
        count: Int,
    ) = if (count > 1) "Photo $number of $count" else "Photo"

    override fun photoTaken(
        by: String?,
        moment: String,
    ) = moment.replaceFirstChar(Char::lowercase).let { if (by == null) "Taken $it" else "Taken by $by, $it" }

    override fun photoStanding(standing: PhotoStanding) =
        when (standing) {
            PhotoStanding.Shown -> null
            PhotoStanding.Loading -> "Loading…"
            PhotoStanding.Fetching -> "The large picture is coming; this is the small one."
            PhotoStanding.NotHere -> "The large picture is not on this phone and out of reach. It comes once you are online."
            PhotoStanding.Unreadable -> "This phone cannot show the photo. Its file is untouched."
            is PhotoStanding.NeedsWifi -> "There is only the original. It waits for Wi-Fi, which costs nothing."
        }

    override fun photoFetchAnyway(size: String) = "Get it now ($size)"

    override val photoPrevious = "Previous"
    override val photoNext = "Next"
    override val photoLarger = "Larger"
    override val photoSmaller = "Smaller"
    override val photoRetry = "Try again"
}
