package org.yuandian.app.model

/** A named value: an answer of a form, or an argument of an act. */
data class Named(
    val key: String,
    val value: String,
)

/** An id with what people read. */
data class Labelled(
    val id: String,
    val text: String,
)

/** A line of a list. Times in ms since 1970. */
data class CaseLine(
    val id: CaseId,
    val service: ServiceId,
    val serviceText: String,
    /** Its first words; empty where nothing was written. */
    val title: String,
    val stage: StageId,
    val stageText: String,
    val sync: SyncState,
    /** How far its photos are, where they are on their way. */
    val progress: PhotoProgress?,
    val claim: Claim,
    val photos: Int,
    val updatedMs: Long,
    /** Whether this person opened it. */
    val isOwn: Boolean = false,
    val openedMs: Long = updatedMs,
    /** Whether it is a case that has not ended. */
    val isOpen: Boolean = false,
    /** The limit that is over longest or ends soonest. */
    val due: TimeLimit? = null,
    /** Where it is, as far as that is shared. */
    val place: Place? = null,
) {
    val isDraft: Boolean get() = stage == StageId.DRAFT

    /** Whether nothing is to be done in it any more. */
    val hasEnded: Boolean get() = !isOpen && !isDraft
}

/** A case that may be the same matter as one that is being reported. */
data class SimilarCase(
    val line: CaseLine,
    val distanceM: Int,
)

/** How much of a task is done. */
data class Tally(
    /** What is on its way included. */
    val done: Int,
    /** How many there are to be; none where the form says no number. */
    val of: Int?,
)

/** Somebody who can be called. */
data class Contact(
    val title: BothText,
    val telephone: String,
)

/** Where one's claim stands. */
sealed interface Claim {
    data object None : Claim

    /** 正在确认: asked for, and the server has not answered. */
    data object Pending : Claim

    data object Won : Claim

    /** In line; 1 is next. */
    data class InLine(
        val position: Int?,
    ) : Claim

    data object Lost : Claim

    companion object {
        fun of(
            id: String,
            position: Int?,
        ): Claim =
            when (id) {
                "pending" -> Pending
                "won" -> Won
                "waiting" -> InLine(position)
                "lost" -> Lost
                else -> None
            }
    }
}

/** A place as others see it: WGS-84, degrees; the circle that holds it, metres. */
data class Place(
    val lng: Double,
    val lat: Double,
    val radiusM: Int?,
)

/** A case with everything that this phone knows of it. */
data class Case(
    val line: CaseLine,
    val text: String,
    val fields: List<Named>,
    /** Which of [fields] only the author and whoever helps can read. */
    val privateKeys: Set<String>,
    val conflicts: List<Conflict>,
    val notes: List<Note>,
    val photos: List<Photo>,
    val progress: PhotoProgress,
    val author: String,
    val holders: List<String>,
    /** How many wait in line. */
    val waiting: Int,
    val grid: GridCode,
    val gridName: String,
    val place: Place?,
    val history: List<HistoryLine>,
    /** Acts that one may do now. */
    val can: Set<ActId>,
    /** Every act of the stage, with why one cannot do it where one cannot. */
    val next: List<NextAct>,
    /** What it is timed by, the clock of the stage first. */
    val times: List<TimeLimit>,
    val timesMissing: String?,
    val marks: List<Labelled>,
    val units: List<String>,
    val parts: List<UnitPart>,
    val asked: List<AskedQuestion>,
    val desk: Labelled?,
    val condition: String?,
    val closesWhen: String?,
    /** Whether only notes and photos can be added, because its form is not on this phone yet. */
    val notesOnly: Boolean,
    /** What an edit is made on: given back with it, so that what others wrote meanwhile becomes a visible conflict. */
    val heads: List<String>,
    /** What one has done that is on its way: acts, [ActId.CONTENT]. */
    val pending: List<ActId>,
    /** Which of [fields] show an answer on its way; `text` for the description. */
    val pendingFields: Set<String>,
    val stays: List<Stay>,
    val looks: List<Look>,
    val codeWords: CodeWords?,
    val followers: Int,
    val followed: Boolean,
    /** Of a task; none of another case. */
    val tally: Tally? = null,
) {
    val id: CaseId get() = line.id
}

/** An answer with more than one value. */
data class Conflict(
    val key: String,
    /** The question in words; the key where the form is not here; empty for the description. */
    val label: String,
    val values: List<ConflictValue>,
)

/** One of several values; [number] settles for it, from 1. */
data class ConflictValue(
    val number: Int,
    val value: String,
    val by: String,
    val atMs: Long,
    /** Whether this phone's person wrote it. */
    val mine: Boolean,
)

data class Note(
    val id: String,
    val text: String,
    val by: String,
    val atMs: Long,
    val pending: Boolean,
    val files: List<AttachedFile>,
)

/** A photo of a case. Its number, from 1, is its place in the list. */
data class Photo(
    val id: String,
    val hash: FileHash,
    val mime: String,
    val sizeBytes: Long,
    val widthPx: Int,
    val heightPx: Int,
    val micro: FileHash?,
    val by: String,
    val atMs: Long,
    /** Whether the original is on this phone. */
    val local: Boolean,
    val sentBytes: Long,
    /** Whether the platform holds and has verified it. */
    val stored: Boolean,
    val pending: Boolean,
    val previewUnavailable: String?,
    val trouble: String?,
)

enum class FileKind { VOICE, VIDEO, SIGNATURE, OTHER }

data class AttachedFile(
    val hash: FileHash,
    val kind: FileKind,
    val kindText: String,
    val mime: String,
    val sizeBytes: Long,
    val local: Boolean,
    val sentBytes: Long,
    val stored: Boolean,
    val trouble: String?,
)

/** A line of a case's history. */
data class HistoryLine(
    val act: ActId,
    /** The act in words, in the language of the core; its id where there are none. */
    val text: String,
    val by: String,
    val atMs: Long,
    val outcome: Outcome,
)

enum class Outcome { PENDING, DONE, REFUSED }

/** An act of the case's stage. */
data class NextAct(
    val act: ActId,
    val text: String,
    val by: List<String>,
    val arguments: List<ActArgument>,
    /** Photos that it needs of whoever does it. */
    val photos: Int,
    val offline: OfflineClass,
    val atMost: Int?,
    val upTo: String?,
    /** Why one cannot do it now; none where one can. */
    val whyNot: String?,
)

/** What an act is without a network. */
enum class OfflineClass {
    /** Done at once, sent later. */
    DONE_HERE,

    /** Kept, and shown as waiting for the server's word. */
    WAITS_FOR_WORD,

    /** Needs the server at once. */
    ONLINE_ONLY,
    ;

    companion object {
        fun of(id: String): OfflineClass =
            when (id) {
                "local" -> DONE_HERE
                "queue_intent" -> WAITS_FOR_WORD
                else -> ONLINE_ONLY
            }
    }
}

data class ActArgument(
    val name: String,
    val text: String,
    val kind: ArgumentKind,
    val required: Boolean,
    val options: List<Labelled>,
    /** For a date: how far ahead at most, in words. */
    val within: String?,
)

enum class ArgumentKind {
    TEXT,
    UNIT,
    USER,
    CASE,
    CONDITION,
    LIMIT,
    DATE,
    SCORE,
    MONEY,
    CODE,
    CHOICE,
    ;

    companion object {
        /** By the core's id; a text where this app does not know it. */
        fun of(id: String): ArgumentKind = entries.firstOrNull { it.name.lowercase() == id } ?: TEXT
    }
}

/** Something that a case is timed by. */
data class TimeLimit(
    val clock: String,
    val text: String,
    /** When it ends, RFC 3339; none while it stands. */
    val due: String?,
    /** What is left of it, ms of the time that it counts; below zero when it is over. */
    val leftMs: Long,
    val colour: TimeColour,
    val colourText: String,
    /** Whether holidays that are not published yet lie in it. */
    val byRule: Boolean,
) {
    val isOver: Boolean get() = leftMs < 0
}

enum class TimeColour {
    IN_TIME,
    SOON,
    OVERDUE,
    LONG_OVERDUE,
    ;

    companion object {
        fun of(id: String): TimeColour =
            when (id) {
                "yellow", "near" -> SOON
                "red" -> OVERDUE
                "dark_red" -> LONG_OVERDUE
                else -> IN_TIME
            }
    }
}

data class UnitPart(
    val unit: String,
    val task: String?,
    val open: Boolean,
)

data class AskedQuestion(
    val mark: String,
    val text: String,
    val said: List<Named>,
)

/** Somebody's stay at the door. Times in ms since 1970. */
data class Stay(
    val by: String,
    val inMs: Long,
    /** Whether the word was right; none where none was said. */
    val inWord: Boolean?,
    val near: Boolean?,
    val outMs: Long?,
    val outWord: Boolean?,
    val minutes: Int?,
)

/** Somebody who was told private answers. */
data class Look(
    val by: String,
    val user: UserId,
    val atMs: Long,
    val keys: List<String>,
)

/** Code words of an own request: asked for when somebody comes, and when they leave. Four digits each. */
data class CodeWords(
    val coming: String,
    val leaving: String,
)
