package org.yuandian.app.journeys

import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.SemanticsNodeInteraction
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasScrollToNodeAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.isEnabled
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextReplacement
import androidx.compose.ui.test.printToString

/** Longer than anything on a slow machine; a journey that waits so long has failed. */
private const val WAIT_MS = 60_000L

/** How long at most until it is looked again. */
private const val LOOK_MS = 40L

/**
 * A hand and its eye: things are found as people find them, by the words on them. What is further down is scrolled to; what is not
 * there yet is waited for.
 */
class Hand(
    private val test: ComposeUiTest,
    private val screen: Screen,
    private val beforeTouch: () -> Unit,
) {
    /** How often something was pressed. */
    var taps = 0
        private set

    /** Presses what bears these words. */
    fun taps(words: String) {
        touches("to press: $words", bears(words) and hasClickAction() and !hasSetTextAction() and isEnabled()) { performClick() }
        taps++
    }

    /** Writes into the field of this label, in place of what stood there. */
    fun writes(
        label: String,
        text: String,
    ) {
        touches("to write in: $label", bears(label) and hasSetTextAction()) { performTextReplacement(text) }
    }

    /** Waits until one thing says all of these. */
    fun sees(vararg words: String) {
        val what = words.map(::says).reduce(SemanticsMatcher::and)
        waits(words.joinToString()) { isThere(what) }
    }

    /** What is on the screen, above and below what is shown, does not say this. */
    fun doesNotSee(words: String) = check(!isThere(says(words))) { "there, and should not be: $words\n${tree()}" }

    /** What stands behind a label in the same thing. */
    fun reads(label: String): String {
        val what = bears(label)
        waits("to read: $label") { isThere(what) }
        val texts = textsOf(test.onAllNodes(what)[0].fetchSemanticsNode())
        return texts[texts.indexOf(label) + 1]
    }

    /** Waits until something holds that the screen does not tell. */
    fun waits(
        what: String,
        holds: () -> Boolean,
    ) {
        val until = System.nanoTime() + WAIT_MS * NANOS_IN_MS
        while (!holds()) {
            if (System.nanoTime() > until) throw AssertionError("not there: $what\n${tree()}")
            screen.awaitWork(LOOK_MS)
            test.waitForIdle()
        }
    }

    /** Waits until the screen says the same for a while: what it reads has come. */
    fun rests() {
        var last = ""
        var since = System.nanoTime()
        waits("a screen that changes no more") {
            val now = tree()
            if (now != last) since = System.nanoTime()
            last = now
            System.nanoTime() - since > RESTING_MS * NANOS_IN_MS
        }
    }

    /** Writes something into every field of the screen that can be reached. */
    fun fills() {
        val fields = test.onAllNodes(hasSetTextAction() and isEnabled())
        fields.fetchSemanticsNodes().indices.forEach { fields[it].performTextReplacement("$TYPED $it") }
    }

    /** What stands in the fields. */
    fun fields(): List<String> =
        test.onAllNodes(hasSetTextAction()).fetchSemanticsNodes().map { it.config[SemanticsProperties.EditableText].text }

    /** The screen does nothing else while it is touched, so that the finger lands where it aims. */
    private fun touches(
        said: String,
        what: SemanticsMatcher,
        touch: SemanticsNodeInteraction.() -> Unit,
    ) {
        beforeTouch()
        waits(said) {
            test.runOnUiThread {
                val there = isThere(what)
                if (there) {
                    test.onAllNodes(what)[0].apply {
                        runCatching { performScrollTo() }
                        touch()
                    }
                }
                there
            }
        }
    }

    private fun isThere(what: SemanticsMatcher) = test.onAllNodes(what).fetchSemanticsNodes().isNotEmpty() || scrolledTo(what)

    private fun scrolledTo(what: SemanticsMatcher): Boolean {
        val lists = test.onAllNodes(hasScrollToNodeAction())
        return lists.fetchSemanticsNodes().indices.any { runCatching { lists[it].performScrollToNode(what) }.isSuccess }
    }

    private fun tree() = test.onAllNodes(isRoot())[0].printToString()

    private fun bears(words: String) = SemanticsMatcher("bears \"$words\"") { words in textsOf(it) }

    private fun says(words: String) = SemanticsMatcher("says \"$words\"") { node -> textsOf(node).any { words in it } }

    private fun textsOf(node: SemanticsNode): List<String> =
        node.config
            .getOrNull(SemanticsProperties.Text)
            .orEmpty()
            .map { it.text } +
            listOfNotNull(node.config.getOrNull(SemanticsProperties.EditableText)?.text) +
            node.config.getOrNull(SemanticsProperties.ContentDescription).orEmpty()

    private companion object {
        const val RESTING_MS = 100L
        const val TYPED = "写了一半"
        const val NANOS_IN_MS = 1_000_000L
    }
}
