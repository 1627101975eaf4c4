package org.yuandian.binding.scenarios

import org.yuandian.binding.Phone
import org.yuandian.binding.TestServer
import org.yuandian.binding.orThrow
import java.nio.file.Path
import java.time.LocalDate
import java.time.ZoneId

/** A step did not end as it is written. */
class Broken(
    why: String,
    cause: Throwable? = null,
) : Exception(why, cause)

/** A phone of the scenario: its home, the invitation written for it, and itself while it is open. */
class Device(
    private val home: Path,
    val code: String,
) {
    private var open: Phone? = null

    val phone: Phone get() = checkNotNull(open) { "a phone is closed only while it is opened again" }

    suspend fun open() {
        open = Phone.open(home).orThrow()
    }

    suspend fun close() {
        open?.close()
        open = null
    }
}

/** The server process and the phones of one scenario, in [folder]. */
class Stage(
    private val folder: Path,
) {
    val server = TestServer(folder.resolve("server"))

    /** The phones by name. */
    val devices = mutableMapOf<String, Device>()

    /** The cases by the names that the steps give them. */
    val cases = sortedMapOf<String, String>()

    /** Open forms by phone and case: the heads that they show. */
    val forms = mutableMapOf<Pair<String, String>, List<String>>()

    suspend fun set(written: List<Map<String, Any?>>) {
        server.up()
        for (device in written) {
            val name = device.text("name")
            val code = server.invite(device.text("role"), device.text("grid"), device["unit"] as String?, device["level"] as String?)
            val made = Device(folder.resolve(name), code)
            devices[name] = made
            made.open()
            if (device["enrolled"] != false) made.phone.ask { enroll(server.address, code, name) }.orThrow()
        }
    }

    suspend fun strike() {
        devices.values.forEach { it.close() }
        server.close()
    }

    fun device(name: String): Device = devices[name] ?: throw Broken("the scenario has no device $name")

    fun case(name: String): String = cases[name] ?: throw Broken("no step has made a case $name")

    /** What a word of a step stands for: `case:NAME` is that case's id, `user:NAME` that person's, `day:N` the day in N days. */
    suspend fun given(word: String): String {
        val name = word.substringAfter(':')
        return when (word.substringBefore(':', "")) {
            "case" -> {
                case(name)
            }

            "user" -> {
                device(name)
                    .phone
                    .ask { person() }
                    .orThrow()
                    .user
            }

            "day" -> {
                LocalDate.now(ZoneId.of("Asia/Shanghai")).plusDays(name.toLong()).toString()
            }

            else -> {
                word
            }
        }
    }

    /** Ids become the names that the steps gave them. */
    fun named(value: Any?): Any? =
        when (value) {
            is String -> cases.entries.fold(value) { text, (name, id) -> text.replace(id, name) }
            is Map<*, *> -> value.mapValues { named(it.value) }
            is Collection<*> -> value.map(::named)
            else -> value
        }

    companion object {
        private val TEST_DATA: Path = Path.of(System.getProperty("basedir"), "../../tests/data")

        fun files(names: Any?): List<String> = (names as List<*>?).orEmpty().map { TEST_DATA.resolve(it as String).toString() }
    }
}

fun Map<String, Any?>.text(key: String): String = this[key] as? String ?: throw Broken("no text $key in $this")
