package org.yuandian.app.model.contract

import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.ActId
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Claim
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.Language
import org.yuandian.app.model.Named
import org.yuandian.app.model.NextStep
import org.yuandian.app.model.Outcome
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.QuietHours
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.UserId
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.ActOutcome
import org.yuandian.app.model.gateway.Happening
import org.yuandian.app.model.gateway.LeaveInput
import org.yuandian.app.model.gateway.ListAsk
import org.yuandian.app.model.gateway.PhotoSize

/** Sending, several people, and what a person decides. */
abstract class GatewayContract : Contract() {
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

    @Test
    fun services_at_the_tap_of_a_finger_are_found_and_ordered_by_a_resident() =
        run {
            val phone = resident("a")
            assertTrue(
                phone.services
                    .find("")
                    .value()
                    .any { it.id == MEAL },
            )
            val form = phone.services.form(MEAL).value()
            assertEquals(
                setOf("time", "address"),
                form.fields
                    .filter { it.required }
                    .map { it.key }
                    .toSet(),
            )
            val answers = listOf(Named("time", "2026-12-24"), Named("address", "3号楼502"), Named("service_item", "lunch"))
            val id = finish(phone, DraftInput(MEAL, PLACE, "", answers))
            phone.sync.run().value()
            assertEquals(SyncState.DELIVERED, stateOf(phone, id))
            assertEquals(
                "ordered",
                phone.cases
                    .line(id)
                    .value()
                    .stage.value,
            )
        }

    // Several people.

    @Test
    fun a_photo_of_somebody_else_is_fetched_and_then_here() =
        run {
            val (author, other) = listOf(worker("author"), worker("other"))
            val draft = author.drafts.save(null, snap("井盖缺失")).value()
            author.drafts.addPhoto(draft, world.photo(1), CaptureFacts(PhotoSource.CAMERA, PLACE)).value()
            val id =
                author.drafts
                    .finish(draft)
                    .value()
                    .id
            listOf(author, other).forEach { it.sync.run().value() }
            assertTrue(
                author.cases
                    .photo(id, 1, PhotoSize.MEDIUM)
                    .value()
                    .isHere,
                "what one took oneself is here",
            )
            world.reachable(false)
            val before = other.cases.photo(id, 1, PhotoSize.MEDIUM).value()
            assertFalse(before.isHere)
            assertTrue(other.cases.content(before.hash).trouble() is Trouble.NotFound)
            assertTrue(other.cases.photo(id, 1, PhotoSize.MEDIUM, fetch = true).trouble() is Trouble.Unreachable)
            world.reachable(true)
            val fetched = other.cases.photo(id, 1, PhotoSize.MEDIUM, fetch = true).value()
            assertEquals(true to before.hash, fetched.isHere to fetched.hash)
            assertTrue(
                other.cases
                    .content(fetched.hash)
                    .value()
                    .isNotEmpty(),
            )
        }

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
            phone.ownData.setQuiet(QuietHours(21 * 60, 6 * 60)).value()
            assertTrue(phone.ownData.setQuiet(QuietHours(24 * 60, 0)).trouble() is Trouble.Mend)
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
}
