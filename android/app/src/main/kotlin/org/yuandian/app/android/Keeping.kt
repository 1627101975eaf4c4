package org.yuandian.app.android

import android.content.ClipData
import android.content.Context
import android.content.Intent
import android.net.Uri
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.yuandian.app.model.ports.FileOutcome
import org.yuandian.app.model.ports.Files
import org.yuandian.app.model.ports.KeyValues
import java.io.File
import java.io.IOException

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
    val waiting = Waiting(incoming)
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

    override suspend fun share(vararg paths: String): FileOutcome {
        val uris = ArrayList(paths.map { OutgoingFiles.uri(context, File(it)) ?: return FileOutcome.REFUSED })
        val send =
            Intent(if (uris.size == 1) Intent.ACTION_SEND else Intent.ACTION_SEND_MULTIPLE)
                .setType(OutgoingFiles.typeOf(paths.first()))
                .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        if (uris.size == 1) send.putExtra(Intent.EXTRA_STREAM, uris[0]) else send.putParcelableArrayListExtra(Intent.EXTRA_STREAM, uris)
        // The right to read goes with the clip.
        send.clipData = ClipData.newRawUri(null, uris[0]).apply { uris.drop(1).forEach { addItem(ClipData.Item(it)) } }
        // The chooser does not say whether anybody was chosen.
        return if (front.result(Intent.createChooser(send, null)) == null) FileOutcome.REFUSED else FileOutcome.DONE
    }

    override suspend fun freeBytes(): Long = withContext(Dispatchers.IO) { context.noBackupFilesDir.usableSpace }

    override suspend fun left(owner: String): List<String> = withContext(Dispatchers.IO) { waiting.left(owner) }

    override suspend fun remove(path: String) {
        withContext(Dispatchers.IO) { File(path).takeIf { it in waiting || it.parentFile == outgoing }?.delete() }
    }
}
