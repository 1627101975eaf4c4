package org.yuandian.app.android

import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Answer
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Phone
import org.yuandian.app.model.gateway.Phones
import org.yuandian.app.model.orNull
import java.lang.reflect.Proxy

class SharedPhonesTest {
    private var open = 0
    private var opened = 0

    /** As the core: one owner a home. Of a phone only closing is asked here. */
    private val core =
        Phones { _, _, _ ->
            if (open > 0) return@Phones Answer.Failed(Trouble.InUse)
            open += 1
            opened += 1
            val phone =
                Proxy.newProxyInstance(javaClass.classLoader, arrayOf(Phone::class.java)) { _, method, _ ->
                    if (method.name == "close") open -= 1
                }
            Answer.Done(phone as Phone)
        }
    private val shared = SharedPhones(core)
    private val key = byteArrayOf(1)

    @Test
    fun `a job joins the screen, and the last one closes`() =
        runTest {
            val screen = requireNotNull(shared.open("home", key, emptyList()).orNull())
            val job = requireNotNull(shared.join("home"))
            screen.close()
            assertEquals(1, open)
            job.close()
            assertEquals(0, open)
            assertEquals(1, opened)
        }

    @Test
    fun `closing twice gives back once`() =
        runTest {
            val screen = requireNotNull(shared.open("home", key, emptyList()).orNull())
            val job = requireNotNull(shared.open("home", key.copyOf(), emptyList()).orNull())
            screen.close()
            screen.close()
            assertEquals(1, open)
            job.close()
            assertNotNull(shared.open("home", key, emptyList()).orNull())
        }

    @Test
    fun `another key does not join`() =
        runTest {
            shared.open("home", key, emptyList())
            assertEquals(Answer.Failed(Trouble.InUse), shared.open("home", byteArrayOf(2), emptyList()))
        }

    @Test
    fun `nobody joins what is not open`() = runTest { assertNull(shared.join("home")) }
}
