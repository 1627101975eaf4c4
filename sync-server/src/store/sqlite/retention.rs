//! How long private answers stay after their case has ended: each as long as its question says, then its row goes and its bytes are overwritten.

use std::collections::BTreeMap;

use yuandian_model::CaseId;
use yuandian_model::planted::{self, Bug};
use yuandian_sync::StreamId;

use super::membership::{self, Step};
use super::row::case;
use super::writing::Transaction;
use super::{erasure, error, partitions, timers};
use crate::limits::TIMERS_PER_TICK_MAX;
use crate::store::{CaseRecord, Judge, StoreError};

pub const DUE: &str =
    "SELECT subject FROM timer WHERE kind = 'retain' AND due_ms <= ?1 ORDER BY due_ms LIMIT ?2";
pub const KEYS: &str = "SELECT key FROM private_record WHERE document = ?1 ORDER BY key";
pub const NEXT: &str = "SELECT min(until_ms) FROM private_record WHERE document = ?1";

/// Says of each answer of a case until when it stays, and when the next goes: of one that has ended; of no other.
pub fn turn(t: &Transaction<'_>, record: &CaseRecord, judge: &dyn Judge) -> Result<(), StoreError> {
    if !judge.has_ended(&record.state) {
        t.prepare_cached(
            "UPDATE private_record SET until_ms = NULL WHERE document = ?1 AND until_ms IS NOT NULL",
        )
        .and_then(|mut s| s.execute([record.id.0]))
        .map_err(error)?;
        return timers::clear(t, timers::RETAIN, &record.id.0);
    }
    let keys: Vec<String> = t
        .prepare_cached(KEYS)
        .and_then(|mut s| s.query_map([record.id.0], |row| row.get(0))?.collect())
        .map_err(error)?;
    let until: BTreeMap<String, i64> = keys
        .into_iter()
        .filter_map(|key| judge.kept_until_ms(&record.state, &key).map(|at| (key, at)))
        .collect();
    for (key, until_ms) in &until {
        t.prepare_cached("UPDATE private_record SET until_ms = ?3 WHERE document = ?1 AND key = ?2")
            .and_then(|mut s| s.execute((record.id.0, key, until_ms)))
            .map_err(error)?;
    }
    match until.values().min() {
        Some(first_ms) if !planted::is(Bug::RetentionForgotten) => {
            timers::set(t, timers::RETAIN, &record.id.0, *first_ms)
        }
        _ => timers::clear(t, timers::RETAIN, &record.id.0),
    }
}

/// Cases with answers whose time has come.
pub fn due(t: &Transaction<'_>, now_ms: i64) -> Result<Vec<CaseId>, StoreError> {
    t.prepare_cached(DUE)
        .and_then(|mut s| {
            s.query_map((now_ms, TIMERS_PER_TICK_MAX), |row| Ok(CaseId(row.get(0)?)))?.collect()
        })
        .map_err(error)
}

/// Answers of a case whose time has come go; its author's phones are told, and the next time is set. How many went.
pub fn expire(t: &Transaction<'_>, id: &CaseId, judge: &dyn Judge, now_ms: i64) -> Result<usize, StoreError> {
    if !timers::is_due(t, timers::RETAIN, &id.0, now_ms)? {
        return Ok(0);
    }
    timers::clear(t, timers::RETAIN, &id.0)?;
    let Some(record) = case(t, id)? else { return Ok(0) };
    // What an older version of this program kept has no end yet.
    turn(t, &record, judge)?;
    let gone = t
        .prepare_cached("DELETE FROM private_record WHERE document = ?1 AND until_ms <= ?2")
        .and_then(|mut s| s.execute((id.0, now_ms)))
        .map_err(error)?;
    if gone > 0 {
        erasure::due(t)?;
        let head = partitions::advance(t, record.partition, 1)?;
        let step = Step { partition: record.partition, document: *id, seq: head.head, now_ms };
        membership::touch_one(t, &step, &StreamId::user(&record.state.author))?;
    }
    let next: Option<i64> =
        t.prepare_cached(NEXT).and_then(|mut s| s.query_row([id.0], |row| row.get(0))).map_err(error)?;
    match next {
        Some(next_ms) => timers::set(t, timers::RETAIN, &id.0, next_ms)?,
        None => timers::clear(t, timers::RETAIN, &id.0)?,
    }
    Ok(gone)
}
