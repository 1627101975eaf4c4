package org.yuandian.binding

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.io.path.readText

/** The sample of the README is this folder's `Sample.kt`, word for word, and does what it says. */
class ReadmeTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `the README quotes the sample that is compiled here`() {
        val here = Path.of(System.getProperty("basedir"))
        val source = here.resolve("src/test/kotlin/org/yuandian/binding/Sample.kt").readText()
        val sample = source.substringAfter("// sample:begin\n").substringBefore("// sample:end")
        val quoted =
            here
                .resolve("README.md")
                .readText()
                .substringAfter("```kotlin\n")
                .substringBefore("```")
        assertEquals(sample, quoted)
    }

    @Test
    fun `the sample delivers what it reports`() =
        TestServer.started(folder.resolve("server")).use { server ->
            val said = mutableListOf<String>()
            runBlocking { report(folder.resolve("手机"), server.address, server.invite("resident", "410102001"), said::add) }
            assertEquals(listOf("王芳 已加入", "井盖缺失: 已存在本机"), said.take(2))
            assertTrue("已送达" in said.drop(2), "$said")
            assertEquals("全部已送达", said.last())
        }

    @Test
    fun `the sample keeps what it cannot send, and says so`() {
        val said = mutableListOf<String>()
        val failed = runCatching { runBlocking { report(folder.resolve("手机"), "http://127.0.0.1:1", "x", said::add) } }
        assertEquals(listOf("稍后再试, 已存在本机"), said)
        assertTrue(failed.exceptionOrNull() is org.yuandian.core.CoreException.NotEnrolled, "$failed")
    }
}
