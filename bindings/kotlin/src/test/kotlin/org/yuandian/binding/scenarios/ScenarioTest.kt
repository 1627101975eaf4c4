package org.yuandian.binding.scenarios

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.parallel.Execution
import org.junit.jupiter.api.parallel.ExecutionMode
import org.yuandian.binding.TestServer
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.ConcurrentHashMap
import kotlin.io.path.ExperimentalPathApi
import kotlin.io.path.deleteRecursively
import kotlin.io.path.exists
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.name

/**
 * The one list of scenarios, through the library that apps load, against the real server process: each step is held to what is written
 * beside it, and the digest of everything seen to the one that `yuandian-scenarios` (the Rust API) comes to.
 */
class ScenarioTest {
    @TestFactory
    @Execution(ExecutionMode.CONCURRENT)
    fun `every scenario ends as it is written, and as Rust saw it`(): List<DynamicTest> {
        val files = listOf("list", "lives").flatMap { FOLDER.resolve(it).listDirectoryEntries("*.json").sortedBy(Path::name) }
        assertTrue(files.isNotEmpty(), "no scenarios in $FOLDER")
        return files.map { file ->
            @Suppress("UNCHECKED_CAST")
            val scenario = readJson(file) as Map<String, Any?>
            dynamicTest("${file.name}: ${scenario["name"]}") { hold(scenario) }
        }
    }

    @OptIn(ExperimentalPathApi::class)
    private fun hold(scenario: Map<String, Any?>) {
        val folder = Files.createTempDirectory("yuandian-scenario")
        val seen =
            try {
                runBlocking {
                    val stage = Stage(folder)
                    try {
                        stage.set(maps(scenario["devices"]))
                        play(stage, scenario)
                    } finally {
                        stage.strike()
                    }
                }
            } finally {
                folder.deleteRecursively()
            }
        rust?.let { assertEquals(it.digest(scenario.text("name")), seen, "Rust saw something else") }
        println("$seen  ${scenario["name"]}")
    }

    @Test
    fun `an expectation holds only what it names`() {
        val actual = readJson("""{"a": 1, "b": [{"c": 2, "d": 3}]}""")
        assertEquals(null, differs(readJson("""{"b": [{"c": 2}]}"""), actual))
        for (wrong in listOf("""{"a": 2}""", "{}", """{"b": []}""", """{"b": [{"c": 3}]}""", """{"e": 1}""", """{"a": true}""")) {
            assertTrue(differs(readJson(wrong), actual) != null, wrong)
        }
    }

    @Test
    fun `the digest is over the bytes that the other languages write`() {
        val value =
            mapOf(
                "b" to listOf(1L, null, true, "引\"\n\u007f"),
                "a" to mapOf("z" to emptyMap<String, Any?>(), "y" to emptyList<Any?>()),
            )
        assertEquals("{\"a\":{\"y\":[],\"z\":{}},\"b\":[1,null,true,\"引\\\"\\n\u007f\"]}", canonical(value))
    }

    private companion object {
        val FOLDER: Path = Path.of(System.getProperty("basedir"), "../../tests/scenarios")

        /** None where the program was not built beside the server. */
        val rust: Rust? = Rust.beside()
    }
}

/** The same files through the Rust API, played beside. */
private class Rust(
    private val process: Process,
) {
    private val told = ConcurrentHashMap<String, CompletableFuture<Map<*, *>>>()

    init {
        Runtime.getRuntime().addShutdownHook(Thread(process::destroyForcibly))
        val reader =
            Thread {
                process.inputStream.bufferedReader().forEachLine { line ->
                    val one = readJson(line) as Map<*, *>
                    of(one["scenario"] as String).complete(one)
                }
                val ended = mapOf("ok" to false, "why" to "it ended before")
                told.values.forEach { it.complete(ended) }
            }
        reader.isDaemon = true
        reader.start()
    }

    fun digest(scenario: String): String {
        val one = of(scenario).get()
        check(one["ok"] == true) { "in Rust: ${one["why"]}" }
        return one["digest"] as String
    }

    private fun of(scenario: String) = told.computeIfAbsent(scenario) { CompletableFuture() }

    companion object {
        fun beside(): Rust? {
            val program = TestServer.programs().resolve("yuandian-scenarios")
            if (!program.exists()) {
                println("$program was not built: digests are not compared with those of Rust")
                return null
            }
            return Rust(ProcessBuilder(program.toString(), "--json").redirectError(ProcessBuilder.Redirect.INHERIT).start())
        }
    }
}
