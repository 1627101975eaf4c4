package org.yuandian.app.gateway

import com.sun.net.httpserver.HttpsConfigurator
import com.sun.net.httpserver.HttpsServer
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Phone
import java.io.File
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyStore
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import kotlin.reflect.KClass

/** Servers whose certificate the phone must not believe, over real TLS. */
class UntrustedServerTest {
    @TempDir
    lateinit var folder: Path

    private val authority by lazy { Authority(folder) }

    @Test
    fun `a private authority is refused, and believed where the app brings its certificate`() =
        server("private", validDays = 30) { address ->
            assertEquals(Trouble.UntrustedServer::class, joining(address, emptyList()))
            assertNotEquals(Trouble.UntrustedServer::class, joining(address, listOf(authority.certificate)))
        }

    @Test
    fun `an expired certificate is refused even of an authority that is believed`() =
        server("expired", validDays = -1) { address ->
            assertEquals(Trouble.UntrustedServer::class, joining(address, listOf(authority.certificate)))
        }

    private suspend fun joining(
        address: String,
        roots: List<ByteArray>,
    ): KClass<out Trouble> {
        val phone = CorePhones().open(folder.resolve("home-${roots.size}-${address.hashCode()}").toString(), null, roots).orFail()
        return enrolled(phone, address).also { phone.close() }
    }

    private suspend fun enrolled(
        phone: Phone,
        address: String,
    ) = phone.identity.enroll(address, "7K3M-9QRT-2XWB", "王阿姨").trouble()::class

    /** A server that answers nothing useful, with a certificate for its address. */
    private fun server(
        name: String,
        validDays: Int,
        play: suspend (String) -> Unit,
    ) {
        val server = HttpsServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        server.httpsConfigurator = HttpsConfigurator(authority.context(name, validDays))
        server.createContext("/") { exchange ->
            exchange.sendResponseHeaders(404, -1)
            exchange.close()
        }
        server.start()
        try {
            runBlocking { play("https://127.0.0.1:${server.address.port}") }
        } finally {
            server.stop(0)
        }
    }
}

/** An authority of a city's own, made by the JDK's keytool. */
private class Authority(
    private val folder: Path,
) {
    val certificate: ByteArray

    init {
        keytool("-genkeypair", "-alias", "ca", "-keystore", store("ca"), "-dname", "CN=City", "-ext", "bc:c", "-validity", "365", *KEY)
        keytool("-exportcert", "-alias", "ca", "-keystore", store("ca"), "-file", file("ca.der"))
        certificate = Files.readAllBytes(folder.resolve("ca.der"))
    }

    /** For 127.0.0.1; below zero it has ended so many days ago. */
    fun context(
        name: String,
        validDays: Int,
    ): SSLContext {
        val begins = if (validDays < 0) "${validDays - 1}d" else "-1d"
        val lasts = if (validDays < 0) "1" else "$validDays"
        keytool("-genkeypair", "-alias", "leaf", "-keystore", store(name), "-dname", "CN=server", *KEY)
        keytool("-certreq", "-alias", "leaf", "-keystore", store(name), "-file", file("$name.csr"))
        val signed = arrayOf("-infile", file("$name.csr"), "-outfile", file("$name.der"), "-ext", "san=ip:127.0.0.1", "-validity", lasts)
        keytool("-gencert", "-alias", "ca", "-keystore", store("ca"), "-startdate", begins, *signed)
        keytool("-importcert", "-alias", "ca", "-keystore", store(name), "-file", file("ca.der"), "-noprompt")
        keytool("-importcert", "-alias", "leaf", "-keystore", store(name), "-file", file("$name.der"))
        val keys = KeyStore.getInstance(File(store(name)), WORD.toCharArray())
        val managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm()).apply { init(keys, WORD.toCharArray()) }
        return SSLContext.getInstance("TLS").apply { init(managers.keyManagers, null, null) }
    }

    private fun file(name: String) = folder.resolve(name).toString()

    private fun store(name: String) = file("$name.p12")

    private fun keytool(vararg args: String) {
        val tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString()
        val run = ProcessBuilder(tool, *args, "-storepass", WORD).redirectErrorStream(true).start()
        val said = run.inputStream.bufferedReader().readText()
        check(run.waitFor() == 0) { "keytool ${args.first()}: $said" }
    }

    private companion object {
        const val WORD = "changeit"
        val KEY = arrayOf("-keyalg", "EC", "-groupname", "secp256r1")
    }
}
