package org.yuandian.app.android

import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Answer
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.BackgroundUpload
import org.yuandian.app.model.gateway.PlatformWork
import org.yuandian.app.model.gateway.PreviewWanted
import java.io.File

class UploadsTest {
    private val said = mutableListOf<String>()

    private val begin = upload("POST", "/files", 0, 0)
    private val whole = upload("PATCH", "/files/7", 0, 100)
    private val rest = upload("PATCH", "/files/7", 40, 60)

    @Test
    fun `a begun file is sent to where the server said, and the core hears of both`() =
        runTest {
            val core = Core(listOf(begin), listOf(whole), emptyList())
            val server = Server(Reply.Status(201, "/files/7", null), Reply.Status(204, null, 100))
            assertEquals(UploadEnd.NOTHING_LEFT, Uploads(core, server, "spool").run())
            assertEquals(listOf("send POST null", "begun /files/7", "send PATCH photo", "ended 204 100"), said)
        }

    @Test
    fun `half a file is written out first`() =
        runTest {
            val core = Core(listOf(rest), emptyList())
            Uploads(core, Server(Reply.Status(204, null, 100)), "spool").run()
            assertEquals(listOf("spool 40", "send PATCH spool", "ended 204 100"), said)
        }

    @Test
    fun `a file without a path is written out whole, and does not stay`() =
        runTest {
            val spool = File.createTempFile("upload", "part")
            val core = Core(listOf(whole.copy(path = null)), emptyList())
            Uploads(core, Server(Reply.Status(204, null, 100)), spool.path).run()
            assertEquals(listOf("spool 0", "send PATCH ${spool.path}", "ended 204 100"), said)
            assertFalse(spool.exists())
        }

    @Test
    fun `a server out of reach ends the round, and nothing is told`() =
        runTest {
            assertEquals(UploadEnd.AGAIN_LATER, Uploads(Core(listOf(whole)), Server(Reply.None), "spool").run())
            assertEquals(listOf("send PATCH photo"), said)
        }

    @Test
    fun `the same plan again is not sent again`() =
        runTest {
            val core = Core(listOf(whole), listOf(whole), listOf(whole))
            assertEquals(UploadEnd.AGAIN_LATER, Uploads(core, Server(Reply.Status(500, null, null)), "spool").run())
            assertEquals(listOf("send PATCH photo", "ended 500 null"), said)
        }

    @Test
    fun `one that stands still does not hold up the next`() =
        runTest {
            val next = whole.copy(hash = FileHash("b"))
            val core = Core(listOf(whole, next), listOf(whole), emptyList())
            Uploads(core, Server(Reply.Status(500, null, null), Reply.Status(204, null, 100)), "spool").run()
            assertEquals(listOf("send PATCH photo", "ended 500 null", "send PATCH photo", "ended 204 100"), said)
        }

    @Test
    fun `a full file is told with its refusal`() =
        runTest {
            Uploads(Core(listOf(begin), emptyList()), Server(Reply.Status(413, null, null)), "spool").run()
            assertEquals(listOf("send POST null", "ended 413 null"), said)
        }

    @Test
    fun `a core that is closed is asked later`() =
        runTest {
            assertEquals(UploadEnd.AGAIN_LATER, Uploads(Core(), Server(), "spool").run())
        }

    private fun upload(
        method: String,
        url: String,
        offset: Long,
        length: Long,
    ) = BackgroundUpload(FileHash("a"), null, method, url, emptyList(), "photo", offset, length)

    private inner class Server(
        vararg replies: Reply,
    ) : Sender {
        private val left = ArrayDeque(replies.toList())

        override suspend fun send(
            upload: BackgroundUpload,
            body: String?,
        ): Reply {
            said += "send ${upload.method} $body"
            return left.removeFirst()
        }
    }

    private inner class Core(
        vararg plans: List<BackgroundUpload>,
    ) : PlatformWork {
        private val left = ArrayDeque(plans.toList())

        override suspend fun uploads(most: Int) = left.removeFirstOrNull()?.let { Answer.Done(it) } ?: Answer.Failed(Trouble.Closed)

        override suspend fun spool(
            hash: FileHash,
            offset: Long,
            path: String,
        ) = done("spool $offset")

        override suspend fun begun(
            hash: FileHash,
            location: String,
        ) = done("begun $location")

        override suspend fun ended(
            hash: FileHash,
            status: Int,
            offset: Long?,
        ) = done("ended $status $offset")

        override suspend fun previewsNeeded(): Answer<List<PreviewWanted>> = Answer.Done(emptyList())

        override suspend fun original(id: FileHash): Answer<ByteArray> = Answer.Done(ByteArray(0))

        override suspend fun providePreview(
            id: FileHash,
            path: String,
        ) = done("preview")

        override suspend fun noPreview(id: FileHash) = done("no preview")

        override suspend fun readForSearch(limit: Int) = Answer.Done(0)

        private fun done(what: String): Answer<Unit> {
            said += what
            return Answer.Done(Unit)
        }
    }
}
