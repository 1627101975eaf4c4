package org.yuandian.app.model

/** Id of a case, or of the draft that it was: a draft keeps its id when it becomes a case. */
@JvmInline
value class CaseId(
    val value: String,
) {
    /**
     * What is read out over the phone and stands on a receipt: the last eight letters of the id, in capitals and in two groups. It is known
     * before any network, because the phone draws the id itself. The end, because ids of one minute share their beginning.
     */
    val receipt: String
        get() =
            value
                .filter(Char::isLetterOrDigit)
                .takeLast(RECEIPT_LETTERS)
                .uppercase()
                .chunked(RECEIPT_GROUP)
                .joinToString("-")

    override fun toString() = value

    private companion object {
        const val RECEIPT_LETTERS = 8
        const val RECEIPT_GROUP = 4
    }
}

/** Id of a service of the catalogue, such as `help.errand`. */
@JvmInline
value class ServiceId(
    val value: String,
) {
    /** Whether it is a request for neighbours' help. */
    val isHelp: Boolean get() = value.startsWith("help.") && value != "help.offer"

    /** Whether it is ordered from a provider: 助老服务 at the tap of a finger. */
    val isOrder: Boolean get() = value.startsWith("order.")

    /** Whether it is asked for step by step, and is no problem that somebody reports. */
    val isAsked: Boolean get() = isHelp || isOrder

    override fun toString() = value
}

/** Id of a stage of a workflow, such as `in_progress`. */
@JvmInline
value class StageId(
    val value: String,
) {
    override fun toString() = value

    companion object {
        /** The stage of what was not submitted yet. */
        val DRAFT = StageId("draft")
    }
}

/** Id of an act, such as `claim` or `report_back`. */
@JvmInline
value class ActId(
    val value: String,
) {
    override fun toString() = value

    companion object {
        val CLAIM = ActId("claim")
        val RELEASE = ActId("release")
        val DEPART = ActId("depart")
        val ARRIVE = ActId("arrive")
        val REPORT_BACK = ActId("report_back")
        val TURNED_AWAY = ActId("turned_away")
        val CONFIRM = ActId("confirm")
        val DISPUTE = ActId("dispute")
        val RATE = ActId("rate")
        val REOPEN_REQUEST = ActId("reopen_request")
        val NO_SHOW = ActId("no_show")
        val CANCEL = ActId("cancel")
        val FOLLOW = ActId("follow")
        val UNFOLLOW = ActId("unfollow")
        val RETURN_REQUEST = ActId("return_request")

        /** Not an act: something written. It stands in lists beside acts. */
        val CONTENT = ActId("content")
    }
}

/** Id of a person of the platform. */
@JvmInline
value class UserId(
    val value: String,
) {
    override fun toString() = value
}

/** Number of an entry of the 需处理 list. */
@JvmInline
value class ItemId(
    val value: Long,
) {
    override fun toString() = value.toString()
}

/** SHA-256 of a file, 64 hexadecimal digits. */
@JvmInline
value class FileHash(
    val value: String,
) {
    override fun toString() = value
}

/** Code of a division: a city, a district, a street, a community, a grid. */
@JvmInline
value class GridCode(
    val value: String,
) {
    override fun toString() = value
}
