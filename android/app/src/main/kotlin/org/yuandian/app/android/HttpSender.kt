package org.yuandian.app.android

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import org.yuandian.app.model.gateway.BackgroundUpload
import java.io.ByteArrayInputStream
import java.io.File
import java.io.IOException
import java.net.HttpURLConnection
import java.net.URL
import java.security.KeyStore
import java.security.cert.CertificateFactory
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLContext
import javax.net.ssl.SSLSocketFactory
import javax.net.ssl.TrustManagerFactory
import kotlin.coroutines.resume

/**
 * Sends a request by the platform's own HTTP. Cancelling cuts the connection: the server keeps what it has, and the core asks how much.
 *
 * @param roots certificates (DER) trusted beside the system's, as the core trusts them.
 */
class HttpSender(
    roots: List<ByteArray>,
) : Sender {
    private val sockets: SSLSocketFactory? by lazy { if (roots.isEmpty()) null else trusting(roots) }

    override suspend fun send(
        upload: BackgroundUpload,
        body: String?,
    ): Reply =
        withContext(Dispatchers.IO) {
            suspendCancellableCoroutine { waiting ->
                val reply =
                    try {
                        val connection = URL(upload.url).openConnection() as HttpURLConnection
                        waiting.invokeOnCancellation { connection.disconnect() }
                        exchanged(connection, upload, body?.let(::File))
                    } catch (_: IOException) {
                        Reply.None
                    }
                waiting.resume(reply)
            }
        }

    private fun exchanged(
        connection: HttpURLConnection,
        upload: BackgroundUpload,
        body: File?,
    ): Reply {
        try {
            if (connection is HttpsURLConnection) sockets?.let(connection::setSSLSocketFactory)
            connection.requestMethod = upload.method
            // A token goes where the core said, and nowhere else.
            connection.instanceFollowRedirects = false
            connection.connectTimeout = CONNECT_MS
            connection.readTimeout = READ_MS
            upload.headers.forEach { (name, value) -> connection.setRequestProperty(name, value) }
            connection.doOutput = body != null || upload.method != "HEAD"
            connection.setFixedLengthStreamingMode(upload.length)
            connection.outputStream.use { out -> body?.inputStream()?.use { it.copyTo(out) } }
            val offset = connection.getHeaderField("Upload-Offset")?.toLongOrNull()
            return Reply.Status(connection.responseCode, connection.getHeaderField("Location"), offset)
        } finally {
            connection.disconnect()
        }
    }

    private fun trusting(roots: List<ByteArray>): SSLSocketFactory {
        val all = KeyStore.getInstance(KeyStore.getDefaultType())
        all.load(null)
        val system = KeyStore.getInstance("AndroidCAStore")
        system.load(null)
        system.aliases().toList().forEach { all.setCertificateEntry(it, system.getCertificate(it)) }
        val reader = CertificateFactory.getInstance("X.509")
        roots.forEachIndexed { at, der -> all.setCertificateEntry("city$at", reader.generateCertificate(ByteArrayInputStream(der))) }
        val trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
        trust.init(all)
        return SSLContext.getInstance("TLS").apply { init(null, trust.trustManagers, null) }.socketFactory
    }

    private companion object {
        /** Long, because a village's network is slow and not broken. */
        const val CONNECT_MS = 30_000
        const val READ_MS = 120_000
    }
}
