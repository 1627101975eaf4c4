//! Cases that ended long ago leave the lists of those who work there; their people's own streams keep them. Reopened, they come back whole.

use std::collections::BTreeSet;

use yuandian_model::CaseId;
use yuandian_model::planted::{self, Bug};
use yuandian_sync::StreamId;

use super::membership::{Step, leave, touch as touch_streams};
use super::row::{case, signed};
use super::writing::Transaction;
use super::{doings, error, hours, notifications, partitions, retention, timers};
use crate::limits::AGE_OUT_MS;
use crate::store::{CaseRecord, Judge, StoreError};

/// Why an aged case went.
pub const AGED: &str = "aged";

/// Moves a case on with a commit: in every stream it is in and every one that it `belongs` in now. An end sets its clock, a new beginning stops it
/// and brings back what had gone. The case's row is its caller's to write.
pub fn touch(
    t: &Transaction<'_>,
    step: &Step,
    (before, after): (Option<&CaseRecord>, &CaseRecord),
    mut belongs: BTreeSet<StreamId>,
    judge: &dyn Judge,
) -> Result<(), StoreError> {
    let ended = judge.has_ended(&after.state);
    let had_ended = before.is_some_and(|before| judge.has_ended(&before.state));
    let aged = after.aged && ended;
    if aged {
        belongs.retain(StreamId::is_own);
    }
    let starts = ended && !had_ended && !planted::is(Bug::AgeClockForgotten);
    if starts || planted::is(Bug::AgedAlthoughOpen) {
        timers::set(t, timers::AGE, &step.document.0, step.now_ms + AGE_OUT_MS)?;
    } else if had_ended && !ended {
        timers::clear(t, timers::AGE, &step.document.0)?;
    }
    decided(t, (before, after), judge, step.now_ms)?;
    touch_streams(t, step, Some(&belongs))
}

/// Where what is decided of the case has changed: whose work it is, the next ring, the clock of the server's next act of its own, and that of what follows
/// from a merge.
fn decided(
    t: &Transaction<'_>,
    (before, after): (Option<&CaseRecord>, &CaseRecord),
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<(), StoreError> {
    if before.is_some_and(|before| before.state == after.state) {
        return Ok(());
    }
    doings::work(t, (before, after), judge)?;
    hours::add(t, after)?;
    if judge.has_ended(&after.state) != before.is_some_and(|before| judge.has_ended(&before.state)) {
        retention::turn(t, after, judge)?;
    }
    notifications::await_ring(t, (before, after), judge)?;
    let into = after.state.progress.into;
    if into.is_some() && before.is_none_or(|before| before.state.progress.into != into) {
        timers::set(t, timers::JOIN, &after.id.0, now_ms)?;
    }
    let due = |record: &CaseRecord| judge.own_act(&record.state).map(|(_, at_ms)| at_ms);
    match (before.and_then(due), due(after)) {
        (old, new) if old == new => Ok(()),
        (_, Some(at_ms)) => timers::set(t, timers::OWN, &after.id.0, at_ms),
        (_, None) => timers::clear(t, timers::OWN, &after.id.0),
    }
}

/// [`touch`], and keeps in the case's row that it moved. For who does not write that row anyway.
pub fn touch_row(
    t: &Transaction<'_>,
    step: &Step,
    (before, after): (Option<&CaseRecord>, &CaseRecord),
    belongs: BTreeSet<StreamId>,
    judge: &dyn Judge,
) -> Result<(), StoreError> {
    touch(t, step, (before, after), belongs, judge)?;
    let aged = after.aged && judge.has_ended(&after.state);
    t.prepare_cached("UPDATE case_row SET touched_seq = ?2, touched_ms = ?3, aged = ?4 WHERE id = ?1")
        .and_then(|mut s| s.execute((step.document.0, signed(step.seq), step.now_ms, aged)))
        .map(|_| ())
        .map_err(error)
}

/// The clock of an ended case has run out: it leaves every stream but people's own.
pub fn age_out(t: &Transaction<'_>, document: CaseId, now_ms: i64) -> Result<(), StoreError> {
    let Some(record) = case(t, &document)?.filter(|record| !record.aged) else {
        return Ok(());
    };
    let head = partitions::advance(t, record.partition, 1)?;
    let step = Step { partition: record.partition, document, seq: head.head, now_ms };
    leave(t, &step, AGED, |stream| !stream.is_own() || planted::is(Bug::OwnStreamAges))?;
    t.prepare_cached("UPDATE case_row SET aged = 1 WHERE id = ?1")
        .and_then(|mut s| s.execute([document.0]))
        .map(|_| ())
        .map_err(error)
}
