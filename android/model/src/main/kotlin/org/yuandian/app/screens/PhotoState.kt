package org.yuandian.app.screens

/** One photo, as large as this phone has it. */
data class PhotoState(
    val frame: Frame,
    /** Its place among the photos, from 1. */
    val number: Int = 1,
    val count: Int = 1,
    /** Whose it is, when it was taken and how far it is on its way; none before that was read. */
    val photo: PhotoItem? = null,
    /** Key of the largest file of it that is here; none where only its smallest picture is. */
    val file: String? = null,
    val standing: PhotoStanding = PhotoStanding.Loading,
    /** 1 shows all of it, [ZOOM_MOST] is the most. */
    val zoom: Float = 1f,
) {
    val hasPrevious: Boolean get() = number > 1
    val hasNext: Boolean get() = number < count

    companion object {
        const val ZOOM_MOST = 4f

        /** What a button makes of it. */
        const val ZOOM_STEP = 1.5f
    }
}

/** Whether the large picture is there, and what is in its way. */
sealed interface PhotoStanding {
    data object Loading : PhotoStanding

    data object Shown : PhotoStanding

    /** It is on its way; until then the small one is shown. */
    data object Fetching : PhotoStanding

    /** Only the small one is here, and the platform is out of reach or does not have it. */
    data object NotHere : PhotoStanding

    /** The file is there and is no picture that this phone can draw. */
    data object Unreadable : PhotoStanding

    /** There is only the original, which waits for a network that costs nothing, or for a word. */
    data class NeedsWifi(
        val bytes: Long,
    ) : PhotoStanding
}

sealed interface PhotoAction {
    data class InFrame(
        val action: FrameAction,
    ) : PhotoAction

    data object Previous : PhotoAction

    data object Next : PhotoAction

    data class Zoom(
        val to: Float,
    ) : PhotoAction

    /** 再试. */
    data object Retry : PhotoAction

    /** Fetches the original over the network that there is. */
    data object FetchAnyway : PhotoAction

    /** Whoever draws could not decode this file. */
    data class Unreadable(
        val file: String,
    ) : PhotoAction

    data object Close : PhotoAction
}
