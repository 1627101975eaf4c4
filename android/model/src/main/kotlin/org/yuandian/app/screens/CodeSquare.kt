package org.yuandian.app.screens

/** A code as it is drawn: dark and light modules in a square, without the light rim that it needs around it. */
data class CodeSquare(
    val side: Int,
    /** Row by row from the top. */
    private val dark: List<Boolean>,
) {
    init {
        require(dark.size == side * side) { "${dark.size} modules are no square of $side" }
    }

    fun isDark(
        x: Int,
        y: Int,
    ): Boolean = dark[y * side + x]
}
