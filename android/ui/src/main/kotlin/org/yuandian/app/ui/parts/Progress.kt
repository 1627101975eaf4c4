package org.yuandian.app.ui.parts

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.ProgressStep
import org.yuandian.app.screens.StepPosition
import org.yuandian.app.ui.theme.Yd

/** The way of a case in plain words: what is behind, where it is, what comes. Filled, ringed and hollow dots say the same as the words. */
@Composable
fun ProgressPath(
    steps: List<ProgressStep>,
    nowMs: Long,
    modifier: Modifier = Modifier,
) {
    Column(modifier.fillMaxWidth()) {
        steps.forEachIndexed { index, step -> StepLine(step, nowMs, isFirst = index == 0, isLast = index == steps.lastIndex) }
    }
}

@Composable
private fun StepLine(
    step: ProgressStep,
    nowMs: Long,
    isFirst: Boolean,
    isLast: Boolean,
) {
    val words = Yd.words
    val at = step.atMs?.let { words.moment(it, nowMs) }
    val position =
        when (step.position) {
            StepPosition.DONE -> words.detailStepDone
            StepPosition.NOW -> words.detailNow
            StepPosition.NEXT -> words.detailStepNext
        }
    Row(
        Modifier.fillMaxWidth().height(IntrinsicSize.Min).semantics(mergeDescendants = true) {
            contentDescriptionOf(words.sentence(listOfNotNull(position, step.label, at)))
        },
        spaced(Yd.space.gap),
    ) {
        Path(step.position, isFirst, isLast)
        Column(Modifier.weight(1f).padding(bottom = if (isLast) 0.dp else 12.dp)) {
            val style = if (step.position == StepPosition.NOW) Yd.type.heading else Yd.type.body
            Words(step.label, style = style, color = if (step.position == StepPosition.NEXT) Yd.colors.inkSoft else Yd.colors.ink)
            if (at != null) SmallWords(at)
        }
    }
}

@Composable
private fun Path(
    position: StepPosition,
    isFirst: Boolean,
    isLast: Boolean,
) {
    val mark = if (Yd.colors.isDark) Yd.colors.primary.back else Yd.colors.primarySoft.ink
    val faint = Yd.colors.line
    val middle =
        with(LocalDensity.current) {
            Yd.type.body.lineHeight
                .toPx() / 2
        }
    Canvas(Modifier.width(22.dp).fillMaxHeight().clearAndSetSemantics {}) {
        val centre = Offset(size.width / 2, middle)
        val wide = 3.dp.toPx()
        val past = position != StepPosition.NEXT
        if (!isFirst) {
            drawLine(
                if (past) mark else faint,
                Offset(centre.x, 0f),
                Offset(centre.x, middle - 11.dp.toPx()),
                wide,
                StrokeCap.Round,
            )
        }
        if (!isLast) {
            val color = if (position == StepPosition.DONE) mark else faint
            drawLine(color, Offset(centre.x, middle + 11.dp.toPx()), Offset(centre.x, size.height), wide, StrokeCap.Round)
        }
        when (position) {
            StepPosition.DONE -> {
                drawCircle(mark, 6.dp.toPx(), centre)
            }

            StepPosition.NOW -> {
                drawCircle(mark, 4.5.dp.toPx(), centre)
                drawCircle(mark, 9.5.dp.toPx(), centre, style = Stroke(2.5.dp.toPx()))
            }

            StepPosition.NEXT -> {
                drawCircle(faint, 5.5.dp.toPx(), centre, style = Stroke(2.dp.toPx()))
            }
        }
    }
}
