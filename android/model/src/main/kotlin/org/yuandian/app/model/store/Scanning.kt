package org.yuandian.app.model.store

import org.yuandian.app.model.ports.Scan
import org.yuandian.app.screens.NoScan
import org.yuandian.app.screens.Notice

/** The text of a code that somebody scans; none where none came, which they are told where they do not know it themselves. */
internal suspend fun Session.scanned(): String? {
    (notice.value as? Notice.NothingScanned)?.let(::dismiss)
    when (val scan = platform.scanner.scan()) {
        is Scan.Read -> return scan.text
        Scan.Cancelled -> Unit
        Scan.NoCode -> tell(Notice.NothingScanned(NoScan.NO_CODE))
        Scan.Denied -> tell(Notice.NothingScanned(NoScan.NOT_ALLOWED))
        Scan.Unavailable -> tell(Notice.NothingScanned(NoScan.NO_CAMERA))
        Scan.StorageFull -> tell(Notice.StorageFull)
    }
    return null
}
