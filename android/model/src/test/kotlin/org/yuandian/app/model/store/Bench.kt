package org.yuandian.app.model.store

import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import org.yuandian.app.model.ActId
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.Named
import org.yuandian.app.model.Position
import org.yuandian.app.model.Role
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.fake.FakePhone
import org.yuandian.app.model.fake.FakePhones
import org.yuandian.app.model.fake.FakePlatform
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.orNull
import org.yuandian.app.model.ports.Fix
import org.yuandian.app.model.ports.Link
import org.yuandian.app.screens.CaseDetailAction
import org.yuandian.app.screens.TaskStep
import org.yuandian.app.screens.TasksAction

/** A phone with its person for tests of stores, in virtual time. */
internal class Bench(
    private val test: TestScope,
) {
    val device = FakePlatform { test.currentTime }
    val phones = FakePhones(nowMs = device.clock::nowMs)
    val city get() = phones.city

    init {
        device.fixes = flowOf(Fix.Found(HERE, "gps", false, 0))
    }

    /** Without a network, as the system says and as it is. */
    fun offline() {
        device.link.value = Link.OFFLINE
        phones.network.open = false
    }

    fun online() {
        phones.network.open = true
        device.link.value = FakePlatform.WIFI
    }

    suspend fun phone(home: String): FakePhone = checkNotNull(phones.open(home, null, emptyList()).orNull()) as FakePhone

    /** Somebody else's phone, enrolled. */
    suspend fun other(
        home: String,
        role: Role,
    ): Phone = phone(home).also { it.identity.enroll(SERVER, city.invite(role), home) }

    /** A session; [role] none: nobody is enrolled. */
    suspend fun session(
        role: Role?,
        home: String = "a",
        saved: String? = null,
    ): Session {
        val phone = phone(home)
        if (role != null && phone.identity.person().orNull() == null) phone.identity.enroll(SERVER, city.invite(role), home)
        val session = Session(phone, device.platform, test.backgroundScope, home, saved)
        session.start()
        test.runCurrent()
        return session
    }

    suspend fun stateOf(
        session: Session,
        id: CaseId,
    ): SyncState? =
        session.phone.cases
            .line(id)
            .orNull()
            ?.sync

    companion object {
        private const val SETTLED_MS = 10_000L
        const val SERVER = "https://city.example"
        val HERE = Position(113.62, 34.75, 8)
        val SNAP = ServiceId("case.snap")
        val ERRAND = ServiceId("help.errand")

        suspend fun Phone.opens(input: DraftInput): CaseId {
            val id = checkNotNull(drafts.save(null, input).orNull())
            checkNotNull(drafts.finish(id).orNull())
            sync.run()
            return id
        }

        /** A worker's case with a step open that asks for a reason. */
        suspend fun TestScope.step(bench: Bench): Pair<Session, CaseDetailStore> {
            val session = bench.session(Role.GRID_WORKER, "worker")
            val id = session.phone.opens(snap("堆放垃圾"))
            bench.city.move(id, "dispatched")
            session.phone.sync.run()
            val store = CaseDetailStore(session, id)
            advanceTimeBy(SETTLED_MS)
            store.act(CaseDetailAction.OpenStep("return_request"))
            return session to store
        }

        /** A volunteer's task at its end: the form of leaving is open. */
        suspend fun TestScope.task(bench: Bench): Pair<Session, TasksStore> {
            val id = bench.other("asker", Role.RESIDENT).opens(errand())
            val session = bench.session(Role.VOLUNTEER, "volunteer")
            advanceTimeBy(SETTLED_MS)
            session.phone.does(id, ActInput(ActId.CLAIM))
            val store = TasksStore(session)
            advanceTimeBy(SETTLED_MS)
            for (step in listOf(TaskStep.DEPART, TaskStep.ARRIVE)) {
                store.act(TasksAction.Take(id.value, step))
                store.act(TasksAction.SendForm)
                advanceTimeBy(SETTLED_MS)
            }
            store.act(TasksAction.Take(id.value, TaskStep.FINISH))
            return session to store
        }

        fun errand() =
            DraftInput(
                ERRAND,
                HERE,
                "请帮我代买菜",
                listOf(Named("time_window", "今天"), Named("address", "3号楼502"), Named("phone", "13912345678")),
            )

        fun snap(text: String) = DraftInput(SNAP, HERE, text, emptyList(), "太暗")

        suspend fun Phone.does(
            id: CaseId,
            act: ActInput,
        ) {
            checkNotNull(cases.act(id, act).orNull())
            sync.run()
        }
    }
}
