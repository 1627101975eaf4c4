package org.yuandian.app.model.contract

import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.BeforeEach
import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.Named
import org.yuandian.app.model.Position
import org.yuandian.app.model.Role
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.ListAsk
import org.yuandian.app.model.gateway.Phone

/** One city with phones, real or not. Every test has one of its own. */
interface World : AutoCloseable {
    /** A phone of its own that nobody is enrolled on. [home] names it: the same name opens the same data again. */
    suspend fun open(home: String): Phone

    /** A code that works once. */
    suspend fun invite(role: Role): String

    /** What [org.yuandian.app.model.gateway.Identity.enroll] is told. */
    val server: String

    /** Whether the platform can be reached from now on. */
    fun reachable(on: Boolean)

    /** The path of a small JPEG; another picture for every number. */
    fun photo(number: Int): String
}

/** What every gateway keeps, be it in memory or over the core: run by subclasses over their [World]. */
abstract class Contract {
    protected abstract fun newWorld(): World

    protected lateinit var world: World
        private set

    @BeforeEach
    fun begin() {
        world = newWorld()
    }

    @AfterEach
    fun end() = world.close()

    protected fun run(test: suspend () -> Unit) = runBlocking { withTimeout(TEST_MS) { test() } }

    protected fun <T> Answer<T>.value(): T =
        when (this) {
            is Answer.Done -> value
            is Answer.Failed -> throw AssertionError("failed: $trouble")
        }

    protected fun Answer<*>.trouble(): Trouble =
        when (this) {
            is Answer.Done -> throw AssertionError("done: $value")
            is Answer.Failed -> trouble
        }

    protected fun snap(text: String) = DraftInput(SNAP, PLACE, text, emptyList(), "太暗")

    protected fun errand() =
        DraftInput(ERRAND, Position(113.63, 34.76, null), "请帮我代买菜", listOf(Named("list", "青菜"), Named("address", "3号楼502")))

    protected suspend fun finish(
        phone: Phone,
        input: DraftInput,
    ): CaseId =
        phone.drafts
            .finish(phone.drafts.save(null, input).value())
            .value()
            .id

    protected suspend fun stateOf(
        phone: Phone,
        id: CaseId,
    ) = phone.cases
        .line(id)
        .value()
        .sync

    protected suspend fun ids(
        phone: Phone,
        ask: ListAsk,
    ) = phone.cases
        .page(ask)
        .value()
        .map { it.id }

    protected suspend fun fields(
        phone: Phone,
        id: CaseId,
    ) = phone.cases
        .case(id)
        .value()
        .fields
        .associate { it.key to it.value }

    protected suspend fun resident(home: String) = world.open(home).also { enroll(it, home, Role.RESIDENT) }

    protected suspend fun volunteer(home: String) = world.open(home).also { enroll(it, home, Role.VOLUNTEER) }

    protected suspend fun worker(home: String) = world.open(home).also { enroll(it, home, Role.GRID_WORKER) }

    protected suspend fun enroll(
        phone: Phone,
        name: String,
        role: Role,
    ) {
        phone.identity.enroll(world.server, world.invite(role), name).value()
    }

    protected companion object {
        val SNAP = ServiceId("case.snap")
        val GARBAGE = ServiceId("case.city.E06010")
        val ERRAND = ServiceId("help.errand")
        val MEAL = ServiceId("order.elder.meal")
        val PLACE = Position(113.62, 34.75, 8)
        const val WAIT_MS = 10_000L
        const val TEST_MS = 120_000L
    }
}
