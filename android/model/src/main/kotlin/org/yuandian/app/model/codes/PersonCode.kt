package org.yuandian.app.model.codes

import org.yuandian.app.model.UserId

/** What somebody's own code holds: who they are, and what they are called. */
data class PersonCode(
    val user: UserId,
    val name: String,
) {
    /** The id, a space, the name. */
    val text: String get() = "${user.value} ${shown(name)}"

    /** The same to be read out and typed: the id in groups of four. */
    val spelled: String get() = "${user.value.filterNot { it == DASH }.chunked(GROUP).joinToString(" ")} ${shown(name)}"

    companion object {
        /** Letters of a name, as the core has it. */
        private const val NAME_MAX = 40
        private const val DIGITS = 32
        private const val GROUP = 4
        private const val DASH = '-'
        private val PARTS = listOf(0..7, 8..11, 12..15, 16..19, 20..31)

        /** The longest text that can be one, typed with a space wherever one may stand. */
        const val TEXT_MAX = 200

        /**
         * What a text says that was scanned, typed or pasted; none where it begins with no person's id: 32 hexadecimal digits, parted by
         * dashes or spaces anywhere. The name may be missing.
         */
        fun of(text: String): PersonCode? {
            val digits = StringBuilder()
            var at = 0
            while (at < text.length && digits.length < DIGITS) {
                val sign = text[at++].lowercaseChar()
                when {
                    sign in '0'..'9' || sign in 'a'..'f' -> digits.append(sign)
                    sign != DASH && !sign.isWhitespace() -> return null
                }
            }
            val rest = text.drop(at)
            if (digits.length < DIGITS || text.length > TEXT_MAX || rest.firstOrNull()?.isWhitespace() == false) return null
            return PersonCode(UserId(PARTS.joinToString("$DASH", transform = digits::substring)), shown(rest))
        }

        /** On one line, without signs that are not seen or turn what stands around them, and no longer than a name may be. */
        private fun shown(name: String): String {
            // Not by \s, which means other signs on a phone than on a desktop.
            val spaced = name.map { if (it.isWhitespace()) ' ' else it }
            val plain = spaced.filterNot { it.isISOControl() || it.category == CharCategory.FORMAT }.joinToString("")
            val line = plain.split(' ').filter(String::isNotEmpty).joinToString(" ")
            return line.substring(0, line.offsetByCodePoints(0, minOf(NAME_MAX, line.codePointCount(0, line.length))))
        }
    }
}
