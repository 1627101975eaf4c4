package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.yuandian.app.screens.CaseCard
import org.yuandian.app.screens.FieldTask
import org.yuandian.app.screens.TodayAction
import org.yuandian.app.screens.TodayState
import org.yuandian.app.ui.parts.Beside
import org.yuandian.app.ui.parts.CaseLine
import org.yuandian.app.ui.parts.Empty
import org.yuandian.app.ui.parts.Heading
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.NavCard
import org.yuandian.app.ui.parts.PressCard
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignDisc
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** 网格员 今日: the overdue first, then what is due, then patrols and visits. */
@Composable
fun TodayScreen(
    state: TodayState,
    onAction: (TodayAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    Screen(
        state.frame,
        Yd.words.todayTitle,
        { onAction(TodayAction.InFrame(it)) },
        modifier,
        bottom = { WideButton(Yd.words.todayCapture, { onAction(TodayAction.Capture) }, Pictograms.camera) },
    ) {
        item { SignedWords(Pictograms.place, state.grid) }
        item {
            Beside(count = 2) { index, place ->
                if (index == 0) {
                    SmallButton(Yd.words.todayDutyCard, { onAction(TodayAction.ShowDutyCard) }, place, Pictograms.card)
                } else {
                    SmallButton(Yd.words.todayHandOver, { onAction(TodayAction.HandOver) }, place, Pictograms.swap)
                }
            }
        }
        if (state.loading) item { LoadingLine() }
        due(state.overdue, state.frame.nowMs, onAction) { Yd.words.todayOverdue(it) }
        due(state.dueToday, state.frame.nowMs, onAction) { Yd.words.todayDue(it) }
        if (state.drafts > 0) {
            item {
                NavCard(
                    Yd.words.todayDrafts(state.drafts),
                    { onAction(TodayAction.OpenDrafts) },
                    Pictograms.draft,
                    tone = Yd.colors.draft,
                )
            }
        }
        if (state.tasks.isNotEmpty()) item { Heading(Yd.words.todayTasks(state.tasks.size)) }
        items(state.tasks, key = FieldTask::id) { task -> TaskLine(task) { onAction(TodayAction.OpenTask(task.id)) } }
        val nothing = state.overdue.isEmpty() && state.dueToday.isEmpty() && state.tasks.isEmpty()
        if (nothing && !state.loading) item { Empty(Pictograms.delivered, Yd.words.todayAllDone) }
    }
}

private fun LazyListScope.due(
    cards: List<CaseCard>,
    nowMs: Long,
    onAction: (TodayAction) -> Unit,
    title: @Composable (Int) -> String,
) {
    if (cards.isEmpty()) return
    item { Heading(title(cards.size)) }
    items(cards, key = CaseCard::id) { card ->
        CaseLine(card, nowMs, { onAction(TodayAction.Open(card.id)) }, showsDelivered = false)
    }
}

@Composable
private fun TaskLine(
    task: FieldTask,
    onClick: () -> Unit,
) {
    val progress = Yd.words.taskProgress(task.done, task.all)
    PressCard(Yd.words.sentence(listOfNotNull(task.title, task.place, progress)), onClick) {
        Row(horizontalArrangement = spaced(Yd.space.gap)) {
            if (!hugeText) SignDisc(task.sign)
            Column(Modifier.weight(1f)) {
                Words(task.title, style = Yd.type.heading)
                val place = task.place
                if (place != null) SmallWords(place)
                SmallWords(progress)
            }
        }
    }
}
