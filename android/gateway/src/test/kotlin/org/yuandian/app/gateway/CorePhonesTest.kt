package org.yuandian.app.gateway

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Position
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.FileInput
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.gateway.ListAsk
import java.nio.file.Path

/** Opening, owning and closing a store through the real core, without a server. */
class CorePhonesTest {
    @TempDir
    lateinit var folder: Path

    private val phones = CorePhones()
    private val home get() = folder.resolve("王芳").toString()

    private suspend fun open() = phones.open(home, null, emptyList())

    @Test
    fun `a store has one owner and is given back when it is closed`() =
        runBlocking {
            val first = open().orFail()
            assertEquals(Trouble.InUse, open().trouble())
            first.close()
            first.close()
            open().orFail().close()
        }

    @Test
    fun `whoever opens what is just being closed gets it`() =
        runBlocking {
            repeat(20) {
                val phone = open().orFail()
                val closing = async { phone.close() }
                val opening =
                    async {
                        // Asked again while the other screen has not begun to close: then somebody does hold it.
                        generateSequence { }.firstNotNullOf { open().takeIf { it.troubleOf() != Trouble.InUse } }
                    }
                awaitAll(closing, opening)
                opening.await().orFail().close()
            }
        }

    @Test
    fun `a key is not taken for a plain store, and nothing is made`() =
        runBlocking {
            assertInstanceOf(Trouble.WrongLibrary::class.java, phones.open(home, ByteArray(32), emptyList()).trouble())
            assertTrue(!folder.resolve("王芳").toFile().exists())
        }

    @Test
    fun `a home that is no folder is told as unusable and not thrown`() =
        runBlocking {
            val told = phones.open("a\u0000b", null, emptyList()).trouble()
            assertTrue(told is Trouble.FileUnusable, "$told")
        }

    @Test
    fun `before any sign-in a draft with a photo is kept and services can be chosen`() =
        runBlocking {
            val phone = open().orFail()
            val services = phone.services.find("").orFail()
            assertTrue(services.map { it.id.value }.containsAll(listOf("case.snap", "help.errand")), "$services")
            assertTrue(
                phone.services
                    .find("代买")
                    .orFail()
                    .any { it.id.value == "help.errand" },
            )
            val id = phone.drafts.save(null, DraftInput(ServiceId("case.snap"), Position(113.62, 34.75, 8), "井盖缺失")).orFail()
            val hash = phone.drafts.addPhoto(id, RealWorld.PHOTO, CaptureFacts(PhotoSource.CAMERA)).orFail()
            phone.close()

            val again = open().orFail()
            val draft =
                again.drafts
                    .drafts()
                    .orFail()
                    .single()
            assertEquals(listOf(id, "井盖缺失", hash), listOf(draft.id, draft.entered.text, draft.photos.single().hash))
            assertEquals(
                1,
                again.cases
                    .counts()
                    .orFail()
                    .drafts,
            )
            val shown = again.drafts.photo(id, hash).orFail()
            assertTrue(Path.of(checkNotNull(shown.path)).toFile().length() == shown.bytes)
            assertEquals(Trouble.NotFound("photo", "0"), again.drafts.photo(id, FileHash("0")).trouble())
            assertEquals(Trouble.NotEnrolled, again.drafts.finish(id).trouble())
            again.close()
        }

    @Test
    fun `each thing in the way is of its own type`() =
        runBlocking {
            val phone = open().orFail()
            val id = phone.drafts.save(null, DraftInput(ServiceId("case.snap"), text = "x")).orFail()
            val facts = CaptureFacts(PhotoSource.ALBUM)
            val told =
                listOf(
                    phone.drafts.save(null, DraftInput(ServiceId("无"))),
                    phone.drafts.addPhoto(id, RealWorld.NO_PHOTO, facts),
                    phone.drafts.addPhoto(id, "没有.jpg", facts),
                    phone.drafts.addFile(id, FileInput(org.yuandian.app.model.FileKind.OTHER, RealWorld.PHOTO)),
                    phone.identity.person(),
                    phone.services.form(ServiceId("无")),
                    phone.cases.page(ListAsk(limit = -1)),
                ).map { it.trouble()::class.simpleName }
            assertEquals(listOf("Mend", "PhotoRefused", "FileUnusable", "Mend", "NotEnrolled", "NotFound", "Mend"), told)
            phone.close()
            assertEquals(Trouble.Closed, phone.drafts.drafts().trouble())
        }

    @Test
    fun `what happens begins with reading everything and ends with the phone`() =
        runBlocking {
            val phone = open().orFail()
            val listening = CompletableDeferred<Unit>()
            val told =
                async {
                    val all = mutableListOf<Happening>()
                    phone.events.happenings.collect {
                        all += it
                        listening.complete(Unit)
                    }
                    all
                }
            listening.await()
            val id = phone.drafts.save(null, DraftInput(ServiceId("case.snap"), text = "一")).orFail()
            assertEquals(Happening.Missed, phone.events.happenings.first())
            phone.drafts.draft(id).orFail()
            val cancelled = launch { phone.events.happenings.toList() }
            cancelled.cancelAndJoin()
            phone.close()
            assertEquals(Happening.Missed, told.await().first())
        }

    @Test
    fun `a screen is never held up by the core`() =
        ScreenThread().use { screen ->
            runBlocking(screen) {
                val phone = open().orFail()

                suspend fun work() {
                    repeat(100) { phone.drafts.save(null, DraftInput(ServiceId("case.snap"), text = "井盖缺失 $it")).orFail() }
                    assertTrue(
                        phone.cases
                            .page(ListAsk(limit = 1_000))
                            .orFail()
                            .size >= 100,
                    )
                }
                // The first round loads classes.
                work()
                screen.beginAnew()
                work()
                phone.close()
            }
            println("longest UI-thread call of 100 captures and a list: %.1f ms".format(screen.longestMs))
            assertTrue(screen.longestMs <= 16, "held up for ${screen.longestMs} ms")
        }
}

private fun org.yuandian.app.model.Answer<*>.troubleOf() = (this as? org.yuandian.app.model.Answer.Failed)?.trouble
