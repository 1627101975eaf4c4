package org.yuandian.app.ui

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

/** What may know what; read from the sources. */
class ArchitectureTest {
    private val android = File(System.getProperty("basedir") ?: ".").absoluteFile.parentFile
    private val ui = android.resolve("ui/src/main/kotlin/org/yuandian/app/ui")
    private val model = android.resolve("model/src/main/kotlin")

    private fun sources(dir: File) =
        dir
            .walkTopDown()
            .filter { it.extension == "kt" }
            .toList()
            .also { assertTrue(it.isNotEmpty(), dir.path) }

    private fun imports(file: File) = file.readLines().filter { it.startsWith("import ") }.map { it.removePrefix("import ") }

    private fun offenders(
        files: List<File>,
        forbidden: Regex,
    ) = files.flatMap { file -> imports(file).filter(forbidden::containsMatchIn).map { "${file.name}: $it" } }

    @Test
    fun `model and ui name neither Android nor the desktop`() {
        val forbidden =
            Regex(
                "^(android|java\\.awt|javax\\.swing|org\\.jetbrains\\.ski|androidx\\.compose\\.ui\\.(awt|res|window|ImageComposeScene))\\b",
            )
        assertEquals(emptyList<String>(), offenders(sources(ui) + sources(model), forbidden))
    }

    @Test
    fun `only the gateway knows the binding`() {
        val forbidden = Regex("^(uniffi|com\\.sun\\.jna|org\\.yuandian\\.(core|binding))\\b")
        assertEquals(emptyList<String>(), offenders(sources(ui) + sources(model), forbidden))
    }

    @Test
    fun `screens and parts know no store`() {
        val files = listOf("screens", "parts", "theme", "sign", "states").flatMap { sources(ui.resolve(it)) }
        assertEquals(emptyList<String>(), offenders(files, Regex("^org\\.yuandian\\.app\\.(model|gateway)\\b")))
    }

    @Test
    fun `screens say nothing of their own`() {
        val literal = Regex("\"[^\"]*\\p{L}[^\"]*\"")
        val said =
            sources(ui.resolve("screens")).flatMap { file ->
                file.readLines().filter(literal::containsMatchIn).map { "${file.name}: ${it.trim()}" }
            }
        assertEquals(emptyList<String>(), said)
    }

    @Test
    fun `every screen has a provider and stands in the gallery`() {
        val declared = Regex("fun (\\w+)Screen\\(")
        val screens =
            sources(ui.resolve("screens"))
                .flatMap {
                    declared.findAll(it.readText()).map { found ->
                        found.groupValues[1]
                    }
                }.toSet()
        assertEquals(screens, exhibits.map { it.name }.toSet())
        for (exhibit in exhibits) {
            assertTrue(
                exhibit.stateNames().size > 1 && exhibit.stateNames().toSet().size == exhibit.stateNames().size,
                exhibit.name,
            )
        }
    }

    @Test
    fun `no colour is named outside of the palette`() {
        val named = Regex("Color\\(0x")
        val files = sources(ui).filter { it.name != "Palette.kt" }
        assertEquals(emptyList<String>(), files.filter { named.containsMatchIn(it.readText()) }.map(File::getName))
    }
}
