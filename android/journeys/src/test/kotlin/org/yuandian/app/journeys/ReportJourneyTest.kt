package org.yuandian.app.journeys

import org.junit.jupiter.api.Test
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.NoPlaceReason
import org.yuandian.app.screens.WorkState

/** Reporting a problem. */
class ReportJourneyTest : JourneyTest() {
    @Test
    fun `a resident reports before any sign-in and without a network, and it is delivered after`() =
        journey {
            val phone = phone(at = null)
            phone.airplane(true)
            phone.opens()
            takes(phone)
            hand.taps(words.role(AppRole.RESIDENT))
            hand.taps(words.joinLater)
            hand.taps(words.homeReport)
            hand.taps(words.captureFirstPhoto)
            hand.sees(words.photo(1))
            hand.writes(words.captureText, "井盖坏了，很深")
            hand.taps(words.capturePlaceNone)
            hand.taps(words.noPlaceReason(NoPlaceReason.INDOORS))
            hand.writes(words.capturePlaceWords, "幸福路东门")
            hand.taps(words.captureSubmit)
            hand.sees(words.receiptTitle, words.workState(WorkState.OnPhone))
            hand.taps(words.back)
            stands("井盖坏了", WorkState.OnPhone)
            phone.airplane(false)
            hand.taps(words.homeSignIn)
            hand.sees(words.joinKept(1))
            signsIn(phone, "王阿姨", AppRole.RESIDENT)
            stands("井盖坏了", WorkState.Delivered)
        }
}
