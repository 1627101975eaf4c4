package org.yuandian.app.model

/** Where somebody's work stands. One word for each, the same on every screen. */
enum class SyncState {
    /** 草稿: not submitted. */
    DRAFT,

    /** 已存在本机: kept for good on this phone; the platform has not answered for it. */
    SAVED,

    /** 待上传: the platform has the words; no photo moves now (no Wi-Fi, no power, or none has begun). */
    WAITING,

    /** 上传中 n/m: the platform has the words and some of the photos. */
    SENDING,

    /** 已送达: the platform has given its receipt for everything. */
    DELIVERED,

    /** 需处理: somebody must decide. */
    NEEDS_YOU,

    /** 有冲突: two answers stand. */
    CONFLICT,

    /** 正在取回: somebody else's case on its way to this phone. */
    LOADING,
    ;

    /** Whether something of it has still to leave this phone. */
    val isOnItsWay: Boolean get() = this == SAVED || this == WAITING || this == SENDING

    companion object {
        /**
         * Of the core's `sync` id and, where photos are on their way, how far they are.
         *
         * The core says `uploading` from the moment the words are there until the last photo is; whether anything moves is told by
         * the photos.
         * An id that this app does not know is shown as the least that is certain: it is on this phone.
         */
        fun of(
            id: String,
            photos: PhotoProgress? = null,
        ): SyncState =
            when (id) {
                "draft" -> DRAFT
                "saved" -> SAVED
                "pending" -> WAITING
                "uploading" -> if (photos != null && photos.isStill) WAITING else SENDING
                "delivered" -> DELIVERED
                "attention" -> NEEDS_YOU
                "conflict" -> CONFLICT
                "loading" -> LOADING
                else -> SAVED
            }
    }
}

/** How far photos are on their way to the platform. */
data class PhotoProgress(
    /** How many there are. */
    val photos: Int,
    /** Of how many the platform has the original, verified. */
    val delivered: Int,
    /** Of each that is under way: how much of it the platform has, percent. */
    val percents: List<Int> = emptyList(),
    /** How many have not begun. */
    val waiting: Int = 0,
    /** How many of those wait for another network or for power. */
    val heldBack: Int = 0,
    /** How many cannot be sent as they are. */
    val troubled: Int = 0,
    /** Bytes that the platform does not have. */
    val waitingBytes: Long = 0,
) {
    /** Whether nothing moves: none is done, none is under way. */
    val isStill: Boolean get() = delivered == 0 && percents.isEmpty()

    companion object {
        val NONE = PhotoProgress(0, 0)
    }
}
