package org.yuandian.app.model.fake

import org.yuandian.app.model.Answer
import org.yuandian.app.model.Trouble
import org.yuandian.app.model.gateway.Typed

/** What was typed and not sent, with the home. */
class FakeTyped internal constructor(
    private val phone: FakePhone,
) : Typed {
    override suspend fun keep(
        place: String,
        fields: Map<String, String>,
    ): Answer<Unit> =
        phone.writing {
            when {
                place.isEmpty() || place.length > PLACE_MAX -> {
                    Answer.Failed(Trouble.Mend("place"))
                }

                fields.entries.sumOf { it.key.length + it.value.length } > LETTERS_MAX -> {
                    Answer.Failed(Trouble.Mend("fields"))
                }

                else -> {
                    phone.disk.typed.remove(place)
                    if (fields.isNotEmpty()) phone.disk.typed[place] = fields.toSortedMap()
                    Answer.Done(Unit)
                }
            }
        }

    override suspend fun kept(place: String): Answer<Map<String, String>> = phone.calling { Answer.Done(phone.disk.typed[place].orEmpty()) }

    private companion object {
        const val PLACE_MAX = 100
        const val LETTERS_MAX = 12_000
    }
}
