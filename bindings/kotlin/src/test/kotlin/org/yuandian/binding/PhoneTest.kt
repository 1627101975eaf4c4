package org.yuandian.binding

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.yuandian.core.CoreException
import org.yuandian.core.DraftInput
import org.yuandian.core.EventKind
import java.nio.file.Path

/** The layer over the generated code: answers, events as a flow, closing. */
class PhoneTest {
    @TempDir
    lateinit var folder: Path

    private lateinit var phone: Phone

    @BeforeEach
    fun open() = runBlocking { phone = Phone.open(folder.resolve("手机")).orThrow() }

    @AfterEach
    fun close() = runBlocking { phone.close() }

    @Test
    fun `what cannot be done is an answer and not a throw`() =
        runBlocking {
            val told = listOf(phone.ask { draft("没有这个") }, phone.ask { person() }, Phone.open(folder.resolve("手机")))
            val said =
                told.map { answer ->
                    when (answer) {
                        is Answered.Done -> "done"
                        is Answered.Failed -> answer.why::class.simpleName
                        is Answered.Broken -> "broken"
                    }
                }
            assertEquals(listOf("NotFound", "NotEnrolled", "InUse"), said)
        }

    @Test
    fun `a flow begins with reading everything and tells each change once`() =
        runBlocking {
            val listening = CompletableDeferred<Unit>()
            val told =
                async(start = CoroutineStart.UNDISPATCHED) {
                    phone.events
                        .take(3)
                        .toList { if (it is EventKind.Missed) listening.complete(Unit) }
                }
            listening.await()
            val drafts = List(2) { phone.ask { saveDraft(null, snap("第 $it")) }.orThrow() }
            assertEquals(listOf(EventKind.Missed) + drafts.map { EventKind.CaseChanged(it) }, told.await())
        }

    @Test
    fun `a collector that is cancelled amid an event ends, and the next one begins with reading everything`() =
        runBlocking {
            val handling = CompletableDeferred<EventKind>()
            val job =
                launch {
                    phone.events.collect { event ->
                        if (event is EventKind.CaseChanged) {
                            handling.complete(event)
                            kotlinx.coroutines.awaitCancellation()
                        }
                    }
                }
            kotlinx.coroutines.yield()
            var draft = phone.ask { saveDraft(null, snap("一")) }.orThrow()
            // The collector may have begun to listen after that: then the next change is the first it hears of.
            while (!handling.isCompleted) draft = phone.ask { saveDraft(null, snap("又")) }.orThrow()
            job.cancelAndJoin()
            assertTrue(phone.ask { draft(draft) } is Answered.Done)
            assertEquals(EventKind.Missed, phone.events.first())
        }

    @Test
    fun `closing ends every flow, answers every later call and gives the folder back`() =
        runBlocking {
            val listening = CompletableDeferred<Unit>()
            val told = async { phone.events.toList { listening.complete(Unit) } }
            listening.await()
            phone.close()
            phone.close()
            assertEquals(listOf(EventKind.Missed), told.await())
            assertEquals(emptyList<EventKind>(), phone.events.toList())
            assertInstanceOf(CoreException.ShutDown::class.java, (phone.ask { list(1u, 0u) } as Answered.Failed).why)
            Phone.open(folder.resolve("手机")).orThrow().close()
        }

    @Test
    fun `waiting for news ends with the phone`() =
        runBlocking {
            val waiting = async { phone.news().toList() }
            phone.close()
            assertEquals(emptyList<Unit>(), waiting.await())
        }
}

/** A flow's events in a list, each shown first. */
private suspend fun <T> kotlinx.coroutines.flow.Flow<T>.toList(each: (T) -> Unit): List<T> {
    val all = mutableListOf<T>()
    collect {
        all += it
        each(it)
    }
    return all
}

/** A snap without a place. */
fun snap(text: String) = DraftInput(service = "case.snap", position = null, text = text, answers = emptyList())
