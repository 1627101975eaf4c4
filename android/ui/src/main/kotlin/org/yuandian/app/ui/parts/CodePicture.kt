package org.yuandian.app.ui.parts

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import org.yuandian.app.screens.CodeSquare
import org.yuandian.app.ui.theme.CodeTone
import kotlin.math.floor

/** A code that another phone scans from this screen: in every look dark on white, with the rim of four modules that the norm asks for. */
@Composable
fun CodePicture(
    square: CodeSquare,
    described: String,
    modifier: Modifier = Modifier,
) {
    Canvas(
        modifier.aspectRatio(1f).semantics {
            contentDescriptionOf(described)
            role = Role.Image
        },
    ) {
        drawRect(CodeTone.back)
        modules(square)
    }
}

/** Modules are whole pixels, so that no line shows between two of them; what is left over makes the rim wider. */
private fun DrawScope.modules(square: CodeSquare) {
    val module = floor(size.minDimension / (square.side + 2 * RIM_MODULES))
    val rim = floor((size.minDimension - module * square.side) / 2)
    for (y in 0 until square.side) {
        for (x in 0 until square.side) {
            if (square.isDark(x, y)) drawRect(CodeTone.ink, Offset(rim + x * module, rim + y * module), Size(module, module))
        }
    }
}

private const val RIM_MODULES = 4
