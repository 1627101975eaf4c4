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
import org.yuandian.app.model.ports.HardwareKey
import org.yuandian.app.model.ports.HardwareKeys
import org.yuandian.app.model.ports.KeyUnavailable
import org.yuandian.binding.Library
import org.yuandian.core.CoreException
import java.math.BigInteger
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyPairGenerator
import java.security.Signature
import java.security.interfaces.ECPublicKey
import java.security.spec.ECGenParameterSpec

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
    fun `with a key nothing lies open, and another key or none opens nothing`() =
        runBlocking {
            val key = ByteArray(32) { 7 }
            val words = "东门三号楼的老王家门口"
            val phone = phones.open(home, key, emptyList()).orFail()
            val id = phone.drafts.save(null, DraftInput(ServiceId("case.snap"), text = words)).orFail()
            val hash = phone.drafts.addPhoto(id, RealWorld.PHOTO, CaptureFacts(PhotoSource.CAMERA)).orFail()
            phone.close()
            val photo = Files.readAllBytes(Path.of(RealWorld.PHOTO)).copyOf(64)
            assertEquals(0, countOf(words.toByteArray()) + countOf(photo))
            for (wrong in listOf(ByteArray(32) { 8 }, null)) {
                assertEquals(Trouble.WrongKey, phones.open(home, wrong, emptyList()).trouble())
            }
            val again = phones.open(home, key, emptyList()).orFail()
            assertEquals(
                words,
                again.drafts
                    .draft(id)
                    .orFail()
                    .entered.text,
            )
            assertTrue(
                again.cases
                    .content(hash)
                    .orFail()
                    .contentEquals(Files.readAllBytes(Path.of(RealWorld.PHOTO))),
            )
            again.close()
        }

    @Test
    fun `a key is not taken for a plain store, which stays as it is`() =
        runBlocking {
            open().orFail().close()
            assertEquals(Trouble.WrongKey, phones.open(home, ByteArray(32), emptyList()).trouble())
            open().orFail().close()
        }

    @Test
    fun `the hardware's key is asked for when a store is opened, and one that is locked is told`() =
        runBlocking {
            val pair = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()
            val point = (pair.public as ECPublicKey).w
            var locked = false
            val key =
                object : HardwareKey {
                    override fun publicPoint() = byteArrayOf(4) + coordinate(point.affineX) + coordinate(point.affineY)

                    override fun sign(message: ByteArray): ByteArray {
                        if (locked) throw KeyUnavailable("locked")
                        return Signature.getInstance("SHA256withECDSA").run {
                            initSign(pair.private)
                            update(message)
                            sign()
                        }
                    }
                }
            val rooted = CorePhones(HardwareKeys { key })
            rooted.open(home, null, emptyList()).orFail().close()
            assertTrue(
                !folder
                    .resolve("王芳")
                    .resolve("root.key")
                    .toFile()
                    .exists(),
            )
            locked = true
            assertTrue(rooted.open(home, null, emptyList()).trouble() is Trouble.KeyStoreLocked)
        }

    private fun coordinate(number: BigInteger): ByteArray {
        val digits = number.toByteArray().takeLast(32)
        return ByteArray(32 - digits.size) + digits
    }

    /** In how many files of the home these bytes stand. */
    private fun countOf(bytes: ByteArray): Int =
        folder
            .resolve("王芳")
            .toFile()
            .walk()
            .filter { it.isFile }
            .count { file -> String(file.readBytes(), Charsets.ISO_8859_1).contains(String(bytes, Charsets.ISO_8859_1)) }

    @Test
    fun `nothing is opened or made with a library that does not fit`() =
        runBlocking {
            val key = ByteArray(32) { 7 }
            val told =
                mapOf(
                    Library.Other("checksum of another version") to Trouble.WrongLibrary("0.1.0", "checksum of another version"),
                    Library.Missing("none") to Trouble.WrongLibrary("0.1.0", "none"),
                    // What somebody wanted closed is not kept open in silence.
                    Library.Fits("0.1.0", encrypts = false) to Trouble.WrongLibrary("0.1.0, encrypted", "0.1.0"),
                )
            for ((library, trouble) in told) {
                assertEquals(trouble, CorePhones(library = { library }).open(home, key, emptyList()).trouble())
            }
            assertTrue(!Files.exists(Path.of(home)))
        }

    @Test
    fun `what keeps a store closed crosses as what it is`() {
        val told =
            mapOf(
                CoreException.AppTooOld(9, 8) to Trouble.AppTooOld(9, 8),
                CoreException.KeyStoreLocked("locked") to Trouble.KeyStoreLocked("locked"),
                CoreException.WrongKey(true) to Trouble.WrongKey,
                CoreException.Damaged("page 3") to Trouble.Damaged("page 3"),
                CoreException.StorageFull() to Trouble.StorageFull,
                CoreException.InUse() to Trouble.InUse,
            )
        assertEquals(told.values.toList(), told.keys.map(::trouble))
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
            assertEquals("image/jpeg", shown.mime)
            assertTrue(
                again.cases
                    .content(shown.hash)
                    .orFail()
                    .contentEquals(shown.bytes),
            )
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
