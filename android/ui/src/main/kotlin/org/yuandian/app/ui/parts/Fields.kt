package org.yuandian.app.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.text.BasicTextField
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Switch
import androidx.compose.material3.SwitchDefaults
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.error
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.FieldKind
import org.yuandian.app.screens.FormField
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Yd

/** A field with its label above it and help below: nothing that vanishes when one begins to write. */
@Composable
fun Field(
    label: String,
    value: String,
    onChange: (String) -> Unit,
    modifier: Modifier = Modifier,
    help: String? = null,
    error: String? = null,
    note: String? = null,
    lines: Int = 1,
    keyboard: KeyboardType = KeyboardType.Text,
    image: ImageVector? = null,
) {
    Column(modifier.fillMaxWidth(), spaced(Yd.space.tiny)) {
        FieldLabel(label, note)
        TextBox(label, value, onChange, error = error, lines = lines, keyboard = keyboard, image = image)
        // What is wrong stands in the place of the help: nothing below it moves.
        if (help != null && error == null) SmallWords(help)
        if (error !=
            null
        ) {
            SignedWords(
                Pictograms.attention,
                error,
                color =
                    Yd.colors.dangerSoft.ink
                        .takeUnless { Yd.colors.isDark } ?: Yd.colors.danger.back,
            )
        }
    }
}

@Composable
private fun FieldLabel(
    label: String,
    note: String?,
) {
    Flow(lineGap = 0.dp) {
        Words(label, style = Yd.type.label)
        if (note != null) SmallWords(note)
    }
}

/** The box itself; [label] is what it is called when read aloud. */
@Composable
fun TextBox(
    label: String,
    value: String,
    onChange: (String) -> Unit,
    modifier: Modifier = Modifier,
    error: String? = null,
    lines: Int = 1,
    keyboard: KeyboardType = KeyboardType.Text,
    image: ImageVector? = null,
    after: (@Composable () -> Unit)? = null,
) {
    val colors = Yd.colors
    BasicTextField(
        value,
        onChange,
        modifier.fillMaxWidth().semantics {
            contentDescriptionOf(label)
            if (error != null) error(error)
        },
        textStyle = Yd.type.body.copy(color = colors.ink),
        keyboardOptions = KeyboardOptions(keyboardType = keyboard),
        singleLine = false,
        minLines = lines,
        cursorBrush = SolidColor(colors.primary.back),
        decorationBox = { inner ->
            Row(
                Modifier
                    .fillMaxWidth()
                    .heightIn(min = Yd.space.target)
                    .clip(Corners.field)
                    .background(colors.card)
                    .border(if (error == null) firmBorder() else errorBorder(), Corners.field)
                    .padding(start = 14.dp, end = if (after == null) 14.dp else 0.dp),
                spaced(Yd.space.near),
                Alignment.CenterVertically,
            ) {
                if (image != null) Pictogram(image, tint = colors.inkSoft)
                Box(Modifier.weight(1f).padding(vertical = 10.dp)) { inner() }
                if (after != null) after()
            }
        },
    )
}

@Composable
private fun errorBorder() =
    androidx.compose.foundation.BorderStroke(2.dp, if (Yd.colors.isDark) Yd.colors.danger.back else Yd.colors.dangerSoft.ink)

/** Search: its label is read aloud, its pictogram is known to everybody. */
@Composable
fun SearchField(
    label: String,
    value: String,
    onChange: (String) -> Unit,
    modifier: Modifier = Modifier,
) {
    Column(modifier.fillMaxWidth(), spaced(Yd.space.tiny)) {
        SmallWords(label)
        TextBox(label, value, onChange, image = Pictograms.search, after = {
            if (value.isNotEmpty()) SignButton(Pictograms.close, Yd.words.clearSearch, { onChange(value.take(0)) })
        })
    }
}

/** A question of a form as the catalogue asks it. */
@Composable
fun FormQuestion(
    field: FormField,
    onAnswer: (String) -> Unit,
) {
    val note = if (field.required) Yd.words.required else Yd.words.optional
    Column(Modifier.fillMaxWidth(), spaced(Yd.space.tiny)) {
        when (field.kind) {
            FieldKind.CHOICE, FieldKind.MULTI -> {
                FieldLabel(field.label, note)
                Options(field, onAnswer)
                if (field.error != null) SignedWords(Pictograms.attention, field.error.orEmpty(), color = Yd.colors.dangerSoft.ink)
                if (field.help != null) SmallWords(field.help.orEmpty())
            }

            else -> {
                Field(
                    field.label,
                    field.value,
                    onAnswer,
                    help = field.help,
                    error = field.error,
                    note = note,
                    lines = if (field.kind == FieldKind.LONG_TEXT) LONG_LINES else 1,
                    keyboard =
                        if (field.kind == FieldKind.NUMBER ||
                            field.kind == FieldKind.MONEY
                        ) {
                            KeyboardType.Number
                        } else {
                            KeyboardType.Text
                        },
                )
            }
        }
        val purpose = field.privateFor
        if (purpose != null) SignedWords(Pictograms.lock, Yd.words.sentence(listOf(Yd.words.onlyForHelper, purpose)))
    }
}

@Composable
private fun Options(
    field: FormField,
    onAnswer: (String) -> Unit,
) {
    val chosen = field.value.split(COMMA).filter(String::isNotEmpty)
    val many = field.kind == FieldKind.MULTI
    Flow(Modifier.fillMaxWidth().selectableGroup()) {
        for (option in field.options) {
            val on = option.id in chosen
            val next =
                when {
                    !many -> option.id
                    on -> (chosen - option.id).joinToString(COMMA)
                    else -> (chosen + option.id).joinToString(COMMA)
                }
            Choice(option.label, on, { onAnswer(next) }, role = if (many) Role.Checkbox else Role.RadioButton)
        }
    }
}

/** A line that is on or off; all of it can be pressed. The tick says what the colour says. */
@Composable
fun Toggle(
    title: String,
    on: Boolean,
    onChange: (Boolean) -> Unit,
    modifier: Modifier = Modifier,
    help: String? = null,
    image: ImageVector? = null,
) {
    val colors = Yd.colors
    Row(
        modifier
            .fillMaxWidth()
            .heightIn(min = Yd.space.target)
            .clip(Corners.field)
            .toggleable(on, role = Role.Switch, onValueChange = onChange)
            .padding(vertical = 6.dp),
        spaced(Yd.space.gap),
        Alignment.CenterVertically,
    ) {
        if (image != null && !hugeText && !Yd.elder) Pictogram(image, tint = colors.inkSoft)
        Column(Modifier.weight(1f)) {
            Words(title)
            if (help != null) SmallWords(help)
        }
        Switch(
            on,
            null,
            // Nothing stands on one that is off: a cross would say that something is wrong. Its thumb is as large all the same.
            thumbContent = { if (on) Pictogram(Pictograms.check, size = 14.dp, tint = colors.primary.back) },
            colors =
                SwitchDefaults.colors(
                    checkedThumbColor = colors.primary.ink,
                    checkedTrackColor = colors.primary.back,
                    uncheckedThumbColor = colors.inkSoft,
                    uncheckedTrackColor = colors.card,
                    uncheckedBorderColor = colors.inkSoft,
                ),
        )
    }
}

/** One of a few, stacked; the chosen one has a filled origin. */
@Composable
fun RadioLine(
    title: String,
    chosen: Boolean,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    help: String? = null,
    image: ImageVector? = null,
) {
    Row(
        modifier
            .fillMaxWidth()
            .heightIn(min = Yd.space.target)
            .clip(Corners.field)
            .background(if (chosen) Yd.colors.primarySoft.back else Yd.colors.card)
            .border(if (chosen) chosenBorder() else firmBorder(), Corners.field)
            .selectable(chosen, role = Role.RadioButton, onClick = onClick)
            .padding(horizontal = 14.dp, vertical = 10.dp),
        spaced(Yd.space.gap),
        Alignment.CenterVertically,
    ) {
        RadioDot(chosen)
        Column(Modifier.weight(1f)) {
            Words(title, color = if (chosen) Yd.colors.primarySoft.ink else Yd.colors.ink)
            if (help != null) SmallWords(help, color = if (chosen) Yd.colors.primarySoft.ink else Yd.colors.inkSoft)
        }
        if (image != null && !hugeText) Pictogram(image, tint = if (chosen) Yd.colors.primarySoft.ink else Yd.colors.inkSoft)
    }
}

@Composable
fun chosenBorder() =
    androidx.compose.foundation.BorderStroke(2.dp, if (Yd.colors.isDark) Yd.colors.primary.back else Yd.colors.primarySoft.ink)

private const val LONG_LINES = 3
private const val COMMA = ","
