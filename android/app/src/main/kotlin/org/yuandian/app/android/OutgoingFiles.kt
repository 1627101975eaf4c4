package org.yuandian.app.android

import android.content.ContentProvider
import android.content.ContentValues
import android.content.Context
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import java.io.File
import java.io.FileNotFoundException

/** Files that somebody shares, for the app that they chose and no other: the manifest exports nothing, each address is granted. */
class OutgoingFiles : ContentProvider() {
    override fun onCreate() = true

    override fun openFile(
        uri: Uri,
        mode: String,
    ): ParcelFileDescriptor {
        val file = file(uri)
        if (mode != "r" || file == null) throw FileNotFoundException()
        return ParcelFileDescriptor.open(file, ParcelFileDescriptor.MODE_READ_ONLY)
    }

    override fun query(
        uri: Uri,
        projection: Array<String>?,
        selection: String?,
        arguments: Array<String>?,
        order: String?,
    ): Cursor? {
        val file = file(uri) ?: return null
        val cursor = MatrixCursor(arrayOf(OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE))
        cursor.addRow(arrayOf<Any>(file.name, file.length()))
        return cursor
    }

    override fun getType(uri: Uri): String = typeOf(uri.lastPathSegment.orEmpty())

    override fun insert(
        uri: Uri,
        values: ContentValues?,
    ): Uri? = null

    override fun update(
        uri: Uri,
        values: ContentValues?,
        selection: String?,
        arguments: Array<String>?,
    ) = 0

    override fun delete(
        uri: Uri,
        selection: String?,
        arguments: Array<String>?,
    ) = 0

    /** The last word alone names the file: no way leads out of the folder. */
    private fun file(uri: Uri): File? {
        val name = uri.lastPathSegment?.takeUnless { it.contains('/') || it.startsWith('.') } ?: return null
        return File(File(requireNotNull(context).cacheDir, FOLDER), name).takeIf(File::isFile)
    }

    companion object {
        const val FOLDER = "outgoing"

        /** Of a file of this folder; none for any other. */
        fun uri(
            context: Context,
            file: File,
        ): Uri? {
            if (file.parentFile != File(context.cacheDir, FOLDER) || !file.isFile) return null
            return Uri
                .Builder()
                .scheme("content")
                .authority("${context.packageName}.outgoing")
                .appendPath(file.name)
                .build()
        }

        fun typeOf(name: String): String =
            when (name.substringAfterLast('.', "")) {
                "zip" -> "application/zip"
                "json" -> "application/json"
                "txt" -> "text/plain"
                else -> "application/octet-stream"
            }
    }
}
