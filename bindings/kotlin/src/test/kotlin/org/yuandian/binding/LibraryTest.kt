package org.yuandian.binding

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.yuandian.core.coreVersion
import java.nio.file.Files
import java.nio.file.Path

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
        val other = folder.resolve("libyuandian_ffi.so")
        val driver = checkNotNull(javaClass.getResourceAsStream("/org/sqlite/native/Linux/x86_64/libsqlitejdbc.so"))
        driver.use { Files.copy(it, other) }
        assertTrue(loadedFrom(folder).startsWith("Other("), loadedFrom(folder))
    }

    /** What a process says that finds its library in [libraries]. */
    private fun loadedFrom(libraries: Path): String {
        val process = javaProcess(LibraryChild::class.java.name, libraries.toString()).start()
        val said = process.inputStream.bufferedReader().readText()
        process.waitFor()
        return said.trim()
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
