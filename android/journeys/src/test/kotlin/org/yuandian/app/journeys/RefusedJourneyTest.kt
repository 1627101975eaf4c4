package org.yuandian.app.journeys

import org.junit.jupiter.api.Test
import org.yuandian.app.gateway.RealWorld
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.AttentionStep
import org.yuandian.app.screens.WorkState

/** What the server does not take. */
class RefusedJourneyTest : JourneyTest() {
    @Test
    fun `a note that the server refuses is told with its reason, appealed, and taken in the end`() =
        journey {
            val resident = joined("王阿姨", AppRole.RESIDENT)
            snaps("路灯不亮")
            val worker = joined("网格员小李", AppRole.GRID_WORKER)
            hand.taps("路灯不亮")
            hand.sees(words.detailNoteLabel)
            worker.airplane(true)
            world.admin("revoke", "--user", checkNotNull(worker.user()), "--role", "grid_worker", "--grid", RealWorld.GRID)
            world.daysPass(1)
            hand.writes(words.detailNoteLabel, "灯杆编号 12")
            hand.taps(words.detailNoteSend)
            hand.sees("灯杆编号 12", words.detailPending)
            worker.airplane(false)
            hand.taps(words.attentionCount(1))
            hand.taps(words.attentionTitle)
            hand.sees("你的角色不能", "灯杆编号 12")
            hand.taps(words.attentionStep(AttentionStep.APPEAL))
            hand.writes(words.attentionFormLabel(AttentionStep.APPEAL), "我就在现场")
            hand.taps(words.attentionSend(AttentionStep.APPEAL))
            hand.sees(words.attentionEmpty)
            hand.waits("the appeal at the server") { world.admin("appeals").contains("我就在现场") }
            world.admin("appeals", "--grant", "1", "--words", "同意")
            worker.returns()
            takes(resident)
            resident.returns()
            hand.sees("灯杆编号 12")
            hand.sees("网格员小李")
        }
}
