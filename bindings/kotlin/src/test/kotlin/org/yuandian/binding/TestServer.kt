package org.yuandian.binding

import java.nio.file.Path
import java.sql.DriverManager
import java.util.concurrent.TimeUnit

/** The real server process with its data in [data], at a port that the system chooses and that stays the same when it starts again. */
class TestServer(
    private val data: Path,
) : AutoCloseable {
    private val program = programs().resolve("yuandian-server").toString()
    private var process: Process? = null

    /** Where it listens, once it is [up]. */
    var address = "http://127.0.0.1:0"
        private set

    /** Starts it and waits until it says where it listens. */
    fun up() {
        val call = listOf(program, "serve", "--listen", address.removePrefix("http://"), "--data", data.toString())
        val started = ProcessBuilder(call).redirectError(ProcessBuilder.Redirect.DISCARD).start()
        process = started
        running.add(started)
        val lines = started.inputStream.bufferedReader().lineSequence()
        val told = lines.flatMap { it.split(' ') }.firstOrNull { it.startsWith("http://") }
        address = checkNotNull(told) { "the server ended before it listened" }.trimEnd('/')
    }

    /** Ends it at once, as a power cut would. */
    fun down() {
        process?.destroyForcibly()?.waitFor()
        process?.let(running::remove)
        process = null
    }

    /** An invitation code. */
    fun invite(
        role: String,
        grid: String,
        unit: String? = null,
        level: String? = null,
    ): String {
        val bound = listOf("--unit" to unit, "--level" to level).flatMap { (name, value) -> value?.let { listOf(name, it) }.orEmpty() }
        return told(listOf("invite", "--data", data.toString(), "--role", role, "--grid", grid) + bound)
    }

    /** What the operator is told for a command, its verb first. */
    fun admin(args: List<String>): String = told(listOf("admin", args.first(), "--data", data.toString()) + args.drop(1))

    /** What it is to do later comes nearer by so many days, and rights are as much older, while it stands still. */
    fun daysPass(days: Long) {
        down()
        DriverManager.getConnection("jdbc:sqlite:${data.resolve("yuandian.db")}").use { store ->
            val ms = TimeUnit.DAYS.toMillis(days)
            store.createStatement().use { statement ->
                statement.executeUpdate("UPDATE timer SET due_ms = due_ms - $ms")
                statement.executeUpdate("UPDATE person_right SET since_ms = since_ms - $ms, ended_ms = ended_ms - $ms")
            }
        }
        up()
    }

    override fun close() = down()

    private fun told(args: List<String>): String {
        val call = ProcessBuilder(listOf(program) + args).redirectErrorStream(true).start()
        val said = call.inputStream.bufferedReader().readText()
        check(call.waitFor() == 0) { "${args.take(2).joinToString(" ")}: $said" }
        return said.trim()
    }

    companion object {
        private val running =
            java.util.concurrent.ConcurrentHashMap
                .newKeySet<Process>()

        init {
            // A test that is interrupted leaves no server behind.
            Runtime.getRuntime().addShutdownHook(Thread { running.forEach(Process::destroyForcibly) })
        }

        /** The folder of the built programs. */
        fun programs(): Path = Path.of(checkNotNull(System.getProperty("yuandian.bin.dir")) { "-Dyuandian.bin.dir is not given" })

        /** A server that listens. */
        fun started(data: Path): TestServer = TestServer(data).apply(TestServer::up)
    }
}
