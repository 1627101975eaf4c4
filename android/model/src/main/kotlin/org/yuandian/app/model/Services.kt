package org.yuandian.app.model

/** A service that a person may open. */
data class ServiceChoice(
    val id: ServiceId,
    val title: BothText,
    val group: String,
    val groupTitle: BothText,
    /** Of the latest cases on this phone, how many are of it. */
    val used: Int,
    /** Photos that are wanted with it. */
    val photos: Int,
)

enum class FieldKind {
    TEXT,
    NUMBER,
    MONEY,
    DATE,
    CHOICE,
    MULTI,
    CHECKBOX_LIST,
    PHOTO,
    VIDEO,
    VOICE,
    SIGNATURE,
    POINT,
    COMPONENT_REF,
    HOUSEHOLD_REF,
    PERSON_REF,
    ORG_REF,
    ;

    companion object {
        /** By the core's id; a text where this app does not know it. */
        fun of(id: String): FieldKind = entries.firstOrNull { it.name.lowercase() == id } ?: TEXT
    }
}

data class FieldOption(
    val id: String,
    val label: BothText,
)

/** A question of a form. */
data class FormField(
    val key: String,
    val kind: FieldKind,
    val label: BothText,
    val required: Boolean,
    val help: BothText? = null,
    val options: List<FieldOption> = emptyList(),
    val min: String? = null,
    val max: String? = null,
    /** Characters of a text, at most. */
    val maxLength: Int? = null,
    val minCount: Int? = null,
    val maxCount: Int? = null,
    /** What a private answer is for. */
    val purpose: BothText? = null,
    /** How many days a private answer is kept. */
    val retentionDays: Int? = null,
    /** Whether only the author and whoever helps can read it. */
    val staysPrivate: Boolean = false,
)

data class WantedPhotos(
    val before: Int = 0,
    val after: Int = 0,
    /** What they should show: `near`, `far`, `reference`, `before`, `after`. */
    val kinds: List<String> = emptyList(),
    /** Only pictures that the app has taken itself. */
    val cameraOnly: Boolean = false,
)

/** A service with its form. */
data class ServiceForm(
    val id: ServiceId,
    val title: BothText,
    val help: BothText?,
    /** Whether others see only the 500 m cell of its place. */
    val placeIsCoarse: Boolean,
    val photos: WantedPhotos,
    val fields: List<FormField>,
)

/** A form as it stands with some answers. */
data class FormStanding(
    /** Keys of the questions that are asked, in the form's order. */
    val asked: List<String>,
    val required: Set<String>,
    /** What cannot stay as it is, by key, in the order of the questions. */
    val wrong: Map<String, BothText>,
)
