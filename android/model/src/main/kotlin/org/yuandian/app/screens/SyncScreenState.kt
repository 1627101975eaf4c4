package org.yuandian.app.screens

/** Where everything is: counts by state, the last success, reasons. */
data class SyncScreenState(
    val frame: Frame,
    val counts: SyncCounts = SyncCounts(),
    val lastSuccessMs: Long? = null,
    val network: Network = Network.NONE,
    /** Photos wait for a network that costs nothing. */
    val wifiOnly: Boolean = true,
    val run: SyncRun = SyncRun.Idle,
    /** What is still here, the oldest first. */
    val waiting: List<WaitingLine> = emptyList(),
    /** Matters in which two versions stand. */
    val conflicts: List<WaitingLine> = emptyList(),
    val waitingBytes: Long = 0,
    val freeBytes: Long? = null,
    /** Null where nobody gave one. */
    val communityPhone: String? = null,
) {
    /** Whoever answers there is not the platform: nothing was sent. */
    val isUntrusted: Boolean
        get() = frame.notice == Notice.UntrustedServer || (run as? SyncRun.Finished)?.reason == WaitReason.UNTRUSTED_SERVER
}

data class SyncCounts(
    val onPhone: Int = 0,
    val waiting: Int = 0,
    val sending: Int = 0,
    val delivered: Int = 0,
    val attention: Int = 0,
    val conflict: Int = 0,
)

enum class Network { NONE, MOBILE, WIFI }

sealed interface SyncRun {
    data object Idle : SyncRun

    data class Running(
        val step: SyncStep,
        /** Bytes of the file that is being sent: there, and in all; 0 of 0 without a file. */
        val sentBytes: Long = 0,
        val fileBytes: Long = 0,
        val judged: Int = 0,
        val received: Int = 0,
    ) : SyncRun

    /** [complete] false: something is left, for [reason]. */
    data class Finished(
        val complete: Boolean,
        val sent: Int,
        val received: Int,
        val photos: Int,
        val reason: WaitReason? = null,
    ) : SyncRun {
        val isNothing: Boolean get() = !complete && sent == 0 && photos == 0
    }
}

enum class SyncStep { CONNECTING, SENDING_WORDS, RECEIVING, SENDING_PHOTOS }

data class WaitingLine(
    val id: String,
    val sign: Sign,
    val title: String,
    val work: WorkState,
    val sinceMs: Long,
    val reason: WaitReason? = null,
)

/** Why something waits. */
enum class WaitReason { OFFLINE, WIFI_ONLY, SIGN_IN, SERVER_BUSY, UNTRUSTED_SERVER, CLOCK_WRONG, STOPPED, PHOTO_UNREADABLE }

sealed interface SyncAction {
    data class InFrame(
        val action: FrameAction,
    ) : SyncAction

    data object SyncNow : SyncAction

    data object Stop : SyncAction

    data class SetWifiOnly(
        val on: Boolean,
    ) : SyncAction

    data object CallCommunity : SyncAction

    data class Open(
        val id: String,
    ) : SyncAction

    data class OpenConflict(
        val id: String,
    ) : SyncAction

    /** A text for support, without names and addresses. */
    data object CopyDiagnosis : SyncAction

    /** Writes everything that waits into a file, as a last resort. */
    data object ExportAll : SyncAction
}
