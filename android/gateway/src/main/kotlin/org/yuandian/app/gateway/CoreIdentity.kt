package org.yuandian.app.gateway

import org.yuandian.app.model.Answer
import org.yuandian.app.model.Grant
import org.yuandian.app.model.GridCode
import org.yuandian.app.model.Language
import org.yuandian.app.model.Person
import org.yuandian.app.model.Role
import org.yuandian.app.model.UserId
import org.yuandian.app.model.gateway.Identity
import org.yuandian.core.PersonRecord
import org.yuandian.core.Language as CoreLanguage

internal class CoreIdentity(
    private val core: CoreLine,
) : Identity {
    override suspend fun person(): Answer<Person> = core.ask { personOf(person()) }

    override suspend fun enroll(
        server: String,
        code: String,
        name: String,
    ): Answer<Person> = core.ask { personOf(enroll(server, code, name)) }

    override suspend fun setLanguage(language: Language): Answer<Unit> =
        core.ask {
            setLanguage(if (language == Language.ZH_HANS) CoreLanguage.ZH_HANS else CoreLanguage.EN)
            core.language = language
        }

    private fun personOf(record: PersonRecord): Person {
        val grants = record.grants.map { Grant(Role.of(it.role), GridCode(it.grid), it.gridName, it.unit, it.level, it.fromMs, it.untilMs) }
        return Person(UserId(record.user), record.name, grants)
    }
}
