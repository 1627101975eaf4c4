package org.yuandian.app.model.fake

import org.yuandian.app.model.ActArgument
import org.yuandian.app.model.ActId
import org.yuandian.app.model.Answer
import org.yuandian.app.model.ArgumentKind
import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.Claim
import org.yuandian.app.model.Conflict
import org.yuandian.app.model.ConflictValue
import org.yuandian.app.model.DraftFile
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.HistoryLine
import org.yuandian.app.model.Named
import org.yuandian.app.model.NextAct
import org.yuandian.app.model.Note
import org.yuandian.app.model.Outcome
import org.yuandian.app.model.Person
import org.yuandian.app.model.Photo
import org.yuandian.app.model.PhotoProgress
import org.yuandian.app.model.Place
import org.yuandian.app.model.Position
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SimilarCase
import org.yuandian.app.model.StageId
import org.yuandian.app.model.Stay
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.WorkCounts
import org.yuandian.app.model.gateway.ActInput
import org.yuandian.app.model.gateway.ActOutcome
import org.yuandian.app.model.gateway.Cases
import org.yuandian.app.model.gateway.FileInput
import org.yuandian.app.model.gateway.ListAsk
import org.yuandian.app.model.gateway.ListOrder
import org.yuandian.app.model.gateway.PhotoFile
import org.yuandian.app.model.gateway.PhotoSize
import org.yuandian.app.model.store.metresBetween

/** Reading cases of a [FakePhone], and what people do with them. */
class FakeCases internal constructor(
    private val phone: FakePhone,
) : Cases {
    override suspend fun page(ask: ListAsk): Answer<List<CaseLine>> =
        phone.calling {
            val drafts =
                phone.disk.drafts.values
                    .sortedByDescending { it.updatedMs }
                    .map { draftLine(it.id) }
            val person = phone.disk.person
            val seen = phone.seen().values.sortedByDescending(FakeCase::updatedMs)
            val cases = seen.map { it to line(it) }.filter { (case, line) -> !ask.mine || person?.let { isMine(case, line, it) } == true }
            val lines = drafts.filterNot { ask.mine && person == null } + cases.map { it.second }
            val found =
                lines
                    .filter { ask.stage == null || it.stage == ask.stage }
                    .filter { ask.service == null || it.service == ask.service }
                    .filter { ask.sync == null || it.sync == ask.sync }
                    .filter { it.isOpen || !ask.openOnly }
                    .filter { line -> ask.text.split(' ').all { word -> contains(line, word) } }
            val ordered =
                when (ask.order) {
                    ListOrder.LATEST -> found
                    ListOrder.DUE -> found.filterNot(CaseLine::isDraft).sortedBy { it.due?.leftMs ?: Long.MAX_VALUE }
                }
            Answer.Done(ordered.drop(ask.offset).take(ask.limit))
        }

    override suspend fun line(id: CaseId): Answer<CaseLine> =
        phone.calling {
            val case = phone.seen()[id]
            when {
                id in phone.disk.drafts -> Answer.Done(draftLine(id))
                case != null -> Answer.Done(line(case))
                else -> missing(id)
            }
        }

    override suspend fun similar(
        service: ServiceId,
        at: Position,
        most: Int,
    ): Answer<List<SimilarCase>> =
        phone.calling {
            val here = Place(at.lng, at.lat, null)
            val near =
                phone
                    .seen()
                    .values
                    .map(::line)
                    .filter { it.isOpen && it.service == service }
                    .mapNotNull { line -> line.place?.let { SimilarCase(line, metresBetween(it, here)) } }
                    .filter { it.distanceM <= SIMILAR_M }
            Answer.Done(near.sortedBy(SimilarCase::distanceM).take(most))
        }

    override suspend fun case(id: CaseId): Answer<Case> =
        phone.asking { person -> phone.seen()[id]?.let { Answer.Done(whole(it, person)) } ?: missing(id) }

    override suspend fun counts(): Answer<WorkCounts> =
        phone.calling {
            val lines = phone.seen().values.map(::line)

            fun of(state: SyncState) = lines.count { it.sync == state }
            Answer.Done(
                WorkCounts(
                    drafts = phone.disk.drafts.size,
                    saved = of(SyncState.SAVED),
                    waiting = of(SyncState.WAITING),
                    sending = of(SyncState.SENDING),
                    needsYou = phone.disk.attention.size,
                    conflicts = of(SyncState.CONFLICT),
                ),
            )
        }

    override suspend fun edit(
        id: CaseId,
        answers: List<Named>,
        seen: List<String>?,
    ): Answer<Unit> =
        writingTo(id) { case ->
            phone.queue(FakeIntent.Edit(id, answers, seen?.firstOrNull()?.toInt() ?: case.edits))
            Answer.Done(Unit)
        }

    override suspend fun note(
        id: CaseId,
        text: String,
        photos: List<String>,
        files: List<FileInput>,
    ): Answer<Unit> =
        writingTo(id) { _ ->
            if (text.isBlank() && photos.isEmpty() && files.isEmpty()) return@writingTo Answer.Failed(Trouble.Mend("text"))
            val person = phone.disk.person ?: return@writingTo Answer.Failed(Trouble.NotEnrolled)
            phone.queue(FakeIntent.AddNote(id, noteOf(text, files, person), photos.map { photoOf(it, person) }))
            Answer.Done(Unit)
        }

    override suspend fun act(
        id: CaseId,
        act: ActInput,
    ): Answer<ActOutcome> =
        phone.asking { person ->
            val case = phone.seen()[id] ?: return@asking missing(id)
            if (alreadyDone(case, act.act, person)) return@asking Answer.Done(ActOutcome.ALREADY_DONE)
            val note = act.text?.takeIf { it.isNotBlank() || act.files.isNotEmpty() }?.let { noteOf(it, act.files, person) }
            val intent = FakeIntent.Do(id, act.act, note, act.arguments, act.photos.map { photoOf(it, person) })
            when (val verdict = FakeRule.judge(case, intent, person, phone.nowMs())) {
                is FakeVerdict.No -> {
                    Answer.Failed(Trouble.Refused(verdict.code, FakeCity.reason(verdict.code), FakeCity.next(verdict.code)))
                }

                else -> {
                    phone.writing {
                        phone.queue(intent)
                        Answer.Done(ActOutcome.QUEUED)
                    }
                }
            }
        }

    override suspend fun settle(
        id: CaseId,
        key: String,
        keep: Int,
    ): Answer<Unit> =
        writingTo(id) { case ->
            val values = case.fields[key].orEmpty()
            when {
                values.size < 2 -> {
                    Answer.Failed(Trouble.NotFound("conflict", key))
                }

                keep !in 1..values.size -> {
                    Answer.Failed(Trouble.Mend("keep"))
                }

                else -> {
                    phone.queue(FakeIntent.Settle(id, key, values[keep - 1].value))
                    Answer.Done(Unit)
                }
            }
        }

    override suspend fun export(
        id: CaseId,
        path: String,
    ): Answer<Unit> = phone.calling { if (id in phone.seen()) Answer.Done(Unit) else missing(id) }

    override suspend fun micro(hash: FileHash): Answer<ByteArray?> = phone.calling { Answer.Done(null) }

    override suspend fun photo(
        id: CaseId,
        number: Int,
        size: PhotoSize,
        fetch: Boolean,
    ): Answer<PhotoFile> =
        phone.calling {
            val photo = phone.seen()[id]?.photos?.getOrNull(number - 1) ?: return@calling missing(id)
            val file = fileOf(photo, size)
            when {
                file.isHere || !fetch -> {
                    Answer.Done(file)
                }

                !phone.network.open -> {
                    Answer.Failed(Trouble.Unreachable("cut"))
                }

                !photo.stored -> {
                    Answer.Failed(Trouble.Withheld(file.hash.value))
                }

                else -> {
                    phone.disk.fetched += file.hash
                    Answer.Done(file.copy(isHere = true))
                }
            }
        }

    /** A photo without a size gives the next larger one that it has. What one took oneself is here. */
    private fun fileOf(
        photo: FakePhoto,
        size: PhotoSize,
    ): PhotoFile {
        val isSmall = photo.hasRenditions && size != PhotoSize.ORIGINAL
        val hash = if (isSmall) hashOf("${photo.hash}-$size") else photo.hash
        val bytes = if (isSmall) RENDITION_BYTES else photo.sizeBytes
        return PhotoFile(hash, bytes, "image/jpeg", isMyPhoto(photo) || hash in phone.disk.fetched)
    }

    override suspend fun content(hash: FileHash): Answer<ByteArray> =
        phone.calling {
            val mine =
                phone
                    .seen()
                    .values
                    .flatMap { it.photos }
                    .filter(::isMyPhoto)
            val here = phone.disk.fetched + mine.flatMap { photo -> PhotoSize.entries.map { fileOf(photo, it).hash } }
            if (hash in here) Answer.Done(byteArrayOf(1)) else Answer.Failed(Trouble.NotFound("photo", hash.value))
        }

    override suspend fun attached(
        id: CaseId,
        hash: FileHash,
        fetch: Boolean,
    ): Answer<PhotoFile> = missing(id)

    internal fun draftLine(id: CaseId): CaseLine {
        val draft = phone.disk.drafts.getValue(id)
        val form = FakeCatalogue.form(draft.entered.service)
        return CaseLine(
            id = id,
            service = draft.entered.service,
            serviceText = form?.title?.inLanguage(phone.memory.language).orEmpty(),
            title = titleOf(draft.entered.text),
            stage = StageId.DRAFT,
            stageText = FakeWorkflow.stageText(StageId.DRAFT).inLanguage(phone.memory.language),
            sync = SyncState.DRAFT,
            progress = null,
            claim = Claim.None,
            photos = draft.photos.size,
            updatedMs = draft.updatedMs,
            isOwn = true,
        )
    }

    internal fun line(case: FakeCase): CaseLine {
        val progress = progressOf(case)
        val queued = phone.disk.outbox.any { it.intent.case == case.id }
        val sync =
            when {
                phone.disk.attention.values
                    .any { (item, _) -> item.case == case.id && item.code != "r_taken" } -> SyncState.NEEDS_YOU

                case.fields.keys.any(case::inConflict) -> SyncState.CONFLICT

                queued -> SyncState.SAVED

                case.photos.any { isMyPhoto(it) && !it.stored } -> if (progress.isStill) SyncState.WAITING else SyncState.SENDING

                else -> SyncState.DELIVERED
            }
        return CaseLine(
            id = case.id,
            service = case.service,
            serviceText =
                FakeCatalogue
                    .form(case.service)
                    ?.title
                    ?.inLanguage(phone.memory.language)
                    .orEmpty(),
            title = titleOf(case.text),
            stage = case.stage,
            stageText = FakeWorkflow.stageText(case.stage).inLanguage(phone.memory.language),
            sync = sync,
            progress = progress.takeIf { sync == SyncState.WAITING || sync == SyncState.SENDING },
            claim = claimOf(case),
            photos = case.photos.size,
            updatedMs = case.updatedMs,
            isOwn = case.author.user == phone.disk.person?.user,
            openedMs = case.openedMs,
            isOpen = !FakeWorkflow.hasEnded(case.stage),
            due = case.limit,
            place = case.place,
        )
    }

    @Suppress("LongMethod")
    private fun whole(
        case: FakeCase,
        person: Person,
    ): Case {
        val form = FakeCatalogue.form(case.service)
        val hidden =
            form
                ?.fields
                .orEmpty()
                .filter { it.staysPrivate }
                .map { it.key }
                .toSet()
        val may = case.author.user == person.user || case.holders.any { it.user == person.user }
        val fields = case.fields.filterKeys { it != "text" && (it !in hidden || may) }
        val own =
            phone.disk.outbox
                .filter { it.intent.case == case.id }
                .map(FakeItem::intent)
        val rows = FakeWorkflow.of(case.service).filter { case.stage.value in it.from }
        val label = { key: String ->
            form
                ?.fields
                ?.firstOrNull { it.key == key }
                ?.label
                ?.inLanguage(phone.memory.language) ?: key
        }
        return Case(
            line = line(case),
            text = case.text,
            fields = fields.map { (key, values) -> Named(key, values.first().value) },
            privateKeys = fields.keys.filter(hidden::contains).toSet(),
            conflicts =
                case.fields.filterKeys(case::inConflict).map { (key, values) ->
                    Conflict(
                        key,
                        if (key == "text") "" else label(key),
                        values.mapIndexed { at, value ->
                            ConflictValue(at + 1, value.value, value.by.name, value.atMs, value.by.user == person.user)
                        },
                    )
                },
            notes = case.notes.map { Note(it.id, it.text, it.by.name, it.atMs, isPending(case, it), emptyList()) },
            photos = case.photos.mapIndexed { at, photo -> photoView(case, photo, at) },
            progress = progressOf(case),
            author = case.author.name,
            holders = case.holders.map(Person::name),
            waiting = case.waiting.size,
            grid = FakeCity.GRID,
            gridName = FakeCity.GRID_NAME,
            place = case.place,
            history = history(case, person),
            can = rows.filter { FakeRule.whyNot(case, it, person) == null }.map(FakeAct::act).toSet(),
            next = rows.map { next(case, it, person) },
            times = listOfNotNull(case.limit),
            timesMissing = null,
            marks = emptyList(),
            units = emptyList(),
            parts = emptyList(),
            asked = emptyList(),
            desk = null,
            condition = null,
            closesWhen = null,
            notesOnly = false,
            heads = listOf(case.edits.toString()),
            pending = own.map(FakeIntent::act),
            pendingFields = own.filterIsInstance<FakeIntent.Edit>().flatMap { it.answers.map(Named::key) }.toSet(),
            stays = case.stays.map { Stay(it.by.name, it.inMs, it.inWord, null, it.outMs, it.outWord, null) },
            looks = emptyList(),
            codeWords = case.codeWords.takeIf { case.author.user == person.user && !FakeWorkflow.hasEnded(case.stage) },
            followers = case.followers.size,
            followed = person.user in case.followers,
            tally = case.tally,
        )
    }

    private fun history(
        case: FakeCase,
        person: Person,
    ): List<HistoryLine> {
        val taken =
            phone.disk.base[case.id]
                ?.history
                ?.size ?: 0
        val done =
            case.history.mapIndexed { at, step ->
                HistoryLine(step.act, wordOf(case, step.act), step.by.name, step.atMs, if (at < taken) Outcome.DONE else Outcome.PENDING)
            }
        val waiting = phone.disk.outbox.filter { it.intent.case == case.id && phone.waitsForWord(it.intent, case) }
        return done + waiting.map { HistoryLine(it.intent.act, wordOf(case, it.intent.act), person.name, it.atMs, Outcome.PENDING) }
    }

    private fun wordOf(
        case: FakeCase,
        act: ActId,
    ): String {
        val row = FakeWorkflow.of(case.service).firstOrNull { it.act == act } ?: return act.value
        return if (phone.memory.language == org.yuandian.app.model.Language.ZH_HANS) row.zh else row.en
    }

    private fun next(
        case: FakeCase,
        row: FakeAct,
        person: Person,
    ) = NextAct(
        act = row.act,
        text = wordOf(case, row.act),
        by = emptyList(),
        arguments = if (row.needsReason) listOf(ActArgument("reason", "原因", ArgumentKind.TEXT, true, emptyList(), null)) else emptyList(),
        photos = 0,
        offline = row.offline,
        atMost = null,
        upTo = null,
        whyNot = FakeRule.whyNot(case, row, person)?.let { FakeCity.reason(it).inLanguage(phone.memory.language) },
    )

    private fun photoView(
        case: FakeCase,
        photo: FakePhoto,
        at: Int,
    ) = Photo(
        id = "photo-$at",
        hash = photo.hash,
        mime = "image/jpeg",
        sizeBytes = photo.sizeBytes,
        widthPx = 0,
        heightPx = 0,
        micro = null,
        by = photo.by.name,
        atMs = photo.atMs,
        local = isMyPhoto(photo),
        sentBytes = if (photo.stored) photo.sizeBytes else 0,
        stored = photo.stored,
        pending =
            phone.disk.base[case.id]
                ?.photos
                .orEmpty()
                .none { it.hash == photo.hash },
        previewUnavailable = null,
        trouble = null,
    )

    private fun claimOf(case: FakeCase): Claim {
        val person = phone.disk.person ?: return Claim.None
        val line = case.waiting.indexOfFirst { it.user == person.user }
        val mine =
            phone.disk.base[case.id]
                ?.history
                .orEmpty()
                .filter { it.by.user == person.user }
        val gone = mine.indexOfLast { it.act == ActId.CLAIM } > mine.indexOfLast { it.act == ActId.RELEASE }
        return when {
            phone.disk.outbox.any { it.intent.case == case.id && it.intent.act == ActId.CLAIM } -> Claim.Pending
            case.holders.any { it.user == person.user } -> Claim.Won
            line >= 0 -> Claim.InLine(line + 1)
            gone -> Claim.Lost
            else -> Claim.None
        }
    }

    private fun isMine(
        case: FakeCase,
        line: CaseLine,
        person: Person,
    ) = case.author.user == person.user || line.claim == Claim.Won || line.claim is Claim.InLine || line.claim == Claim.Pending

    private fun isMyPhoto(photo: FakePhoto) = photo.by.user == phone.disk.person?.user

    private fun progressOf(case: FakeCase): PhotoProgress {
        val mine = case.photos.filter(::isMyPhoto)
        val waiting = mine.filterNot(FakePhoto::stored)
        val held = if (phone.disk.policies.wifiOnly && phone.memory.metered) waiting.size else 0
        return PhotoProgress(
            photos = mine.size,
            delivered = mine.count(FakePhoto::stored),
            waiting = waiting.size,
            heldBack = held,
            waitingBytes = waiting.sumOf { it.sizeBytes },
        )
    }

    private fun isPending(
        case: FakeCase,
        note: FakeNote,
    ) = phone.disk.base[case.id]
        ?.notes
        .orEmpty()
        .none { it.id == note.id }

    private fun alreadyDone(
        case: FakeCase,
        act: ActId,
        person: Person,
    ): Boolean {
        if (act != ActId.CLAIM) return false
        val queued = phone.disk.outbox.any { it.intent.case == case.id && it.intent.act == act }
        return queued || (case.holders + case.waiting).any { it.user == person.user }
    }

    private fun noteOf(
        text: String,
        files: List<FileInput>,
        person: Person,
    ) = FakeNote(
        "note-${phone.disk.number()}",
        text,
        person,
        phone.nowMs(),
        files.map { DraftFile(hashOf(it.path), 0, "audio/mp4", phone.nowMs()) },
    )

    private fun photoOf(
        path: String,
        person: Person,
    ) = FakePhoto(hashOf(path), PHOTO_BYTES, person, phone.nowMs(), hasRenditions = isDecodable(path))

    private fun contains(
        line: CaseLine,
        word: String,
    ): Boolean {
        val texts =
            listOf(
                line.title,
                line.serviceText,
                phone.seen()[line.id]?.text.orEmpty(),
                phone.disk.drafts[line.id]
                    ?.entered
                    ?.text
                    .orEmpty(),
            )
        return texts.any { it.contains(word, ignoreCase = true) }
    }

    private inline fun writingTo(
        id: CaseId,
        work: (FakeCase) -> Answer<Unit>,
    ): Answer<Unit> = phone.writing { phone.seen()[id]?.let { work(it) } ?: missing(id) }

    private fun missing(id: CaseId) = Answer.Failed(Trouble.NotFound("case", id.value))

    internal companion object {
        const val PHOTO_BYTES = 3_000_000L
        private const val RENDITION_BYTES = 200_000L
        private const val TITLE_MAX = 40
        private const val SIMILAR_M = 50

        fun titleOf(text: String) = text.lineSequence().first().take(TITLE_MAX)

        /** The core makes no pictures of what it cannot decode. */
        fun isDecodable(path: String) = !path.endsWith(".heic")

        /** Stands for SHA-256: the same file has the same name. */
        fun hashOf(path: String) =
            FileHash(
                path
                    .hashCode()
                    .toUInt()
                    .toString(16)
                    .padStart(64, '0'),
            )
    }
}
