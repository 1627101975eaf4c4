package org.yuandian.app.android

import org.yuandian.app.model.Answer
import org.yuandian.app.model.gateway.BackgroundUpload
import org.yuandian.app.model.gateway.PlatformWork
import org.yuandian.app.model.orNull
import java.io.File

/** What a server answered, or that it did not. */
sealed interface Reply {
    data class Status(
        val code: Int,
        val location: String?,
        val offset: Long?,
    ) : Reply

    data object None : Reply
}

/** Sends one request as it is. [body] is a path; none for a request without one. */
fun interface Sender {
    suspend fun send(
        upload: BackgroundUpload,
        body: String?,
    ): Reply
}

/** How a round of uploads ended. */
enum class UploadEnd { NOTHING_LEFT, AGAIN_LATER }

/**
 * Carries out the core's plan of uploads: it asks what to send, sends it, and tells the core what the server said. What to send, when and
 * from which byte is the core's to decide; nothing is kept here, so a kill at any moment costs at most one request.
 */
class Uploads(
    private val work: PlatformWork,
    private val sender: Sender,
    /** Where a file, or the rest of it, is written that has no path or is half sent; removed after. */
    private val spool: String,
) {
    suspend fun run(): UploadEnd {
        // A plan that comes twice has not moved: the server's word has to change, and that takes time.
        var before = emptySet<Step>()
        while (true) {
            val plan = work.uploads(AT_ONCE).orNull() ?: return UploadEnd.AGAIN_LATER
            if (plan.isEmpty()) return UploadEnd.NOTHING_LEFT
            val steps = plan.associateBy { Step(it.hash.value, it.method, it.url, it.offset) }
            val fresh = steps - before
            if (fresh.isEmpty()) return UploadEnd.AGAIN_LATER
            before = steps.keys
            if (fresh.values.map { one(it) }.none { it }) return UploadEnd.AGAIN_LATER
        }
    }

    /** Whether the server was reached. */
    private suspend fun one(upload: BackgroundUpload): Boolean {
        val body =
            when {
                upload.length == 0L -> null
                upload.offset == 0L && upload.path != null -> upload.path
                else -> spool.takeIf { work.spool(upload.hash, upload.offset, it) is Answer.Done } ?: return false
            }
        val reply = sent(upload, body) as? Reply.Status ?: return false
        val location = reply.location
        if (upload.method == "POST" && reply.code in SUCCESS && location != null) {
            work.begun(upload.hash, location)
        } else {
            work.ended(upload.hash, reply.code, reply.offset)
        }
        return true
    }

    /** What was written out lies open on the disk no longer than it is sent. */
    private suspend fun sent(
        upload: BackgroundUpload,
        body: String?,
    ): Reply =
        try {
            sender.send(upload, body)
        } finally {
            if (body == spool) File(spool).delete()
        }

    private data class Step(
        val hash: String,
        val method: String,
        val url: String,
        val offset: Long,
    )

    private companion object {
        const val AT_ONCE = 8
        val SUCCESS = 200..299
    }
}
