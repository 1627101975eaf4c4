package org.yuandian.app.android

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.math.BigInteger

class KeystoreKeysTest {
    @Test
    fun `coordinates are 32 bytes whatever their number`() {
        for (number in listOf(BigInteger.ONE, BigInteger.TWO.pow(255), BigInteger.TWO.pow(256) - BigInteger.ONE)) {
            val point = KeystoreKeys.pointBytes(number.toByteArray(), BigInteger.TEN.toByteArray())
            assertEquals(65, point.size)
            assertEquals(4, point[0])
            assertEquals(number, BigInteger(1, point.copyOfRange(1, 33)))
            assertEquals(BigInteger.TEN, BigInteger(1, point.copyOfRange(33, 65)))
        }
    }
}
