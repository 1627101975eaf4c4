package org.yuandian.binding.scenarios

import com.google.gson.JsonElement
import com.google.gson.JsonParser
import java.nio.file.Path
import java.security.MessageDigest
import java.util.HexFormat
import kotlin.io.path.readText

/** JSON as plain values: `Map<String, Any?>`, `List<Any?>`, `String`, `Boolean`, `Long` for whole numbers, `Double` for others, `null`. */
fun readJson(file: Path): Any? = plain(JsonParser.parseString(file.readText()))

/** The same of a text. */
fun readJson(text: String): Any? = plain(JsonParser.parseString(text))

private fun plain(element: JsonElement): Any? =
    when {
        element.isJsonNull -> null
        element.isJsonObject -> element.asJsonObject.entrySet().associate { (key, value) -> key to plain(value) }
        element.isJsonArray -> element.asJsonArray.map(::plain)
        element.asJsonPrimitive.isBoolean -> element.asBoolean
        element.asJsonPrimitive.isString -> element.asString
        else -> element.asString.toLongOrNull() ?: element.asDouble
    }

/** Keys sorted, no blanks, letters as they are: the bytes that every language writes. */
fun canonical(value: Any?): String =
    when (value) {
        is Map<*, *> -> {
            val pairs = value.entries.sortedBy { it.key as String }
            pairs.joinToString(",", "{", "}") { (key, part) -> "${quoted(key as String)}:${canonical(part)}" }
        }

        is Collection<*> -> {
            value.joinToString(",", "[", "]", transform = ::canonical)
        }

        is String -> {
            quoted(value)
        }

        else -> {
            value.toString()
        }
    }

private fun quoted(text: String): String =
    buildString {
        append('"')
        for (letter in text) append(ESCAPED[letter] ?: if (letter < ' ') "\\u%04x".format(letter.code) else letter)
        append('"')
    }

private val ESCAPED =
    mapOf('"' to "\\\"", '\\' to "\\\\", '\n' to "\\n", '\r' to "\\r", '\t' to "\\t", '\b' to "\\b", '\u000c' to "\\f")

/** SHA-256 over [canonical], hex. */
fun digest(value: Any?): String {
    val hash = MessageDigest.getInstance("SHA-256").digest(canonical(value).toByteArray())
    return HexFormat.of().formatHex(hash)
}

/** Where [actual] is not as [expected]: every key given as given, a list as long as given, an empty object empty. */
fun differs(
    expected: Any?,
    actual: Any?,
    at: String = "",
): String? =
    when {
        expected is Map<*, *> && expected.isNotEmpty() && actual is Map<*, *> -> {
            expected.firstNotNullOfOrNull { (key, value) -> differs(value, actual[key], "$at.$key") }
        }

        expected is List<*> && actual is List<*> && expected.size == actual.size -> {
            expected.indices.firstNotNullOfOrNull { n -> differs(expected[n], actual[n], "$at[$n]") }
        }

        expected == actual -> {
            null
        }

        else -> {
            "$at: expected $expected, found $actual"
        }
    }
