package org.yuandian.app.model.store

import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.Claim
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.Photo
import org.yuandian.app.model.PhotoProgress
import org.yuandian.app.model.Place
import org.yuandian.app.model.ServiceId
import org.yuandian.app.model.SyncState
import org.yuandian.app.model.TimeColour
import org.yuandian.app.model.TimeLimit
import org.yuandian.app.screens.AppRole
import org.yuandian.app.screens.CaseCard
import org.yuandian.app.screens.ClaimState
import org.yuandian.app.screens.Due
import org.yuandian.app.screens.DueLevel
import org.yuandian.app.screens.PhotoItem
import org.yuandian.app.screens.Sign
import org.yuandian.app.screens.WorkState
import kotlin.math.asin
import kotlin.math.cos
import kotlin.math.pow
import kotlin.math.roundToInt
import kotlin.math.sin
import kotlin.math.sqrt

/** Where work stands, as screens show it. */
fun workOf(
    state: SyncState,
    progress: PhotoProgress? = null,
    missing: Int = 0,
): WorkState =
    when (state) {
        SyncState.DRAFT -> WorkState.Draft(missing)
        SyncState.SAVED -> WorkState.OnPhone
        SyncState.WAITING -> WorkState.Waiting
        SyncState.SENDING -> sending(progress ?: PhotoProgress.NONE)
        SyncState.DELIVERED -> WorkState.Delivered
        SyncState.NEEDS_YOU -> WorkState.Attention
        SyncState.CONFLICT -> WorkState.Conflict
        SyncState.LOADING -> WorkState.Loading
    }

/** Some photos are there, and of the others none moves now: that is said, instead of an upload that stands still. */
private fun sending(progress: PhotoProgress): WorkState {
    val left = progress.photos - progress.delivered
    val rests = progress.delivered > 0 && left > 0 && progress.percents.isEmpty()
    return if (rests) WorkState.PartlySent(left) else WorkState.Sending(progress.delivered, progress.photos)
}

fun CaseLine.work(): WorkState = workOf(sync, progress)

fun claimOf(
    claim: Claim,
    online: Boolean,
    /** Who took it before. */
    first: String? = null,
): ClaimState =
    when (claim) {
        Claim.None -> ClaimState.None
        Claim.Pending -> ClaimState.Pending(online)
        Claim.Won -> ClaimState.Won
        is Claim.InLine -> ClaimState.Waiting(claim.position ?: 1, first)
        Claim.Lost -> ClaimState.Lost(first)
    }

/** What is left of a limit; none where nothing is timed. */
fun dueOf(limit: TimeLimit?): Due? =
    limit?.let { time ->
        val level =
            when (time.colour) {
                TimeColour.IN_TIME -> DueLevel.GREEN
                TimeColour.SOON -> DueLevel.YELLOW
                TimeColour.OVERDUE -> DueLevel.RED
                TimeColour.LONG_OVERDUE -> DueLevel.DARK_RED
            }
        Due(time.leftMs, level)
    }

/** A line; with what only the whole case tells, where that was read. */
fun cardOf(
    line: CaseLine,
    online: Boolean,
    whole: Case? = null,
) = CaseCard(
    id = line.id.value,
    sign = signOf(line.service),
    service = line.serviceText,
    title = line.title,
    stage = line.stageText,
    work = line.work(),
    updatedMs = line.updatedMs,
    place = whole?.gridName?.ifEmpty { null },
    due = dueOf(line.due),
    photos = line.photos,
    isAsked = line.service.isAsked,
    claim = claimOf(line.claim, online, whole?.holders?.firstOrNull()),
    thumb =
        whole
            ?.photos
            ?.firstOrNull()
            ?.hash
            ?.value,
)

fun photoItem(photo: Photo): PhotoItem {
    val work =
        when {
            photo.trouble != null -> WorkState.Attention
            photo.stored -> WorkState.Delivered
            photo.pending -> WorkState.OnPhone
            photo.sentBytes > 0 -> WorkState.Sending(0, 1)
            else -> WorkState.Waiting
        }
    val percent = if (work is WorkState.Sending && photo.sizeBytes > 0) (photo.sentBytes * 100 / photo.sizeBytes).toInt() else null
    return PhotoItem(photo.hash.value, photo.atMs, work, percent, photo.trouble, photo.by)
}

fun roleOf(role: HomeRole): AppRole =
    when (role) {
        HomeRole.GRID_WORKER -> AppRole.GRID_WORKER
        HomeRole.RESIDENT -> AppRole.RESIDENT
        HomeRole.VOLUNTEER -> AppRole.VOLUNTEER
    }

fun roleOf(role: AppRole): HomeRole =
    when (role) {
        AppRole.GRID_WORKER -> HomeRole.GRID_WORKER
        AppRole.RESIDENT -> HomeRole.RESIDENT
        AppRole.VOLUNTEER -> HomeRole.VOLUNTEER
    }

private val SIGNS =
    listOf(
        "help.errand" to Sign.ERRAND,
        "help.escort" to Sign.ESCORT,
        "help.elder_check" to Sign.ELDER_CHECK,
        "help.repair" to Sign.REPAIR,
        "help.tech" to Sign.TECH,
        "help.borrow" to Sign.BORROW,
        "help.child" to Sign.CHILD,
        "help.lost" to Sign.LOST,
        "help" to Sign.HELP,
        "order.elder.meal" to Sign.MEAL,
        "order.elder.escort" to Sign.ESCORT,
        "order.elder.bath" to Sign.BATH,
        "order.elder.clean" to Sign.CLEAN,
        "order.elder.care" to Sign.CARE,
        "order" to Sign.VISIT,
        "task.patrol" to Sign.PATROL,
        "task" to Sign.VISIT,
        "alert" to Sign.SOS,
        "hazard" to Sign.SAFETY,
        "case.dispute" to Sign.DISPUTE,
        // Large classes of GB/T 47678.5: what the streets of a city have.
        "case.city.E06" to Sign.RUBBISH,
        "case.city.E01" to Sign.ROAD,
        "case.comp.C01" to Sign.WATER,
        "case.comp.C02" to Sign.ROAD,
        "case.comp.C05" to Sign.LAMP,
    )

/** Which pictogram stands for a service: the longest beginning of its id that is known. */
fun signOf(service: ServiceId): Sign =
    SIGNS.filter { (beginning, _) -> service.value.startsWith(beginning) }.maxByOrNull { it.first.length }?.second ?: Sign.OTHER

/** Great-circle distance, metres. */
fun metresBetween(
    a: Place,
    b: Place,
): Int {
    val (lat1, lat2) = Math.toRadians(a.lat) to Math.toRadians(b.lat)
    val half = sin((lat2 - lat1) / 2).pow(2) + cos(lat1) * cos(lat2) * sin(Math.toRadians(b.lng - a.lng) / 2).pow(2)
    return (2 * EARTH_RADIUS_M * asin(sqrt(half))).roundToInt()
}

private const val EARTH_RADIUS_M = 6_371_008.8
