package org.yuandian.app.journeys

import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.NoPlaceReason
import org.yuandian.app.screens.WorkState
import java.nio.file.Path

/** A resident reports. */
class ReportJourneyTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `before any sign-in and without a network, and it is delivered after`() =
        journey(folder) { world ->
            airplane(true)
            opens()
            taps(words.role(AppRole.RESIDENT))
            taps(words.joinLater)
            taps(words.homeReport)
            taps(words.captureFirstPhoto)
            writes(words.captureText, "井盖坏了，很深")
            taps(words.capturePlaceNone)
            taps(words.noPlaceReason(NoPlaceReason.INDOORS))
            writes(words.capturePlaceWords, "幸福路东门")
            taps(words.captureSubmit)
            sees(words.workState(WorkState.OnPhone))
            airplane(false)
            taps(words.back)
            taps(words.homeSignIn)
            writes(words.joinInvitation, world.invite("resident"))
            writes(words.joinServer, world.address)
            writes(words.joinName, "王阿姨")
            taps(words.joinSend)
            sees("井盖坏了")
            sees(words.workState(WorkState.Delivered))
        }
}
