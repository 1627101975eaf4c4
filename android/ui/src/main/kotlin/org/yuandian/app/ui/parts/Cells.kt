package org.yuandian.app.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.CellCount
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Tone
import org.yuandian.app.ui.theme.Yd

/**
 * The neighbourhood as its 500 m cells, north up: how much lies in each. It needs no tiles, no network and no licence for a map, and it
 * shows no more than is public anyway.
 */
@Composable
fun CellMap(
    cells: List<CellCount>,
    onChoose: (String) -> Unit,
    modifier: Modifier = Modifier,
) {
    val rows = cells.groupBy(CellCount::row).toSortedMap()
    val columns = (cells.maxOfOrNull(CellCount::column) ?: 0) + 1
    BarScale {
        Column(modifier.fillMaxWidth().selectableGroup(), spaced(4.dp)) {
            for ((_, line) in rows) {
                Row(Modifier.fillMaxWidth(), spaced(4.dp)) {
                    val byColumn = line.associateBy(CellCount::column)
                    for (column in 0 until columns) {
                        val cell = byColumn[column]
                        if (cell == null) Box(Modifier.weight(1f)) else Cell(cell, { onChoose(cell.id) }, Modifier.weight(1f))
                    }
                }
            }
            Flow {
                SignedWords(Pictograms.attention, Yd.words.cellUrgent)
                SignedWords(Pictograms.origin, Yd.words.cellHere)
            }
        }
    }
}

@Composable
private fun Cell(
    cell: CellCount,
    onClick: () -> Unit,
    modifier: Modifier,
) {
    val tone =
        when {
            cell.chosen -> Yd.colors.primary
            cell.urgent > 0 -> Yd.colors.dangerSoft
            cell.count > 0 -> Yd.colors.warmSoft
            else -> Tone(Yd.colors.card, Yd.colors.inkSoft)
        }
    val words = Yd.words
    Column(
        modifier
            .heightIn(min = maxOf(Yd.space.target, 60.dp))
            .clip(cellShape)
            .background(tone.back)
            .border(if (cell.chosen) chosenBorder() else softBorder(), cellShape)
            .selectable(cell.chosen, role = Role.RadioButton, onClick = onClick)
            .semantics { contentDescriptionOf(words.cell(cell.name, cell.count, cell.urgent, cell.here)) }
            .padding(4.dp),
        Arrangement.Center,
        Alignment.CenterHorizontally,
    ) {
        Row(horizontalArrangement = spaced(2.dp), verticalAlignment = Alignment.CenterVertically) {
            if (cell.urgent > 0) Pictogram(Pictograms.attention, Modifier.size(18.dp), tint = tone.ink)
            if (cell.count > 0) Words(cell.count.toString(), style = Yd.type.heading, color = tone.ink)
        }
        if (cell.here) Pictogram(Pictograms.origin, size = 18.dp, tint = tone.ink)
    }
}

private val cellShape = RoundedCornerShape(12.dp)
