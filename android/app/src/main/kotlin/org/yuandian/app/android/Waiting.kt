package org.yuandian.app.android

import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.io.OutputStream

/** Files on their way into somebody's data, in a folder for each owner. */
class Waiting(
    private val folder: File,
) {
    /** Where what is taken for this owner waits; without one, beside all folders. */
    fun folderOf(owner: String): File = if (owner.isEmpty()) folder else File(folder, owner).also(File::mkdirs)

    /** Paths of whole files, the first first. */
    fun left(owner: String): List<String> {
        val files = folderOf(owner).listFiles { file -> file.isFile && file.extension != PART }
        return files.orEmpty().sortedBy(File::getName).map(File::getPath)
    }

    operator fun contains(file: File) = generateSequence(file.parentFile, File::getParentFile).any { it == folder }
}

private const val PART = "part"

/** Writes a file so that it is there whole and durable, or not at all. */
internal fun writeWhole(
    file: File,
    write: (OutputStream) -> Unit,
) {
    val part = File("${file.path}.$PART")
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
