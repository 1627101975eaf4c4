package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.KeyboardType
import org.yuandian.app.screens.GiveUpReason
import org.yuandian.app.screens.TaskForm
import org.yuandian.app.screens.TasksAction
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.PhotoStrip
import org.yuandian.app.ui.parts.RadioLine
import org.yuandian.app.ui.parts.Sheet
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.dotted
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

@Composable
internal fun TaskSheet(
    form: TaskForm,
    onAction: (TasksAction) -> Unit,
) {
    when (form) {
        is TaskForm.Arriving -> Arriving(form, onAction)
        is TaskForm.Leaving -> Leaving(form, onAction)
        is TaskForm.GivingUp -> GivingUp(form, onAction)
    }
}

@Composable
private fun Arriving(
    form: TaskForm.Arriving,
    onAction: (TasksAction) -> Unit,
) {
    Sheet(
        Yd.words.tasksArrive,
        { onAction(TasksAction.CloseForm) },
        buttons = { SendButton(Yd.words.tasksArrive, form.sending, true, onAction) },
    ) {
        Field(
            Yd.words.tasksCodeComing,
            form.code,
            { onAction(TasksAction.EditCode(it)) },
            help = Yd.words.tasksCodeComingHelp,
            error = Yd.words.tasksCodeWrong.takeIf { form.wrong },
            keyboard = KeyboardType.Number,
            image = Pictograms.key,
        )
    }
}

@Composable
private fun Leaving(
    form: TaskForm.Leaving,
    onAction: (TasksAction) -> Unit,
) {
    Sheet(
        Yd.words.tasksFinish,
        { onAction(TasksAction.CloseForm) },
        buttons = { SendButton(Yd.words.tasksFinish, form.sending, true, onAction) },
    ) {
        Field(
            Yd.words.tasksCodeLeaving,
            form.code,
            { onAction(TasksAction.EditCode(it)) },
            help = Yd.words.tasksCodeLeavingHelp,
            note = Yd.words.optional,
            keyboard = KeyboardType.Number,
            image = Pictograms.key,
        )
        Field(Yd.words.tasksFinishText, form.text, { onAction(TasksAction.EditText(it)) }, note = Yd.words.optional, lines = 3)
        SmallWords(dotted(Yd.words.capturePhotos, Yd.words.optional))
        PhotoStrip(form.photos, {}, onRemove = { onAction(TasksAction.RemovePhoto(it)) }, onAdd = { onAction(TasksAction.TakePhoto) })
        SmallButton(Yd.words.choosePhoto, { onAction(TasksAction.ChoosePhoto) }, image = Pictograms.photo)
    }
}

@Composable
private fun GivingUp(
    form: TaskForm.GivingUp,
    onAction: (TasksAction) -> Unit,
) {
    Sheet(
        Yd.words.tasksGiveUpTitle,
        { onAction(TasksAction.CloseForm) },
        buttons = { SendButton(Yd.words.tasksGiveUpSend, form.sending, form.reason != null, onAction) },
    ) {
        Words(Yd.words.tasksGiveUpHelp, color = Yd.colors.inkSoft)
        Column(Modifier.selectableGroup(), spaced(Yd.space.near)) {
            for (reason in GiveUpReason.entries) {
                RadioLine(Yd.words.giveUpReason(reason), reason == form.reason, {
                    onAction(TasksAction.ChooseReason(reason))
                })
            }
        }
        Field(Yd.words.tasksGiveUpWords, form.text, { onAction(TasksAction.EditText(it)) }, note = Yd.words.optional, lines = 2)
    }
}

@Composable
private fun SendButton(
    label: String,
    sending: Boolean,
    ready: Boolean,
    onAction: (TasksAction) -> Unit,
) = WideButton(if (sending) Yd.words.sending else label, { onAction(TasksAction.SendForm) }, enabled = ready && !sending)
