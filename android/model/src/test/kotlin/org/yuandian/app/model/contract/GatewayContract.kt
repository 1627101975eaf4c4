package org.yuandian.app.model.contract

import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.yuandian.app.model.ActId
import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Claim
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.Language
import org.yuandian.app.model.Named
import org.yuandian.app.model.NextStep
import org.yuandian.app.model.Outcome
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Position
import org.yuandian.app.model.QuietHours
import org.yuandian.app.model.Role
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.UserId
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.ActOutcome
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.gateway.LeaveInput
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
abstract class GatewayContract {
    protected abstract fun newWorld(): World

    private lateinit var world: World

    @BeforeEach
    fun begin() {
        world = newWorld()
    }

    @AfterEach
    fun end() = world.close()

    // Drafts and the first report.

    @Test
    fun a_draft_is_kept_before_anybody_is_enrolled() =
        run {
            val phone = world.open("a")
            val id = phone.drafts.save(null, snap("路灯不亮")).value()
            assertEquals(id, phone.drafts.save(id, snap("路灯不亮，两天了")).value())
            phone.close()
            val draft =
                world
                    .open("a")
                    .drafts
                    .draft(id)
                    .value()
            assertEquals("路灯不亮，两天了", draft.entered.text)
            assertEquals(PLACE, draft.entered.position)
            assertEquals("太暗", draft.entered.noPhoto)
        }

    @Test
    fun nothing_is_finished_before_an_invitation_was_used_and_the_draft_stays() =
        run {
            val phone = world.open("a")
            val id = phone.drafts.save(null, snap("路灯不亮")).value()
            assertEquals(Trouble.NotEnrolled, phone.drafts.finish(id).trouble())
            assertEquals(Trouble.NotEnrolled, phone.identity.person().trouble())
            enroll(phone, "居民", Role.RESIDENT)
            val line = phone.drafts.finish(id).value()
            assertEquals(id, line.id)
            assertEquals(SyncState.SAVED, line.sync)
        }

    @Test
    fun services_and_their_forms_can_be_read_before_anybody_is_enrolled() =
        run {
            val phone = world.open("a")
            val found = phone.services.find("").value()
            assertTrue(found.any { it.id == SNAP } && found.any { it.id == ERRAND })
            assertFalse(found.any { it.id.value == "task.patrol" }, "what a resident may not open is not offered")
            val form = phone.services.form(ERRAND).value()
            assertTrue(form.placeIsCoarse)
            assertTrue(form.fields.first { it.key == "address" }.staysPrivate)
            assertTrue(phone.services.form(ServiceId("no.such")).trouble() is Trouble.NotFound)
        }

    @Test
    fun an_invitation_works_once_and_a_name_is_needed() =
        run {
            val phone = world.open("a")
            val code = world.invite(Role.GRID_WORKER)
            assertTrue(phone.identity.enroll(world.server, code, "").trouble() is Trouble.Mend)
            val person = phone.identity.enroll(world.server, code, "甲").value()
            assertEquals("甲", person.name)
            assertEquals(listOf(Role.GRID_WORKER), person.grants.map { it.role })
            assertEquals(
                person.user,
                phone.identity
                    .person()
                    .value()
                    .user,
            )
            val second = world.open("b")
            assertTrue(second.identity.enroll(world.server, code, "乙").trouble() is Trouble.ServerRefused)
        }

    @Test
    fun enrolling_without_a_network_is_no_loss() =
        run {
            val phone = world.open("a")
            val code = world.invite(Role.RESIDENT)
            world.reachable(false)
            assertTrue(phone.identity.enroll(world.server, code, "居民").trouble() is Trouble.Unreachable)
            world.reachable(true)
            phone.identity.enroll(world.server, code, "居民").value()
        }

    @Test
    fun a_form_says_what_it_still_needs() =
        run {
            val phone = world.open("a")
            val alone = phone.services.standing(ERRAND, listOf(Named("list", "青菜"))).value()
            assertFalse("beneficiary_agrees" in alone.asked)
            val forMother = listOf(Named("list", "青菜"), Named("beneficiary", "母亲"), Named("budget", "很多"))
            val standing = phone.services.standing(ERRAND, forMother).value()
            assertTrue("beneficiary_agrees" in standing.required)
            assertEquals(setOf("budget"), standing.wrong.keys.intersect(setOf("budget", "list")))
        }

    @Test
    fun what_is_missing_is_named_and_the_draft_stays() =
        run {
            val phone = resident("a")
            val input = DraftInput(ERRAND, PLACE, "请帮母亲代买菜", listOf(Named("beneficiary", "母亲")))
            val id = phone.drafts.save(null, input).value()
            assertEquals("beneficiary_agrees", (phone.drafts.finish(id).trouble() as Trouble.Mend).field)
            assertEquals(
                input,
                phone.drafts
                    .draft(id)
                    .value()
                    .entered,
            )
        }

    @Test
    fun fewer_photos_need_a_reason() =
        run {
            val phone = resident("a")
            val id = phone.drafts.save(null, snap("井盖缺失").copy(noPhoto = null)).value()
            val refused = phone.drafts.finish(id).trouble()
            assertTrue(refused is Trouble.Refused || refused is Trouble.Mend, "$refused")
            phone.drafts.save(id, snap("井盖缺失")).value()
            phone.drafts.finish(id).value()
        }

    @Test
    fun photos_come_and_go_and_the_tenth_is_one_too_many() =
        run {
            val phone = world.open("a")
            val id = phone.drafts.save(null, snap("积水")).value()
            val facts = CaptureFacts(PhotoSource.CAMERA, PLACE, "gps", mock = false)
            val hashes = (1..9).map { phone.drafts.addPhoto(id, world.photo(it), facts).value() }
            assertEquals(9, hashes.toSet().size)
            assertTrue(phone.drafts.addPhoto(id, world.photo(10), facts).trouble() is Trouble.Mend)
            phone.drafts.removePhoto(id, hashes[0]).value()
            assertEquals(
                hashes.drop(1),
                phone.drafts
                    .draft(id)
                    .value()
                    .photos
                    .map { it.hash },
            )
            assertTrue(phone.drafts.addPhoto(id, "/missing.jpg", facts).trouble() is Trouble.FileUnusable)
        }

    @Test
    fun a_draft_that_was_given_up_is_gone() =
        run {
            val phone = world.open("a")
            val id = phone.drafts.save(null, snap("路灯不亮")).value()
            phone.drafts.discard(id).value()
            assertTrue(phone.drafts.draft(id).trouble() is Trouble.NotFound)
            assertEquals(emptyList<Any>(), phone.drafts.drafts().value())
        }

    @Test
    fun a_phone_number_in_a_request_is_warned_of() =
        run {
            val phone = resident("a")
            val id = phone.drafts.save(null, DraftInput(ERRAND, PLACE, "请代买菜，电话13912345678")).value()
            val told = phone.drafts.giveaways(id).value()
            assertEquals(listOf("13912345678"), told.map { it.found })
            assertEquals("text", told.single().field)
            assertTrue(told.single().text.isNotBlank())
            assertEquals(emptyList<Any>(), phone.drafts.giveawaysIn("请代买菜").value())
        }

    // Sending.

    @Test
    fun what_is_captured_offline_is_saved_at_once_and_delivered_later() =
        run {
            val phone = resident("a")
            world.reachable(false)
            val id = finish(phone, snap("路口堆放垃圾"))
            assertEquals(
                false,
                phone.sync
                    .run()
                    .value()
                    .reached,
            )
            assertEquals(SyncState.SAVED, stateOf(phone, id))
            assertEquals(
                1,
                phone.cases
                    .counts()
                    .value()
                    .onItsWay,
            )
            world.reachable(true)
            val report = phone.sync.run().value()
            assertTrue(report.reached && report.complete, "$report")
            assertEquals(SyncState.DELIVERED, stateOf(phone, id))
            assertEquals(
                0,
                phone.cases
                    .counts()
                    .value()
                    .onItsWay,
            )
            assertEquals(
                listOf(Outcome.DONE),
                phone.cases
                    .case(id)
                    .value()
                    .history
                    .map { it.outcome }
                    .distinct(),
            )
        }

    @Test
    fun a_note_is_pending_until_the_platform_has_it() =
        run {
            val phone = resident("a")
            val id = finish(phone, snap("路灯不亮"))
            phone.sync.run().value()
            phone.cases.note(id, "灯杆编号 12").value()
            val before = phone.cases.case(id).value()
            assertEquals(listOf(true), before.notes.map { it.pending })
            assertEquals(listOf(ActId.CONTENT), before.pending)
            phone.sync.run().value()
            assertEquals(
                listOf("灯杆编号 12" to false),
                phone.cases
                    .case(id)
                    .value()
                    .notes
                    .map { it.text to it.pending },
            )
        }

    @Test
    fun a_list_finds_by_words_by_stage_and_by_state() =
        run {
            val phone = resident("a")
            val lamp = finish(phone, snap("路灯不亮"))
            val draft = phone.drafts.save(null, snap("井盖缺失")).value()
            val all =
                phone.cases
                    .page(ListAsk())
                    .value()
                    .map { it.id }
            assertEquals(listOf(draft, lamp), all, "drafts first")
            assertEquals(listOf(lamp), ids(phone, ListAsk(text = "路灯")))
            assertEquals(listOf(draft), ids(phone, ListAsk(sync = SyncState.DRAFT)))
            assertEquals(listOf(lamp), ids(phone, ListAsk(sync = SyncState.SAVED)))
            assertEquals(emptyList<CaseId>(), ids(phone, ListAsk(text = "没有这个词")))
            assertEquals(listOf(lamp), ids(phone, ListAsk(limit = 1, offset = 1)))
        }

    @Test
    fun a_change_is_told() =
        run {
            val phone = world.open("a")
            coroutineScope {
                val told = async(start = CoroutineStart.UNDISPATCHED) { phone.events.happenings.first { it is Happening.CaseChanged } }
                val id = phone.drafts.save(null, snap("路灯不亮")).value()
                assertEquals(Happening.CaseChanged(id), withTimeout(WAIT_MS) { told.await() })
            }
        }

    // Several people.

    @Test
    fun the_first_to_arrive_has_the_request_and_the_other_is_told_why() =
        run {
            val (asker, first, second) = listOf(resident("asker"), volunteer("first"), volunteer("second"))
            val id = finish(asker, errand())
            listOf(asker, first, second).forEach { it.sync.run().value() }
            assertEquals(ActOutcome.QUEUED, first.cases.act(id, ActInput(ActId.CLAIM)).value())
            assertEquals(ActOutcome.QUEUED, second.cases.act(id, ActInput(ActId.CLAIM)).value())
            assertEquals(
                Claim.Pending,
                second.cases
                    .line(id)
                    .value()
                    .claim,
            )
            listOf(first, second).forEach { it.sync.run().value() }
            assertEquals(
                Claim.Won,
                first.cases
                    .line(id)
                    .value()
                    .claim,
            )
            assertEquals(
                Claim.InLine(1),
                second.cases
                    .case(id)
                    .value()
                    .line.claim,
            )
            val item =
                second.attention
                    .items()
                    .value()
                    .single()
            assertEquals("r_taken" to ActId.CLAIM, item.code to item.act)
            assertEquals(NextStep.WAIT, item.next.first())
            assertTrue(item.reason.zh.isNotBlank() && item.reason.en.isNotBlank())
            assertEquals(ActOutcome.ALREADY_DONE, second.cases.act(id, ActInput(ActId.CLAIM)).value())
        }

    @Test
    fun whoever_helps_reads_the_door_and_nobody_else_does() =
        run {
            val (asker, holder, other) = listOf(resident("asker"), volunteer("holder"), volunteer("other"))
            val id = finish(asker, errand())
            listOf(asker, holder, other).forEach { it.sync.run().value() }
            holder.cases.act(id, ActInput(ActId.CLAIM)).value()
            listOf(holder, other).forEach { it.sync.run().value() }
            assertEquals("3号楼502", fields(holder, id)["address"])
            assertEquals(null, fields(other, id)["address"])
            assertEquals("3号楼502", fields(asker, id)["address"])
            assertTrue(
                "address" in
                    asker.cases
                        .case(id)
                        .value()
                        .privateKeys,
            )
        }

    @Test
    fun a_request_goes_from_the_door_to_its_confirmation() =
        run {
            val (asker, holder) = listOf(resident("asker"), volunteer("holder"))
            val id = finish(asker, errand())
            listOf(asker, holder).forEach { it.sync.run().value() }
            holder.cases.act(id, ActInput(ActId.CLAIM)).value()
            holder.sync.run().value()
            assertTrue(holder.doorstep.arrive(id, "12", null).trouble() is Trouble.Refused, "a code word has four digits")
            holder.doorstep.arrive(id, null, null).value()
            holder.doorstep.leave(id, LeaveInput(text = "菜已送到")).value()
            assertEquals(
                "done_by_volunteer",
                holder.cases
                    .line(id)
                    .value()
                    .stage.value,
            )
            listOf(holder, asker).forEach { it.sync.run().value() }
            assertTrue(
                ActId.CONFIRM in
                    asker.cases
                        .case(id)
                        .value()
                        .can,
            )
            asker.cases.act(id, ActInput(ActId.CONFIRM)).value()
            listOf(asker, holder).forEach { it.sync.run().value() }
            assertEquals(
                "confirmed",
                holder.cases
                    .line(id)
                    .value()
                    .stage.value,
            )
            assertEquals(
                listOf("holder"),
                asker.cases
                    .case(id)
                    .value()
                    .stays
                    .map { it.by },
            )
        }

    @Test
    fun an_act_that_the_rule_forbids_changes_nothing_and_says_what_can_be_done() =
        run {
            val (asker, other) = listOf(resident("asker"), volunteer("other"))
            val id = finish(asker, errand())
            listOf(asker, other).forEach { it.sync.run().value() }
            val refused = other.cases.act(id, ActInput(ActId.CONFIRM)).trouble() as Trouble.Refused
            assertTrue(refused.next.isNotEmpty() && refused.reason.zh.isNotBlank())
            assertEquals(emptyList<Any>(), other.attention.outbox().value())
        }

    @Test
    fun two_answers_to_one_question_stand_until_one_is_chosen() =
        run {
            val (first, second) = listOf(worker("first"), worker("second"))
            val id = finish(first, DraftInput(GARBAGE, PLACE, "堆放垃圾", listOf(Named("amount", "约 1 立方米")), "太暗"))
            listOf(first, second).forEach { it.sync.run().value() }
            for ((phone, amount) in listOf(first to "约 2 立方米", second to "约 3 立方米")) {
                val seen =
                    phone.cases
                        .case(id)
                        .value()
                        .heads
                phone.cases.edit(id, listOf(Named("amount", amount)), seen).value()
            }
            listOf(first, second, first).forEach { it.sync.run().value() }
            val conflict =
                first.cases
                    .case(id)
                    .value()
                    .conflicts
                    .single()
            assertEquals("amount", conflict.key)
            assertEquals(setOf("约 2 立方米", "约 3 立方米"), conflict.values.map { it.value }.toSet())
            assertEquals(listOf("约 2 立方米"), conflict.values.filter { it.mine }.map { it.value })
            assertEquals(SyncState.CONFLICT, stateOf(first, id))
            val keep = conflict.values.first { it.value == "约 3 立方米" }.number
            assertTrue(first.cases.settle(id, "amount", 9).trouble() is Trouble.Mend)
            first.cases.settle(id, "amount", keep).value()
            listOf(first, second).forEach { it.sync.run().value() }
            assertEquals("约 3 立方米", fields(second, id)["amount"])
            assertEquals(SyncState.DELIVERED, stateOf(second, id))
        }

    // What a person decides, and the end.

    @Test
    fun decisions_are_kept() =
        run {
            val phone = resident("a")
            val limited = phone.sync.policies().value()
            phone.sync.setPolicies(limited.withWifiOnly(false)).value()
            assertFalse(
                phone.sync
                    .policies()
                    .value()
                    .wifiOnly,
            )
            phone.sync.setPolicies(limited.withWifiOnly(true)).value()
            assertTrue(
                phone.sync
                    .policies()
                    .value()
                    .wifiOnly,
            )
            phone.ownData.setReach(PLACE, QuietHours(22 * 60, 7 * 60)).value()
            assertTrue(phone.ownData.setReach(null, QuietHours(0, 24 * 60)).trouble() is Trouble.Mend)
            assertFalse(phone.ownData.wantsToBeForgotten().value())
            assertEquals(emptyList<Any>(), phone.ownData.hours().value())
        }

    @Test
    fun family_are_five_at_most_and_nobody_is_their_own() =
        run {
            val phone = resident("a")
            val me =
                phone.identity
                    .person()
                    .value()
                    .user
            val others =
                (1..6).map {
                    resident("relative$it")
                        .identity
                        .person()
                        .value()
                        .user
                }
            for (user in others.take(5)) phone.ownData.nameFamily(user, "家人", true).value()
            assertTrue(phone.ownData.nameFamily(others[5], "家人", true).trouble() is Trouble.Mend)
            assertTrue(phone.ownData.nameFamily(me, "我", true).trouble() is Trouble.Mend)
            assertEquals(
                4,
                phone.ownData
                    .nameFamily(others[0], "家人", false)
                    .value()
                    .size,
            )
            assertEquals(
                listOf(UserId(others[1].value)),
                phone.ownData
                    .keepApart(others[1], "某人", true)
                    .value()
                    .map { it.user },
            )
        }

    @Test
    fun words_come_in_the_language_that_was_chosen() =
        run {
            val phone = resident("a")
            val id = finish(phone, snap("路灯不亮"))
            phone.identity.setLanguage(Language.EN).value()
            val english =
                phone.cases
                    .line(id)
                    .value()
                    .stageText
            phone.identity.setLanguage(Language.ZH_HANS).value()
            assertTrue(
                english !=
                    phone.cases
                        .line(id)
                        .value()
                        .stageText,
                english,
            )
        }

    @Test
    fun what_is_not_there_is_said_not_to_be_there() =
        run {
            val phone = resident("a")
            val none = CaseId("0198c0de-7f3a-7000-8000-00000000abcd")
            assertTrue(phone.cases.case(none).trouble() is Trouble.NotFound)
            assertTrue(phone.cases.line(none).trouble() is Trouble.NotFound)
            assertTrue(phone.drafts.save(none, snap("x")).trouble() is Trouble.NotFound)
            assertTrue(phone.cases.note(none, "x").trouble() is Trouble.NotFound)
        }

    @Test
    fun a_closed_phone_says_so_and_opens_again() =
        run {
            val phone = world.open("a")
            val id = phone.drafts.save(null, snap("路灯不亮")).value()
            phone.close()
            phone.close()
            assertEquals(Trouble.Closed, phone.drafts.draft(id).trouble())
            world
                .open("a")
                .drafts
                .draft(id)
                .value()
        }

    // What the tests say in one word.

    private fun run(test: suspend () -> Unit) = runBlocking { withTimeout(TEST_MS) { test() } }

    private fun <T> Answer<T>.value(): T =
        when (this) {
            is Answer.Done -> value
            is Answer.Failed -> throw AssertionError("failed: $trouble")
        }

    private fun Answer<*>.trouble(): Trouble =
        when (this) {
            is Answer.Done -> throw AssertionError("done: $value")
            is Answer.Failed -> trouble
        }

    private fun snap(text: String) = DraftInput(SNAP, PLACE, text, emptyList(), "太暗")

    private fun errand() =
        DraftInput(ERRAND, Position(113.63, 34.76, null), "请帮我代买菜", listOf(Named("list", "青菜"), Named("address", "3号楼502")))

    private suspend fun finish(
        phone: Phone,
        input: DraftInput,
    ): CaseId =
        phone.drafts
            .finish(phone.drafts.save(null, input).value())
            .value()
            .id

    private suspend fun stateOf(
        phone: Phone,
        id: CaseId,
    ) = phone.cases
        .line(id)
        .value()
        .sync

    private suspend fun ids(
        phone: Phone,
        ask: ListAsk,
    ) = phone.cases
        .page(ask)
        .value()
        .map { it.id }

    private suspend fun fields(
        phone: Phone,
        id: CaseId,
    ) = phone.cases
        .case(id)
        .value()
        .fields
        .associate { it.key to it.value }

    private suspend fun resident(home: String) = world.open(home).also { enroll(it, home, Role.RESIDENT) }

    private suspend fun volunteer(home: String) = world.open(home).also { enroll(it, home, Role.VOLUNTEER) }

    private suspend fun worker(home: String) = world.open(home).also { enroll(it, home, Role.GRID_WORKER) }

    private suspend fun enroll(
        phone: Phone,
        name: String,
        role: Role,
    ) {
        phone.identity.enroll(world.server, world.invite(role), name).value()
    }

    private companion object {
        val SNAP = ServiceId("case.snap")
        val GARBAGE = ServiceId("case.city.E06010")
        val ERRAND = ServiceId("help.errand")
        val PLACE = Position(113.62, 34.75, 8)
        const val WAIT_MS = 10_000L
        const val TEST_MS = 120_000L
    }
}
