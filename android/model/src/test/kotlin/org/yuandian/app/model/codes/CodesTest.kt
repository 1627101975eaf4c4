package org.yuandian.app.model.codes

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.yuandian.app.model.fake.CodePhoto
import org.yuandian.app.model.fake.CodePhoto.Companion.taken
import org.yuandian.app.model.ports.Picture
import kotlin.random.Random

class CodesTest {
    private fun photo(
        text: String = PERSON,
        how: CodePhoto = CodePhoto(),
    ): Picture = checkNotNull(Codes.drawn(text)).taken(how)

    @Test
    fun what_was_drawn_is_read() {
        val texts =
            listOf(
                "1",
                "0123456789",
                "HTTPS://CITY.EXAMPLE/#7K3M-9QRT-2XWB",
                "https://city.example/#7K3M-9QRT-2XWB",
                PERSON,
                "高国营",
                "张秀兰 👵🏽 经八路 3 号院",
                "ẞ ﷽ नमस्ते ไทย",
                "a\nb\tc",
                " ",
                "长".repeat(Codes.TEXT_BYTES_MAX / 3),
                "x".repeat(Codes.TEXT_BYTES_MAX),
            )
        assertEquals(texts, texts.map { Codes.read(photo(it)) })
    }

    @Test
    fun a_text_is_drawn_up_to_its_limit_and_no_further() {
        assertNull(Codes.drawn(""))
        assertNotNull(Codes.drawn("x".repeat(Codes.TEXT_BYTES_MAX)))
        assertNull(Codes.drawn("x".repeat(Codes.TEXT_BYTES_MAX + 1)))
        assertNull(Codes.drawn("长".repeat(Codes.TEXT_BYTES_MAX / 3 + 1)))
        assertEquals("?", Codes.read(photo("\ud83d")), "half a letter is one that nobody knows")
    }

    @Test
    fun a_square_has_its_three_corners() {
        val square = checkNotNull(Codes.drawn(PERSON))
        val corners = listOf(0 to 0, square.side - 7 to 0, 0 to square.side - 7)
        for ((x, y) in corners) {
            assertEquals("#######", (0..6).joinToString("") { if (square.isDark(x + it, y)) "#" else "." })
            assertEquals("#.###.#", (0..6).joinToString("") { if (square.isDark(x + it, y + 3)) "#" else "." })
        }
    }

    @Test
    fun a_code_is_read_however_it_lies_and_is_lit() {
        val ways =
            mapOf(
                "turned by 90" to CodePhoto(degrees = 90.0),
                "turned by 180" to CodePhoto(degrees = 180.0),
                "turned by 270" to CodePhoto(degrees = 270.0),
                "turned by 15" to CodePhoto(degrees = 15.0),
                "turned by 40" to CodePhoto(degrees = 40.0),
                "small" to CodePhoto(module = 3.0),
                "no whole module" to CodePhoto(module = 4.37, degrees = 7.0),
                "large" to CodePhoto(module = 22.0),
                "at a side of a large picture" to CodePhoto(module = 5.0, width = 2_080, height = 1_560, left = 1_600.0, top = 900.0),
                "grain" to CodePhoto(module = 8.0, noise = 60),
                "low light" to CodePhoto(dark = 14, light = 38, around = 20, noise = 4),
                "faint print" to CodePhoto(dark = 120, light = 175, around = 90),
                "half in shadow" to CodePhoto(shadow = 0.35),
                "out of focus" to CodePhoto(module = 8.0, blur = 3),
                "light on dark" to CodePhoto(dark = 235, light = 25, around = 40),
                "all of it" to CodePhoto(degrees = 15.0, module = 7.0, noise = 25, blur = 2, dark = 40, light = 150, shadow = 0.6),
            )
        assertEquals(ways.mapValues { PERSON }, ways.mapValues { Codes.read(photo(how = it.value)) })
    }

    @Test
    fun a_blot_is_read_over() {
        val square = checkNotNull(Codes.drawn(PERSON))
        val at = square.side / 2
        assertEquals(PERSON, Codes.read(square.taken(CodePhoto(blot = at..at + 4))))
    }

    @Test
    fun where_there_is_no_code_none_is_read() {
        val grey = { width: Int, height: Int -> Picture(width, height, IntArray(width * height) { 0x808080 }) }
        for (side in 1..24) assertNull(Codes.read(grey(side, side)), "$side")
        assertNull(Codes.read(grey(1, 900)))
        assertNull(Codes.read(grey(900, 1)))
        assertNull(Codes.read(grey(1_200, 900)))
        assertNull(Codes.read(photo(how = CodePhoto(module = 0.5))), "smaller than anybody could read")
        val whole = photo()
        assertNull(Codes.read(Picture(whole.width, whole.height / 2, whole.argb.copyOf(whole.width * (whole.height / 2)))), "half of it")
    }

    @Test
    fun a_picture_that_is_none_or_too_large_is_not_looked_at() {
        val points = IntArray(100)
        for ((width, height) in listOf(0 to 0, -10 to -10, 10 to 9, 10 to 11, 100_000 to 100_000, Int.MAX_VALUE to 2)) {
            assertNull(Codes.read(Picture(width, height, points)), "$width x $height")
        }
        val side = 2_829
        assertNull(Codes.read(Picture(side, side, IntArray(side * side))))
    }

    @Test
    fun any_points_are_a_code_or_none() {
        val random = Random(7)
        val square = checkNotNull(Codes.drawn(PERSON))
        repeat(60) { round ->
            val side = random.nextInt(1, 220)
            val wild = Picture(side, side, IntArray(side * side) { random.nextInt() })
            assertNull(Codes.read(wild), "$round")
            // What only looks like a code leads the library deeper.
            val torn = square.taken(CodePhoto(module = 3.0, degrees = random.nextDouble(360.0)))
            repeat(random.nextInt(1, 3_000)) { torn.argb[random.nextInt(torn.argb.size)] = random.nextInt() }
            Codes.read(torn)?.let { assertEquals(PERSON, it) }
        }
    }

    private companion object {
        const val PERSON = "0192f3c4-5b6a-7c8d-9e0f-112233445566 高国营"
    }
}
