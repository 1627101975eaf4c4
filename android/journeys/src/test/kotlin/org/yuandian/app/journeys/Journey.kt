package org.yuandian.app.journeys

import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.runDesktopComposeUiTest
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

private const val WIDTH = 420
private const val HEIGHT = 900

/** A server of its own, some phones, and a hand that has one of them at a time. */
class Journey(
    val world: RealWorld,
    private val folder: Path,
    private val test: ComposeUiTest,
    private val screen: Screen,
) {
    val words: Strings = Strings.of(Language.ZH_HANS)
    val hand = Hand(test, screen)
    private val phones = mutableListOf<Handset>()
    private var held by mutableStateOf<Handset?>(null)

    init {
        test.setContent { held?.let { key(it) { it.Drawn() } } }
    }

    /** A new phone, standing [at] this place. */
    fun phone(at: Position? = MARKET): Handset =
        Handset(folder.resolve("phone-${phones.size}"), world, screen).also {
            it.stands(at)
            phones += it
        }

    /** Whose phone is looked at from now on; the others go on by themselves. */
    fun takes(phone: Handset) = test.runOnIdle { held = phone }

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
        hand.waits("the end of signing in") { phone.saved()?.startsWith("join") == false }
    }

    /** Waits until one thing says that this work stands so. */
    fun stands(
        what: String,
        work: WorkState,
    ) = hand.sees(what, words.workState(work))

    /** Waits until the way of the case that is open says that it is here now. */
    fun isNow(step: String) = hand.sees(words.sentence(listOf(words.detailNow, step)))

    val longestMs: Double get() = screen.longestMs

    fun ends() = phones.forEach(Handset::ends)

    companion object {
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
        RealWorld(folder.resolve("world")).use { world ->
            runDesktopComposeUiTest(WIDTH, HEIGHT) {
                val journey = Journey(world, folder, this, Screen())
                try {
                    journey.play()
                    Tally.played(what, journey.hand.taps, journey.longestMs)
                } finally {
                    journey.ends()
                }
            }
        }
}
