package org.yuandian.app.ui

import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.text.TextLayoutResult
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.ui.states.Sample

/** What TalkBack, a large finger and a large font meet on drawn screens, and what is wrong with it. */
class Findings {
    val faults = mutableListOf<String>()
    var asked = 0
        private set

    fun ask(
        shot: Shot,
        drawn: Drawn,
    ) {
        clickables(shot, drawn.merged)
        for (node in drawn.parts) text(shot, node, drawn)
        order(shot, drawn.merged)
    }

    private fun check(
        good: Boolean,
        shot: Shot,
        what: () -> String,
    ) {
        asked++
        if (!good) faults.add("$shot: ${what()}")
    }

    private fun clickables(
        shot: Shot,
        nodes: List<SemanticsNode>,
    ) {
        val least = if (shot.combo.elder || shot.exhibit.elderOnly) 60 else 48
        for (node in nodes) {
            val editable = node.config.contains(SemanticsActions.SetText)
            if (!node.config.contains(SemanticsActions.OnClick) && !editable &&
                !node.config.contains(SemanticsProperties.ToggleableState)
            ) {
                continue
            }
            val said = labelOf(node)
            check(said.isNotBlank(), shot) { "no label on ${node.config}" }
            // Not touchBoundsInRoot: the framework pads that, so it can never fail.
            check(node.size.height >= least && node.size.width >= least, shot) { "${node.size} is smaller than $least: $said" }
            check(editable || node.config.contains(SemanticsProperties.Role), shot) { "no role: $said" }
            // Not by colour alone: what is chosen says so.
            val role = node.config.getOrNull(SemanticsProperties.Role)
            if (role == Role.RadioButton ||
                role == Role.Tab
            ) {
                check(node.config.contains(SemanticsProperties.Selected), shot) { "not told whether it is chosen: $said" }
            }
            if (role ==
                Role.Switch
            ) {
                check(node.config.contains(SemanticsProperties.ToggleableState), shot) { "not told whether it is on: $said" }
            }
        }
    }

    private fun text(
        shot: Shot,
        node: SemanticsNode,
        drawn: Drawn,
    ) {
        val layout = layoutOf(node) ?: return
        val (combo, style) = shot.combo to layout.layoutInput.style
        val words = layout.layoutInput.text.text
        val elder = combo.elder || shot.exhibit.elderOnly
        if (elder) check(style.fontSize.value * combo.fontScale >= 18f, shot) { "text of ${style.fontSize} in elder mode: $words" }
        check(style.lineHeight.value / style.fontSize.value >= 1.3f, shot) { "lines of ${style.lineHeight} for ${style.fontSize}: $words" }
        check(!isCut(layout, node), shot) { "cut: $words" }
        val seen = node.boundsInRoot
        val whole =
            Rect(node.positionInRoot, Size(node.size.width.toFloat(), node.size.height.toFloat()))
        check(
            seen.width >= whole.width - 1 && seen.height >= whole.height - 1,
            shot,
        ) { "covered or out of the screen, $whole shows $seen: $words" }
        if (words.isNotBlank() && seen.width > 0) {
            val contrast = contrastOnScreen(drawn.pixels, seen, style.color)
            check(contrast >= LEAST_CONTRAST, shot) { "contrast %.1f: %s".format(contrast, words) }
        }
        val broken = brokenWord(layout)
        check(broken == null || broken in longNames, shot) { "broken over a line: $broken in $words" }
    }

    private fun layoutOf(node: SemanticsNode): TextLayoutResult? {
        val action = node.config.getOrNull(SemanticsActions.GetTextLayoutResult)?.action ?: return null
        val results = mutableListOf<TextLayoutResult>()
        action(results)
        return results.firstOrNull()
    }

    /**
     * Not `hasVisualOverflow`: the result that semantics gives is laid out anew in the width that was offered, so that it says so of every
     * text that is shorter than its place.
     */
    private fun isCut(
        layout: TextLayoutResult,
        node: SemanticsNode,
    ): Boolean {
        val lines = 0 until layout.lineCount
        val widest = lines.maxOfOrNull { layout.getLineRight(it) - layout.getLineLeft(it) } ?: 0f
        return layout.multiParagraph.height > node.size.height + 1 || widest > node.size.width + 1 || lines.any(layout::isLineEllipsized)
    }

    /** A Latin word, or a number with its letters, of which a part stands in the next line. */
    private fun brokenWord(layout: TextLayoutResult): String? {
        val text = layout.layoutInput.text.text
        val ends = (0 until layout.lineCount - 1).map(layout::getLineEnd)
        val end = ends.firstOrNull { it in 1 until text.length && latin(text[it - 1]) && latin(text[it]) } ?: return null
        return text.take(end).takeLastWhile(::latin) + text.drop(end).takeWhile(::latin)
    }

    private fun latin(c: Char) = c in 'a'..'z' || c in 'A'..'Z' || c in '0'..'9'

    /** Read from top to bottom; side by side from left to right. */
    private fun order(
        shot: Shot,
        nodes: List<SemanticsNode>,
    ) {
        val spoken = nodes.filter { labelOf(it).isNotBlank() && it.children.isEmpty() }
        for ((before, after) in spoken.zipWithNext()) {
            val (a, b) = before.boundsInRoot to after.boundsInRoot
            val up = b.bottom <= a.top && b.left < a.right
            check(!up, shot) { "read after what stands below it: ${labelOf(before)} then ${labelOf(after)}" }
        }
    }

    private companion object {
        const val LEAST_CONTRAST = 4.5

        /** A name may be longer than a line. */
        val longNames = Sample(AppLanguage.EN, elder = false).hardNames.flatMap { it.split(' ', '-') }
    }
}

/** What is read aloud of it. */
internal fun labelOf(node: SemanticsNode): String {
    val described = node.config.getOrNull(SemanticsProperties.ContentDescription).orEmpty()
    val text =
        node.config
            .getOrNull(SemanticsProperties.Text)
            .orEmpty()
            .map { it.text }
    return (described + text).joinToString(" ").trim()
}
