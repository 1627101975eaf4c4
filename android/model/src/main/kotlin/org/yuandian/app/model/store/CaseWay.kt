package org.yuandian.app.model.store

import org.yuandian.app.model.ActId
import org.yuandian.app.model.Case
import org.yuandian.app.model.Outcome
import org.yuandian.app.model.strings.Strings
import org.yuandian.app.screens.ProgressStep
import org.yuandian.app.screens.StepPosition

/** One step of the way that a case takes, in plain words. */
private class Way(
    val stages: Set<String>,
    /** Acts that lead there. */
    val acts: Set<String>,
    val word: (Strings) -> String,
)

private val HELP =
    listOf(
        Way(setOf("open", "pending_review"), setOf("report")) { it.wayAsked },
        Way(setOf("claimed"), setOf("claim")) { it.wayTaken },
        Way(setOf("en_route"), setOf("depart")) { it.wayComing },
        Way(setOf("in_service"), setOf("arrive")) { it.wayHelping },
        Way(setOf("done_by_volunteer", "disputed"), setOf("report_back")) { it.wayHelped },
        Way(setOf("confirmed", "rated"), setOf("confirm", "confirm_due")) { it.wayConfirmed },
    )

private val ORDER =
    listOf(
        Way(setOf("ordered"), setOf("report")) { it.wayOrdered },
        Way(setOf("order_confirmed"), setOf("accept_order")) { it.wayOrderTaken },
        Way(setOf("assigned"), setOf("assign")) { it.waySent },
        Way(setOf("in_service"), setOf("check_in")) { it.wayServing },
        Way(setOf("served", "disputed"), setOf("check_out")) { it.wayHelped },
        Way(setOf("confirmed", "settled", "rated"), setOf("confirm", "confirm_due")) { it.wayConfirmed },
    )

private val MATTER =
    listOf(
        Way(setOf("reported", "verifying"), setOf("report")) { it.wayReported },
        Way(setOf("accepted", "filed"), setOf("accept", "file")) { it.wayAccepted },
        Way(setOf("dispatched", "assigned"), setOf("dispatch", "assign")) { it.waySent },
        Way(setOf("in_progress", "started", "handling"), setOf("start")) { it.wayWorking },
        Way(setOf("disposed", "checking", "submitted"), setOf("dispose", "submit")) { it.wayChecking },
        Way(
            setOf("closed", "evaluated", "archived", "done", "ended", "resolved", "solved"),
            setOf("close", "self_handle", "force_close", "finish"),
        ) {
            it.wayEnded
        },
    )

/**
 * The way of a case in plain words: what was, what is and what comes. An end that is none of the usual ones (not accepted, void,
 * expired) and a
 * stage that this app has no plain word for are said in the core's words, and nothing is foretold then.
 */
internal fun wayOf(
    case: Case,
    strings: Strings,
): List<ProgressStep> {
    val service = case.line.service
    val ways =
        when {
            service.isHelp -> HELP
            service.isOrder -> ORDER
            else -> MATTER
        }
    val at = ways.indexOfFirst { case.line.stage.value in it.stages }
    val taken = case.history.filter { it.outcome != Outcome.REFUSED }

    fun timeOf(way: Way) = taken.lastOrNull { it.act.value in way.acts }?.atMs
    if (at < 0) {
        val passed = ways.filter { way -> timeOf(way) != null }.map { ProgressStep(it.word(strings), timeOf(it), StepPosition.DONE) }
        return passed + ProgressStep(case.line.stageText.ifBlank { strings.wayOther }, case.line.updatedMs, StepPosition.NOW)
    }
    return ways.mapIndexedNotNull { index, way ->
        val position =
            when {
                index < at -> StepPosition.DONE
                index == at -> StepPosition.NOW
                else -> StepPosition.NEXT
            }
        // A step that was passed over (settled on the spot) was not made.
        if (position == StepPosition.DONE && timeOf(way) == null && index > 0) return@mapIndexedNotNull null
        ProgressStep(way.word(strings), timeOf(way).takeIf { position != StepPosition.NEXT }, position)
    }
}

/** Acts that are asked again before they are done, and stand apart. */
internal val GRAVE_ACTS: Set<ActId> =
    setOf("cancel", "void", "void_request", "turned_away", "no_show", "reject", "force_close", "withdraw", "dispute").map(::ActId).toSet()

/** Acts that have a place of their own on the screen. */
internal val APART_ACTS: Set<ActId> = setOf(ActId.FOLLOW, ActId.UNFOLLOW, ActId.RATE, ActId.REOPEN_REQUEST)
