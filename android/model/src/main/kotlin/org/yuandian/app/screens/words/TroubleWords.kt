package org.yuandian.app.screens.words

import org.yuandian.app.screens.AttentionStep

/** 需处理. */
interface TroubleWords {
    fun attentionStep(step: AttentionStep): String

    /** What a form of a step asks for. */
    fun attentionFormLabel(step: AttentionStep): String

    fun attentionWhat(
        what: String,
        at: String,
    ): String

    val attentionTitle: String
    val attentionLead: String
    val attentionEmpty: String
    val attentionKept: String
    val attentionReview: String
    val attentionDiscardAsk: String
    val attentionDiscardYes: String
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

    override fun attentionWhat(
        what: String,
        at: String,
    ) = "$what · $at"

    override val attentionTitle = "需处理"
    override val attentionLead = "下面的没办成。内容都还在，由您决定怎么办。"
    override val attentionEmpty = "没有要处理的。"
    override val attentionKept = "您写的还在"
    override val attentionReview = "复核答复"
    override val attentionDiscardAsk = "确定不要了吗？删掉就找不回来了。"
    override val attentionDiscardYes = "删掉"
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

    override fun attentionWhat(
        what: String,
        at: String,
    ) = "$what · $at"

    override val attentionTitle = "Needs action"
    override val attentionLead = "These did not go through. Everything is kept; you decide what happens."
    override val attentionEmpty = "Nothing needs you."
    override val attentionKept = "Kept"
    override val attentionReview = "Review"
    override val attentionDiscardAsk = "Discard it? It cannot be brought back."
    override val attentionDiscardYes = "Discard"
}
