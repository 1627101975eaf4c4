package org.yuandian.app.journeys

import org.yuandian.app.gateway.RealWorld
import java.nio.file.Path
import kotlin.io.path.readBytes
import kotlin.io.path.writeBytes

private const val START_BYTES = 2
private const val LENGTH_BYTES = 2
private const val MARKER = 0xff
private const val COMMENT = 0xfe
private const val LOW_BYTE = 0xff

/** A camera's picture in [folder], another one for every number: the number stands in the file as a comment. */
internal fun numberedPhoto(
    folder: Path,
    number: Int,
): Path {
    val photo = Path.of(RealWorld.PHOTO).resolveSibling("small_exif.jpg").readBytes()
    val comment = "$folder $number".toByteArray()
    val length = comment.size + LENGTH_BYTES
    val head = listOf(MARKER, COMMENT, length shr Byte.SIZE_BITS, length and LOW_BYTE).map(Int::toByte).toByteArray()
    val path = folder.resolve("camera-$number.jpg")
    path.writeBytes(photo.copyOf(START_BYTES) + head + comment + photo.copyOfRange(START_BYTES, photo.size))
    return path
}
