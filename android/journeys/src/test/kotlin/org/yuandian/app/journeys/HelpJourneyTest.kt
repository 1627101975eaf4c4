package org.yuandian.app.journeys

import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.GiveUpReason
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.TaskStep
import org.yuandian.app.screens.WorkState

/** Neighbours' help. */
class HelpJourneyTest : JourneyTest() {
    @Test
    fun `a resident asks, a volunteer takes it, comes with the code word and helps, and the resident confirms`() =
        journey {
            val asker = joined("王阿姨", AppRole.RESIDENT)
            asks(EGGS)
            hand.sees(words.workState(WorkState.Delivered))
            val coming = hand.reads(words.detailCodeComing)
            val leaving = hand.reads(words.detailCodeLeaving)
            val volunteer = joined("志愿者小陈", AppRole.VOLUNTEER, level = VETTED)
            hand.sees(EGGS)
            hand.taps(words.nearbyClaim)
            hand.sees(words.nearbyEmpty)
            hand.taps(words.tab(Tab.TASKS))
            volunteer.airplane(true)
            hand.taps(words.taskStep(TaskStep.DEPART))
            hand.taps(words.taskStep(TaskStep.ARRIVE))
            hand.writes(words.tasksCodeComing, coming)
            hand.taps(words.tasksArrive)
            hand.sees(words.taskStep(TaskStep.FINISH))
            takes(asker)
            isNow(words.wayTaken)
            takes(volunteer)
            volunteer.airplane(false)
            takes(asker)
            isNow(words.wayHelping)
            takes(volunteer)
            hand.taps(words.taskStep(TaskStep.FINISH))
            hand.writes(words.tasksCodeLeaving, leaving)
            hand.writes(words.tasksFinishText, "鸡蛋已送到")
            hand.taps(words.tasksFinish)
            hand.sees(words.taskStep(TaskStep.WAIT_CONFIRM))
            takes(asker)
            isNow(words.wayHelped)
            hand.sees("鸡蛋已送到")
            hand.taps(CONFIRM)
            isNow(words.wayConfirmed)
            hand.sees(words.workState(WorkState.Delivered))
            takes(volunteer)
            hand.sees(words.tasksDoneLately(1))
        }

    @Test
    fun `of two volunteers who take it without a network the second is told who was first and what follows`() =
        journey {
            joined("王阿姨", AppRole.RESIDENT)
            asks(EGGS)
            hand.sees(words.workState(WorkState.Delivered))
            val first = joined("志愿者小陈", AppRole.VOLUNTEER, level = VETTED)
            hand.sees(EGGS)
            first.airplane(true)
            val second = joined("志愿者小赵", AppRole.VOLUNTEER, level = VETTED)
            hand.sees(EGGS)
            second.airplane(true)
            hand.taps(words.nearbyClaim)
            hand.sees(words.claimState(ClaimState.Pending(online = false)))
            takes(first)
            hand.taps(words.nearbyClaim)
            hand.sees(words.claimState(ClaimState.Pending(online = false)))
            first.airplane(false)
            hand.taps(words.tab(Tab.TASKS))
            hand.sees(words.taskStep(TaskStep.DEPART))
            takes(second)
            second.airplane(false)
            hand.sees(words.claimState(ClaimState.Waiting(1)))
            hand.sees(words.nearbyInLine("志愿者小陈"))
            hand.taps(words.tab(Tab.TASKS))
            hand.sees(words.claimState(ClaimState.Waiting(1)))
            hand.taps(words.tasksGiveUp)
            hand.taps(words.giveUpReason(GiveUpReason.NO_TIME))
            hand.taps(words.tasksGiveUpSend)
            hand.sees(words.tasksEmpty)
        }

    @Test
    fun `in elder mode help is asked for in four taps`() =
        journey {
            val phone = phone()
            phone.opens()
            takes(phone)
            hand.taps(words.joinElder)
            hand.taps(words.role(AppRole.RESIDENT))
            signsIn(phone, "高奶奶", AppRole.RESIDENT)
            hand.sees(words.elderAsk)
            phone.airplane(true)
            val before = hand.taps
            hand.taps(words.elderAsk)
            hand.taps(ERRAND)
            hand.writes(words.askText, EGGS)
            hand.taps(words.next)
            hand.taps(words.askPublish)
            hand.sees(words.askDoneTitle, words.workState(WorkState.OnPhone))
            assertTrue(hand.taps - before <= 4, "${hand.taps - before} taps")
            hand.taps(words.askDoneHome)
            stands(EGGS, WorkState.OnPhone)
            phone.airplane(false)
            stands(EGGS, WorkState.Delivered)
        }

    private fun Journey.asks(text: String) {
        hand.taps(words.homeAsk)
        hand.taps(ERRAND)
        hand.writes(words.askText, text)
        hand.taps(words.next)
        hand.taps(words.askPublish)
        hand.taps(words.askDoneOpen)
    }

    private companion object {
        const val EGGS = "请帮我买两斤鸡蛋"

        /** The core's words. */
        const val ERRAND = "代买代送"
        const val CONFIRM = "确认完成"

        /** Looked at closely enough to help at a door. */
        const val VETTED = "l3"
    }
}
