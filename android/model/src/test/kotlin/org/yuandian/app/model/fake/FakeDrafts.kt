package org.yuandian.app.model.fake

import org.yuandian.app.model.Answer
import org.yuandian.app.model.CaptureFacts
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.CodeWords
import org.yuandian.app.model.ConsentLine
import org.yuandian.app.model.Draft
import org.yuandian.app.model.DraftFile
import org.yuandian.app.model.DraftInput
import org.yuandian.app.model.DraftPhoto
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.Giveaway
import org.yuandian.app.model.GiveawayKind
import org.yuandian.app.model.Named
import org.yuandian.app.model.Person
import org.yuandian.app.model.Place
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Drafts
import org.yuandian.app.model.gateway.FileInput
import org.yuandian.app.model.gateway.Picture

/** What is being written on a [FakePhone]. */
class FakeDrafts internal constructor(
    private val phone: FakePhone,
) : Drafts {
    /** How often a draft was written: for tests of autosave. */
    var saves = 0
        private set

    override suspend fun save(
        id: CaseId?,
        entered: DraftInput,
    ): Answer<CaseId> =
        phone.writing {
            when {
                FakeCatalogue.form(entered.service) == null -> {
                    Answer.Failed(Trouble.Mend("service"))
                }

                entered.text.length > TEXT_MAX -> {
                    Answer.Failed(Trouble.Mend("text"))
                }

                id != null && id !in phone.disk.drafts -> {
                    missing(id)
                }

                else -> {
                    val saved = id ?: CaseId("0198c0de-0000-7000-8000-%012x".format(phone.disk.number() + identityHash()))
                    val known = phone.disk.drafts[saved]
                    phone.disk.drafts[saved] =
                        Draft(saved, entered, known?.photos.orEmpty(), known?.files.orEmpty(), phone.nowMs())
                    saves += 1
                    phone.changed(saved)
                    Answer.Done(saved)
                }
            }
        }

    override suspend fun addPhoto(
        id: CaseId,
        path: String,
        facts: CaptureFacts,
    ): Answer<FileHash> =
        changing(id) { draft ->
            val hash = FakeCases.hashOf(path)
            when {
                phone.disk.noRoomForPhotos -> {
                    Answer.Failed(Trouble.NoRoom(FakeCases.PHOTO_BYTES, 0))
                }

                path.endsWith(".txt") -> {
                    Answer.Failed(Trouble.PhotoRefused("not_a_photo"))
                }

                path.contains("missing") -> {
                    Answer.Failed(Trouble.FileUnusable(path))
                }

                draft.photos.size >= PHOTOS_MAX -> {
                    Answer.Failed(Trouble.Mend("photos"))
                }

                draft.photos.any { it.hash == hash } -> {
                    Answer.Done(hash)
                }

                else -> {
                    val photo = DraftPhoto(hash, FakeCases.PHOTO_BYTES, "image/jpeg", phone.nowMs(), null, !FakeCases.isDecodable(path))
                    phone.disk.drafts[id] = draft.copy(photos = draft.photos + photo, updatedMs = phone.nowMs())
                    Answer.Done(hash)
                }
            }
        }

    override suspend fun removePhoto(
        id: CaseId,
        hash: FileHash,
    ): Answer<Unit> =
        changing(id) { draft ->
            if (draft.photos.none { it.hash == hash }) return@changing Answer.Failed(Trouble.NotFound("photo", hash.value))
            phone.disk.drafts[id] = draft.copy(photos = draft.photos.filter { it.hash != hash })
            Answer.Done(Unit)
        }

    override suspend fun addFile(
        id: CaseId,
        file: FileInput,
    ): Answer<FileHash> =
        changing(id) { draft ->
            val hash = FakeCases.hashOf(file.path)
            phone.disk.drafts[id] = draft.copy(files = draft.files + DraftFile(hash, 0, "audio/mp4", phone.nowMs()))
            Answer.Done(hash)
        }

    override suspend fun removeFile(
        id: CaseId,
        hash: FileHash,
    ): Answer<Unit> =
        changing(id) { draft ->
            phone.disk.drafts[id] = draft.copy(files = draft.files.filter { it.hash != hash })
            Answer.Done(Unit)
        }

    override suspend fun draft(id: CaseId): Answer<Draft> = phone.calling { phone.disk.drafts[id]?.let { Answer.Done(it) } ?: missing(id) }

    override suspend fun drafts(): Answer<List<Draft>> =
        phone.calling {
            Answer.Done(
                phone.disk.drafts.values
                    .sortedByDescending { it.updatedMs },
            )
        }

    override suspend fun discard(id: CaseId): Answer<Unit> =
        changing(id) {
            phone.disk.drafts.remove(id)
            Answer.Done(Unit)
        }

    override suspend fun finish(id: CaseId): Answer<CaseLine> =
        phone.asking { person ->
            val draft = phone.disk.drafts[id] ?: return@asking missing(id)
            val form = FakeCatalogue.form(draft.entered.service) ?: return@asking Answer.Failed(Trouble.Mend("service"))
            refusal(draft, form)?.let { return@asking Answer.Failed(it) }
            phone.writing {
                val opened = opened(draft, form, person)
                phone.disk.drafts.remove(id)
                form.fields.filter { field -> field.staysPrivate && draft.entered.answers.any { it.key == field.key } }.forEach {
                    phone.disk.consents +=
                        ConsentLine(id, form.id, it.key, it.label.zh, it.purpose?.zh.orEmpty(), it.retentionDays ?: 0, true, phone.nowMs())
                }
                phone.queue(FakeIntent.Open(opened))
                Answer.Done(phone.cases.line(opened))
            }
        }

    override suspend fun render(id: CaseId): Answer<Int> =
        changing(id) { draft ->
            val lacking = draft.photos.count { it.thumb == null }
            phone.disk.drafts[id] =
                draft.copy(
                    photos = draft.photos.map { if (it.needsPlatform) it else it.copy(thumb = FakeCases.hashOf("${it.hash}-thumb")) },
                )
            Answer.Done(lacking)
        }

    override suspend fun photo(
        id: CaseId,
        hash: FileHash,
    ): Answer<Picture> =
        phone.calling {
            val photo =
                phone.disk.drafts[id]
                    ?.photos
                    ?.firstOrNull { it.hash == hash }
            photo?.let { Answer.Done(Picture(it.thumb ?: it.hash, it.mime, ByteArray(0))) } ?: missing(id)
        }

    override suspend fun giveaways(id: CaseId): Answer<List<Giveaway>> =
        phone.calling {
            val draft = phone.disk.drafts[id] ?: return@calling missing(id)
            if (!draft.entered.service.isHelp) return@calling Answer.Done(emptyList())
            val shared =
                FakeCatalogue
                    .form(draft.entered.service)
                    ?.fields
                    .orEmpty()
                    .filterNot { it.staysPrivate }
                    .map { it.key }
            val texts = listOf(Named("text", draft.entered.text)) + draft.entered.answers.filter { it.key in shared }
            Answer.Done(texts.flatMap { told(it.key, it.value) })
        }

    override suspend fun giveawaysIn(text: String): Answer<List<Giveaway>> = phone.calling { Answer.Done(told("text", text)) }

    private fun refusal(
        draft: Draft,
        form: ServiceForm,
    ): Trouble? {
        val (_, required) = FakeCatalogue.asked(form, draft.entered.answers)
        val missing = required.firstOrNull { key -> draft.entered.answers.none { it.key == key && it.value.isNotBlank() } }
        return when {
            missing != null -> {
                Trouble.Mend(missing)
            }

            draft.photos.size < form.photos.before && draft.entered.noPhoto.isNullOrBlank() -> {
                Trouble.Refused("r_expects", FakeCity.reason("r_expects"), FakeCity.next("r_expects"))
            }

            else -> {
                null
            }
        }
    }

    private fun opened(
        draft: Draft,
        form: ServiceForm,
        person: Person,
    ): FakeCase {
        val now = phone.nowMs()
        val answers = draft.entered.answers.filter { it.value.isNotBlank() } + Named("text", draft.entered.text)
        return FakeCase(
            id = draft.id,
            service = form.id,
            author = person,
            openedMs = now,
            place = draft.entered.position?.let { Place(it.lng, it.lat, if (form.placeIsCoarse) CELL_RADIUS_M else it.accuracyM) },
            stage = FakeWorkflow.first(form.id),
            fields = answers.associate { it.key to listOf(FakeValue(it.value, person, now, 1)) },
            photos = draft.photos.map { FakePhoto(it.hash, it.sizeBytes, person, it.atMs, hasRenditions = !it.needsPlatform) },
            history =
                listOf(
                    FakeStep(
                        org.yuandian.app.model
                            .ActId("report"),
                        person,
                        now,
                    ),
                ),
            noPhoto = draft.entered.noPhoto,
            codeWords = if (form.id.isHelp) CodeWords("4821", "7350") else null,
        )
    }

    private inline fun <T> changing(
        id: CaseId,
        work: (Draft) -> Answer<T>,
    ): Answer<T> =
        phone.writing {
            val answer = phone.disk.drafts[id]?.let { work(it) } ?: missing(id)
            if (answer is Answer.Done) phone.changed(id)
            answer
        }

    /** Two phones of one test draw different ids. */
    private fun identityHash() = (System.identityHashCode(phone.disk).toLong() and 0xffff_ffffL) shl 16

    private fun missing(id: CaseId) = Answer.Failed(Trouble.NotFound("draft", id.value))

    private fun told(
        field: String,
        text: String,
    ): List<Giveaway> =
        PATTERNS.flatMap { (kind, pattern) ->
            pattern.findAll(text).map { Giveaway(field, kind, it.range.first, it.range.last + 1, it.value, ADVICE) }
        }

    private companion object {
        const val TEXT_MAX = 2_000
        const val PHOTOS_MAX = 9
        const val CELL_RADIUS_M = 354
        const val ADVICE = "不必写在这里：接单的人接单后才会看到"
        val PATTERNS =
            listOf(GiveawayKind.PHONE to Regex("1[3-9]\\d{9}"), GiveawayKind.DOOR to Regex("\\d+号楼(\\d+单元)?(\\d+)?"))
    }
}
