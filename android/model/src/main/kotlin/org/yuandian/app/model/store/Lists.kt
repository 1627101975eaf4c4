package org.yuandian.app.model.store

import org.yuandian.app.model.Case
import org.yuandian.app.model.CaseId
import org.yuandian.app.model.CaseLine
import org.yuandian.app.model.HomeRole
import org.yuandian.app.model.Place
import org.yuandian.app.model.StageId
import org.yuandian.app.model.gateway.ListAsk
import org.yuandian.app.model.gateway.ListOrder
import org.yuandian.app.model.navigation.Route
import org.yuandian.app.model.navigation.draftRoute
import org.yuandian.app.model.orNull
import org.yuandian.app.screens.CaseCard
import org.yuandian.app.screens.CellCount
import org.yuandian.app.screens.StepPosition
import org.yuandian.app.screens.WorkState
import kotlin.math.cos
import kotlin.math.floor

/** Reads lists for stores. A whole case is read again only when its line has changed. */
internal class Lists(
    private val session: Session,
) {
    private val read = linkedMapOf<CaseId, Pair<CaseLine, Case>>()

    /** Everything that has been submitted, latest first. */
    suspend fun lines(
        text: String = "",
        mine: Boolean = false,
    ): List<CaseLine> {
        val ask = ListAsk(text = text, mine = mine, limit = ListAsk.LIMIT_MAX)
        return session.phone.cases
            .page(ask)
            .orNull()
            .orEmpty()
            .filterNot(CaseLine::isDraft)
    }

    /** Everything that has not ended: overdue longest first, then what is due soonest. */
    suspend fun open(): List<CaseLine> =
        session.phone.cases
            .page(ListAsk(openOnly = true, order = ListOrder.DUE, limit = ListAsk.LIMIT_MAX))
            .orNull()
            .orEmpty()

    suspend fun drafts(text: String = ""): List<CaseLine> =
        session.phone.cases
            .page(ListAsk(text = text, stage = StageId.DRAFT, limit = ListAsk.LIMIT_MAX))
            .orNull()
            .orEmpty()

    /** The screen that something in a list opens: a draft is written on, a case is looked at. */
    suspend fun routeOf(id: CaseId): Route = drafts().firstOrNull { it.id == id }?.service?.draftRoute(id) ?: Route.Detail(id)

    suspend fun whole(line: CaseLine): Case? {
        read[line.id]?.let { (known, case) -> if (known == line) return case }
        val case =
            session.phone.cases
                .case(line.id)
                .orNull() ?: return null
        read[line.id] = line to case
        if (read.size > KEPT_MAX) read.remove(read.keys.first())
        return case
    }

    fun card(
        line: CaseLine,
        whole: Case? = null,
    ): CaseCard {
        val online =
            session.platform.network
                .link()
                .value.online
        val card = inPlainWords(cardOf(line, online, whole), whole)
        return if (line.id in session.wanted.drafts.value) card.copy(work = WorkState.OnPhone) else card
    }

    /** Whoever waits is told where their matter is, not by which clock the platform is measured. */
    private fun inPlainWords(
        card: CaseCard,
        whole: Case?,
    ): CaseCard {
        if (whole == null || session.role != HomeRole.RESIDENT) return card
        val now = wayOf(whole, session.strings).firstOrNull { it.position == StepPosition.NOW }
        return card.copy(stage = now?.label ?: card.stage, due = null)
    }

    /** A draft with how much of it is still missing. */
    suspend fun draftCard(line: CaseLine): CaseCard {
        val draft =
            session.phone.drafts
                .draft(line.id)
                .orNull() ?: return card(line)
        if (line.id in session.wanted.drafts.value) return card(line)
        val form =
            session.phone.services
                .form(draft.entered.service)
                .orNull()
        val standing =
            session.phone.services
                .standing(draft.entered.service, draft.entered.answers)
                .orNull()
        val photos = if (draft.entered.noPhoto.isNullOrBlank() && draft.photos.size < (form?.photos?.before ?: 0)) 1 else 0
        val open = standing?.open(draft.entered.answers.associate { it.key to it.value })?.size ?: 0
        return card(line).copy(
            work = WorkState.Draft(open + photos),
            thumb =
                draft.photos
                    .firstOrNull()
                    ?.hash
                    ?.value,
        )
    }

    private companion object {
        const val KEPT_MAX = 200
    }
}

/** Cells of 500 m, as others see places: what lies in each, the north-west corner first. [urgent] is counted apart. */
internal fun cellsOf(
    places: List<Pair<Place, Boolean>>,
    here: Place?,
    chosen: String?,
): List<CellCount> {
    val all = places.map { (place, urgent) -> cellOf(place) to urgent }
    if (all.isEmpty()) return emptyList()
    val west = all.minOf { (cell, _) -> cell.first }
    val north = all.maxOf { (cell, _) -> cell.second }
    val home = here?.let(::cellOf)
    return all.groupBy({ it.first }, { it.second }).map { (cell, urgent) ->
        val id = idOf(cell)
        CellCount(id, cell.first - west, north - cell.second, urgent.size, urgent.count { it }, here = cell == home, chosen = id == chosen)
    }
}

/** The id of the cell of a place. */
internal fun cellId(place: Place) = idOf(cellOf(place))

private fun idOf(cell: Pair<Int, Int>) = "${cell.first},${cell.second}"

private fun cellOf(place: Place): Pair<Int, Int> {
    val row = floor(place.lat * METRES_PER_DEGREE / CELL_M).toInt()
    // The column's width by the middle of its row, so that all places of a row agree.
    val middle = Math.toRadians((row + HALF) * CELL_M / METRES_PER_DEGREE)
    return floor(place.lng * METRES_PER_DEGREE * cos(middle) / CELL_M).toInt() to row
}

private const val METRES_PER_DEGREE = 111_320.0
private const val CELL_M = 500.0
private const val HALF = 0.5
