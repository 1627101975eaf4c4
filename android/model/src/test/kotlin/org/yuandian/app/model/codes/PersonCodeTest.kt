package org.yuandian.app.model.codes

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.UserId

class PersonCodeTest {
    private fun code(name: String) = PersonCode(UserId(ID), name)

    @Test
    fun a_code_says_id_and_name_and_is_taken_as_it_is_typed() {
        val typed =
            listOf(
                "$ID 高国营",
                "  $ID　高国营 \n",
                "$ID\n高国营",
                "${ID.uppercase()}\t 高国营",
                "${ID.replace("-", "")} 高国营",
                "0192 f3c4 5b6a 7c8d 9e0f 1122 3344 5566 高国营",
                "0192-f3c4-5b6a 7c8d9e0f - 112233445566  高国营",
            )
        assertEquals(typed.map { code("高国营") }, typed.map(PersonCode::of))
        assertEquals(code("abc 1 def"), PersonCode.of("$ID abc 1  def"), "digits of a name are its own")
        assertEquals(code(""), PersonCode.of(ID))
    }

    @Test
    fun what_begins_with_no_id_is_no_code() {
        val others =
            listOf(
                "",
                " ",
                "高国营",
                "https://city.example/#7K3M-9QRT-2XWB",
                "7K3M-9QRT-2XWB",
                ID.dropLast(1),
                "${ID.dropLast(1)} 高国营",
                "${ID}7",
                "${ID}高国营",
                "g" + ID.drop(1),
                "urn:uuid:$ID",
                "$ID ${"长".repeat(PersonCode.TEXT_MAX)}",
            )
        assertEquals(others.map { null }, others.map(PersonCode::of))
    }

    @Test
    fun a_name_is_one_line_of_what_can_be_seen() {
        assertEquals(code("高国营 exe.txt"), PersonCode.of("$ID 高国营\u202e\r\n\u0000exe.txt\u200b"))
        assertEquals(code("长".repeat(40)), PersonCode.of("$ID ${"长".repeat(41)}"))
        val faces = "👵".repeat(40)
        assertEquals(code(faces), PersonCode.of("$ID $faces👵"), "a letter is not cut in two")
    }

    @Test
    fun everybody_s_own_code_can_be_drawn_and_is_what_they_are() {
        for (name in listOf("高国营", "Ada", "", "👵".repeat(40), "长".repeat(60), "a\u202eb\nc")) {
            val own = code(name)
            assertNotNull(Codes.drawn(own.text), name)
            val read = checkNotNull(PersonCode.of(own.text))
            assertEquals(own.user, read.user)
            assertEquals(read, PersonCode.of(own.spelled))
            assertEquals(own.text, read.text)
        }
        assertEquals("0192 f3c4 5b6a 7c8d 9e0f 1122 3344 5566 高国营", code("高国营").spelled)
        assertTrue(code("👵".repeat(60)).spelled.length <= PersonCode.TEXT_MAX)
        assertNull(PersonCode.of("x".repeat(100_000)))
    }

    private companion object {
        const val ID = "0192f3c4-5b6a-7c8d-9e0f-112233445566"
    }
}
