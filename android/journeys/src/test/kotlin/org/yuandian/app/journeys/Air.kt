package org.yuandian.app.journeys

import java.io.IOException
import java.io.InputStream
import java.io.OutputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketException
import java.net.URI
import java.util.concurrent.ConcurrentHashMap
import kotlin.concurrent.thread

/** One phone's way to the server, an address of its own on the loopback. Switched off, nothing passes and what was passing is cut. */
class Air(
    server: String,
) : AutoCloseable {
    private val port = URI(server).port
    private val door = ServerSocket(0, WAITING_MAX, LOOPBACK)
    private val passing = ConcurrentHashMap.newKeySet<Socket>()

    @Volatile
    private var isOpen = true

    /** What the phone is told as the server's address. */
    val address = "http://127.0.0.1:${door.localPort}"

    init {
        thread(isDaemon = true, name = "air") {
            try {
                while (true) pass(door.accept())
            } catch (_: SocketException) {
                // It was closed.
            }
        }
    }

    fun switch(on: Boolean) {
        isOpen = on
        if (!on) cut()
    }

    override fun close() {
        switch(on = false)
        door.close()
    }

    private fun pass(phone: Socket) {
        passing += phone
        try {
            val server = Socket(LOOPBACK, port)
            passing += server
            // Asked after both are known, so that a cut meanwhile cuts them, too.
            if (!isOpen) return cut()
            carry(phone.getInputStream(), server.getOutputStream()) { cut(phone, server) }
            carry(server.getInputStream(), phone.getOutputStream()) { cut(phone, server) }
        } catch (_: IOException) {
            cut(phone)
        }
    }

    private fun carry(
        from: InputStream,
        to: OutputStream,
        atEnd: () -> Unit,
    ) = thread(isDaemon = true, name = "air") {
        try {
            from.transferTo(to)
        } catch (_: IOException) {
            // One of them is gone: so is the other.
        }
        atEnd()
    }

    private fun cut(vararg ends: Socket = passing.toTypedArray()) =
        ends.forEach {
            it.close()
            passing -= it
        }

    private companion object {
        const val WAITING_MAX = 50
        val LOOPBACK: InetAddress = InetAddress.getLoopbackAddress()
    }
}
