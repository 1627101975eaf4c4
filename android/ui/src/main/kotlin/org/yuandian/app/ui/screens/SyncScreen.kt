package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import org.yuandian.app.screens.FrameAction
import org.yuandian.app.screens.Network
import org.yuandian.app.screens.SyncAction
import org.yuandian.app.screens.SyncCounts
import org.yuandian.app.screens.SyncRun
import org.yuandian.app.screens.SyncScreenState
import org.yuandian.app.screens.WaitingLine
import org.yuandian.app.screens.WorkState
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Heading
import org.yuandian.app.ui.parts.NavCard
import org.yuandian.app.ui.parts.NavLine
import org.yuandian.app.ui.parts.Pictogram
import org.yuandian.app.ui.parts.PressCard
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignDisc
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.StateChip
import org.yuandian.app.ui.parts.Toggle
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.hugeText
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.parts.workSign
import org.yuandian.app.ui.parts.workTone
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** Where everything is, why something waits, and 立即同步. */
@Composable
fun SyncScreen(
    state: SyncScreenState,
    onAction: (SyncAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    val running = state.run is SyncRun.Running
    Screen(
        state.frame,
        Yd.words.syncTitle,
        { onAction(SyncAction.InFrame(it)) },
        modifier,
        bottom = {
            // What is in the way is the community's to mend: trying again does not help by itself.
            val calls = state.isUntrusted && state.communityPhone != null && !running
            when {
                running -> WideButton(Yd.words.syncStop, { onAction(SyncAction.Stop) }, Pictograms.close, Weight.SECOND)
                calls -> WideButton(Yd.words.syncNow, { onAction(SyncAction.SyncNow) }, Pictograms.again, Weight.SECOND)
                else -> WideButton(Yd.words.syncNow, { onAction(SyncAction.SyncNow) }, Pictograms.again)
            }
            if (calls) WideButton(Yd.words.homeCall, { onAction(SyncAction.CallCommunity) }, Pictograms.phone)
        },
    ) {
        item { Standing(state) }
        item { Counts(state.counts) }
        if (state.counts.attention > 0) {
            item {
                NavCard(
                    Yd.words.attentionTitle,
                    { onAction(SyncAction.InFrame(FrameAction.OpenAttention)) },
                    Pictograms.attention,
                    help = Yd.words.attentionWaits(state.counts.attention),
                    tone = Yd.colors.attention,
                )
            }
        }
        if (state.conflicts.isNotEmpty()) item { Heading(Yd.words.countConflict) }
        items(state.conflicts) { line ->
            Waiting(line, state.frame.nowMs) { onAction(SyncAction.OpenConflict(line.id)) }
        }
        item {
            Card {
                Toggle(Yd.words.syncWifiOnly, state.wifiOnly, {
                    onAction(SyncAction.SetWifiOnly(it))
                }, help = Yd.words.syncWifiOnlyHelp, image = Pictograms.wifi)
            }
        }
        if (state.waiting.isEmpty()) {
            item { SignedWords(Pictograms.delivered, Yd.words.syncAllThere, style = Yd.type.body) }
        } else {
            item { Heading(Yd.words.syncStillHere) }
        }
        items(state.waiting, key = WaitingLine::id) { line -> Waiting(line, state.frame.nowMs) { onAction(SyncAction.Open(line.id)) } }
        item {
            Card {
                NavLine(
                    Yd.words.syncCopyDiagnosis,
                    { onAction(SyncAction.CopyDiagnosis) },
                    help = Yd.words.syncDiagnosisHelp,
                    image = Pictograms.note,
                )
                NavLine(Yd.words.syncExport, { onAction(SyncAction.ExportAll) }, help = Yd.words.syncExportHelp, image = Pictograms.export)
            }
        }
    }
}

@Composable
private fun Standing(state: SyncScreenState) {
    val words = Yd.words
    Card(Modifier.semantics { liveRegion = LiveRegionMode.Polite }, gap = Yd.space.near) {
        val image =
            when (state.network) {
                Network.NONE -> Pictograms.offline
                Network.MOBILE -> Pictograms.mobile
                Network.WIFI -> Pictograms.wifi
            }
        SignedWords(image, words.network(state.network), style = Yd.type.heading, color = Yd.colors.ink)
        val last = state.lastSuccessMs
        SmallWords(if (last == null) words.syncNever else words.syncLast(words.ago(last, state.frame.nowMs)))
        if (state.waitingBytes > 0) SmallWords(words.syncSpace(words.bytes(state.waitingBytes), state.freeBytes?.let(words::bytes)))
        when (val run = state.run) {
            SyncRun.Idle -> {
                Unit
            }

            is SyncRun.Running -> {
                Running(run)
            }

            is SyncRun.Finished -> {
                val work =
                    when {
                        run.complete -> WorkState.Delivered
                        state.isUntrusted -> WorkState.Attention
                        else -> WorkState.Waiting
                    }
                val tone = workTone(work)
                Card(tone = tone) {
                    SignedWords(
                        workSign(work),
                        words.syncFinished(run),
                        style = Yd.type.body,
                        color = tone.ink,
                    )
                    val reason = run.reason
                    if (reason != null) Words(words.waitReason(reason), color = tone.ink)
                }
            }
        }
    }
}

@Composable
private fun Running(run: SyncRun.Running) {
    val words = Yd.words
    Words(words.syncStep(run.step), style = Yd.type.label)
    if (run.judged > 0 || run.received > 0) SmallWords(words.syncMoved(run.judged, run.received))
    if (run.fileBytes > 0) {
        val share = run.sentBytes.toFloat() / run.fileBytes
        LinearProgressIndicator({ share }, Modifier.fillMaxWidth(), color = Yd.colors.primary.back, trackColor = Yd.colors.sunken)
        SmallWords(words.syncFile((share * HUNDRED).toInt()))
    }
}

private const val HUNDRED = 100

/** One line a state, so that all six can be compared at a glance. */
@Composable
private fun Counts(counts: SyncCounts) {
    val words = Yd.words
    val lines =
        listOf(
            Triple(WorkState.OnPhone, words.countOnPhone, counts.onPhone),
            Triple(WorkState.Waiting, words.countWaiting, counts.waiting),
            Triple(WorkState.Sending(0, 0), words.countSending, counts.sending),
            Triple(WorkState.Delivered, words.countDelivered, counts.delivered),
            Triple(WorkState.Attention, words.countAttention, counts.attention),
            Triple(WorkState.Conflict, words.countConflict, counts.conflict),
        )
    Card(gap = Yd.space.near) {
        for ((work, label, count) in lines) {
            Row(
                Modifier.fillMaxWidth().semantics(mergeDescendants = true) {},
                spaced(Yd.space.gap),
                Alignment.CenterVertically,
            ) {
                Pictogram(
                    workSign(work),
                    tint =
                        if (count >
                            0
                        ) {
                            workTone(work).let {
                                if (Yd.colors.isDark ||
                                    Yd.colors.strongLines
                                ) {
                                    Yd.colors.ink
                                } else {
                                    it.ink
                                }
                            }
                        } else {
                            Yd.colors.inkSoft
                        },
                )
                Words(label, Modifier.weight(1f), color = if (count > 0) Yd.colors.ink else Yd.colors.inkSoft)
                Words(count.toString(), style = Yd.type.heading, color = if (count > 0) Yd.colors.ink else Yd.colors.inkSoft)
            }
        }
    }
}

@Composable
private fun Waiting(
    line: WaitingLine,
    nowMs: Long,
    onClick: () -> Unit,
) {
    val words = Yd.words
    val reason = line.reason?.let(words::waitReason)
    val since = words.ago(line.sinceMs, nowMs)
    PressCard(words.sentence(listOfNotNull(line.title, words.workState(line.work), reason, since)), onClick) {
        Row(horizontalArrangement = spaced(Yd.space.gap)) {
            if (!hugeText) SignDisc(line.sign)
            Column(Modifier.weight(1f), spaced(Yd.space.tiny)) {
                Words(line.title, style = Yd.type.heading)
                StateChip(line.work)
                if (reason != null) SmallWords(reason)
                SmallWords(since)
            }
        }
    }
}
