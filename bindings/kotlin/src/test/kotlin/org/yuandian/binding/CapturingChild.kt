package org.yuandian.binding

import kotlinx.coroutines.runBlocking
import org.yuandian.core.DraftInput
import org.yuandian.core.Position
import java.nio.file.Path
import kotlin.system.exitProcess

/** A process that captures for ever, and says what the core has acknowledged as soon as it has: `KillTest` kills it. */
object CapturingChild {
    /** A line before the first capture: from here on it may be killed at any moment. */
    const val READY = "ready"

    /** What a line begins with, the id follows: a draft with the text of that id, … */
    const val DRAFT = "draft "

    /** … the same with one photo, … */
    const val PHOTO = "photo "

    /** … a case made of it. */
    const val CASE = "case "

    @JvmStatic
    fun main(args: Array<String>) {
        val (home, photo) = args
        runBlocking {
            val phone = Phone.open(Path.of(home)).orThrow()
            say(READY)
            var number = 0
            while (true) {
                number++
                val at = Position(lng = 113.65, lat = 34.76, accuracyM = 8u)
                val entered = DraftInput("case.snap", at, "", emptyList(), null)
                val draft = phone.ask { saveDraft(null, entered) }.orThrow()
                phone.ask { saveDraft(draft, entered.copy(text = textOf(draft))) }.orThrow()
                say(DRAFT + draft)
                if (number % 2 == 0) continue
                phone.ask { addPhoto(draft, photo) }.orThrow()
                say(PHOTO + draft)
                phone.ask { finish(draft) }.orThrow()
                say(CASE + draft)
            }
        }
        exitProcess(0)
    }

    /** What is written into a draft: its own id, so that a mixed-up text shows. */
    fun textOf(draft: String) = "井盖缺失 $draft"

    private fun say(line: String) {
        println(line)
        System.out.flush()
    }
}
