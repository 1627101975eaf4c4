package org.yuandian.app.gateway

import org.junit.jupiter.api.io.TempDir
import org.yuandian.app.model.Role
import org.yuandian.app.model.contract.DraftContract
import org.yuandian.app.model.contract.GatewayContract
import org.yuandian.app.model.contract.World
import org.yuandian.app.model.gateway.Phone
import java.nio.file.Path
import kotlin.io.path.readBytes
import kotlin.io.path.writeBytes

/** The contract that the fake keeps, kept by the real core against the real server. */
class CoreGatewayTest : GatewayContract() {
    @TempDir
    lateinit var folder: Path

    override fun newWorld(): World = realWorld(folder)
}

/** The same of drafts. */
class CoreDraftTest : DraftContract() {
    @TempDir
    lateinit var folder: Path

    override fun newWorld(): World = realWorld(folder)
}

private fun realWorld(folder: Path): World {
    val real = RealWorld(folder)
    return object : World {
        override val server = real.address

        override suspend fun open(home: String): Phone = real.open(home)

        override suspend fun invite(role: Role) = real.invite(role.name.lowercase())

        override fun reachable(on: Boolean) = if (on) real.mend() else real.cut()

        override fun photo(number: Int): String = anotherPhoto(folder, number).toString()

        override fun close() = real.close()
    }
}

/** The same picture with another comment in the file: another photo to the core. */
private fun anotherPhoto(
    folder: Path,
    number: Int,
): Path {
    val photo = Path.of(RealWorld.PHOTO).readBytes()
    val comment = "number $number".toByteArray()
    val length = comment.size + 2
    val marker = byteArrayOf(0xff.toByte(), 0xfe.toByte(), (length shr Byte.SIZE_BITS).toByte(), length.toByte())
    val path = folder.resolve("$number.jpg")
    path.writeBytes(photo.copyOfRange(0, 2) + marker + comment + photo.copyOfRange(2, photo.size))
    return path
}
