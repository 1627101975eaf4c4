package org.yuandian.app.gateway

import org.yuandian.app.model.ActId
import org.yuandian.app.model.Answer
import org.yuandian.app.model.AttentionItem
import org.yuandian.app.model.BothText
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.ItemId
import org.yuandian.app.model.Named
import org.yuandian.app.model.NextStep
import org.yuandian.app.model.OutboxLine
import org.yuandian.app.model.OutboxState
import org.yuandian.app.model.gateway.Attention
import org.yuandian.core.AttentionItem as CoreAttentionItem

internal class CoreAttention(
    private val core: CoreLine,
) : Attention {
    override suspend fun items(): Answer<List<AttentionItem>> = core.ask { attention().map(::item) }

    override suspend fun amend(
        item: ItemId,
        text: String?,
        answers: List<Named>,
    ): Answer<Unit> = core.ask { amendItem(item.value, text, answers.map(::given)) }

    override suspend fun keepAsNote(item: ItemId): Answer<Unit> = core.ask { keepItemAsNote(item.value) }

    override suspend fun appeal(
        item: ItemId,
        why: String,
    ): Answer<Unit> = core.ask { appealItem(item.value, why) }

    override suspend fun discard(item: ItemId): Answer<Unit> = core.ask { discardItem(item.value) }

    override suspend fun export(
        item: ItemId,
        path: String,
    ): Answer<Unit> = core.ask { exportItem(item.value, path) }

    override suspend fun outbox(): Answer<List<OutboxLine>> =
        core.ask { outbox().map { OutboxLine(it.item, CaseId(it.caseId), ActId(it.act), stateOf(it.state), it.bytes.toLong()) } }

    private fun item(item: CoreAttentionItem) =
        AttentionItem(
            id = ItemId(item.item),
            case = CaseId(item.caseId),
            title = item.title,
            act = ActId(item.act),
            code = item.code,
            reason = BothText(item.reason, item.reasonEn),
            next = item.next.mapNotNull(NextStep::of),
            kept = item.kept,
            review = item.review,
            atMs = item.atMs,
        )

    /** A word that this app does not know is shown as what is certain: it is here, and not sent. */
    private fun stateOf(id: String): OutboxState = OutboxState.entries.firstOrNull { it.name.lowercase() == id } ?: OutboxState.QUEUED
}
