package org.yuandian.app.screens

/** 采集 / 随手拍: photo first. Waits for no network, no sign-in and no fix. */
data class CaptureState(
    val frame: Frame,
    val role: AppRole,
    /** None until the first thing was entered. */
    val draftId: String? = null,
    /** The draft was found again after the app had been ended. */
    val recovered: Boolean = false,
    val photos: List<PhotoItem> = emptyList(),
    /** At least so many, or a reason. */
    val photosWanted: Int = 1,
    val photosMost: Int = 9,
    /** Why there are fewer photos; null while nobody asked to say. */
    val noPhotoReason: String? = null,
    val type: TypeState = TypeState(),
    val place: PlaceState = PlaceState.Searching,
    val text: String = "",
    val textMost: Int = 2000,
    val voice: VoiceState = VoiceState.None,
    val urgent: Boolean = false,
    /** Further questions of the chosen type. */
    val fields: List<FormField> = emptyList(),
    val giveaways: List<Giveaway> = emptyList(),
    /** Nearby ones that may be the same. */
    val similar: List<CaseCard> = emptyList(),
    /** Last autosave; null before the first. */
    val savedMs: Long? = null,
    /** What is still missing to submit; empty: it can be submitted. */
    val missing: List<CaptureNeed> = emptyList(),
    val submitting: Boolean = false,
    /** Set once it was submitted: the screen shows the receipt. */
    val receipt: CaptureReceipt? = null,
    /** The draft is being read: what would be typed now would stand over it. */
    val loading: Boolean = false,
    /** It is asked whether the draft is to be deleted. */
    val discards: Boolean = false,
)

data class TypeState(
    val chosen: ServiceItem? = null,
    /** The search is open. */
    val choosing: Boolean = false,
    val query: String = "",
    val recent: List<ServiceItem> = emptyList(),
    val found: List<ServiceItem> = emptyList(),
)

data class ServiceItem(
    val id: String,
    val sign: Sign,
    val title: String,
    /** What it is listed under, in words. */
    val group: String,
)

sealed interface PlaceState {
    data object Searching : PlaceState

    /** [name] as far as it is known on this phone; [accuracyM] radius in metres. */
    data class Fixed(
        val name: String?,
        val accuracyM: Int,
    ) : PlaceState

    /** 无法定位. [reason] null until chosen; [words] describe the place. */
    data class None(
        val reason: NoPlaceReason?,
        val words: String,
    ) : PlaceState

    /** The system gives no location: choose by hand, or 无法定位. */
    data object Denied : PlaceState
}

enum class NoPlaceReason { INDOORS, NO_SIGNAL, NOT_ALLOWED, NOT_THERE, OTHER }

enum class CaptureNeed { PHOTO, TYPE, PLACE, TEXT, ANSWER }

data class CaptureReceipt(
    /** Readable number that was given on this phone, valid offline. */
    val number: String,
    val caseId: String,
    val work: WorkState,
)

sealed interface CaptureAction {
    data class InFrame(
        val action: FrameAction,
    ) : CaptureAction

    data object TakePhoto : CaptureAction

    data object ChoosePhoto : CaptureAction

    data class RemovePhoto(
        val key: String,
    ) : CaptureAction

    data class OpenPhoto(
        val key: String,
    ) : CaptureAction

    /** There is none to be had, or it makes no sense: why is asked for. */
    data object NoPhoto : CaptureAction

    data class EditNoPhotoReason(
        val text: String,
    ) : CaptureAction

    data object OpenTypes : CaptureAction

    data object CloseTypes : CaptureAction

    data class SearchType(
        val query: String,
    ) : CaptureAction

    data class ChooseType(
        val id: String,
    ) : CaptureAction

    data object Locate : CaptureAction

    data object NoPlace : CaptureAction

    data class ChooseNoPlace(
        val reason: NoPlaceReason,
    ) : CaptureAction

    data class EditPlaceWords(
        val text: String,
    ) : CaptureAction

    data class EditText(
        val text: String,
    ) : CaptureAction

    data object StartVoice : CaptureAction

    data object StopVoice : CaptureAction

    data object RemoveVoice : CaptureAction

    data class SetUrgent(
        val on: Boolean,
    ) : CaptureAction

    data class Answer(
        val key: String,
        val value: String,
    ) : CaptureAction

    /** 这是同一个问题吗? Yes: follow that one. */
    data class SameAs(
        val id: String,
    ) : CaptureAction

    data object NotTheSame : CaptureAction

    /** 暂存. */
    data object Keep : CaptureAction

    /** 提交. */
    data object Submit : CaptureAction

    /** Asks first: photos cannot be taken a second time. */
    data object Discard : CaptureAction

    data object ConfirmDiscard : CaptureAction

    data object CancelDiscard : CaptureAction

    data class OpenCase(
        val id: String,
    ) : CaptureAction

    data object Another : CaptureAction
}
