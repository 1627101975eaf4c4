//! Which case is in which stream: one row per (stream, case), its number rewritten whenever the case moves; and which case got which number, in
//! their order, which is what a feed reads.
//!
//! Guarantees: every number that a row has is in the table `feed`; count and sum of every stream are kept in the transaction that changes its rows; a row that went stays as `gone` for
//! [`GONE_MS`], and what was forgotten after that is below the stream's horizon.

use std::collections::BTreeSet;

use rusqlite::OptionalExtension;
use yuandian_model::{CaseId, PartitionId};
use yuandian_sync::StreamId;
use yuandian_sync::check::{StreamSum, entry_sum};

use super::row::{count, signed};
use super::writing::Transaction;
use super::{error, timers};
use crate::limits::{GONE_MS, GONE_PER_TICK_MAX};
use crate::store::{CaseStream, StoreError};

/// One step of a case.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The partition that orders it.
    pub partition: PartitionId,
    /// The case.
    pub document: CaseId,
    /// The step's number.
    pub seq: u64,
    /// Server's clock, ms since 1970.
    pub now_ms: i64,
}

struct Entry {
    stream: StreamId,
    seq: u64,
    present: bool,
}

pub const OF_CASE: &str = "SELECT stream, seq, state FROM membership WHERE document = ?1 AND partition = ?2";
pub const PRESENT: &str = "SELECT seq, since_seq FROM membership
     WHERE partition = ?1 AND stream = ?2 AND document = ?3 AND state = 'present'";
pub const SUM: &str = "SELECT count, xor, horizon FROM stream_sum WHERE partition = ?1 AND stream = ?2";
pub const FORGOTTEN: &str =
    "SELECT partition, stream, document, seq FROM membership WHERE gone_ms <= ?1 ORDER BY gone_ms LIMIT ?2";
pub const FIRST_GONE: &str = "SELECT min(gone_ms) FROM membership WHERE gone_ms IS NOT NULL";

fn entries(t: &Transaction<'_>, document: &CaseId, partition: PartitionId) -> Result<Vec<Entry>, StoreError> {
    t.prepare_cached(OF_CASE)
        .and_then(|mut statement| {
            statement
                .query_map((document.0, partition.0), |row| {
                    Ok(Entry {
                        stream: StreamId(row.get(0)?),
                        seq: count(row, 1)?,
                        present: row.get_ref(2)?.as_str()? == "present",
                    })
                })?
                .collect()
        })
        .map_err(error)
}

/// Keeps which case got a number. It is only ever added to, whatever streams the case is in: an index of the rows by their numbers would be
/// written in two places for each of them.
fn number(t: &Transaction<'_>, step: &Step) -> Result<(), StoreError> {
    t.prepare_cached("INSERT OR IGNORE INTO feed (partition, seq, document) VALUES (?1, ?2, ?3)")
        .and_then(|mut s| s.execute((step.partition.0, signed(step.seq), step.document.0)))
        .map(|_| ())
        .map_err(error)
}

/// Moves a case on in every stream it is in, and adds it to those of `belongs` that it is not in yet. `follow:` and `unit:` streams that it no
/// longer belongs in are left; from all others rows go by [`leave`] alone.
pub fn touch(
    t: &Transaction<'_>,
    step: &Step,
    belongs: Option<&BTreeSet<StreamId>>,
) -> Result<(), StoreError> {
    number(t, step)?;
    let held = entries(t, &step.document, step.partition)?;
    let mut numbers = BTreeSet::new();
    let mut back = Vec::new();
    for entry in &held {
        let wanted = belongs.is_some_and(|streams| streams.contains(&entry.stream));
        let why = left_by_itself(&entry.stream).filter(|_| belongs.is_some() && !wanted);
        if let Some(reason) = why.filter(|_| entry.present) {
            go(t, step, entry, reason)?;
        } else if entry.present {
            numbers.insert(entry.seq);
        } else if wanted {
            back.push(&entry.stream);
        }
    }
    stay(t, step, &numbers)?;
    for stream in back {
        come(t, step, stream)?;
    }
    for stream in belongs.into_iter().flatten() {
        if !held.iter().any(|entry| entry.stream == *stream) {
            come(t, step, stream)?;
        }
    }
    Ok(())
}

/// Moves a case on in one stream alone, where it is there: what is new in it is for that person.
pub fn touch_one(t: &Transaction<'_>, step: &Step, stream: &StreamId) -> Result<(), StoreError> {
    number(t, step)?;
    let held = entries(t, &step.document, step.partition)?;
    let Some(entry) = held.iter().find(|entry| entry.present && entry.stream == *stream) else {
        return Ok(());
    };
    let bits = entry_sum(&step.document, entry.seq) ^ entry_sum(&step.document, step.seq);
    add(t, step.partition, stream, 0, bits)?;
    t.prepare_cached("UPDATE membership SET seq = ?4 WHERE partition = ?1 AND stream = ?2 AND document = ?3")
        .and_then(|mut s| s.execute((step.partition.0, &stream.0, step.document.0, signed(step.seq))))
        .map(|_| ())
        .map_err(error)
}

/// A person follows a case no longer.
const UNFOLLOWED: &str = "unfollowed";
/// A unit works on a case no longer.
const RECALLED: &str = "recalled";

/// Why a case leaves a stream as soon as it does not belong there; none for streams that rows stay in.
fn left_by_itself(stream: &StreamId) -> Option<&'static str> {
    if stream.is_of_unit() {
        return Some(RECALLED);
    }
    stream.0.starts_with("follow:").then_some(UNFOLLOWED)
}

/// Whether a stream is one person's: `user:`, `follow:`.
pub fn of_people(stream: &StreamId) -> bool {
    stream.is_own() || stream.0.starts_with("follow:")
}

/// The streams of a partition that a case is in.
pub fn streams_of(
    t: &Transaction<'_>,
    document: &CaseId,
    partition: PartitionId,
) -> Result<BTreeSet<StreamId>, StoreError> {
    let entries = entries(t, document, partition)?;
    Ok(entries.into_iter().filter(|entry| entry.present).map(|entry| entry.stream).collect())
}

/// Takes a case out of the streams that `leaves` says, keeping why. How many they were.
pub fn leave(
    t: &Transaction<'_>,
    step: &Step,
    reason: &str,
    leaves: impl Fn(&StreamId) -> bool,
) -> Result<usize, StoreError> {
    number(t, step)?;
    let mut left = 0;
    for entry in entries(t, &step.document, step.partition)? {
        if entry.present && leaves(&entry.stream) {
            go(t, step, &entry, reason)?;
            left += 1;
        }
    }
    Ok(left)
}

// `OR FAIL`: an error undoes the whole transaction anyway, and no page need be kept aside for undoing the statement alone.
pub const SUMS_OF_CASE: &str = "UPDATE OR FAIL stream_sum SET xor = (xor | ?4) - (xor & ?4) WHERE partition = ?1 AND stream IN
     (SELECT stream FROM membership WHERE document = ?2 AND partition = ?1 AND state = 'present' AND seq = ?3)";
pub const STAYS: &str =
    "UPDATE OR FAIL membership SET seq = ?3 WHERE document = ?1 AND partition = ?2 AND state = 'present'";

/// Gives a case its new number in every stream where it is and stays; `numbers` are those that it has there, nearly always one.
fn stay(t: &Transaction<'_>, step: &Step, numbers: &BTreeSet<u64>) -> Result<(), StoreError> {
    let after = entry_sum(&step.document, step.seq);
    for seq in numbers {
        let bits = (entry_sum(&step.document, *seq) ^ after).cast_signed();
        t.prepare_cached(SUMS_OF_CASE)
            .and_then(|mut s| s.execute((step.partition.0, step.document.0, signed(*seq), bits)))
            .map_err(error)?;
    }
    if numbers.is_empty() {
        return Ok(());
    }
    t.prepare_cached(STAYS)
        .and_then(|mut s| s.execute((step.document.0, step.partition.0, signed(step.seq))))
        .map(|_| ())
        .map_err(error)
}

/// Puts a case into a stream where it is not, or is no longer.
fn come(t: &Transaction<'_>, step: &Step, stream: &StreamId) -> Result<(), StoreError> {
    t.prepare_cached(
        "INSERT INTO membership (partition, stream, document, seq, since_seq, state) VALUES (?1, ?2, ?3, ?4, ?4, 'present')
         ON CONFLICT (partition, stream, document) DO UPDATE
         SET seq = ?4, since_seq = ?4, state = 'present', reason = NULL, gone_ms = NULL",
    )
    .and_then(|mut s| s.execute((step.partition.0, &stream.0, step.document.0, signed(step.seq))))
    .map_err(error)?;
    add(t, step.partition, stream, 1, entry_sum(&step.document, step.seq))
}

fn go(t: &Transaction<'_>, step: &Step, entry: &Entry, reason: &str) -> Result<(), StoreError> {
    t.prepare_cached(
        "UPDATE membership SET seq = ?4, state = 'gone', reason = ?5, gone_ms = ?6
         WHERE partition = ?1 AND stream = ?2 AND document = ?3",
    )
    .and_then(|mut s| {
        s.execute((step.partition.0, &entry.stream.0, step.document.0, signed(step.seq), reason, step.now_ms))
    })
    .map_err(error)?;
    timers::set_first(t, timers::GONE, &[], step.now_ms + GONE_MS)?;
    add(t, step.partition, &entry.stream, -1, entry_sum(&step.document, entry.seq))
}

/// Adds to the count of a stream and flips bits of its sum. `a ^ b` is `(a | b) - (a & b)`: no SQL has the one, all have the other.
fn add(
    t: &Transaction<'_>,
    partition: PartitionId,
    stream: &StreamId,
    count: i64,
    bits: u64,
) -> Result<(), StoreError> {
    t.prepare_cached(
        "INSERT INTO stream_sum (partition, stream, count, xor, horizon) VALUES (?1, ?2, ?3, ?4, 0)
         ON CONFLICT (partition, stream) DO UPDATE SET count = count + ?3, xor = (xor | ?4) - (xor & ?4)",
    )
    .and_then(|mut s| s.execute((partition.0, &stream.0, count, bits.cast_signed())))
    .map(|_| ())
    .map_err(error)
}

/// Count, sum and horizon of a stream.
pub fn sum(
    t: &Transaction<'_>,
    partition: PartitionId,
    stream: &StreamId,
) -> Result<(StreamSum, u64), StoreError> {
    t.prepare_cached(SUM)
        .and_then(|mut s| {
            s.query_row((partition.0, &stream.0), |row| {
                let sum = StreamSum { count: count(row, 0)?, xor: row.get::<_, i64>(1)?.cast_unsigned() };
                Ok((sum, count(row, 2)?))
            })
            .optional()
        })
        .map(Option::unwrap_or_default)
        .map_err(error)
}

/// A case's number in a stream and the number since which it is there; `None` where it is not.
pub fn present(
    t: &Transaction<'_>,
    partition: PartitionId,
    stream: &StreamId,
    document: &CaseId,
) -> Result<Option<(u64, u64)>, StoreError> {
    t.prepare_cached(PRESENT)
        .and_then(|mut s| {
            s.query_row((partition.0, &stream.0, document.0), |row| Ok((count(row, 0)?, count(row, 1)?)))
                .optional()
        })
        .map_err(error)
}

pub const PARTITION_OF: &str = "SELECT partition FROM case_row WHERE id = ?1";

/// Where a case is held.
pub struct Held {
    pub stream: StreamId,
    pub partition: PartitionId,
    pub seq: u64,
}

/// The first of the streams that holds the case whole. A summary holds nothing whole.
pub fn holding(
    t: &Transaction<'_>,
    document: &CaseId,
    streams: &BTreeSet<StreamId>,
) -> Result<Option<Held>, StoreError> {
    let partition = t
        .prepare_cached(PARTITION_OF)
        .and_then(|mut s| s.query_row([document.0], |row| Ok(PartitionId(row.get(0)?))).optional())
        .map_err(error)?;
    let Some(partition) = partition else {
        return Ok(None);
    };
    for stream in streams.iter().filter(|stream| !stream.is_summary()) {
        if let Some((seq, _)) = present(t, partition, stream, document)? {
            return Ok(Some(Held { stream: stream.clone(), partition, seq }));
        }
    }
    Ok(None)
}

pub const HISTORY: &str = "SELECT partition, stream, seq, since_seq, state, reason, gone_ms FROM membership
     WHERE document = ?1 ORDER BY partition, stream";

/// Every stream that a case is in or was in within the horizon.
pub fn of_case(t: &Transaction<'_>, document: &CaseId) -> Result<Vec<CaseStream>, StoreError> {
    t.prepare_cached(HISTORY)
        .and_then(|mut s| {
            s.query_map([document.0], |row| {
                let gone = row.get_ref(4)?.as_str()? == "gone";
                Ok(CaseStream {
                    partition: PartitionId(row.get(0)?),
                    stream: StreamId(row.get(1)?),
                    seq: count(row, 2)?,
                    since_seq: count(row, 3)?,
                    gone: if gone { Some((row.get(5)?, row.get(6)?)) } else { None },
                })
            })?
            .collect()
        })
        .map_err(error)
}

/// Forgets rows that went [`GONE_MS`] ago, raises the horizons of their streams, and sets the timer for the next.
pub fn forget(t: &Transaction<'_>, now_ms: i64) -> Result<(), StoreError> {
    let old: Vec<(u32, String, [u8; 16], i64)> = t
        .prepare_cached(FORGOTTEN)
        .and_then(|mut s| {
            s.query_map((now_ms - GONE_MS, GONE_PER_TICK_MAX), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect()
        })
        .map_err(error)?;
    for (partition, stream, document, seq) in old {
        t.prepare_cached("DELETE FROM membership WHERE partition = ?1 AND stream = ?2 AND document = ?3")
            .and_then(|mut s| s.execute((partition, &stream, document)))
            .map_err(error)?;
        t.prepare_cached(
            "UPDATE stream_sum SET horizon = max(horizon, ?3) WHERE partition = ?1 AND stream = ?2",
        )
        .and_then(|mut s| s.execute((partition, &stream, seq)))
        .map_err(error)?;
    }
    let first: Option<i64> =
        t.prepare_cached(FIRST_GONE).and_then(|mut s| s.query_row([], |row| row.get(0))).map_err(error)?;
    match first {
        Some(gone_ms) => timers::set(t, timers::GONE, &[], gone_ms + GONE_MS),
        None => timers::clear(t, timers::GONE, &[]),
    }
}
