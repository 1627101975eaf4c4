package org.yuandian.app.model

/** What somebody may be. The core's list; OTHER for one that this app has no screens for. */
enum class Role {
    RESIDENT,
    VOLUNTEER,
    GRID_WORKER,
    MICRO_HEAD,
    GRID_HEAD,
    COLLECTOR,
    HANDLER,
    OTHER,
    ;

    companion object {
        fun of(id: String): Role =
            when (id) {
                "handler_unit" -> HANDLER
                else -> entries.firstOrNull { it.name.lowercase() == id } ?: OTHER
            }
    }
}

/** Which of the three homes of the app somebody has. */
enum class HomeRole { GRID_WORKER, RESIDENT, VOLUNTEER }

/** A right: a role in a division and everything below it. Times in ms since 1970, by the server's clock. */
data class Grant(
    val role: Role,
    val grid: GridCode,
    /** What people read of the division. */
    val gridName: String = grid.value,
    val unit: String? = null,
    val level: String? = null,
    val fromMs: Long? = null,
    val untilMs: Long? = null,
)

/** Who the phone speaks for. */
data class Person(
    val user: UserId,
    val name: String,
    val grants: List<Grant>,
) {
    /** The home to begin with: of a person with several roles the one with the most to do. */
    val homeRole: HomeRole
        get() {
            val roles = grants.map(Grant::role).toSet()
            return when {
                roles.any { it in WORKING } -> HomeRole.GRID_WORKER
                Role.VOLUNTEER in roles -> HomeRole.VOLUNTEER
                else -> HomeRole.RESIDENT
            }
        }

    /** Every home that this person may choose. A resident's is everybody's. */
    val homes: List<HomeRole>
        get() = listOf(HomeRole.GRID_WORKER, HomeRole.VOLUNTEER, HomeRole.RESIDENT).filter { home -> mayUse(home) }

    private fun mayUse(home: HomeRole) =
        when (home) {
            HomeRole.GRID_WORKER -> grants.any { it.role in WORKING }
            HomeRole.VOLUNTEER -> grants.any { it.role == Role.VOLUNTEER }
            HomeRole.RESIDENT -> true
        }

    private companion object {
        val WORKING = setOf(Role.GRID_WORKER, Role.MICRO_HEAD, Role.GRID_HEAD, Role.COLLECTOR, Role.HANDLER)
    }
}

/** Somebody whom this person has named; the name is empty where it was not known. */
data class NamedPerson(
    val user: UserId,
    val name: String,
)

/** A stay that counts. Times in ms since 1970. */
data class HoursLine(
    val case: CaseId,
    val service: ServiceId,
    val serviceText: String,
    val grid: GridCode,
    val fromMs: Long,
    val toMs: Long,
    val minutes: Int,
    val confirmedMs: Long,
)

/** Something private that was given, or taken back. */
data class ConsentLine(
    val case: CaseId,
    val service: ServiceId,
    val key: String,
    val label: String,
    /** What it was given for; empty for the exact place. */
    val purpose: String,
    val retentionDays: Int,
    val given: Boolean,
    val atMs: Long,
)

/** Why somebody is told something. */
enum class NewsKind { ASKED, FAMILY, MOVED }

/** Something to tell a person whose phone slept. */
data class NewsLine(
    val case: CaseId,
    val why: NewsKind,
    val text: String,
    /** Whether it cannot wait. */
    val urgent: Boolean,
)

/** Between which minutes of the day, in Asia/Shanghai, somebody is not woken. */
data class QuietHours(
    val fromMinute: Int,
    val toMinute: Int,
)
