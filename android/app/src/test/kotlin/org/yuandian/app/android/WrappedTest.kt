package org.yuandian.app.android

import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test

class WrappedTest {
    private val nonce = ByteArray(12) { it.toByte() }
    private val closed = ByteArray(48) { 7 }

    @Test
    fun `what was kept is read back`() {
        val back = requireNotNull(Wrapped.of(Wrapped(nonce, closed).bytes()))
        assertArrayEquals(nonce, back.nonce)
        assertArrayEquals(closed, back.closed)
    }

    @Test
    fun `other bytes are nothing of ours`() {
        val whole = Wrapped(nonce, closed).bytes()
        val others =
            listOf(ByteArray(0), byteArrayOf(1), byteArrayOf(1, -1, 3), byteArrayOf(2) + whole.drop(1), whole.copyOf(2 + nonce.size))
        others.forEach { assertNull(Wrapped.of(it)) }
    }

    @Test
    fun `a picture is made small enough and no smaller`() {
        assertEquals(listOf(1, 1, 2, 2, 4), listOf(0, 3_200, 3_201, 6_401, 12_000).map { timesOver(it, 3_200) })
    }
}
