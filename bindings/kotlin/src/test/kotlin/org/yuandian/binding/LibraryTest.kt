package org.yuandian.binding

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.yuandian.core.coreVersion
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption

/** A library that is not the one the code was generated from is named before anything is opened with it. */
class LibraryTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `the library that was built with this code fits`() {
        assertEquals(coreVersion().version, assertInstanceOf(Library.Fits::class.java, Library.load()).version)
    }

    @Test
    fun `no library is told as missing`() {
        assertTrue(loadedFrom(folder).startsWith("Missing("), loadedFrom(folder))
    }

    @Test
    fun `another library under its name is told as another one`() {
        // Any library without the core's functions will do: that of the store's driver is at hand.
        val other = folder.resolve(NAME)
        val driver = checkNotNull(javaClass.getResourceAsStream("/org/sqlite/native/Linux/x86_64/libsqlitejdbc.so"))
        driver.use { Files.copy(it, other) }
        assertTrue(loadedFrom(folder).startsWith("Other("), loadedFrom(folder))
    }

    @Test
    fun `the library of another version is told as another one`() {
        assumeTrue(System.getProperty("os.arch") == "amd64", "its code is changed, which is of one kind of processor")
        val stale = Files.copy(Path.of(System.getProperty("jna.library.path"), NAME), folder.resolve(NAME))
        FileChannel.open(stale, StandardOpenOption.READ, StandardOpenOption.WRITE).use { file ->
            val library = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN)
            val code = codeOf(library, "uniffi_yuandian_ffi_checksum_func_core_version")
            // mov ax, checksum: the number stands behind the two bytes that say so.
            assertEquals(MOV_AX, library.getShort(code))
            library.put(code + 2, (library.get(code + 2) + 1).toByte())
        }
        val said = loadedFrom(folder)
        assertTrue(said.startsWith("Other(") && "checksum" in said, said)
    }

    /** Where the code of a function stands in a library (ELF of 64 bits). */
    private fun codeOf(
        library: ByteBuffer,
        function: String,
    ): Int {
        val sections = List(library.getShort(0x3c).toInt()) { library.getLong(0x28).toInt() + it * SECTION_BYTES }

        fun address(section: Int) = library.getLong(section + 0x10)

        fun offset(section: Int) = library.getLong(section + 0x18).toInt()
        val symbols = sections.single { library.getInt(it + 4) == DYNAMIC_SYMBOLS }
        val names = offset(sections[library.getInt(symbols + 0x28)])
        val wanted = function.toByteArray() + 0

        fun isWanted(symbol: Int) = wanted.indices.all { library.get(names + library.getInt(symbol) + it) == wanted[it] }
        val all = offset(symbols) until offset(symbols) + library.getLong(symbols + 0x20).toInt() step SYMBOL_BYTES
        val symbol = all.first(::isWanted)
        val section = sections[library.getShort(symbol + 6).toInt()]
        return (library.getLong(symbol + 8) - address(section)).toInt() + offset(section)
    }

    /** What a process says that finds its library in [libraries]. */
    private fun loadedFrom(libraries: Path): String {
        val process = javaProcess(LibraryChild::class.java.name, libraries.toString()).start()
        val said = process.inputStream.bufferedReader().readText()
        process.waitFor()
        return said.trim()
    }

    private companion object {
        const val NAME = "libyuandian_ffi.so"
        const val MOV_AX: Short = 0xb866.toShort()
        const val DYNAMIC_SYMBOLS = 11
        const val SECTION_BYTES = 64
        const val SYMBOL_BYTES = 24
    }
}

/** Says what it makes of the library that it finds. */
object LibraryChild {
    @JvmStatic
    fun main(args: Array<String>) = println(Library.load())
}

/** Another process of this test's class path, with its library in the folder [libraries]; its errors are shown with ours. */
fun javaProcess(
    main: String,
    libraries: String,
    vararg args: String,
): ProcessBuilder {
    val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
    val classPath = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
    val call = listOf(java, "-XX:TieredStopAtLevel=1", "-Djna.library.path=$libraries", "-cp", classPath, main) + args
    val process = ProcessBuilder(call).redirectError(ProcessBuilder.Redirect.INHERIT)
    // Whoever builds may have the library on the system's own search path.
    process.environment().remove("LD_LIBRARY_PATH")
    return process
}
