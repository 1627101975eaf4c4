package org.yuandian.app.model.fake

import org.yuandian.app.model.ActId
import org.yuandian.app.model.BothText
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.Contact
import org.yuandian.app.model.FileHash
import org.yuandian.app.model.Grant
import org.yuandian.app.model.GridCode
import org.yuandian.app.model.NextStep
import org.yuandian.app.model.Person
import org.yuandian.app.model.Role
import org.yuandian.app.model.StageId
import org.yuandian.app.model.Tally
import org.yuandian.app.model.TimeColour
import org.yuandian.app.model.TimeLimit
import org.yuandian.app.model.UserId

/** The platform: what was accepted, and the people it knows. Shared by the phones of a test. */
class FakeCity {
    internal val cases = linkedMapOf<CaseId, FakeCase>()
    private val invitations = mutableMapOf<String, Grant>()
    private val refusals = mutableMapOf<Pair<CaseId, ActId>, String>()
    private var people = 0

    /** A single-use code for a role in a grid. */
    fun invite(
        role: Role,
        grid: GridCode = GRID,
    ): String {
        val code = "7K3M-9QRT-%04d".format(invitations.size + 1)
        invitations[code] = Grant(role, grid, GRID_NAME)
        return code
    }

    /** Somebody else at the platform moves a case on. */
    fun move(
        case: CaseId,
        stage: String,
    ) {
        cases[case] = cases.getValue(case).copy(stage = StageId(stage))
    }

    /** A limit runs in it, of which so much is left. */
    fun time(
        case: CaseId,
        leftMs: Long,
    ) {
        val colour = if (leftMs < 0) TimeColour.OVERDUE else TimeColour.IN_TIME
        cases[case] = cases.getValue(case).copy(limit = TimeLimit("work", "处置", null, leftMs, colour, "", byRule = false))
    }

    /** So much of it is done. */
    fun count(
        case: CaseId,
        tally: Tally,
    ) {
        cases[case] = cases.getValue(case).copy(tally = tally)
    }

    /** The next time that this comes for this case, the answer is no. */
    fun refuse(
        case: CaseId,
        act: ActId,
        code: String,
    ) {
        refusals[case to act] = code
    }

    internal fun enroll(
        code: String,
        name: String,
    ): Person? {
        val grant = invitations.remove(code) ?: return null
        people += 1
        return Person(UserId("0192f3c4-5b6a-7c8d-9e0f-%012d".format(people)), name, listOf(grant))
    }

    internal fun judge(
        intent: FakeIntent,
        person: Person,
        atMs: Long,
    ): FakeVerdict {
        refusals.remove(intent.case to intent.act)?.let { return FakeVerdict.No(it) }
        val verdict = FakeRule.judge(cases[intent.case], intent, person, atMs)
        when (verdict) {
            is FakeVerdict.Taken -> cases[intent.case] = verdict.case
            is FakeVerdict.InLine -> cases[intent.case] = verdict.case
            is FakeVerdict.No -> Unit
        }
        return verdict
    }

    internal fun store(
        case: CaseId,
        hash: FileHash,
    ) {
        val known = cases[case] ?: return
        cases[case] = known.copy(photos = known.photos.map { if (it.hash == hash) it.copy(stored = true) else it })
    }

    companion object {
        val GRID = GridCode("410102001")
        val COMMUNITY = Contact(BothText("林山寨社区", "Linshanzhai community"), "12345")
        const val GRID_NAME = "林山寨街道"

        internal fun reason(code: String): BothText =
            when (code) {
                "r_taken" -> BothText("别人先接了单;轮到时自动接上。你写的内容已保留", "Somebody was first; you move up by yourself. What you wrote is kept")
                "r_state" -> BothText("当前状态不能这样做", "It is not possible as it stands now")
                "r_role" -> BothText("你的角色不能这样做", "Your role cannot do this")
                "r_expects" -> BothText("请至少拍 1 张照片;拍不了,请写明原因", "Photos to take: at least 1; or say why you cannot")
                "r_schema" -> BothText("这一步要填的内容缺了或不对,请改好再提交", "Something that this step asks for is missing or wrong")
                else -> BothText("这个案件已不在,或你已无权查看", "This case is gone, or you may no longer see it")
            }

        internal fun next(code: String): List<NextStep> =
            when (code) {
                "r_taken" -> listOf(NextStep.WAIT, NextStep.RELEASE)
                "r_schema", "r_expects" -> listOf(NextStep.AMEND, NextStep.NOTE, NextStep.APPEAL, NextStep.EXPORT, NextStep.DISCARD)
                "r_gone" -> listOf(NextStep.APPEAL, NextStep.EXPORT, NextStep.DISCARD)
                "r_role" -> listOf(NextStep.ASK_ADMIN, NextStep.NOTE, NextStep.APPEAL, NextStep.EXPORT, NextStep.DISCARD)
                else -> listOf(NextStep.LOOK, NextStep.NOTE, NextStep.APPEAL, NextStep.EXPORT, NextStep.DISCARD)
            }
    }
}
