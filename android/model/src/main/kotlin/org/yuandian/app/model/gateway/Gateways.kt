package org.yuandian.app.model.gateway

import kotlinx.coroutines.flow.Flow
import org.yuandian.app.model.ActId
import org.yuandian.app.model.Answer
import org.yuandian.app.model.AttentionItem
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.Contact
import org.yuandian.app.model.Draft
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.FileKind
import org.yuandian.app.model.FormStanding
import org.yuandian.app.model.Giveaway
import org.yuandian.app.model.ItemId
import org.yuandian.app.model.Language
import org.yuandian.app.model.Named
import org.yuandian.app.model.OutboxLine
import org.yuandian.app.model.Person
import org.yuandian.app.model.PhotoProgress
import org.yuandian.app.model.Position
import org.yuandian.app.model.Room
import org.yuandian.app.model.ServiceChoice
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SimilarCase
import org.yuandian.app.model.StageId
import org.yuandian.app.model.SyncProgress
import org.yuandian.app.model.SyncReport
import org.yuandian.app.model.SyncStanding
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.UploadPolicies
import org.yuandian.app.model.WorkCounts

enum class ListOrder {
    /** Drafts, then what moved last. */
    LATEST,

    /** Cases alone: overdue longest, due soonest, then those without a limit. */
    DUE,
}

/** What a list is to show; everything where nothing is asked for. */
data class ListAsk(
    /** Words that must all be there. */
    val text: String = "",
    val stage: StageId? = null,
    val service: ServiceId? = null,
    /** By the core's word. WAITING and SENDING are one there: what comes may be of either. */
    val sync: SyncState? = null,
    /** Only what this person opened, holds or waits for. */
    val mine: Boolean = false,
    /** Only cases that have not ended; no drafts. */
    val openOnly: Boolean = false,
    val order: ListOrder = ListOrder.LATEST,
    /** Lines at most, up to 1,000. */
    val limit: Int = PAGE,
    val offset: Int = 0,
) {
    companion object {
        const val PAGE = 50
        const val LIMIT_MAX = 1_000
    }
}

/** A file to be attached to a note: it is only read. A voice note is at most 10 MiB, a film 64 MiB, a signature 512 KiB. */
data class FileInput(
    val kind: FileKind,
    val path: String,
)

/** An act with what goes along with it. */
data class ActInput(
    val act: ActId,
    /** At most 2,000 characters. */
    val text: String? = null,
    val arguments: List<Named> = emptyList(),
    /** Paths of photos, at most 9. */
    val photos: List<String> = emptyList(),
    val files: List<FileInput> = emptyList(),
)

enum class ActOutcome { QUEUED, ALREADY_DONE }

enum class PhotoSize { THUMB, MEDIUM, ORIGINAL }

/** A file of a photo. */
data class PhotoFile(
    val hash: FileHash,
    val bytes: Long,
    val mime: String,
    /** Whether [Cases.content] gives it without asking the platform. */
    val isHere: Boolean,
)

/** A picture to be shown. */
class Picture(
    val hash: FileHash,
    val mime: String,
    val bytes: ByteArray,
)

/** Reading cases, and what people do with them. */
interface Cases {
    /** A page: drafts first, then cases, latest first. */
    suspend fun page(ask: ListAsk): Answer<List<CaseLine>>

    suspend fun line(id: CaseId): Answer<CaseLine>

    /**
     * Cases of a service that have not ended and lie so near that they may be the same matter: within the radius that the catalogue names
     * for it, the nearest first.
     */
    suspend fun similar(
        service: ServiceId,
        at: Position,
        most: Int,
    ): Answer<List<SimilarCase>>

    /** Fails with NotFound, NotEnrolled. */
    suspend fun case(id: CaseId): Answer<Case>

    /** Counts of own work. */
    suspend fun counts(): Answer<WorkCounts>

    /** Answers questions of a case; the key `text` is the description. [seen] are the heads that the form was opened at. */
    suspend fun edit(
        id: CaseId,
        answers: List<Named>,
        seen: List<String>?,
    ): Answer<Unit>

    /** Adds a note, photos by path and files, at most 9 of each. */
    suspend fun note(
        id: CaseId,
        text: String,
        photos: List<String> = emptyList(),
        files: List<FileInput> = emptyList(),
    ): Answer<Unit>

    /** Does an act: judged here first, by the server for good. Fails with Refused by the phone's own rule. */
    suspend fun act(
        id: CaseId,
        act: ActInput,
    ): Answer<ActOutcome>

    /** Settles a conflict for the value with this number, from 1. */
    suspend fun settle(
        id: CaseId,
        key: String,
        keep: Int,
    ): Answer<Unit>

    /** Writes the case with its photos into a zip file at [path]. */
    suspend fun export(
        id: CaseId,
        path: String,
    ): Answer<Unit>

    /** The smallest picture: a JPEG of at most 2 kB, or nothing. */
    suspend fun micro(hash: FileHash): Answer<ByteArray?>

    /** A file of the [number]-th photo, from 1; with [fetch] it is got from the platform where it is not here. */
    suspend fun photo(
        id: CaseId,
        number: Int,
        size: PhotoSize,
        fetch: Boolean = false,
    ): Answer<PhotoFile>

    suspend fun attached(
        id: CaseId,
        hash: FileHash,
        fetch: Boolean = false,
    ): Answer<PhotoFile>

    /** What a photo or an attached file of this phone holds. Files have no path: they may be encrypted. Fails with NotFound, Damaged. */
    suspend fun content(hash: FileHash): Answer<ByteArray>
}

/** What is being written. Sync never touches it. */
interface Drafts {
    /** Saves a new draft, or over the one with this id. Durable when it returns. Needs no enrolment. */
    suspend fun save(
        id: CaseId?,
        entered: DraftInput,
    ): Answer<CaseId>

    /**
     * Adds a photo: its original is on disk, whole, before the draft names it. Fails with PhotoRefused, NoRoom, FileUnusable, Mend
     * for a tenth.
     */
    suspend fun addPhoto(
        id: CaseId,
        path: String,
        facts: CaptureFacts,
    ): Answer<FileHash>

    suspend fun removePhoto(
        id: CaseId,
        hash: FileHash,
    ): Answer<Unit>

    suspend fun addFile(
        id: CaseId,
        file: FileInput,
    ): Answer<FileHash>

    suspend fun removeFile(
        id: CaseId,
        hash: FileHash,
    ): Answer<Unit>

    suspend fun draft(id: CaseId): Answer<Draft>

    /** All of them, latest first. */
    suspend fun drafts(): Answer<List<Draft>>

    suspend fun discard(id: CaseId): Answer<Unit>

    /**
     * Makes a case of a draft: 已存在本机 once it returns. Fails with NotEnrolled before an invitation was used, with Refused, with Mend
     * where an answer is missing. The draft stays then.
     */
    suspend fun finish(id: CaseId): Answer<CaseLine>

    /** Makes the small pictures that a draft's photos lack. Gives how many got theirs. */
    suspend fun render(id: CaseId): Answer<Int>

    /** The smallest picture that there is of a photo of a draft. */
    suspend fun photo(
        id: CaseId,
        hash: FileHash,
    ): Answer<Picture>

    /** What the words of a draft would tell everybody of the person. */
    suspend fun giveaways(id: CaseId): Answer<List<Giveaway>>

    /** The same of one text while it is typed. */
    suspend fun giveawaysIn(text: String): Answer<List<Giveaway>>
}

/**
 * What somebody has typed on a screen, and is in no draft, by the names of fields. It outlives the screen, the app and an empty battery,
 * and is never sent.
 */
interface Typed {
    /**
     * In place of what was kept for this [place] before; no fields: it was sent, or given up. Fails with Mend for more than 12,000
     * letters.
     */
    suspend fun keep(
        place: String,
        fields: Map<String, String>,
    ): Answer<Unit>

    suspend fun kept(place: String): Answer<Map<String, String>>
}

/** What can be opened, and its forms. */
interface Services {
    /**
     * Services that a text finds, the best first; for an empty text those opened most here first. Before enrolment: of the catalogue that
     * ships with the app, those that a resident may open, so that reporting works before any sign-in.
     */
    suspend fun find(text: String): Answer<List<ServiceChoice>>

    /** Fails with NotFound where there is no such service. */
    suspend fun form(service: ServiceId): Answer<ServiceForm>

    /** The form that a case was opened under; NotFound where it is not here yet. */
    suspend fun formOf(case: CaseId): Answer<ServiceForm>

    /** Whom this person calls to reach their community; before enrolment, the city. None where the catalogue names nobody. */
    suspend fun community(): Answer<Contact?>

    /** What is asked, what must be answered and what is wrong so far. To be asked at every change. */
    suspend fun standing(
        service: ServiceId,
        answers: List<Named>,
    ): Answer<FormStanding>
}

/** What needs the person, and what is on its way. */
interface Attention {
    /** Oldest first. */
    suspend fun items(): Answer<List<AttentionItem>>

    /** Sends it again, with other words or answers, or as it was. */
    suspend fun amend(
        item: ItemId,
        text: String? = null,
        answers: List<Named> = emptyList(),
    ): Answer<Unit>

    suspend fun keepAsNote(item: ItemId): Answer<Unit>

    /** At most 1,000 characters. */
    suspend fun appeal(
        item: ItemId,
        why: String,
    ): Answer<Unit>

    suspend fun discard(item: ItemId): Answer<Unit>

    suspend fun export(
        item: ItemId,
        path: String,
    ): Answer<Unit>

    suspend fun outbox(): Answer<List<OutboxLine>>
}

/** Runs of sync and what they are allowed. */
interface Sync {
    /** One run; a run that did not reach the server is no failure but a report. While one runs, another waits for its end. */
    suspend fun run(): Answer<SyncReport>

    /** Stops the run under way. Returns at once. */
    fun stop()

    /** Waits for the server to say that there may be something new, at most so many seconds. True where a run is worth while. */
    suspend fun waitForNews(seconds: Int): Answer<Boolean>

    /** What the phone says of its network and power now. */
    suspend fun setNetwork(
        metered: Boolean,
        charging: Boolean,
    ): Answer<Unit>

    suspend fun policies(): Answer<UploadPolicies>

    suspend fun setPolicies(policies: UploadPolicies): Answer<Unit>

    /** How far all photos taken here are. */
    suspend fun photosSent(): Answer<PhotoProgress>

    suspend fun room(): Answer<Room>

    suspend fun setRoom(budgetBytes: Long): Answer<Room>

    suspend fun standing(): Answer<SyncStanding>
}

/** Who the phone speaks for. */
interface Identity {
    /** Fails with NotEnrolled. */
    suspend fun person(): Answer<Person>

    /** Enrols with an invitation, under a name of 1 to 40 characters. Fails with Mend, Unreachable, ServerRefused. */
    suspend fun enroll(
        server: String,
        code: String,
        name: String,
    ): Answer<Person>

    /** In which language the core's words are from now on. */
    suspend fun setLanguage(language: Language): Answer<Unit>
}

/** What happened: it says what to read anew, never what it says. */
sealed interface Happening {
    data class CaseChanged(
        val id: CaseId,
    ) : Happening

    data class SyncProgressed(
        val progress: SyncProgress,
    ) : Happening

    data class SyncFinished(
        val report: SyncReport,
    ) : Happening

    data class AttentionChanged(
        val count: Int,
    ) : Happening

    /** Only the platform can decode this photo. */
    data class PreviewNeeded(
        val preview: PreviewWanted,
    ) : Happening

    data class FileProgressed(
        val case: CaseId,
        val hash: FileHash,
        val haveBytes: Long,
        val bytes: Long,
    ) : Happening

    /** Some were dropped: read everything anew. */
    data object Missed : Happening
}

/** The one stream of what happens. */
interface Events {
    /** From the moment it is collected; ends when the phone is closed. Every collector has its own. */
    val happenings: Flow<Happening>
}
