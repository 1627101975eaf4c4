package org.yuandian.core

import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.io.path.writeText

/** The generated Kotlin over the real library: calls, sealed errors, events as a Flow, shutdown, cancellation. */
class CoreBindingTest {
    @TempDir
    lateinit var folder: Path

    private lateinit var core: YuandianCore

    private val home get() = folder.resolve("手机").toString()

    @BeforeEach
    fun open() =
        runBlocking {
            core = YuandianCore.open(home)
        }

    @AfterEach
    fun shut() =
        runBlocking {
            core.shutdown()
            core.close()
        }

    @Test
    fun `calls without a phone need none`() {
        assertEquals("yuandian-ffi", coreVersion().name)
        val errand = services().single { it.id == "help.errand" }
        assertEquals("代买代送", errand.title.zh)
        assertEquals(
            listOf("beneficiary", "beneficiary_agrees", "address", "phone"),
            errand.fields.filter { it.staysPrivate }.map { it.key },
        )
    }

    @Test
    fun `a capture offline is kept and listed`() =
        runBlocking {
            val draft = core.saveDraft(null, snap("井盖缺失"))
            val line = core.list(10u, 0u).single()
            assertEquals(listOf(draft, "井盖缺失", "draft", "草稿"), listOf(line.id, line.title, line.stage, line.stageText))
            assertEquals(draft, core.saveDraft(draft, snap("井盖已缺失")))
            assertEquals(snap("井盖已缺失"), core.draft(draft).entered)
        }

    @Test
    fun `errors are sealed types with fields`() {
        val draft = runBlocking { core.saveDraft(null, snap("x")) }
        val notAPhoto = folder.resolve("假.jpg").apply { writeText("<html>") }.toString()
        val told =
            listOf<suspend () -> Unit>(
                { core.saveDraft(null, snap("x").copy(service = "无")) },
                { core.addPhoto(draft, notAPhoto) },
                { core.addPhoto(draft, "没有.jpg") },
                { core.finish(draft) },
                { core.draft("没有这个") },
                { YuandianCore.open(home) },
            ).map { call -> said(assertThrows(CoreException::class.java) { runBlocking { call() } }) }
        assertEquals(listOf("mend service", "another photo", "another file 没有.jpg", "enrol", "no case", "open elsewhere"), told)
    }

    /** Exhaustive without `else`: the compiler says when a variant is new. */
    private fun said(error: CoreException): String =
        when (error) {
            is CoreException.InvalidInput -> "mend ${error.field}"
            is CoreException.Refused -> "refused ${error.code}"
            is CoreException.PhotoRefused -> "another photo"
            is CoreException.FileUnusable -> "another file ${error.path}"
            is CoreException.NotFound -> "no ${error.what}"
            is CoreException.NotEnrolled -> "enrol"
            is CoreException.Unreachable -> "later"
            is CoreException.UntrustedServer -> "look at the date"
            is CoreException.KeyStoreLocked -> "unlock"
            is CoreException.WrongKey -> if (error.encrypted) "its own key" else "no key"
            is CoreException.ServerRefused -> "another invitation"
            is CoreException.InUse -> "open elsewhere"
            is CoreException.StorageFull -> "free space"
            is CoreException.NoRoom -> "sync first, ${error.waitingBytes} wait"
            is CoreException.Withheld -> "not yet ${error.id}"
            is CoreException.WrongBytes -> "administrator"
            is CoreException.AppTooOld -> "update"
            is CoreException.Damaged -> "support"
            is CoreException.ShutDown -> "open again"
        }

    @Test
    fun `events come as a flow and are acknowledged once handled`() =
        runBlocking {
            val stream = core.events()
            val drafts = listOf(core.saveDraft(null, snap("一")), core.saveDraft(null, snap("二")))
            val told = drafts.map { EventKind.CaseChanged(it) }
            // Taking the first ends this collector while it handles it, so the event is given again.
            assertEquals(told[0], pulled(stream).first())
            assertEquals(told, pulled(stream).take(2).toList())
            val waiting = async(start = CoroutineStart.UNDISPATCHED) { pulled(stream).drop(1).toList() }
            stream.stop()
            assertEquals(emptyList<EventKind>(), waiting.await())
            assertNull(stream.next())
        }

    private fun pulled(stream: EventStream): Flow<EventKind> =
        flow {
            while (true) {
                val event = stream.next() ?: break
                emit(event.kind)
                stream.acknowledge(event.number)
            }
        }

    @Test
    fun `a cancelled wait loses no event`() =
        runBlocking {
            core.events().use { stream ->
                val waiting = launch(start = CoroutineStart.UNDISPATCHED) { stream.next() }
                waiting.cancelAndJoin()
                val draft = core.saveDraft(null, snap("一"))
                assertEquals(EventKind.CaseChanged(draft), stream.next()?.kind)
            }
        }

    @Test
    fun `shutdown ends streams and gives the home back`() =
        runBlocking {
            val draft = core.saveDraft(null, snap("一"))
            val stream = core.events()
            val waiting = async(start = CoroutineStart.UNDISPATCHED) { stream.next() }
            core.shutdown()
            assertNull(waiting.await())
            assertThrows(CoreException.ShutDown::class.java) { runBlocking { core.list(10u, 0u) } }
            val again = YuandianCore.open(home)
            assertEquals(snap("一"), again.draft(draft).entered)
            again.shutdown()
        }

    private fun snap(text: String) =
        DraftInput(
            service = "case.snap",
            position = Position(lng = 113.65, lat = 34.76, accuracyM = 8u),
            text = text,
            answers = listOf(Answer("severity", "low")),
        )
}
