package org.yuandian.app.gateway

import org.yuandian.app.model.Answer
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Phone
import org.yuandian.binding.TestServer
import java.nio.file.Path

/**
 * The real server process at a port that the system chooses, and people's phones through the real gateway: what journeys are
 * driven against.
 *
 * Everything lies in [folder]; [close] closes the phones that are open and ends the server.
 */
class RealWorld(
    private val folder: Path,
) : AutoCloseable {
    private val server = TestServer.started(folder.resolve("server"))
    private val open = mutableListOf<Phone>()
    val phones = CorePhones()

    /** What the invitation's page says: where to enrol. */
    val address: String get() = server.address

    /** The folder of somebody's store. */
    fun home(name: String): String = folder.resolve(name).toString()

    /**
     * A single-use code. Role ids are the core's: `grid_worker`, `resident`, `volunteer` …; [level] how closely somebody was looked at,
     * `l0` to `l3`.
     */
    fun invite(
        role: String,
        grid: String = GRID,
        unit: String? = null,
        level: String? = null,
    ): String = server.invite(role, grid, unit, level)

    /** Opens somebody's store; under the same name again the same one. */
    suspend fun open(name: String): Phone = phones.open(home(name), null, emptyList()).orFail().also(open::add)

    /** The same, enrolled under that name. */
    suspend fun joined(
        name: String,
        role: String,
        grid: String = GRID,
        level: String? = null,
    ): Phone = open(name).apply { identity.enroll(address, invite(role, grid, level = level), name).orFail() }

    /** The network is cut for everybody: the server process ends at once. */
    fun cut() = server.down()

    /** It is there again, at the same address and with everything that it had said. */
    fun mend() = server.up()

    /** What the server is to do later comes nearer by so many days. */
    fun daysPass(days: Long) = server.daysPass(days)

    /** A command of the operator, its verb first. */
    fun admin(vararg args: String): String = server.admin(args.toList())

    override fun close() {
        kotlinx.coroutines.runBlocking { open.forEach { it.close() } }
        server.close()
    }

    companion object {
        const val GRID = "410102001"

        private val DATA = Path.of(System.getProperty("basedir"), "../../tests/data")

        /** A photo of a camera, 100 kB or so. */
        val PHOTO: String = DATA.resolve("photos/seeding12_o6.jpg").toString()

        /** No photo. */
        val NO_PHOTO: String = DATA.resolve("README.md").toString()
    }
}

/** The value, or a failed test that says what was in the way. */
fun <T> Answer<T>.orFail(): T =
    when (this) {
        is Answer.Done -> value
        is Answer.Failed -> throw AssertionError("$trouble")
    }

/** What was in the way, or a failed test. */
fun Answer<*>.trouble(): Trouble =
    when (this) {
        is Answer.Done -> throw AssertionError("it was done: $value")
        is Answer.Failed -> trouble
    }
