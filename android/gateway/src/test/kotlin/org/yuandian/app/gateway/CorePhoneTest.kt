package org.yuandian.app.gateway

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.yuandian.app.model.ActId
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Claim
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.Language
import org.yuandian.app.model.Named
import org.yuandian.app.model.NextStep
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Position
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.ActOutcome
import org.yuandian.app.model.gateway.ListAsk
import org.yuandian.app.model.gateway.Phone
import java.nio.file.Path

/** What the app's types say of the real core against the real server: two and more people, each with a phone. */
class CorePhoneTest {
    @TempDir
    lateinit var folder: Path

    private lateinit var world: RealWorld

    @BeforeEach
    fun begin() {
        world = RealWorld(folder)
    }

    @AfterEach
    fun end() = world.close()

    @Test
    fun `what is captured offline is kept, and delivered with its photo`() =
        runBlocking {
            val phone = world.joined("网格员", "grid_worker")
            assertEquals(
                HomeRole.GRID_WORKER,
                phone.identity
                    .person()
                    .orFail()
                    .homeRole,
            )
            world.cut()
            val id = phone.draft(SNAP, "井盖缺失")
            phone.drafts.addPhoto(id, RealWorld.PHOTO, CaptureFacts(PhotoSource.CAMERA)).orFail()
            assertEquals(
                SyncState.SAVED,
                phone.drafts
                    .finish(id)
                    .orFail()
                    .sync,
            )
            assertEquals(
                1,
                phone.cases
                    .counts()
                    .orFail()
                    .onItsWay,
            )
            assertEquals(
                false,
                phone.sync
                    .run()
                    .orFail()
                    .reached,
            )
            assertEquals(
                SyncState.SAVED,
                phone.cases
                    .line(id)
                    .orFail()
                    .sync,
            )
            world.mend()
            val report = phone.sync.run().orFail()
            assertTrue(report.complete && report.uploaded > 0, "$report")
            val case = phone.cases.case(id).orFail()
            assertEquals(listOf(SyncState.DELIVERED, 1, 1), listOf(case.line.sync, case.progress.photos, case.progress.delivered))
            assertEquals(
                0,
                phone.cases
                    .counts()
                    .orFail()
                    .onItsWay,
            )
            assertEquals(
                listOf(id),
                phone.cases
                    .page(ListAsk(text = "井盖", mine = true))
                    .orFail()
                    .map { it.id },
            )
        }

    @Test
    fun `photos that wait for Wi-Fi are told as waiting and go when it is there`() =
        runBlocking {
            val phone = world.joined("网格员", "grid_worker")
            phone.sync
                .setPolicies(
                    phone.sync
                        .policies()
                        .orFail()
                        .withWifiOnly(true),
                ).orFail()
            assertTrue(
                phone.sync
                    .policies()
                    .orFail()
                    .wifiOnly,
            )
            phone.sync.setNetwork(metered = true, charging = false).orFail()
            val id = phone.draft(SNAP, "路灯不亮")
            phone.drafts.addPhoto(id, RealWorld.PHOTO, CaptureFacts(PhotoSource.CAMERA)).orFail()
            phone.drafts.finish(id).orFail()
            phone.sync.run().orFail()
            val line = phone.cases.line(id).orFail()
            assertEquals(
                listOf(SyncState.WAITING, 1, 1),
                listOf(
                    line.sync,
                    line.progress?.photos,
                    phone.cases
                        .case(id)
                        .orFail()
                        .progress.heldBack,
                ),
            )
            assertEquals(
                1,
                phone.cases
                    .counts()
                    .orFail()
                    .waiting,
            )
            phone.sync.setNetwork(metered = false, charging = false).orFail()
            phone.sync.run().orFail()
            assertEquals(
                SyncState.DELIVERED,
                phone.cases
                    .line(id)
                    .orFail()
                    .sync,
            )
        }

    @Test
    fun `a claim shows as asked for, won or in line, and the asker sees who comes`() =
        runBlocking {
            val asker = world.joined("居民", "resident")
            val id = asker.draft("help.errand", "买两斤鸡蛋", listOf(Named("address", "3号楼"), Named("phone", "13800000000")))
            asker.answered(id)
            asker.drafts.finish(id).orFail()
            asker.sync.run().orFail()
            val volunteers = listOf("甲", "乙").map { world.joined(it, "volunteer", level = "l3") }
            volunteers.forEach { it.sync.run().orFail() }
            val (first, second) = volunteers
            for (volunteer in volunteers) {
                assertTrue(
                    ActId.CLAIM in
                        volunteer.cases
                            .case(id)
                            .orFail()
                            .can,
                )
                assertEquals(ActOutcome.QUEUED, volunteer.cases.act(id, ActInput(ActId.CLAIM)).orFail())
                assertEquals(
                    Claim.Pending,
                    volunteer.cases
                        .line(id)
                        .orFail()
                        .claim,
                )
            }
            first.sync.run().orFail()
            second.sync.run().orFail()
            assertEquals(
                Claim.Won,
                first.cases
                    .case(id)
                    .orFail()
                    .line.claim,
            )
            assertEquals(
                Claim.InLine(1),
                second.cases
                    .case(id)
                    .orFail()
                    .line.claim,
            )
            asker.sync.run().orFail()
            assertEquals(
                listOf("甲"),
                asker.cases
                    .case(id)
                    .orFail()
                    .holders,
            )
            assertTrue(
                asker.cases
                    .case(id)
                    .orFail()
                    .codeWords != null,
            )
        }

    @Test
    fun `two answers to one question are shown with their question, and settled`() =
        runBlocking {
            val (one, other) = listOf("甲", "乙").map { world.joined(it, "grid_worker") }
            val id = one.draft(CITY, "堆放垃圾", listOf(Named("severity", "low")))
            one.drafts.finish(id).orFail()
            one.sync.run().orFail()
            other.sync.run().orFail()
            one.cases
                .edit(
                    id,
                    listOf(Named("severity", "high")),
                    one.cases
                        .case(id)
                        .orFail()
                        .heads,
                ).orFail()
            other.cases
                .edit(
                    id,
                    listOf(Named("severity", "normal")),
                    other.cases
                        .case(id)
                        .orFail()
                        .heads,
                ).orFail()
            listOf(one, other, one).forEach { it.sync.run().orFail() }
            assertEquals(
                SyncState.CONFLICT,
                one.cases
                    .line(id)
                    .orFail()
                    .sync,
            )
            assertEquals(
                1,
                one.cases
                    .counts()
                    .orFail()
                    .conflicts,
            )
            one.identity.setLanguage(Language.EN).orFail()
            val conflict =
                one.cases
                    .case(id)
                    .orFail()
                    .conflicts
                    .single()
            val label =
                one.services
                    .form(ServiceId(CITY))
                    .orFail()
                    .fields
                    .single { it.key == "severity" }
                    .label
            assertEquals(listOf("severity", label.en), listOf(conflict.key, conflict.label))
            assertEquals(mapOf("high" to true, "normal" to false), conflict.values.associate { it.value to it.mine })
            one.cases.settle(id, "severity", conflict.values.single { !it.mine }.number).orFail()
            one.sync.run().orFail()
            val settled = one.cases.case(id).orFail()
            assertEquals(SyncState.DELIVERED to "normal", settled.line.sync to settled.fields.single { it.key == "severity" }.value)
        }

    @Test
    fun `what the phone's rule refuses is told in both languages with steps`() =
        runBlocking {
            val phone = world.joined("居民", "resident")
            val id = phone.drafts.save(null, DraftInput(ServiceId(SNAP), text = "没有照片")).orFail()
            val refused = phone.drafts.finish(id).trouble() as Trouble.Refused
            assertEquals("r_expects", refused.code)
            assertTrue(refused.reason.zh.isNotEmpty() && refused.reason.en.isNotEmpty() && NextStep.AMEND in refused.next, "$refused")
        }

    @Test
    fun `an invitation serves once, and an unreachable server is told as such`() =
        runBlocking {
            val code = world.invite("resident")
            world
                .open("甲")
                .identity
                .enroll(world.address, code, "甲")
                .orFail()
            val late = world.open("乙")
            assertTrue(late.identity.enroll(world.address, code, "乙").trouble() is Trouble.ServerRefused)
            world.cut()
            assertTrue(late.identity.enroll(world.address, code, "乙").trouble() is Trouble.Unreachable)
        }

    private suspend fun Phone.draft(
        service: String,
        text: String,
        answers: List<Named> = emptyList(),
    ): CaseId {
        val noPhoto = if (service == CITY) "太暗" else null
        return drafts.save(null, DraftInput(ServiceId(service), Position(113.62, 34.75, 8), text, answers, noPhoto)).orFail()
    }

    /** Answers every question that must be answered with the first thing that can be. */
    private suspend fun Phone.answered(id: CaseId) {
        val draft = drafts.draft(id).orFail()
        val form = services.form(draft.entered.service).orFail()
        val given =
            draft.entered.answers
                .associate { it.key to it.value }
                .toMutableMap()
        val required = services.standing(form.id, draft.entered.answers).orFail().required
        for (field in form.fields.filter { it.key in required && it.key !in given }) {
            given[field.key] = field.options.firstOrNull()?.id ?: if (field.kind.name == "NUMBER") field.min ?: "1" else "x"
        }
        drafts.save(id, draft.entered.copy(answers = given.map { Named(it.key, it.value) })).orFail()
    }

    private companion object {
        const val SNAP = "case.snap"
        const val CITY = "case.city.E06010"
    }
}
