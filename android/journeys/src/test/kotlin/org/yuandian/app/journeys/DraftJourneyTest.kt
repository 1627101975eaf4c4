package org.yuandian.app.journeys

import org.junit.jupiter.api.Test
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.WorkState

/** The system ends the app while somebody is in the middle of something. */
class DraftJourneyTest : JourneyTest() {
    @Test
    fun `the app is ended in the middle of a report and of a request for help, and both are still there`() =
        journey {
            val phone = joined("王阿姨", AppRole.RESIDENT)
            phone.airplane(true)
            hand.taps(words.homeReport)
            hand.writes(words.captureText, "路灯不亮")
            hand.taps(words.captureFirstPhoto)
            hand.sees(words.photo(1))
            endsAndReturns(phone, "capture:")
            hand.sees(words.captureRecovered)
            hand.sees("路灯不亮")
            hand.sees(words.photo(1))
            hand.taps(words.captureSubmit)
            hand.sees(words.receiptTitle, words.workState(WorkState.OnPhone))
            hand.taps(words.back)
            hand.taps(words.homeAsk)
            hand.taps("代买代送")
            hand.writes(words.askText, "请帮我买药")
            hand.taps(words.next)
            hand.sees(words.askCheck)
            endsAndReturns(phone, "ask:")
            hand.sees(words.askCheck)
            hand.sees("请帮我买药")
            hand.taps(words.askPublish)
            hand.sees(words.askDoneTitle)
            endsAndReturns(phone, "ask:")
            hand.sees(words.askDoneTitle)
            hand.taps(words.askDoneHome)
            phone.airplane(false)
            stands("路灯不亮", WorkState.Delivered)
            stands("请帮我买药", WorkState.Delivered)
        }

    /** As the system does it: what it kept is given back to the next process. */
    private fun Journey.endsAndReturns(
        phone: Handset,
        where: String,
    ) {
        hand.waits("the draft's name, $where, among what the system keeps") { where in phone.saved().orEmpty() }
        ends()
    }
}
