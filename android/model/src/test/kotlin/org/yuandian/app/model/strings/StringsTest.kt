package org.yuandian.app.model.strings

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.model.Language
import java.lang.reflect.Method
import java.lang.reflect.Modifier
import java.lang.reflect.ParameterizedType
import java.lang.reflect.Type
import java.lang.reflect.WildcardType

/** Every text of both languages, called with sample arguments by their types. */
class StringsTest {
    private data class Said(
        val name: String,
        val zh: String,
        val en: String,
    )

    private val all: List<Said> by lazy {
        Strings::class.java.methods
            .filter(::isText)
            .flatMap(::said)
            .distinct()
    }

    private fun isText(method: Method) =
        method.returnType == String::class.java && !Modifier.isStatic(method.modifiers) && !method.isDefault

    private fun said(method: Method): List<Said> {
        val samples = RANGES[method.name] ?: method.genericParameterTypes.map(::samplesOf)
        val count = samples.maxOfOrNull { it.size } ?: 1
        return (0 until count).mapNotNull { at ->
            val arguments = samples.map { it[at % it.size] }.toTypedArray()
            val name = method.name + arguments.joinToString(",", "(", ")")
            val (zh, en) = listOf(ZhHans, En).map { method.invoke(it, *arguments) as String? }
            // What one language leaves out, the other leaves out, too.
            check((zh == null) == (en == null)) { name }
            if (zh == null || en == null) null else Said(name, zh, en)
        }
    }

    private fun samplesOf(type: Type): List<Any?> =
        when (type) {
            is Class<*> -> samplesOf(type)

            // A list is tried with everything that may be in it, and with one.
            is ParameterizedType -> samplesOf(type.actualTypeArguments.last()).let { all -> listOf(all, all.take(1)) }

            is WildcardType -> samplesOf(type.upperBounds.first())

            else -> error("no samples of $type")
        }

    private fun samplesOf(type: Class<*>): List<Any?> =
        when {
            type == Int::class.javaPrimitiveType -> {
                listOf(1, 2, 5, 0)
            }

            type == Long::class.javaPrimitiveType -> {
                listOf(1_764_550_800_000L, 1_764_500_800_000L, 3_600_000L)
            }

            type == Boolean::class.javaPrimitiveType -> {
                listOf(true, false)
            }

            type == Int::class.javaObjectType || type == Long::class.javaObjectType || type == Boolean::class.javaObjectType -> {
                samplesOf(type.kotlin.javaPrimitiveType!!) + null
            }

            type == String::class.java -> {
                listOf(SAMPLE)
            }

            type.isEnum -> {
                type.enumConstants.toList()
            }

            List::class.java.isAssignableFrom(type) -> {
                listOf(listOf(SAMPLE))
            }

            else -> {
                sealedOf(type).ifEmpty { listOf(made(type)) }
            }
        }

    private fun sealedOf(type: Class<*>): List<Any> =
        casesOf(type).flatMap { sub ->
            val nested = sealedOf(sub)
            val instance = sub.declaredFields.firstOrNull { it.name == "INSTANCE" }
            nested.ifEmpty { listOf(instance?.get(null) ?: made(sub)) }
        }

    /** Sealed types of screens nest their cases, so no reflection library is needed. */
    private fun casesOf(type: Class<*>): List<Class<*>> = type.declaredClasses.filter { type.isAssignableFrom(it) && it != type }

    private fun made(type: Class<*>): Any {
        val constructor = type.declaredConstructors.filterNot { it.isSynthetic }.maxBy { it.parameterCount }
        return constructor.newInstance(*constructor.genericParameterTypes.map { samplesOf(it).first() }.toTypedArray())
    }

    @Test
    fun there_are_texts_to_look_at() = assertTrue(all.size > 400, "${all.size}")

    @Test
    fun no_text_is_empty_but_those_that_may_be() {
        val empty = all.filter { it.zh.isBlank() || it.en.isBlank() }.filterNot { said -> MAY_BE_EMPTY.any(said.name::startsWith) }
        assertEquals(emptyList<Said>(), empty)
    }

    @Test
    fun no_text_is_the_same_in_both_languages_by_mistake() {
        val same = all.filter { it.zh == it.en && it.zh.any(Char::isLetter) }.filterNot { it.zh in SAME || it.name.startsWith("bytes(") }
        assertEquals(emptyList<Said>(), same)
    }

    @Test
    fun english_has_no_chinese_and_chinese_no_english_sentences() {
        val mixed =
            all.filter { said ->
                val en = said.en.replace(SAMPLE, "")
                val zh = said.zh.replace(SAMPLE, "")
                val strays = en.any { it in '\u4e00'..'\u9fff' } && said.name.substringBefore('(') !in SHOWS_CHINESE
                strays || Regex("[A-Za-z]{2,} [A-Za-z]{2,}").containsMatchIn(zh)
            }
        assertEquals(emptyList<Said>(), mixed)
    }

    @Test
    fun nobody_is_told_a_program_s_words() {
        val told =
            all.filter { said ->
                ZH_JARGON.any { it in said.zh } || EN_JARGON.any { Regex("\\b$it\\b", RegexOption.IGNORE_CASE).containsMatchIn(said.en) }
            }
        // The name of a file says what kind of file it is.
        assertEquals(emptyList<Said>(), told.filterNot { it.name.endsWith("File()") })
    }

    @Test
    fun nobody_is_ranked_scored_or_made_to_check_in() {
        val ranked =
            all.filter { said ->
                ZH_BANNED.any { it in said.zh } ||
                    EN_BANNED.any { Regex("\\b$it\\b", RegexOption.IGNORE_CASE).containsMatchIn(said.en) }
            }
        // A text may say that there is none of it.
        assertEquals(emptyList<Said>(), ranked.filterNot { "不" in it.zh || "没有" in it.zh })
    }

    @Test
    fun one_and_many_are_told_apart_in_english() {
        val wrong =
            all.filter {
                Regex(
                    "\\b1 (photos|minutes|hours|days|drafts|items|tries|people|reports|words)\\b",
                ).containsMatchIn(it.en)
            }
        assertEquals(emptyList<Said>(), wrong)
    }

    @Test
    fun every_language_has_its_strings() {
        for (language in Language.entries) assertEquals(language, Strings.of(language).language)
    }

    private companion object {
        const val SAMPLE = "§"

        /** Numbers that are not any number. */
        val SCORES = listOf((1..5).toList())
        val RANGES = mapOf("month" to listOf(listOf(2026), (1..12).toList()), "rateScore" to SCORES, "rated" to SCORES)
        val MAY_BE_EMPTY = listOf("photosText")
        val SAME = setOf("English", "中文", "简体中文", "Wi-Fi")
        val SHOWS_CHINESE = setOf("languageName", "settingsChinese")
        val ZH_JARGON =
            listOf(
                "任务队列",
                "队列",
                "同步失败",
                "服务器错误",
                "接口",
                "令牌",
                "缓存",
                "异常",
                "参数",
                "数据库",
                "哈希",
                "进程",
                "线程",
                "超时重试",
                "客户端",
                "提交失败",
                "报错",
                "API",
                "HTTP",
                "JSON",
                "null",
                "token",
            )
        val EN_JARGON =
            listOf(
                "queue",
                "queued",
                "outbox",
                "commit",
                "token",
                "HTTP",
                "API",
                "null",
                "exception",
                "database",
                "hash",
                "blob",
                "timeout",
                "payload",
                "invalid",
                "failed to",
                "sync failed",
                "backend",
                "cache",
                "cached",
                "server error",
                "error",
                "JSON",
            )
        val ZH_BANNED = listOf("打卡", "签到", "积分", "排行", "排名", "在线时长", "连续天数")
        val EN_BANNED = listOf("check in", "points", "ranking", "leaderboard", "streak", "score")
    }
}
