package org.yuandian.binding

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import java.util.Random
import java.util.concurrent.TimeUnit

/** A process that is killed at a random moment of capture loses nothing that the core had acknowledged. */
class KillTest {
    @TempDir
    lateinit var folder: Path

    private val home get() = folder.resolve("手机")
    private val photo = Path.of(System.getProperty("basedir"), "../../tests/data/photos/seeding12_o6.jpg").toString()

    @Test
    fun `whatever was acknowledged before a kill is there after it`() {
        enrol()
        val kills = Integer.getInteger("yuandian.kills", KILLS)
        val seed = java.lang.Long.getLong("yuandian.seed", System.nanoTime())
        val moments = Random(seed)
        val acknowledged = linkedSetOf<String>()
        var amid = 0
        repeat(kills) { number ->
            val lines = captureUntilKilled(moments.nextInt(LINES_MAX + 1), moments.nextInt(MORE_MS_MAX))
            acknowledged += lines
            // Killed between two acknowledgements of one capture, or while the first was being written: the moments that matter.
            amid += if (lines.lastOrNull()?.startsWith(CapturingChild.CASE) == true) 0 else 1
            assertNothingLost(acknowledged, "kill ${number + 1} of $kills, seed $seed")
        }
        println("kills: $kills, amid a capture: $amid, acknowledged: ${acknowledged.size}, lost: 0")
        assertTrue(acknowledged.size > kills, "too little was captured to tell anything")
    }

    private fun enrol() =
        TestServer.started(folder.resolve("server")).use { server ->
            runBlocking {
                val phone = Phone.open(home).orThrow()
                phone.ask { enroll(server.address, server.invite("grid_worker", GRID), "网格员") }.orThrow()
                phone.ask { sync() }.orThrow()
                phone.close()
            }
        }

    /** What the child acknowledged until it was killed: so many lines, and what comes in so many ms after them. */
    private fun captureUntilKilled(
        lines: Int,
        moreMs: Int,
    ): List<String> {
        val libraries = System.getProperty("jna.library.path")
        val child = javaProcess(CapturingChild::class.java.name, libraries, home.toString(), photo).start()
        val output = child.inputStream.bufferedReader()
        assertEquals(CapturingChild.READY, output.readLine(), "the child did not open its phone")
        val told = List(lines) { checkNotNull(output.readLine()) { "the child ended by itself" } }
        child.waitFor(moreMs.toLong(), TimeUnit.MILLISECONDS)
        // SIGKILL: no hook, no flush, nothing runs any more. Through the handle: the process itself would close what was written.
        child.toHandle().destroyForcibly()
        child.waitFor()
        // A line without its end was not written whole.
        val rest = output.readText().substringBeforeLast('\n', "").lines()
        return told + rest.filter(String::isNotEmpty)
    }

    private fun assertNothingLost(
        acknowledged: Collection<String>,
        after: String,
    ) = runBlocking {
        val phone = Phone.open(home).orThrow()
        val drafts = phone.ask { drafts() }.orThrow().associateBy { it.id }
        for (line in acknowledged) {
            val (kind, id) = line.split(' ')
            val draft = drafts[id]
            val case = if (draft == null) phone.ask { show(id) }.orThrow() else null
            val text = draft?.entered?.text ?: case?.text
            assertEquals(CapturingChild.textOf(id), text, after)
            val photos = draft?.photos?.size ?: case?.photos?.count { it.local }
            if ("$kind " != CapturingChild.DRAFT) assertEquals(1, photos, "$line, $after")
            if ("$kind " == CapturingChild.CASE) assertTrue(case != null, "$line, $after")
        }
        phone.close()
    }

    private companion object {
        const val KILLS = 20

        /** Two captures and a half: by lines, so that a busy machine kills amid as much work as an idle one. */
        const val LINES_MAX = 6

        /** About as long as a capture with its photo takes. */
        const val MORE_MS_MAX = 120
        const val GRID = "410102001"
    }
}
