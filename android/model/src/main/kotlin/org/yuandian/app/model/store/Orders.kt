package org.yuandian.app.model.store

import org.yuandian.app.model.Claim
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.screens.AskDay
import org.yuandian.app.screens.words.CITY_ZONE
import java.time.Instant

/** What one has told of oneself in earlier requests of one's own: whoever orders every week does not type the door every week. */
internal class KnownAnswers(
    private val session: Session,
    private val lists: Lists,
) {
    /** Answers to questions of this form; none where nothing is known. */
    suspend fun of(form: ServiceForm?): Map<String, String> {
        val asked = KEYS.filter { key -> form?.fields?.any { it.key == key } == true }
        val me = session.person.value?.name ?: return emptyMap()
        if (asked.isEmpty()) return emptyMap()
        // A door that one knows because one helps there, or of somebody else whom one asked for, is not one's own.
        val own =
            lists
                .lines(mine = true)
                .filter { it.service.isAsked && it.claim == Claim.None }
                .take(LOOKED_AT)
                .mapNotNull { lists.whole(it) }
                .filter { it.author == me && it.answer(FOR) == null }
        return asked.mapNotNull { key -> own.firstNotNullOfOrNull { it.answer(key) }?.let { key to it } }.toMap()
    }

    private companion object {
        val KEYS = listOf("address", "phone")
        const val FOR = "beneficiary"
        const val LOOKED_AT = 10
    }
}

/** Today and the days after it, as forms take them. */
internal fun Session.daysAhead(): List<AskDay> {
    val today = Instant.ofEpochMilli(platform.clock.nowMs()).atZone(CITY_ZONE).toLocalDate()
    return (0L until DAYS).map { today.plusDays(it) }.map { AskDay(it.toString(), it.atStartOfDay(CITY_ZONE).toInstant().toEpochMilli()) }
}

private const val DAYS = 7L
