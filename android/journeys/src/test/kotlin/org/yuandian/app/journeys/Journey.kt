package org.yuandian.app.journeys

import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.size
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.runDesktopComposeUiTest
import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.unit.dp
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.TestInfo
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.api.io.TempDir
import org.yuandian.app.gateway.RealWorld
import org.yuandian.app.model.Language
import org.yuandian.app.model.Position
import org.yuandian.app.model.strings.Strings
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.WorkState
import java.nio.file.Path

/** Of the screen, dp: the shorter and the longer side. */
private val SHORT = 420.dp
private val LONG = 900.dp

/** What happens to a phone while it is used. */
enum class Course {
    /**
     * Before every touch the network is cut for a moment; and by turns the phone is turned, so that its screen is made anew, or the
     * system ends the app and opens it again with what it kept.
     */
    ROUGH,

    /** Nothing but what the journey says. */
    CALM,
}

/** A server of its own, some phones, and a hand that has one of them at a time. */
class Journey(
    val world: RealWorld,
    private val folder: Path,
    private val test: ComposeUiTest,
    private val screen: Screen,
    private val course: Course,
) {
    val words: Strings = Strings.of(Language.ZH_HANS)
    val hand = Hand(test, screen, ::disturbs)
    private val phones = mutableListOf<Handset>()
    private var held by mutableStateOf<Handset?>(null)
    private var turned by mutableStateOf(0)
    private var endings = true
    private var touches = 0

    init {
        test.setContent {
            val size = if (turned % 2 == 0) DpSize(SHORT, LONG) else DpSize(LONG, SHORT)
            held?.let { phone -> key(phone, turned) { Box(Modifier.size(size)) { phone.Drawn() } } }
        }
    }

    /** A new phone, standing [at] this place. */
    fun phone(at: Position? = MARKET): Handset =
        Handset(folder.resolve("phone-${phones.size}"), world, screen).also {
            it.stands(at)
            phones += it
        }

    /** Whose phone is looked at from now on; the others go on by themselves. */
    fun takes(phone: Handset) = test.runOnIdle { held = phone }

    /** The phone is turned: everything drawn is made anew. */
    fun turns() {
        test.runOnIdle { turned++ }
        test.waitForIdle()
    }

    /** The system ends the app that is in the hand, and opens it again with what it kept. */
    fun ends() {
        val phone = checkNotNull(held)
        // What was touched last has its effect: nobody's app is ended under their finger.
        hand.rests()
        val saved = phone.saved()
        phone.dies()
        phone.opens(saved)
        test.waitForIdle()
    }

    /**
     * The app is not ended in here: what is typed is never kept (a PIN), or lives for a moment only (a question that is asked once more).
     */
    fun unended(play: () -> Unit) {
        endings = false
        play()
        endings = true
    }

    private fun disturbs() {
        if (course == Course.CALM) return
        held?.blinks()
        touches++
        if (touches % 2 == 0) {
            turns()
        } else if (endings) {
            ends()
        }
    }

    /** A phone whose person has used an invitation, at their home. The phone is in the hand. */
    fun joined(
        name: String,
        role: AppRole,
        level: String? = null,
        at: Position? = MARKET,
    ): Handset {
        val phone = phone(at)
        phone.opens()
        takes(phone)
        hand.taps(words.role(role))
        signsIn(phone, name, role, level)
        return phone
    }

    /** Fills in the invitation. */
    fun signsIn(
        phone: Handset,
        name: String,
        role: AppRole,
        level: String? = null,
    ) {
        hand.writes(words.joinInvitation, world.invite(role.name.lowercase(), level = level))
        hand.writes(words.joinServer, phone.server)
        hand.writes(words.joinName, name)
        hand.taps(words.joinSend)
        hand.waits("the end of signing in") { phone.saved()?.endsWith("|join") == false }
    }

    /** A resident reports a problem, and it is with the server. The case is open then. */
    fun snaps(text: String) {
        hand.taps(words.homeReport)
        hand.taps(words.captureFirstPhoto)
        hand.sees(words.photo(1))
        hand.writes(words.captureText, text)
        submits()
    }

    /** The same of a grid worker, who chooses what it is. */
    fun reports(text: String) {
        hand.taps(words.todayCapture)
        hand.taps(words.captureFirstPhoto)
        hand.sees(words.photo(1))
        unended {
            hand.taps(words.captureTypeChoose)
            hand.writes(words.captureTypeSearch, SNAP)
            hand.taps(SNAP)
        }
        hand.writes(words.captureText, text)
        submits()
    }

    private fun submits() {
        hand.taps(words.captureSubmit)
        hand.taps(words.receiptOpen)
        hand.sees(words.workState(WorkState.Delivered))
    }

    /** Waits until one thing says that this work stands so. */
    fun stands(
        what: String,
        work: WorkState,
    ) = hand.sees(what, words.workState(work))

    /** Waits until the way of the case that is open says that it is here now. */
    fun isNow(step: String) = hand.sees(words.sentence(listOf(words.detailNow, step)))

    val longestMs: Double get() = screen.longestMs

    /** A phone that nobody needs any more holds threads. */
    fun close() = phones.forEach(Handset::ends)

    companion object {
        /** The core's words. */
        const val SNAP = "随手拍"

        /** In the grid of [RealWorld.GRID]. */
        val MARKET = Position(113.62, 34.75, 8)
    }
}

/** Tests that play journeys; each in a world of its own. */
@ExtendWith(Tally::class)
abstract class JourneyTest {
    @TempDir
    private lateinit var folder: Path
    private lateinit var what: String

    @BeforeEach
    fun named(info: TestInfo) {
        what = info.displayName.removeSuffix("()")
    }

    protected fun journey(play: Journey.() -> Unit) =
        // The rough one first: the calm one is measured, and by then everything it needs is loaded.
        Course.entries.forEach { course -> played(course) { play().also { Tally.played(what, course, hand.taps, longestMs) } } }

    /** Once and uncounted: for what does to the phone itself what a rough course would do. */
    protected fun calm(play: Journey.() -> Unit) = played(Course.CALM, play)

    private fun played(
        course: Course,
        play: Journey.() -> Unit,
    ) = RealWorld(folder.resolve("$course")).use { world ->
        runDesktopComposeUiTest(LONG.value.toInt(), LONG.value.toInt()) {
            val journey = Journey(world, folder.resolve("phones-$course"), this, Screen(), course)
            try {
                journey.play()
            } finally {
                journey.close()
            }
        }
    }
}
