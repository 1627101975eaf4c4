package org.yuandian.app.gateway

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.nio.file.Path
import kotlin.io.path.extension
import kotlin.io.path.isRegularFile
import kotlin.io.path.readLines
import kotlin.io.path.walk

/** Who may know what, read from the sources of every module of the app. */
class ArchitectureTest {
    @Test
    fun `only the gateway knows the binding, and nobody the generated code's inside`() {
        val binding = Regex("""\borg\.yuandian\.(core|binding)\b""")
        assertEquals(emptyList<String>(), told(listOf("model", "ui", "app"), binding))
        assertEquals(emptyList<String>(), told(MODULES, Regex("""\buniffi""", RegexOption.IGNORE_CASE)))
        // And the rule is looked for where it is kept: the gateway does know it.
        assertTrue(told(listOf("gateway"), binding).isNotEmpty())
    }

    @Test
    fun `model and ui know no platform`() {
        // The one part of javax that is on every phone, too.
        val platform = Regex("""\b(android\.(?!x)|androidx\.(?!compose\.)|java\.awt|javax\.(?!crypto)|org\.jetbrains\.(skia|skiko))""")
        assertEquals(emptyList<String>(), told(listOf("model", "ui", "gateway"), platform))
    }

    @Test
    fun `only the room of codes knows the library for them`() {
        val knows = told(MODULES, Regex("""\bcom\.google\.zxing\b"""))
        assertTrue(knows.isNotEmpty() && knows.all { it.startsWith("org/yuandian/app/model/codes/") }, "$knows")
    }

    @Test
    fun `model knows no way of drawing`() {
        assertEquals(emptyList<String>(), told(listOf("model", "gateway"), Regex("""\bandroidx\.""")))
    }

    /** Lines of main sources in which [pattern] stands, comments left out. */
    private fun told(
        modules: List<String>,
        pattern: Regex,
    ): List<String> =
        modules.flatMap { module ->
            val sources = ANDROID.resolve(module).resolve("src/main/kotlin")
            val files =
                if (sources.toFile().isDirectory) {
                    sources.walk().filter {
                        it.isRegularFile() && it.extension == "kt"
                    }
                } else {
                    emptySequence()
                }
            files
                .flatMap { file -> file.readLines().map { file to it.substringBefore("//") } }
                .filter { (_, line) -> !line.trimStart().startsWith("*") && !line.trimStart().startsWith("/**") && pattern in line }
                .map { (file, line) -> "${sources.relativize(file)}: ${line.trim()}" }
                .toList()
        }

    private companion object {
        val ANDROID: Path = Path.of(System.getProperty("basedir"), "..").normalize()
        val MODULES = listOf("model", "gateway", "ui", "app")
    }
}
