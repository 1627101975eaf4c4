package org.yuandian.app.model

/** A position of the receiver: WGS-84, degrees; accuracy in metres. */
data class Position(
    val lng: Double,
    val lat: Double,
    val accuracyM: Int?,
)

/** What was entered of a case so far. Photos are added on their own and stay. */
data class DraftInput(
    val service: ServiceId,
    val position: Position? = null,
    /** At most 2,000 characters. */
    val text: String = "",
    val answers: List<Named> = emptyList(),
    /** Why there are fewer photos than the service asks for, at most 1,000 characters. */
    val noPhoto: String? = null,
)

data class DraftPhoto(
    val hash: FileHash,
    val sizeBytes: Long,
    val mime: String,
    val atMs: Long,
    /** Its small picture, once that is made. */
    val thumb: FileHash?,
    /** Whether only the platform can decode it. */
    val needsPlatform: Boolean,
)

data class DraftFile(
    val hash: FileHash,
    val sizeBytes: Long,
    val mime: String,
    val atMs: Long,
)

/** A draft as it is kept. */
data class Draft(
    val id: CaseId,
    val entered: DraftInput,
    val photos: List<DraftPhoto> = emptyList(),
    val files: List<DraftFile> = emptyList(),
    val updatedMs: Long = 0,
)

/** Where a photo came from. */
enum class PhotoSource { CAMERA, ALBUM, UNKNOWN }

/** What the platform says of a capture beside its bytes. */
data class CaptureFacts(
    val source: PhotoSource,
    val position: Position? = null,
    /** Which receiver: `gps`, `network`, `fused` …; empty where unknown. */
    val provider: String = "",
    /** Whether the system says that another app made the position up; none where it does not say. */
    val mock: Boolean? = null,
)

/** What gives a person away. */
enum class GiveawayKind {
    PHONE,
    ID_NUMBER,
    PLATE,
    DOOR,
    ABSENCE,
    ACCESS,
    OTHER,
    ;

    companion object {
        fun of(id: String): GiveawayKind = entries.firstOrNull { it.name.lowercase() == id } ?: OTHER
    }
}

/** A place in what is about to be published that gives a person away. It warns and never forbids. */
data class Giveaway(
    /** `text` for the description, else the key of an answer. */
    val field: String,
    val kind: GiveawayKind,
    /** From where, in code points from the field's beginning, to where (that one not counted). */
    val start: Int,
    val end: Int,
    val found: String,
    /** What it would tell, and where that belongs instead: made by the core in its language. */
    val text: String,
)
