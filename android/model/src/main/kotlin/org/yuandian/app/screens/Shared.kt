package org.yuandian.app.screens

/** Where one's work stands: one word for one state, on every screen. */
sealed interface WorkState {
    /** 草稿; [missing] answers or photos are still asked for. */
    data class Draft(
        val missing: Int = 0,
    ) : WorkState

    /** 已存在本机: stored on this phone, not meant to be sent now (no sign-in yet, or on hold). */
    data object OnPhone : WorkState

    /** 待上传. */
    data object Waiting : WorkState

    /** 上传中 [done]/[all]. */
    data class Sending(
        val done: Int,
        val all: Int,
    ) : WorkState

    /** 部分送达: the words are there, [photosLeft] photos are not. */
    data class PartlySent(
        val photosLeft: Int,
    ) : WorkState

    /** 已送达: the server has given its receipt. */
    data object Delivered : WorkState

    /** 需处理. */
    data object Attention : WorkState

    /** 有冲突. */
    data object Conflict : WorkState

    /** 载入中: the case is known, its content still comes. */
    data object Loading : WorkState
}

/** How much time is left, as the core counts it. */
data class Due(
    /** Milliseconds; below zero when the time is over. */
    val leftMs: Long,
    val level: DueLevel,
)

enum class DueLevel { GREEN, YELLOW, RED, DARK_RED }

/** Which pictogram stands for a service. The store maps service ids; [OTHER] where none fits. */
enum class Sign {
    ROAD,
    RUBBISH,
    LAMP,
    WATER,
    NOISE,
    SAFETY,
    DISPUTE,
    PATROL,
    VISIT,
    HELP,
    ERRAND,
    MEDICINE,
    MEAL,
    ESCORT,
    ELDER_CHECK,
    CHILD,
    REPAIR,
    TECH,
    BORROW,
    LOST,
    BATH,
    CLEAN,
    CARE,
    SOS,
    OTHER,
}

/** One's claim on a request. */
sealed interface ClaimState {
    data object None : ClaimState

    /** 正在确认…; [online] false: 已登记，联网后确认. */
    data class Pending(
        val online: Boolean,
    ) : ClaimState

    data object Won : ClaimState

    /** [position] 1 is next; [by] is who took it before, as far as one may see the name. */
    data class Waiting(
        val position: Int,
        val by: String? = null,
    ) : ClaimState

    /** [by] is a name as far as one may see it. */
    data class Lost(
        val by: String?,
    ) : ClaimState
}

/** A case or draft in a list. Texts are in the person's language already. */
data class CaseCard(
    val id: String,
    val sign: Sign,
    /** Service in words. */
    val service: String,
    /** First words of the description; may be empty. */
    val title: String,
    /** Stage in words. */
    val stage: String,
    val work: WorkState,
    val updatedMs: Long,
    val place: String? = null,
    val due: Due? = null,
    val photos: Int = 0,
    val claim: ClaimState = ClaimState.None,
    /** Key of its small picture; none until one is made. */
    val thumb: String? = null,
    /** Somebody comes or brings something: its way is what counts, and not that the words were delivered. */
    val isAsked: Boolean = false,
)

/** A photo of a draft or a case. */
data class PhotoItem(
    /** Hash of the original: the id, and the key by which its picture is asked for. */
    val key: String,
    val atMs: Long,
    val work: WorkState,
    /** Share of the original that the platform has, 0 to 100; null unless it is on its way. */
    val percent: Int? = null,
    /** What is wrong with it, in words. */
    val trouble: String? = null,
    val by: String? = null,
    /** Whether it can be looked at in large: one that lies in no draft and no case yet cannot. */
    val opens: Boolean = true,
)

/** A recorded voice. */
sealed interface VoiceState {
    data object None : VoiceState

    data class Recording(
        val ms: Long,
    ) : VoiceState

    data class Recorded(
        val ms: Long,
    ) : VoiceState

    /** The system gives no microphone; writing goes on. */
    data object Denied : VoiceState
}

/** A question of a form. */
data class FormField(
    val key: String,
    val label: String,
    val kind: FieldKind,
    val value: String = "",
    val help: String? = null,
    val required: Boolean = false,
    val options: List<Option> = emptyList(),
    /** What is wrong with the answer, in words. */
    val error: String? = null,
    /** What a private answer is for; null where it is shared with the case. */
    val privateFor: String? = null,
)

/** [MULTI] holds the ids of the chosen options, joined by commas. */
enum class FieldKind { TEXT, LONG_TEXT, NUMBER, MONEY, DATE, CHOICE, MULTI }

data class Option(
    val id: String,
    val label: String,
)

/** Something in a text that gives a person away. */
data class Giveaway(
    /** Where it stands: `text`, or the key of an answer. */
    val field: String,
    /** The very characters. */
    val found: String,
    /** What it would tell and where it belongs instead, in words. */
    val advice: String,
)

/** Somebody, as far as one may see them. */
data class PersonLine(
    val id: String,
    val name: String,
)

/** Who uses the app. */
enum class AppRole { RESIDENT, VOLUNTEER, GRID_WORKER }
