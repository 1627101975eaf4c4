package org.yuandian.app.android

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.io.IOException

class WaitingTest {
    @TempDir
    lateinit var folder: File

    @Test
    fun `whole files of one owner are found in their order, and no others`() {
        val waiting = Waiting(folder)
        val (second, first) = File(waiting.folderOf("a"), "2.jpg") to File(waiting.folderOf("a"), "1.jpg")
        listOf(second, first, File(waiting.folderOf("b"), "3.jpg"), File(folder, "4.m4a")).forEach { file ->
            writeWhole(file) { it.write(1) }
        }
        assertThrows(IOException::class.java) { writeWhole(File(waiting.folderOf("a"), "0.jpg")) { throw IOException("full") } }
        File(waiting.folderOf("a"), "5.jpg.part").writeText("torn")
        assertEquals(listOf(first.path, second.path), waiting.left("a"))
        assertEquals(emptyList<String>(), waiting.left("c"))
    }

    @Test
    fun `nothing outside of the folder is one of its files`() {
        val waiting = Waiting(File(folder, "incoming"))
        assertTrue(File(waiting.folderOf("a"), "1.jpg") in waiting)
        assertTrue(File(waiting.folderOf(""), "1.jpg") in waiting)
        assertFalse(File(folder, "people/phone.db") in waiting)
    }
}
