package org.yuandian.app.android

/** By which power of two a side is divided so that the picture fits into memory. */
internal fun timesOver(
    side: Int,
    sideMax: Int,
): Int {
    var times = 1
    while (side / times > sideMax) times *= 2
    return times
}
