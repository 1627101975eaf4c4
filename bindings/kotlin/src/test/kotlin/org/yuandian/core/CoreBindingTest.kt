package org.yuandian.core

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.io.path.writeBytes

class CoreBindingTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `a synchronous call reaches the real library`() {
        assertEquals("yuandian-ffi", coreVersion().name)
    }

    @Test
    fun `a suspend call returns a record`() =
        runBlocking {
            val photo = folder.resolve("现场.jpg").apply { writeBytes(ByteArray(1_234)) }.toString()
            assertEquals(FileFacts(path = photo, lengthBytes = 1_234u), fileFacts(photo))
        }

    @Test
    fun `an error keeps its variant and its fields`() {
        val missing = folder.resolve("没有.jpg").toString()
        val error = assertThrows(CoreException.NoFile::class.java) { runBlocking { fileFacts(missing) } }
        assertEquals(missing, error.path)
    }
}
