package org.yuandian.app.screens.words

import org.yuandian.app.screens.AttentionStep

/** 需处理. */
interface TroubleWords {
    fun attentionStep(step: AttentionStep): String

    /** What a form of a step asks for. */
    fun attentionFormLabel(step: AttentionStep): String

    /** What the button of its form does. */
    fun attentionSend(step: AttentionStep): String

    fun attentionWhat(
        what: String,
        at: String,
    ): String

    val attentionTitle: String

    fun attentionWaits(count: Int): String

    val attentionLead: String
    val attentionEmpty: String
    val attentionKept: String
    val attentionReview: String
    val attentionDiscardAsk: String
}

internal object TroubleZh : TroubleWords {
    override fun attentionStep(step: AttentionStep) =
        when (step) {
            AttentionStep.AMEND -> "改一改再发"
            AttentionStep.AGAIN -> "原样再发"
            AttentionStep.KEEP_AS_NOTE -> "留作补充"
            AttentionStep.APPEAL -> "申诉"
            AttentionStep.OPEN_CASE -> "看这件事"
            AttentionStep.SEE_OTHERS -> "看附近别的求助"
            AttentionStep.EXPORT -> "导出"
            AttentionStep.DISCARD -> "不要了"
        }

    override fun attentionFormLabel(step: AttentionStep) =
        when (step) {
            AttentionStep.APPEAL -> "为什么不同意"
            else -> "改成"
        }

    override fun attentionSend(step: AttentionStep) =
        when (step) {
            AttentionStep.AMEND -> "改好了，再发"
            AttentionStep.APPEAL -> "提交申诉"
            AttentionStep.DISCARD -> "删掉"
            else -> attentionStep(step)
        }

    override fun attentionWhat(
        what: String,
        at: String,
    ) = "$what · $at"

    override val attentionTitle = "需处理"

    override fun attentionWaits(count: Int) = "有 $count 条等您决定"

    override val attentionLead = "这些没办成。内容都还在，由您决定。"
    override val attentionEmpty = "没有要处理的。"
    override val attentionKept = "您写的还在"
    override val attentionReview = "复核答复"
    override val attentionDiscardAsk = "确定不要了吗？删掉就找不回来了。"
}

internal object TroubleEn : TroubleWords {
    override fun attentionStep(step: AttentionStep) =
        when (step) {
            AttentionStep.AMEND -> "Change and send"
            AttentionStep.AGAIN -> "Send as it was"
            AttentionStep.KEEP_AS_NOTE -> "Keep as a note"
            AttentionStep.APPEAL -> "Appeal"
            AttentionStep.OPEN_CASE -> "Open the case"
            AttentionStep.SEE_OTHERS -> "See others nearby"
            AttentionStep.EXPORT -> "Export"
            AttentionStep.DISCARD -> "Discard"
        }

    override fun attentionFormLabel(step: AttentionStep) =
        when (step) {
            AttentionStep.APPEAL -> "Why you do not agree"
            else -> "Change it to"
        }

    override fun attentionSend(step: AttentionStep) =
        when (step) {
            AttentionStep.AMEND -> "Send it again"
            AttentionStep.APPEAL -> "Submit the appeal"
            else -> attentionStep(step)
        }

    override fun attentionWhat(
        what: String,
        at: String,
    ) = "$what · $at"

    override val attentionTitle = "Needs action"

    override fun attentionWaits(count: Int) = if (count == 1) "1 waits for you to decide" else "$count wait for you to decide"

    override val attentionLead = "These did not go through. Everything is kept; you decide what happens."
    override val attentionEmpty = "Nothing needs you."
    override val attentionKept = "Kept"
    override val attentionReview = "Review"
    override val attentionDiscardAsk = "Discard it? It cannot be brought back."
}
