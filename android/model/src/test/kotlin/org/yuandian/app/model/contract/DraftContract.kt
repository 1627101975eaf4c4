package org.yuandian.app.model.contract

import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.Named
import org.yuandian.app.model.PhotoSource
import org.yuandian.app.model.Role
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Trouble

/** Drafts, what is typed, and the first report. */
abstract class DraftContract : Contract() {
    @Test
    fun what_was_typed_and_not_sent_is_kept_with_the_home() =
        run {
            val phone = world.open("a")
            val typed = mapOf("note" to "灯杆编号 12", "step" to "")
            phone.typed.keep("case:1", typed).value()
            assertEquals(Trouble.Mend::class, phone.typed.keep("case:1", mapOf("note" to "字".repeat(12_001))).trouble()::class)
            phone.close()
            val again = world.open("a")
            assertEquals(typed, again.typed.kept("case:1").value())
            assertEquals(emptyMap<String, String>(), again.typed.kept("case:2").value())
            again.typed.keep("case:1", emptyMap()).value()
            assertEquals(emptyMap<String, String>(), again.typed.kept("case:1").value())
        }

    @Test
    fun marks_emoji_and_the_longest_texts_come_back_as_they_were_here_and_on_another_phone() =
        run {
            val phone = worker("a")
            val other = worker("b")
            for (text in listOf("\u202Eتجربة\u200F 👩‍👩‍👧‍👦 路灯", "字".repeat(2_000))) {
                val id = finish(phone, snap(text))
                phone.cases.note(id, text).value()
                phone.sync.run().value()
                other.sync.run().value()
                for (reader in listOf(phone, other)) {
                    val case = reader.cases.case(id).value()
                    assertEquals(text to listOf(text), case.text to case.notes.map { it.text })
                }
            }
        }

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
}
