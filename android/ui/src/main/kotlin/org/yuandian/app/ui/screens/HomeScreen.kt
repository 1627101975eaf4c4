package org.yuandian.app.ui.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.foundation.lazy.items
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.CaseCard
import org.yuandian.app.screens.HomeAction
import org.yuandian.app.screens.HomeState
import org.yuandian.app.screens.NewsItem
import org.yuandian.app.ui.parts.Beside
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.CaseLine
import org.yuandian.app.ui.parts.Empty
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.Heading
import org.yuandian.app.ui.parts.LoadingLine
import org.yuandian.app.ui.parts.Pictogram
import org.yuandian.app.ui.parts.PressCard
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.contentDescriptionOf
import org.yuandian.app.ui.parts.originRings
import org.yuandian.app.ui.parts.spaced
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.sign.ServiceSigns
import org.yuandian.app.ui.theme.Corners
import org.yuandian.app.ui.theme.Tone
import org.yuandian.app.ui.theme.Yd
import org.yuandian.app.ui.theme.grown

/** 居民 首页: 随手拍 and 求助, large; one's own matters; the community's phone. */
@Composable
fun HomeScreen(
    state: HomeState,
    onAction: (HomeAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    Screen(
        state.frame,
        Yd.words.homeGreeting(state.community),
        { onAction(HomeAction.InFrame(it)) },
        modifier,
        bottom =
            if (state.communityPhone == null) {
                null
            } else {
                ({ WideButton(Yd.words.homeCall, { onAction(HomeAction.CallCommunity) }, Pictograms.phone, Weight.SECOND) })
            },
    ) {
        val (urgent, other) = state.news.partition { it.urgent }
        news(urgent, onAction)
        item { Entries(onAction) }
        if (state.offersElder) item { ElderOffer(onAction) }
        if (!state.signedIn) {
            item {
                val tone = Yd.colors.waiting
                Card(tone = tone) {
                    SignedWords(Pictograms.key, Yd.words.homeSignInHelp, style = Yd.type.body, color = tone.ink)
                    SmallButton(Yd.words.homeSignIn, { onAction(HomeAction.SignIn) }, filled = true)
                }
            }
        }
        if (other.isNotEmpty()) item { Heading(Yd.words.homeNews) }
        news(other, onAction)
        mine(state, onAction)
    }
}

@Composable
private fun Entries(onAction: (HomeAction) -> Unit) {
    Beside(count = 2) { index, place ->
        if (index == 0) {
            Entry(Yd.colors.hero, Pictograms.camera, Yd.words.homeReport, Yd.words.homeReportHelp, place) { onAction(HomeAction.Report) }
        } else {
            Entry(Yd.colors.heroWarm, ServiceSigns.of(org.yuandian.app.screens.Sign.HELP), Yd.words.homeAsk, Yd.words.homeAskHelp, place) {
                onAction(HomeAction.Ask)
            }
        }
    }
}

@Composable
private fun Entry(
    tone: Tone,
    image: ImageVector,
    title: String,
    help: String,
    modifier: Modifier,
    onClick: () -> Unit,
) {
    val sentence = Yd.words.sentence(listOf(title, help))
    Column(
        modifier
            .heightIn(min = 168.dp)
            .clip(Corners.card)
            .background(tone.back)
            .originRings(tone.ink)
            .clickable(role = Role.Button, onClick = onClick)
            .semantics { contentDescriptionOf(sentence) }
            .padding(16.dp),
        Arrangement.spacedBy(4.dp),
    ) {
        Pictogram(image, size = 48.dp, tint = tone.ink)
        Words(title, Modifier.padding(top = 8.dp), Yd.type.title.grown(ENTRY), tone.ink)
        Words(help, style = Yd.type.small, color = tone.ink)
    }
}

private const val ENTRY = 1.15f

@Composable
private fun ElderOffer(onAction: (HomeAction) -> Unit) {
    Card {
        SignedWords(Pictograms.elder, Yd.words.homeElderOffer, style = Yd.type.heading, color = Yd.colors.ink)
        Flow {
            SmallButton(Yd.words.homeElderYes, { onAction(HomeAction.TurnOnElder) }, filled = true)
            SmallButton(Yd.words.homeElderNo, { onAction(HomeAction.ElderLater) })
        }
    }
}

private fun LazyListScope.news(
    news: List<NewsItem>,
    onAction: (HomeAction) -> Unit,
) = items(news) { item ->
    val tone = if (item.urgent) Yd.colors.dangerSoft else Tone(Yd.colors.card, Yd.colors.ink)
    PressCard(item.text, { onAction(HomeAction.Open(item.caseId)) }, tone = tone.takeIf { item.urgent }) {
        Row(Modifier.fillMaxWidth(), spaced(Yd.space.near), Alignment.CenterVertically) {
            SignedWords(
                if (item.urgent) Pictograms.attention else Pictograms.bell,
                item.text,
                Modifier.weight(1f),
                style = Yd.type.body,
                color = tone.ink,
            )
            Pictogram(Pictograms.forward, size = Yd.space.iconSmall, tint = tone.ink)
        }
    }
}

private fun LazyListScope.mine(
    state: HomeState,
    onAction: (HomeAction) -> Unit,
) {
    item {
        Flow(apart = true) {
            Heading(Yd.words.homeMine)
            if (state.mine.isNotEmpty()) {
                SmallButton(Yd.words.homeMineAll, { onAction(HomeAction.AllMine) }, after = Pictograms.forward, quiet = true)
            }
        }
    }
    if (state.loading) item { LoadingLine() }
    if (state.mine.isEmpty() && !state.loading) item { Empty(Pictograms.origin, Yd.words.homeMineEmpty) }
    items(state.mine, key = CaseCard::id) { card -> CaseLine(card, state.frame.nowMs, { onAction(HomeAction.Open(card.id)) }) }
}
