//! The columns of a change, walked run by run without expanding a single one.
//!
//! A column is a list of runs: "5,000 times this value" takes four bytes. Automerge expands every run into operations, so
//! what counts is the sum of the run lengths, and it must be known before Automerge sees the bytes.

use super::leb::Bytes;
use super::limits::{KEY_BYTES_EXPANDED_MAX, OPERATION_COUNTER_END, OPERATIONS_MAX};
use super::refusal::{Limit, Refusal, Structure};

/// The columns that a change may have, by their specification: id * 16 + type (the bit of value 8 would mean "packed").
/// Order matters: a change lists its columns in rising order of specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    ObjectActor,
    ObjectCounter,
    KeyActor,
    KeyCounter,
    KeyString,
    Insert,
    Action,
    ValueMeta,
    ValueRaw,
    PredCount,
    PredActor,
    PredCounter,
    Expand,
    MarkName,
}

impl Column {
    pub const COUNT: u64 = 14;

    pub const fn from_spec(spec: u64) -> Option<Self> {
        Some(match spec {
            0x01 => Self::ObjectActor,
            0x02 => Self::ObjectCounter,
            0x11 => Self::KeyActor,
            0x13 => Self::KeyCounter,
            0x15 => Self::KeyString,
            0x34 => Self::Insert,
            0x42 => Self::Action,
            0x56 => Self::ValueMeta,
            0x57 => Self::ValueRaw,
            0x70 => Self::PredCount,
            0x71 => Self::PredActor,
            0x73 => Self::PredCounter,
            0x94 => Self::Expand,
            0xa5 => Self::MarkName,
            _ => return None,
        })
    }
}

/// What the columns of one change add up to.
#[derive(Default)]
pub(super) struct Totals {
    /// Operations: the rows of the action column.
    pub operations: u64,
    value_bytes: u64,
    value_bytes_found: u64,
    preds: u64,
    rows: Vec<(Column, u64)>,
}

impl Totals {
    /// Walks one column and adds it up. `actors` is the number of actors that the change lists, its author among them.
    pub fn add(&mut self, column: Column, data: &[u8], actors: u64) -> Result<(), Refusal> {
        if data.is_empty() {
            // The encoder leaves an empty column out.
            return Err(Structure::Column.into());
        }
        let rows = match column {
            Column::ObjectActor | Column::KeyActor => actor_indexes(data, actors, Nulls::Allowed)?,
            Column::PredActor => actor_indexes(data, actors, Nulls::Refused)?,
            Column::ObjectCounter => counters(data)?,
            Column::KeyCounter => counter_deltas(data, Nulls::Allowed)?,
            Column::PredCounter => counter_deltas(data, Nulls::Refused)?,
            Column::KeyString | Column::MarkName => strings(data)?,
            Column::Insert | Column::Expand => booleans(data)?,
            Column::Action => {
                self.operations = actions(data)?;
                self.operations
            }
            Column::ValueMeta => {
                let (rows, bytes) = value_meta(data)?;
                self.value_bytes = bytes;
                rows
            }
            Column::ValueRaw => {
                self.value_bytes_found = data.len() as u64;
                return Ok(());
            }
            Column::PredCount => {
                let (rows, preds) = pred_counts(data)?;
                self.preds = preds;
                rows
            }
        };
        self.rows.push((column, rows));
        Ok(())
    }

    /// Every column that is there has one row per operation, or per predecessor.
    pub fn agree(&self) -> Result<(), Structure> {
        let has = |wanted| self.rows.iter().any(|(column, _)| *column == wanted);
        if has(Column::ObjectActor) != has(Column::ObjectCounter)
            || has(Column::PredActor) != has(Column::PredCounter)
        {
            return Err(Structure::Rows);
        }
        if self.operations > 0 && !(has(Column::Insert) && has(Column::ValueMeta) && has(Column::PredCount)) {
            return Err(Structure::Rows);
        }
        if (self.preds > 0) != has(Column::PredActor) || self.value_bytes != self.value_bytes_found {
            return Err(Structure::Rows);
        }
        for (column, rows) in &self.rows {
            let wanted = match column {
                Column::PredActor | Column::PredCounter => self.preds,
                _ => self.operations,
            };
            if *rows != wanted {
                return Err(Structure::Rows);
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Allowed,
    Refused,
}

/// Walks a run-length column: `read` takes one value, `each` is told of every run. Gives the number of rows.
fn runs<'a, T>(
    data: &'a [u8],
    mut read: impl FnMut(&mut Bytes<'a>) -> Result<T, Structure>,
    mut each: impl FnMut(u64, Option<T>) -> Result<(), Refusal>,
) -> Result<u64, Refusal> {
    let mut bytes = Bytes::new(data);
    let mut rows = 0u64;
    while !bytes.is_empty() {
        let head = bytes.signed()?;
        let count = if head == 0 { bytes.unsigned()? } else { head.unsigned_abs() };
        if count == 0 {
            return Err(Structure::Column.into());
        }
        rows = rows.checked_add(count).filter(|rows| *rows <= OPERATIONS_MAX).ok_or(Limit::OpBomb)?;
        match head {
            0 => each(count, None)?,
            1.. => each(count, Some(read(&mut bytes)?))?,
            _ => {
                for _ in 0..count {
                    each(1, Some(read(&mut bytes)?))?;
                }
            }
        }
    }
    Ok(rows)
}

fn actor_indexes(data: &[u8], actors: u64, nulls: Nulls) -> Result<u64, Refusal> {
    runs(data, Bytes::unsigned, |_, index| match index {
        Some(index) if index < actors => Ok(()),
        Some(_) => Err(Structure::ActorIndex.into()),
        None if nulls == Nulls::Allowed => Ok(()),
        None => Err(Structure::Column.into()),
    })
}

fn counters(data: &[u8]) -> Result<u64, Refusal> {
    runs(data, Bytes::unsigned, |_, counter| match counter {
        Some(counter) if counter >= OPERATION_COUNTER_END => Err(Structure::Reference.into()),
        _ => Ok(()),
    })
}

fn counter_deltas(data: &[u8], nulls: Nulls) -> Result<u64, Refusal> {
    let mut counter = 0i64;
    runs(data, Bytes::signed, |count, delta| {
        let Some(delta) = delta else {
            return if nulls == Nulls::Allowed { Ok(()) } else { Err(Structure::Column.into()) };
        };
        // Within a run the sum only rises or only falls: its end decides for the whole run.
        counter = i64::try_from(count)
            .ok()
            .and_then(|count| delta.checked_mul(count))
            .and_then(|sum| counter.checked_add(sum))
            .filter(|counter| u64::try_from(*counter).is_ok_and(|counter| counter < OPERATION_COUNTER_END))
            .ok_or(Structure::Reference)?;
        Ok(())
    })
}

fn strings(data: &[u8]) -> Result<u64, Refusal> {
    let mut expanded = 0u64;
    let read = |bytes: &mut Bytes<'_>| {
        let length = bytes.unsigned()?;
        bytes.text(length).map(|_| length)
    };
    runs(data, read, |count, length| {
        let length = length.unwrap_or(0);
        expanded = count
            .checked_mul(length)
            .and_then(|more| expanded.checked_add(more))
            .filter(|expanded| *expanded <= KEY_BYTES_EXPANDED_MAX)
            .ok_or(Limit::KeyBomb)?;
        Ok(())
    })
}

/// Alternating run lengths, beginning with the run of `false`, which alone may be of length 0.
fn booleans(data: &[u8]) -> Result<u64, Refusal> {
    let mut bytes = Bytes::new(data);
    let mut rows = 0u64;
    let mut first = true;
    while !bytes.is_empty() {
        let count = bytes.unsigned()?;
        if count == 0 && !first {
            return Err(Structure::Column.into());
        }
        first = false;
        rows = rows.checked_add(count).filter(|rows| *rows <= OPERATIONS_MAX).ok_or(Limit::OpBomb)?;
    }
    Ok(rows)
}

fn actions(data: &[u8]) -> Result<u64, Refusal> {
    const MARK: u64 = 7;
    runs(data, Bytes::unsigned, |_, action| match action {
        Some(0..=MARK) => Ok(()),
        Some(_) => Err(Structure::Action.into()),
        None => Err(Structure::Column.into()),
    })
}

/// Gives the rows, and the bytes that the raw column beside it must have. A value's meta is its length * 16 + its type.
fn value_meta(data: &[u8]) -> Result<(u64, u64), Refusal> {
    const TIMESTAMP: u64 = 9;
    let mut total = 0u64;
    let rows = runs(data, Bytes::unsigned, |count, meta| {
        let meta = meta.ok_or(Structure::Column)?;
        if meta & 0xf > TIMESTAMP {
            return Err(Structure::ValueType.into());
        }
        total =
            (meta >> 4).checked_mul(count).and_then(|more| total.checked_add(more)).ok_or(Structure::Cut)?;
        Ok(())
    })?;
    Ok((rows, total))
}

fn pred_counts(data: &[u8]) -> Result<(u64, u64), Refusal> {
    let mut total = 0u64;
    let rows = runs(data, Bytes::unsigned, |count, preds| {
        let preds = preds.ok_or(Structure::Column)?;
        total = preds
            .checked_mul(count)
            .and_then(|more| total.checked_add(more))
            .filter(|total| *total <= OPERATIONS_MAX)
            .ok_or(Limit::OpBomb)?;
        Ok(())
    })?;
    Ok((rows, total))
}
