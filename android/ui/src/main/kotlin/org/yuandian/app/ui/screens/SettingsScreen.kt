package org.yuandian.app.ui.screens

import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.yuandian.app.screens.AppLanguage
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.DarkMode
import org.yuandian.app.screens.ForgetState
import org.yuandian.app.screens.SettingsAction
import org.yuandian.app.screens.SettingsSheet
import org.yuandian.app.screens.SettingsState
import org.yuandian.app.ui.parts.Card
import org.yuandian.app.ui.parts.Choice
import org.yuandian.app.ui.parts.CodePicture
import org.yuandian.app.ui.parts.Fact
import org.yuandian.app.ui.parts.Field
import org.yuandian.app.ui.parts.Flow
import org.yuandian.app.ui.parts.NavLine
import org.yuandian.app.ui.parts.Part
import org.yuandian.app.ui.parts.Screen
import org.yuandian.app.ui.parts.Sheet
import org.yuandian.app.ui.parts.SignButton
import org.yuandian.app.ui.parts.SignedWords
import org.yuandian.app.ui.parts.SmallButton
import org.yuandian.app.ui.parts.SmallWords
import org.yuandian.app.ui.parts.Toggle
import org.yuandian.app.ui.parts.Weight
import org.yuandian.app.ui.parts.WideButton
import org.yuandian.app.ui.parts.Words
import org.yuandian.app.ui.parts.contentDescriptionOf
import org.yuandian.app.ui.parts.dotted
import org.yuandian.app.ui.parts.spaced
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
        sheet = sheetOf(state, onAction),
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

private fun sheetOf(
    state: SettingsState,
    onAction: (SettingsAction) -> Unit,
): (@Composable () -> Unit)? {
    val sheet = state.sheet
    return when {
        state.forget == ForgetState.ASKED -> ({ ForgetSheet(onAction) })
        sheet is SettingsSheet.MyCode -> ({ CodeSheet(sheet, onAction) })
        sheet is SettingsSheet.AddFamily -> ({ FamilySheet(sheet, onAction) })
        else -> null
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
    SignedWords(Pictograms.moon, words.settingsQuiet, style = Yd.type.body, color = Yd.colors.ink)
    val (from, to) = words.clock(reach.quietFrom) to words.clock(reach.quietTo)
    SmallWords(if (from == to) words.settingsQuietNever else words.quiet(from, to, reach.quietFrom > reach.quietTo))
    HourLine(words.settingsQuietFrom, reach.quietFrom) { onAction(SettingsAction.SetQuiet(it, reach.quietTo)) }
    HourLine(words.settingsQuietTo, reach.quietTo) { onAction(SettingsAction.SetQuiet(reach.quietFrom, it)) }
}

/** An hour with a step back and a step on: two targets that a thumb cannot miss, and no wheel to be turned. */
@Composable
private fun HourLine(
    label: String,
    minute: Int,
    onChange: (Int) -> Unit,
) {
    val words = Yd.words
    Flow(Modifier.fillMaxWidth(), apart = true) {
        Words(dotted(label, words.clock(minute)), Modifier.semantics { liveRegion = LiveRegionMode.Polite })
        Row(horizontalArrangement = spaced(Yd.space.near)) {
            SignButton(Pictograms.minus, words.hourEarlier(label), { onChange((minute - HOUR).mod(DAY)) }, back = Yd.colors.sunken)
            SignButton(Pictograms.add, words.hourLater(label), { onChange((minute + HOUR).mod(DAY)) }, back = Yd.colors.sunken)
        }
    }
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
        PersonRow(person.name, words.remove, words.removePerson(person.name)) { onAction(SettingsAction.RemoveFamily(person.id)) }
    }
    SmallButton(words.settingsFamilyAdd, { onAction(SettingsAction.AddFamily) }, image = Pictograms.add)
    NavLine(
        words.settingsMyCode,
        { onAction(SettingsAction.ShowMyCode) },
        help = words.settingsMyCodeHelp,
        image = Pictograms.code,
    )
    SignedWords(Pictograms.eyeOff, words.settingsApart, style = Yd.type.label, color = Yd.colors.ink)
    SmallWords(words.settingsApartHelp)
    if (state.apart.isEmpty()) Words(words.settingsApartEmpty, color = Yd.colors.inkSoft)
    for (person in state.apart) {
        PersonRow(person.name, words.remove, words.endApart(person.name)) { onAction(SettingsAction.EndApart(person.id)) }
    }
}

/** Somebody by name, and what takes them off the list. */
@Composable
private fun PersonRow(
    name: String,
    step: String,
    spoken: String,
    onStep: () -> Unit,
) {
    Flow(Modifier.fillMaxWidth(), apart = true) {
        Words(name, style = Yd.type.heading)
        SmallButton(step, onStep, Modifier.semantics { contentDescriptionOf(spoken) })
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

/** On a phone that lies on its side, too, the code is seen whole: half of it tells a camera nothing. */
@Composable
private fun CodeSheet(
    own: SettingsSheet.MyCode,
    onAction: (SettingsAction) -> Unit,
) = BoxWithConstraints {
    val side = minOf(CODE_SIDE, maxHeight - AROUND_CODE)
    val words = Yd.words
    Sheet(
        words.settingsMyCode,
        { onAction(SettingsAction.CloseSheet) },
        buttons = { WideButton(words.settingsMyCodeCopy, { onAction(SettingsAction.CopyMyCode) }, Pictograms.note, Weight.SECOND) },
    ) {
        CodePicture(own.square, words.codeOf(own.name), Modifier.align(Alignment.CenterHorizontally).width(side))
        Words(own.name, style = Yd.type.heading)
        Words(words.settingsMyCodeFor)
        SmallWords(own.spelled)
    }
}

@Composable
private fun FamilySheet(
    form: SettingsSheet.AddFamily,
    onAction: (SettingsAction) -> Unit,
) {
    val words = Yd.words
    Sheet(
        words.settingsFamilyAdd,
        { onAction(SettingsAction.CloseSheet) },
        buttons = {
            WideButton(words.cancel, { onAction(SettingsAction.CloseSheet) }, weight = Weight.SECOND)
            WideButton(words.settingsFamilyYes, { onAction(SettingsAction.ConfirmFamily) })
        },
    ) {
        Words(words.settingsFamilyHow)
        SmallButton(words.settingsFamilyScan, { onAction(SettingsAction.ScanFamily) }, image = Pictograms.scan)
        Field(
            words.settingsFamilyCode,
            form.code,
            { onAction(SettingsAction.EditFamilyCode(it)) },
            help = words.settingsFamilyCodeHelp,
            error = form.problem?.let(words::familyProblem),
            image = Pictograms.person,
        )
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

private const val HOUR = 60
private const val DAY = 24 * HOUR
private val CODE_SIDE = 320.dp

/** Of a sheet: what stands above and below the code while it is seen whole. */
private val AROUND_CODE = 160.dp
