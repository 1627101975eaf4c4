//! Columns and domain types: the one place where they meet. A column that does not hold what it must is damage, not a guess.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row};
use yuandian_document::{ChangeHash, Place, cbor};
use yuandian_model::{CaseId, CaseState, PartitionId, ServiceId, UserId};

use super::error;
use super::writing::Transaction;
use crate::store::{CaseRecord, StoreError};

/// A place's encoding, bytes, far below this.
const PLACE_BYTES_MAX: usize = 256;
/// How far a case is, at most: its steps are the most of it.
const PROGRESS_BYTES_MAX: usize = 64 * 1024;

/// A column that does not hold what it must.
pub fn damaged(column: usize, what: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, format!("no {what}").into())
}

/// Parses a text column.
pub fn parsed<T: std::str::FromStr>(row: &Row<'_>, column: usize, what: &str) -> rusqlite::Result<T> {
    row.get_ref(column)?.as_str()?.parse().map_err(|_| damaged(column, what))
}

/// A number that is never negative.
pub fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    u64::try_from(row.get::<_, i64>(column)?).map_err(|_| damaged(column, "count"))
}

/// A number as SQLite keeps it. Ours are counts and sizes far below 2^63.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// People one after the other, 16 bytes each.
pub fn people_blob(people: &[UserId]) -> Vec<u8> {
    people.iter().flat_map(|user| user.0).collect()
}

fn people(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<UserId>> {
    let bytes = row.get_ref(column)?.as_blob()?;
    bytes
        .chunks(16)
        .map(|chunk| UserId::from_slice(chunk).ok_or_else(|| damaged(column, "list of people")))
        .collect()
}

/// Heads one after the other, 32 bytes each.
pub fn heads_blob(heads: &[ChangeHash]) -> Vec<u8> {
    heads.iter().flat_map(|head| head.0).collect()
}

/// Heads from a column that may be null.
pub fn heads(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<ChangeHash>> {
    let Some(bytes) = row.get_ref(column)?.as_blob_or_null()? else {
        return Ok(Vec::new());
    };
    bytes
        .chunks(32)
        .map(|chunk| chunk.try_into().map(ChangeHash).map_err(|_| damaged(column, "list of heads")))
        .collect()
}

/// A place as a column.
pub fn place_blob(place: Option<&Place>) -> Option<Vec<u8>> {
    place.map(cbor::encode)
}

/// Columns of a case, in the order that [`record`] reads.
pub const CASE_COLUMNS: &str = "id, service, catalogue, grid, author, stage, act_seq, holders, waiting, followers, place, partition, opened_ms, touched_ms, version, log_bytes, title, photos, conflict, aged, progress";
/// How many they are.
pub const CASE_COLUMN_COUNT: usize = 21;

/// A case from [`CASE_COLUMNS`].
pub fn record(row: &Row<'_>) -> rusqlite::Result<CaseRecord> {
    let place = match row.get_ref(10)?.as_blob_or_null()? {
        Some(bytes) => Some(cbor::decode("place", bytes, PLACE_BYTES_MAX).map_err(|_| damaged(10, "place"))?),
        None => None,
    };
    Ok(CaseRecord {
        id: CaseId(row.get(0)?),
        state: CaseState {
            service: ServiceId(row.get(1)?),
            catalogue: row.get(2)?,
            grid: parsed(row, 3, "division code")?,
            author: UserId(row.get(4)?),
            stage: row.get(5)?,
            act_seq: count(row, 6)?,
            holders: people(row, 7)?,
            waiting: people(row, 8)?,
            followers: people(row, 9)?,
            progress: cbor::decode("progress", row.get_ref(20)?.as_blob()?, PROGRESS_BYTES_MAX)
                .map_err(|_| damaged(20, "progress"))?,
        },
        place,
        partition: PartitionId(row.get(11)?),
        opened_ms: row.get(12)?,
        touched_ms: row.get(13)?,
        version: count(row, 14)?,
        log_bytes: count(row, 15)?,
        title: row.get(16)?,
        photos: row.get(17)?,
        conflict: row.get(18)?,
        aged: row.get(19)?,
    })
}

/// One case.
pub fn case(t: &Transaction<'_>, id: &CaseId) -> Result<Option<CaseRecord>, StoreError> {
    t.prepare_cached(&format!("SELECT {CASE_COLUMNS} FROM case_row WHERE id = ?1"))
        .and_then(|mut statement| statement.query_row([id.0], record).optional())
        .map_err(error)
}
