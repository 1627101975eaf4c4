package org.yuandian.app.journeys

import org.junit.jupiter.api.Test
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.PinProblem
import org.yuandian.app.screens.Tab
import org.yuandian.app.screens.WorkState

/** One phone, several people. */
class SharedPhoneJourneyTest : JourneyTest() {
    @Test
    fun `at the change of shift each sees their own only, and what the first left is sent on with their next turn`() =
        journey {
            val phone = joined("小李", AppRole.GRID_WORKER)
            phone.airplane(true)
            hand.taps(words.todayCapture)
            hand.taps(words.captureFirstPhoto)
            hand.sees(words.photo(1))
            unended {
                hand.taps(words.captureTypeChoose)
                hand.writes(words.captureTypeSearch, Journey.SNAP)
                hand.taps(Journey.SNAP)
            }
            hand.writes(words.captureText, "小李看到的")
            hand.taps(words.captureSubmit)
            hand.sees(words.receiptTitle, words.workState(WorkState.OnPhone))
            hand.taps(words.back)
            hand.taps(words.tab(Tab.SETTINGS))
            // Whose data are open only with a PIN is asked for it again when the app has ended.
            unended {
                hand.taps(words.settingsShared)
                hand.taps(words.peopleAdd)
                types(FIRST)
                hand.sees(words.pinAgain)
                types(FIRST)
                hand.sees(words.pinNew)
                hand.writes(words.peopleName, "小周")
                types(SECOND)
                hand.sees(words.pinAgain)
                types(SECOND)
                hand.sees(words.joinRoleAsk)
                hand.taps(words.role(AppRole.GRID_WORKER))
                phone.airplane(false)
                signsIn(phone, "小周", AppRole.GRID_WORKER)
                hand.sees(words.todayTitle)
                hand.taps(words.tab(Tab.CASES))
                hand.sees(words.casesEmpty(CasesTab.OPEN))
                hand.doesNotSee("小李看到的")
                hand.taps(words.tab(Tab.SETTINGS))
                hand.taps(words.settingsShared)
                hand.sees("小李", words.peopleWaiting(1))
                hand.taps(words.peopleEndShift)
                hand.taps(words.shiftYes)
                hand.taps("小李")
                types(SECOND)
                hand.sees(words.pinProblem(PinProblem.Wrong(TRIES_LEFT)))
                types(FIRST)
                hand.taps(words.tab(Tab.CASES))
                stands("小李看到的", WorkState.Delivered)
                ends()
                hand.taps("小李")
                types(FIRST)
                // Where they were, and not at home.
                stands("小李看到的", WorkState.Delivered)
            }
        }

    private fun Journey.types(pin: String) = pin.forEach { hand.taps(it.toString()) }

    private companion object {
        const val FIRST = "135790"
        const val SECOND = "246813"
        const val TRIES_LEFT = 4
    }
}
