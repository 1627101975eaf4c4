package org.yuandian.app.model

/** Something that needs the person. */
data class AttentionItem(
    val id: ItemId,
    val case: CaseId,
    val title: String,
    val act: ActId,
    val code: String,
    val reason: BothText,
    /** What one can do, the best first. */
    val next: List<NextStep>,
    /** What is kept of it: its own words. */
    val kept: List<String>,
    /** What a reviewer answered to an appeal, where one was denied. */
    val review: String?,
    val atMs: Long,
)

enum class OutboxState { QUEUED, SENT, TAKEN, HELD }

/** Something on its way. */
data class OutboxLine(
    val item: Long,
    val case: CaseId,
    val act: ActId,
    val state: OutboxState,
    val bytes: Long,
)

/** How a run of sync ended. */
data class SyncReport(
    /** Whether the server was spoken to at all. */
    val reached: Boolean,
    /** Whether everything there was to do was done. */
    val complete: Boolean,
    val pushed: Int = 0,
    val pulled: Int = 0,
    val uploaded: Int = 0,
    val uploadedBytes: Long = 0,
    val failures: Int = 0,
    /** The last of them, for a diagnosis and nothing else. */
    val lastFailure: String? = null,
    /** Whether that was a certificate that is not trusted. */
    val untrusted: Boolean = false,
    /** By how much this phone's clock is ahead of the server's, ms; below zero where it is behind. */
    val clockOffMs: Long? = null,
)

/** How far a run is. */
data class SyncProgress(
    val judged: Int = 0,
    val received: Int = 0,
    /** Of the file being sent: bytes that the server has, and in all (0 while none is). */
    val sentBytes: Long = 0,
    val fileBytes: Long = 0,
)

/** When a size of photos is sent. */
enum class UploadPolicy { ANY_NETWORK, UNMETERED, CHARGING }

/** One for each size. */
data class UploadPolicies(
    val thumb: UploadPolicy,
    val medium: UploadPolicy,
    val original: UploadPolicy,
) {
    /** 仅 Wi-Fi 传照片: large sizes wait for a network that costs nothing. Small pictures go all the same, so that others see something. */
    val wifiOnly: Boolean get() = medium != UploadPolicy.ANY_NETWORK && original != UploadPolicy.ANY_NETWORK

    fun withWifiOnly(on: Boolean): UploadPolicies {
        val large = if (on) UploadPolicy.UNMETERED else UploadPolicy.ANY_NETWORK
        return copy(medium = large, original = large)
    }
}

/** Room that photo files take, bytes. */
data class Room(
    val budgetBytes: Long,
    val heldBytes: Long,
    val mayGoBytes: Long,
    val overBudget: Boolean,
    val waitingBytes: Long,
    val freeBytes: Long?,
)

/** Counts for pill, tabs and the sync page: of own work. */
data class WorkCounts(
    val drafts: Int = 0,
    val saved: Int = 0,
    val waiting: Int = 0,
    val sending: Int = 0,
    val needsYou: Int = 0,
    val conflicts: Int = 0,
) {
    /** What has still to leave this phone. */
    val onItsWay: Int get() = saved + waiting + sending
}

/** For a diagnosis that somebody copies: what the core says of its streams and what did not come out. */
data class SyncStanding(
    val streams: Int,
    val heldCases: Int,
    val wantedDocuments: Int,
    val notBackedUp: Int,
    val troubles: Map<String, Long>,
)
