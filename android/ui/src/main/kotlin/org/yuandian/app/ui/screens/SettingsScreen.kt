package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.DarkMode
import org.yuandian.app.screens.ForgetState
import org.yuandian.app.screens.SettingsAction
import org.yuandian.app.screens.SettingsState
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Choice
import org.yuandian.app.ui.parts.Fact
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.NavLine
import org.yuandian.app.ui.parts.Part
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.Sheet
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.Toggle
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.dotted
import org.yuandian.app.ui.sign.Pictograms
import org.yuandian.app.ui.theme.Yd

/** 设置. Elder mode is the first thing in it: whoever needs it must find it. */
@Composable
fun SettingsScreen(
    state: SettingsState,
    onAction: (SettingsAction) -> Unit,
    modifier: Modifier = Modifier,
) {
    Screen(
        state.frame,
        Yd.words.settingsTitle,
        { onAction(SettingsAction.InFrame(it)) },
        modifier,
        sheet = if (state.forget == ForgetState.ASKED) ({ ForgetSheet(onAction) }) else null,
    ) {
        item { MePart(state, onAction) }
        item { Group(Yd.words.settingsSeeing) { Seeing(state, onAction) } }
        item {
            Group(Yd.words.settingsSending) {
                Toggle(Yd.words.syncWifiOnly, state.wifiOnly, {
                    onAction(SettingsAction.SetWifiOnly(it))
                }, help = Yd.words.syncWifiOnlyHelp, image = Pictograms.wifi)
            }
        }
        if (state.me?.role == AppRole.VOLUNTEER) item { Group(Yd.words.settingsReachTitle) { ReachLines(state, onAction) } }
        if (state.me != null) item { Group(Yd.words.settingsPeopleTitle) { PeopleLines(state, onAction) } }
        item { Group(Yd.words.settingsDataTitle) { DataLines(state, onAction) } }
        item {
            Group(Yd.words.settingsAbout) {
                NavLine(
                    Yd.words.settingsDiagnosis,
                    { onAction(SettingsAction.CopyDiagnosis) },
                    help = Yd.words.syncDiagnosisHelp,
                    image = Pictograms.note,
                )
                SmallWords(Yd.words.version(state.version, state.libraryVersion))
            }
        }
    }
}

@Composable
private fun Group(
    title: String,
    content: @Composable ColumnScope.() -> Unit,
) = Part(title) { Card(pad = Yd.space.gap, content = content) }

@Composable
private fun MePart(
    state: SettingsState,
    onAction: (SettingsAction) -> Unit,
) = Group(Yd.words.settingsMe) {
    val me = state.me
    if (me == null) {
        SignedWords(Pictograms.person, Yd.words.settingsNobody, style = Yd.type.body)
        SmallButton(Yd.words.settingsSignIn, { onAction(SettingsAction.SignIn) }, filled = true, image = Pictograms.key)
    } else {
        Fact(dotted(Yd.words.role(me.role), me.grid), me.name)
        if (me.role != AppRole.RESIDENT) NavLine(Yd.words.settingsHours, { onAction(SettingsAction.OpenHours) }, image = Pictograms.clock)
    }
    NavLine(Yd.words.settingsShared, { onAction(SettingsAction.OpenPeople) }, image = Pictograms.swap)
}

@Composable
private fun Seeing(
    state: SettingsState,
    onAction: (SettingsAction) -> Unit,
) {
    val words = Yd.words
    Toggle(words.settingsElder, state.frame.elder, {
        onAction(SettingsAction.SetElder(it))
    }, help = words.settingsElderHelp, image = Pictograms.elder)
    Toggle(words.settingsOutdoor, state.outdoor, {
        onAction(SettingsAction.SetOutdoor(it))
    }, help = words.settingsOutdoorHelp, image = Pictograms.sun)
    SignedWords(Pictograms.moon, words.settingsDark, style = Yd.type.body, color = Yd.colors.ink)
    Flow(Modifier.selectableGroup()) {
        for (mode in DarkMode.entries) Choice(words.darkMode(mode), mode == state.dark, { onAction(SettingsAction.SetDark(mode)) })
    }
    SignedWords(Pictograms.globe, words.settingsLanguage, style = Yd.type.body, color = Yd.colors.ink)
    Flow(Modifier.selectableGroup()) {
        for (language in AppLanguage.entries) {
            Choice(words.languageName(language), language == state.language, {
                onAction(SettingsAction.SetLanguage(language))
            })
        }
    }
}

@Composable
private fun ReachLines(
    state: SettingsState,
    onAction: (SettingsAction) -> Unit,
) {
    val (words, reach) = Yd.words to state.reach
    Toggle(
        words.settingsReach,
        reach.on,
        { onAction(SettingsAction.SetReach(it)) },
        help = words.settingsReachHelp,
        image = Pictograms.bell,
    )
    if (!reach.on) return
    NavLine(if (reach.homeSet) words.settingsReachHomeSet else words.settingsReachHome, {
        onAction(SettingsAction.SetHome)
    }, image = Pictograms.place)
    NavLine(
        words.settingsQuiet,
        { onAction(SettingsAction.SetQuiet(reach.quietFrom, reach.quietTo)) },
        help = words.quiet(words.clock(reach.quietFrom), words.clock(reach.quietTo)),
        image = Pictograms.moon,
    )
}

@Composable
private fun PeopleLines(
    state: SettingsState,
    onAction: (SettingsAction) -> Unit,
) {
    val words = Yd.words
    SignedWords(Pictograms.people, words.settingsFamily, style = Yd.type.label, color = Yd.colors.ink)
    SmallWords(words.settingsFamilyHelp)
    if (state.family.isEmpty()) Words(words.settingsFamilyEmpty, color = Yd.colors.inkSoft)
    for (person in state.family) {
        SmallButton(words.removePerson(person.name), {
            onAction(SettingsAction.RemoveFamily(person.id))
        }, image = Pictograms.close)
    }
    SmallButton(words.settingsFamilyAdd, { onAction(SettingsAction.AddFamily) }, image = Pictograms.add)
    SignedWords(Pictograms.eye, words.settingsApart, style = Yd.type.label, color = Yd.colors.ink)
    SmallWords(words.settingsApartHelp)
    if (state.apart.isEmpty()) Words(words.settingsApartEmpty, color = Yd.colors.inkSoft)
    for (person in state.apart) {
        SmallButton(words.endApart(person.name), {
            onAction(SettingsAction.EndApart(person.id))
        }, image = Pictograms.close)
    }
}

@Composable
private fun DataLines(
    state: SettingsState,
    onAction: (SettingsAction) -> Unit,
) {
    val words = Yd.words
    if (state.consents > 0) SignedWords(Pictograms.check, words.consents(state.consents))
    NavLine(words.settingsMyData, { onAction(SettingsAction.ExportMyData) }, help = words.settingsMyDataHelp, image = Pictograms.export)
    when {
        state.forget == ForgetState.WAITING -> {
            SignedWords(Pictograms.clock, words.settingsForgetWaiting, style = Yd.type.body)
        }

        state.me != null -> {
            NavLine(words.settingsForget, {
                onAction(SettingsAction.AskForget)
            }, help = words.settingsForgetHelp, image = Pictograms.bin, grave = true)
        }
    }
}

@Composable
private fun ForgetSheet(onAction: (SettingsAction) -> Unit) {
    Sheet(
        Yd.words.settingsForget,
        { onAction(SettingsAction.CancelForget) },
        buttons = {
            WideButton(Yd.words.cancel, { onAction(SettingsAction.CancelForget) }, weight = Weight.SECOND)
            WideButton(Yd.words.settingsForgetYes, { onAction(SettingsAction.ConfirmForget) }, Pictograms.bin, Weight.GRAVE)
        },
    ) { Words(Yd.words.settingsForgetAsk) }
}
