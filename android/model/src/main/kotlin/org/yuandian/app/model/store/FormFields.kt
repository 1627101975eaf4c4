package org.yuandian.app.model.store

import org.yuandian.app.model.ActArgument
import org.yuandian.app.model.ArgumentKind
import org.yuandian.app.model.FieldKind
import org.yuandian.app.model.FormStanding
import org.yuandian.app.model.Language
import org.yuandian.app.model.Named
import org.yuandian.app.model.ServiceForm
import org.yuandian.app.screens.FieldKind as ScreenKind
import org.yuandian.app.screens.FormField as ScreenField
import org.yuandian.app.screens.Option as ScreenOption

/** Characters from which a text gets a field of several lines. */
private const val LONG_TEXT = 100

/** Which kind of field a screen draws; none for what is answered in another way (photos, places, recordings). */
private fun kindOf(
    kind: FieldKind,
    maxLength: Int?,
): ScreenKind? =
    when (kind) {
        FieldKind.TEXT -> if (maxLength != null && maxLength <= LONG_TEXT) ScreenKind.TEXT else ScreenKind.LONG_TEXT
        FieldKind.COMPONENT_REF, FieldKind.HOUSEHOLD_REF, FieldKind.PERSON_REF, FieldKind.ORG_REF -> ScreenKind.TEXT
        FieldKind.NUMBER -> ScreenKind.NUMBER
        FieldKind.MONEY -> ScreenKind.MONEY
        FieldKind.DATE -> ScreenKind.DATE
        FieldKind.CHOICE -> ScreenKind.CHOICE
        FieldKind.MULTI, FieldKind.CHECKBOX_LIST -> ScreenKind.MULTI
        FieldKind.PHOTO, FieldKind.VIDEO, FieldKind.VOICE, FieldKind.SIGNATURE, FieldKind.POINT -> null
    }

/** The questions of a form that are asked with these answers, without [apart], which the screen asks in its own way. */
fun fieldsOf(
    form: ServiceForm,
    standing: FormStanding?,
    answers: Map<String, String>,
    language: Language,
    apart: Set<String> = emptySet(),
): List<ScreenField> =
    form.fields.filter { it.key !in apart && (standing == null || it.key in standing.asked) }.mapNotNull { field ->
        val kind = kindOf(field.kind, field.maxLength) ?: return@mapNotNull null
        ScreenField(
            key = field.key,
            label = field.label.inLanguage(language),
            kind = kind,
            value = answers[field.key].orEmpty(),
            help = field.help?.inLanguage(language),
            required = standing?.let { field.key in it.required } ?: field.required,
            options = field.options.map { ScreenOption(it.id, it.label.inLanguage(language)) },
            error = standing?.wrong?.get(field.key)?.inLanguage(language),
            privateFor = if (field.staysPrivate) field.purpose?.inLanguage(language).orEmpty() else null,
        )
    }

/** Keys that must be answered and are not, or cannot stay as they are. */
fun FormStanding.open(answers: Map<String, String>): Set<String> = required.filter { answers[it].isNullOrBlank() }.toSet() + wrong.keys

/** What is said with an act, as fields. */
fun fieldsOf(
    arguments: List<ActArgument>,
    said: Map<String, String>,
): List<ScreenField> =
    arguments.map { argument ->
        val kind =
            when (argument.kind) {
                ArgumentKind.TEXT -> ScreenKind.LONG_TEXT
                ArgumentKind.DATE -> ScreenKind.DATE
                ArgumentKind.MONEY -> ScreenKind.MONEY
                ArgumentKind.SCORE, ArgumentKind.LIMIT, ArgumentKind.CODE -> ScreenKind.NUMBER
                ArgumentKind.CHOICE, ArgumentKind.CONDITION -> if (argument.options.isEmpty()) ScreenKind.TEXT else ScreenKind.CHOICE
                ArgumentKind.UNIT, ArgumentKind.USER, ArgumentKind.CASE -> ScreenKind.TEXT
            }
        ScreenField(
            key = argument.name,
            label = argument.text,
            kind = kind,
            value = said[argument.name].orEmpty(),
            help = argument.within,
            required = argument.required,
            options = argument.options.map { ScreenOption(it.id, it.text) },
        )
    }

/** Answers as the core takes them; blank ones were not given. */
fun named(answers: Map<String, String>): List<Named> = answers.filterValues(String::isNotBlank).map { (key, value) -> Named(key, value) }
