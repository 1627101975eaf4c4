package org.yuandian.app.android

import android.content.Context
import android.content.Intent
import android.net.Uri
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.yuandian.app.model.ports.FileOutcome
import org.yuandian.app.model.ports.Files
import org.yuandian.app.model.ports.KeyValues
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.io.OutputStream

/** Small settings, on disk when put. */
class Preferences(
    context: Context,
) : KeyValues {
    private val kept = context.getSharedPreferences("yuandian", Context.MODE_PRIVATE)

    override suspend fun get(key: String): String? = withContext(Dispatchers.IO) { kept.getString(key, null) }

    override suspend fun put(
        key: String,
        value: String?,
    ): Boolean = withContext(Dispatchers.IO) { kept.edit().putString(key, value).commit() }
}

/** The app's own folders: none of them is in a backup, and no other app sees them but the files that are shared. */
class AppFiles(
    private val context: Context,
    private val front: Front,
) : Files {
    private val people = File(context.noBackupFilesDir, "people")

    /** What was just taken, recorded or chosen, until it is in its draft. */
    val incoming = File(context.noBackupFilesDir, "incoming").also(File::mkdirs)
    private val outgoing = File(context.cacheDir, OutgoingFiles.FOLDER).also(File::mkdirs)

    override fun home(person: String): String = File(people, person).also(File::mkdirs).path

    override fun outgoing(name: String): String = File(outgoing, name.replace(File.separatorChar, '-')).path

    override suspend fun writeText(
        path: String,
        text: String,
    ): FileOutcome =
        withContext(Dispatchers.IO) {
            try {
                writeWhole(File(path)) { it.write(text.toByteArray()) }
                FileOutcome.DONE
            } catch (_: IOException) {
                FileOutcome.FULL
            }
        }

    override suspend fun share(path: String): FileOutcome {
        val uri = OutgoingFiles.uri(context, File(path)) ?: return FileOutcome.REFUSED
        val send =
            Intent(Intent.ACTION_SEND)
                .setType(OutgoingFiles.typeOf(path))
                .putExtra(Intent.EXTRA_STREAM, uri)
                .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        send.clipData = android.content.ClipData.newRawUri(null, uri)
        // The chooser does not say whether anybody was chosen.
        return if (front.result(Intent.createChooser(send, null)) == null) FileOutcome.REFUSED else FileOutcome.DONE
    }

    override suspend fun freeBytes(): Long = withContext(Dispatchers.IO) { context.noBackupFilesDir.usableSpace }

    override suspend fun remove(path: String) {
        withContext(Dispatchers.IO) { File(path).takeIf { it.parentFile == incoming || it.parentFile == outgoing }?.delete() }
    }
}

/** Writes a file so that it is there whole and durable, or not at all. */
internal fun writeWhole(
    file: File,
    write: (OutputStream) -> Unit,
) {
    val part = File(file.path + ".part")
    try {
        FileOutputStream(part).use {
            write(it)
            it.fd.sync()
        }
        if (!part.renameTo(file)) throw IOException("not renamed")
    } finally {
        part.delete()
    }
}
