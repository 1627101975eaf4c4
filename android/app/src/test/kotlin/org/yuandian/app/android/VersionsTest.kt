package org.yuandian.app.android

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.io.File

/** Two builds of the same sources: they name the same versions, or this says which line to change. */
class VersionsTest {
    private val android = File(System.getProperty("basedir") ?: System.getProperty("user.dir")).parentFile
    private val parent = File(android, "pom.xml").readText()
    private val ui = File(android, "ui/pom.xml").readText()
    private val catalog = File(android, "gradle/libs.versions.toml").readText()

    @Test
    fun `Maven and Gradle name the same versions`() = assertEquals(emptyList<String>(), differences(parent, ui, catalog))

    @Test
    fun `a difference is told by the line to change`() {
        val other = catalog.replace(Regex("(?m)^jna = .*$"), "jna = \"5.0.0\"")
        val maven = mavenVersion(parent, "jna.version")
        assertEquals(
            listOf(
                "android/gradle/libs.versions.toml has `jna = \"5.0.0\"`, android/pom.xml has <jna.version>$maven: " +
                    "change the first to `jna = \"$maven\"`",
            ),
            differences(parent, ui, other),
        )
    }

    @Test
    fun `a Compose without a known counterpart is told`() {
        val other = ui.replace(Regex("<cmp.version>[^<]*"), "<cmp.version>9.9.9")
        assertEquals(
            listOf("android/ui/pom.xml has <cmp.version>9.9.9: add its Android counterpart to COUNTERPARTS in VersionsTest.kt"),
            differences(parent, other, catalog),
        )
    }

    private fun differences(
        parent: String,
        ui: String,
        catalog: String,
    ): List<String> {
        val same =
            SAME.mapNotNull { (name, property) ->
                difference(
                    catalog,
                    name,
                    mavenVersion(parent, property),
                    "android/pom.xml has <$property>${mavenVersion(parent, property)}",
                )
            }
        val compose = mavenVersion(ui, "cmp.version")
        val wanted =
            COUNTERPARTS[compose]
                ?: return same +
                    "android/ui/pom.xml has <cmp.version>$compose: add its Android counterpart to COUNTERPARTS in VersionsTest.kt"
        return same + listOfNotNull(difference(catalog, "composeBom", wanted, "android/ui/pom.xml has <cmp.version>$compose"))
    }

    private fun difference(
        catalog: String,
        name: String,
        wanted: String?,
        maven: String,
    ): String? {
        val gradle = Regex("(?m)^$name = \"([^\"]*)\"").find(catalog)?.groupValues?.get(1)
        return if (gradle == wanted && gradle != null) {
            null
        } else {
            "android/gradle/libs.versions.toml has `$name = \"$gradle\"`, $maven: change the first to `$name = \"$wanted\"`"
        }
    }

    private fun mavenVersion(
        pom: String,
        property: String,
    ): String? = Regex("<${Regex.escape(property)}>([^<]*)</").find(pom)?.groupValues?.get(1)

    private companion object {
        /** Name in the catalogue to property in android/pom.xml. */
        val SAME =
            mapOf(
                "kotlin" to "kotlin.version",
                "coroutines" to "coroutines.version",
                "jna" to "jna.version",
                "zxing" to "zxing.version",
                "junit" to "junit.version",
                "gson" to "gson.version",
                "sqlite" to "sqlite.version",
            )

        /** Compose Multiplatform to the BOM of the androidx artefacts that it was made from. */
        val COUNTERPARTS = mapOf("1.7.3" to "2024.12.01")
    }
}
