package org.yuandian.app.journeys

import org.junit.jupiter.api.Test
import org.yuandian.app.model.PhotoProgress
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.CasesTab
import org.yuandian.app.screens.WorkState

/** A grid worker's day. */
class GridWorkerJourneyTest : JourneyTest() {
    @Test
    fun `a grid worker captures with photos in a dead spot, keeps it, comes back to it, and all of it is delivered`() =
        journey {
            val phone = joined("网格员小李", AppRole.GRID_WORKER)
            phone.airplane(true)
            hand.taps(words.todayCapture)
            hand.taps(words.captureFirstPhoto)
            hand.sees(words.photo(1))
            phone.airplane(false)
            unended {
                hand.taps(words.captureTypeChoose)
                hand.writes(words.captureTypeSearch, "垃圾")
                hand.taps("暴露垃圾")
            }
            phone.airplane(true)
            hand.taps(words.captureMorePhotos)
            hand.sees(words.photo(2))
            hand.writes(words.captureText, "花坛边有一堆垃圾")
            hand.taps(words.captureKeep)
            hand.taps(words.todayDrafts(1))
            hand.taps("花坛边有一堆垃圾")
            hand.sees(words.captureRecovered)
            hand.taps(words.captureSubmit)
            hand.sees(words.receiptTitle, words.workState(WorkState.OnPhone))
            hand.taps(words.receiptOpen)
            hand.sees("花坛边有一堆垃圾")
            hand.sees(words.photosText(photos(delivered = 0)))
            phone.airplane(false)
            hand.sees(words.photosText(photos(delivered = 2)))
            hand.sees(words.workState(WorkState.Delivered))
            hand.taps(words.back)
            hand.taps(words.casesTabCount(CasesTab.OPEN, 1))
            stands("花坛边有一堆垃圾", WorkState.Delivered)
        }

    @Test
    fun `a grid worker sends a case up, then settles it with evidence, and the resident reads it in plain words`() =
        journey {
            val resident = joined("王阿姨", AppRole.RESIDENT)
            snaps("路灯不亮")
            val worker = joined("网格员小李", AppRole.GRID_WORKER)
            hand.taps("路灯不亮")
            worker.airplane(true)
            hand.taps(SEND_UP)
            hand.writes("理由", "要带梯子的人来")
            hand.taps(SEND_UP)
            hand.sees(words.workState(WorkState.OnPhone))
            worker.airplane(false)
            hand.sees(words.workState(WorkState.Delivered))
            hand.taps(SELF_HANDLE)
            hand.sees(words.stepTextHelp)
            hand.taps(SELF_HANDLE)
            hand.sees(words.stepNeedsPhotos(EVIDENCE))
            hand.taps(words.takePhoto)
            hand.taps(words.takePhoto)
            hand.writes(words.stepText, "换了灯泡，已亮")
            hand.taps(SELF_HANDLE)
            isNow(words.wayEnded)
            hand.sees(words.workState(WorkState.Delivered))
            takes(resident)
            hand.sees("换了灯泡，已亮")
            hand.sees(words.sentence(listOf(words.detailStepDone, words.wayReported)))
            isNow(words.wayEnded)
            hand.taps(words.detailThank)
            hand.sees(words.detailThanked)
            hand.taps(words.rateScore(BEST))
            hand.sees(RATED)
            hand.sees(words.workState(WorkState.Delivered))
        }

    private fun photos(delivered: Int) = PhotoProgress(2, delivered, waiting = 2 - delivered)

    private companion object {
        /** The core's words. */
        const val SEND_UP = "上报上级"
        const val SELF_HANDLE = "自处置"
        const val RATED = "已评价"

        /** One photo of before and one of after. */
        const val EVIDENCE = 2
        const val BEST = 5
    }
}
