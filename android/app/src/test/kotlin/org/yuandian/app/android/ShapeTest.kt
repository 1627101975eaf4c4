package org.yuandian.app.android

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

/** What the system is told of the app, as far as its files say it. */
class ShapeTest {
    private val app = File(System.getProperty("basedir") ?: System.getProperty("user.dir"))
    private val manifest = File(app, "src/main/AndroidManifest.xml").readText()
    private val sources = File(app, "src/main/kotlin/org/yuandian/app/android").listFiles().orEmpty()

    @Test
    fun `no right is asked for but these`() {
        val asked = Regex("<uses-permission android:name=\"android\\.permission\\.([A-Z_]+)\"").findAll(manifest).map { it.groupValues[1] }
        val wanted =
            setOf(
                "INTERNET",
                "ACCESS_NETWORK_STATE",
                "RECEIVE_BOOT_COMPLETED",
                "CAMERA",
                "ACCESS_FINE_LOCATION",
                "ACCESS_COARSE_LOCATION",
                "RECORD_AUDIO",
                "POST_NOTIFICATIONS",
            )
        assertEquals(wanted, asked.toSet())
    }

    @Test
    fun `every class that the manifest names is there`() {
        val named = Regex("android:name=\"\\.(\\w+)\"").findAll(manifest).map { it.groupValues[1] }.toSet()
        val text = (sources.toList() + File(app, "src/androidx").walk().filter(File::isFile)).joinToString("\n") { it.readText() }
        assertEquals(emptyList<String>(), named.filterNot { Regex("\\bclass $it\\b").containsMatchIn(text) })
    }

    @Test
    fun `nothing is open to other apps but the launcher's way in, and nothing is backed up`() {
        assertEquals(1, Regex("android:exported=\"true\"").findAll(manifest).count())
        assertTrue(manifest.contains("android:allowBackup=\"false\""))
    }

    @Test
    fun `both languages name the app`() {
        val names = { folder: String ->
            Regex("name=\"(\\w+)\"").findAll(File(app, "src/main/res/$folder/strings.xml").readText()).map { it.groupValues[1] }.toList()
        }
        assertEquals(names("values"), names("values-en"))
    }

    @Test
    fun `what only a device can show stays small`() {
        val glue = sources.map(File::readLines).filter { lines -> lines.any { it.startsWith("import android.") } }
        val lines = glue.flatten().map(String::trim).count { it.isNotEmpty() && NO_CODE.none(it::startsWith) }
        println("glue on the framework: $lines lines of code in ${glue.size} files")
        assertTrue(lines <= GLUE_MAX) { "$lines lines, at most $GLUE_MAX: move what can be tested on a JVM below" }
    }

    private companion object {
        const val GLUE_MAX = 1_200
        val NO_CODE = listOf("//", "/*", "*", "import ", "package ")
    }
}
