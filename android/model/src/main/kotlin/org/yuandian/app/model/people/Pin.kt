package org.yuandian.app.model.people

/** The digits by which somebody opens their own data on a shared phone. They live in memory only while they are typed. */
@JvmInline
value class Pin(
    val digits: String,
) {
    init {
        require(digits.length == LENGTH && digits.all { it in '0'..'9' }) { "a PIN is $LENGTH digits" }
    }

    /** Whether it is among the first that anybody would try: one digit again and again, a run, a pair or a half that repeats. */
    val isTooEasy: Boolean
        get() {
            val steps = digits.zipWithNext { a, b -> b - a }.toSet()
            val half = LENGTH / 2
            return digits.toSet().size < DIFFERENT_MIN ||
                steps == setOf(1) ||
                steps == setOf(-1) ||
                digits.take(half) == digits.drop(half) ||
                digits.chunked(2).all { it[0] == it[1] }
        }

    /** Never in a log. */
    override fun toString() = "Pin"

    companion object {
        const val LENGTH = 6
        private const val DIFFERENT_MIN = 3
    }
}
