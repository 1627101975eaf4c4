package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.TaskCard
import org.yuandian.app.screens.TaskStep
import org.yuandian.app.screens.TasksAction
import org.yuandian.app.screens.TasksState
import org.yuandian.app.ui.parts.Beside
import org.yuandian.app.ui.parts.ClaimChip
import org.yuandian.app.ui.parts.DueChip
import org.yuandian.app.ui.parts.Empty
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.Mark
import org.yuandian.app.ui.parts.NavCard
import org.yuandian.app.ui.parts.RecordState
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignDisc
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.StepCard
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** 我的接单: 出发, 到达, 完成, each one touch away; 去不了了 without blame. */
@Composable
fun TasksScreen(
    state: TasksState,
    onAction: (TasksAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val form = state.form
    Screen(
        state.frame,
        Yd.words.tasksTitle,
        { onAction(TasksAction.InFrame(it)) },
        modifier,
        sheet = if (form == null) null else ({ TaskSheet(form, onAction) }),
    ) {
        when {
            state.loading -> {
                item { LoadingLine() }
            }

            state.tasks.isEmpty() -> {
                item {
                    Empty(
                        Pictograms.thanks,
                        Yd.words.tasksEmpty,
                        Yd.words.tasksEmptyStep,
                    ) { onAction(TasksAction.FindMore) }
                }
            }
        }
        items(state.tasks, key = TaskCard::id) { task -> Task(task, onAction) }
        item {
            val lately = Yd.words.tasksDoneLately(state.doneLately).takeIf { state.doneLately > 0 }
            NavCard(Yd.words.hoursTitle, { onAction(TasksAction.OpenHours) }, Pictograms.clock, help = lately)
        }
    }
}

@Composable
private fun Task(
    task: TaskCard,
    onAction: (TasksAction) -> Unit,
) {
    val words = Yd.words
    val sentence = words.sentence(listOf(task.title, task.service, task.stage, task.time, words.recordState(task.work)))
    StepCard(sentence, { onAction(TasksAction.Open(task.id)) }, below = { Steps(task, onAction) }) {
        Row(horizontalArrangement = spaced(Yd.space.gap)) {
            if (!hugeText) SignDisc(task.sign)
            Column(Modifier.weight(1f), spaced(2.dp)) {
                Words(task.title, style = Yd.type.heading)
                SmallWords(task.service)
            }
        }
        Flow(gap = 6.dp) {
            val due = task.due
            if (due != null) DueChip(due)
            if (task.claim == ClaimState.Won) Mark(Yd.colors.draft, Pictograms.origin, task.stage) else ClaimChip(task.claim)
            RecordState(task.work)
        }
    }
}

@Composable
private fun Steps(
    task: TaskCard,
    onAction: (TasksAction) -> Unit,
) {
    val words = Yd.words
    SignedWords(Pictograms.clock, task.time, style = Yd.type.body, color = Yd.colors.ink)
    val address = task.address
    when {
        address != null -> SignedWords(Pictograms.place, address, style = Yd.type.body, color = Yd.colors.ink)
        task.claim != ClaimState.Won -> SignedWords(Pictograms.lock, words.tasksAddressLater, style = Yd.type.body)
    }
    Reach(task, onAction)
    val next = task.next
    if (next == TaskStep.WAIT_CONFIRM) {
        SignedWords(Pictograms.loading, words.taskStep(next), style = Yd.type.body)
    } else if (next != null) {
        WideButton(words.taskStep(next), { onAction(TasksAction.Take(task.id, next)) }, stepSign(next))
    }
    if (task.canGiveUp) SmallButton(words.tasksGiveUp, { onAction(TasksAction.GiveUp(task.id)) }, Modifier.fillMaxWidth())
}

/** The way there and a call, once one may know them. */
@Composable
private fun Reach(
    task: TaskCard,
    onAction: (TasksAction) -> Unit,
) {
    val phone = task.phone
    if (task.address == null && phone == null) return
    if (phone != null) SignedWords(Pictograms.phone, phone, style = Yd.type.body, color = Yd.colors.ink)
    Beside(count = 2) { index, place ->
        if (index == 0) {
            SmallButton(
                Yd.words.tasksNavigate,
                { onAction(TasksAction.Navigate(task.id)) },
                place,
                Pictograms.route,
                enabled = task.address != null,
            )
        } else {
            SmallButton(Yd.words.call, { onAction(TasksAction.Call(task.id)) }, place, Pictograms.phone, enabled = phone != null)
        }
    }
}

private fun stepSign(step: TaskStep): ImageVector =
    when (step) {
        TaskStep.DEPART -> Pictograms.forward
        TaskStep.ARRIVE -> Pictograms.place
        TaskStep.FINISH -> Pictograms.check
        TaskStep.WAIT_CONFIRM -> Pictograms.loading
    }
