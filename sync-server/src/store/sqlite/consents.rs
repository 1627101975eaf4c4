//! What people have given in private, and taken back: a row each time, only ever added to. The purpose of an answer and how long it is kept
//! stand in the catalogue that its case was opened under.

use yuandian_model::{CaseId, UserId};

use super::error;
use super::row::count;
use super::writing::Transaction;
use crate::store::{ConsentLine, SealedRecord, StoreError};

/// An answer was given, or taken back. `now_ms`: server's clock, ms since 1970.
pub fn add(t: &Transaction<'_>, user: &UserId, record: &SealedRecord, now_ms: i64) -> Result<(), StoreError> {
    t.prepare_cached("INSERT INTO consent (user, document, key, given, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)")
        .and_then(|mut s| {
            s.execute((user.0, record.document.0, &record.key, !record.value.is_empty(), now_ms))
        })
        .map(|_| ())
        .map_err(error)
}

/// The ledger of a person, the first first.
pub fn list(t: &Transaction<'_>, of: &UserId) -> Result<Vec<ConsentLine>, StoreError> {
    t.prepare_cached("SELECT id, document, key, given, at_ms FROM consent WHERE user = ?1 ORDER BY id")
        .and_then(|mut s| {
            s.query_map([of.0], |row| {
                Ok(ConsentLine {
                    id: count(row, 0)?,
                    case: CaseId(row.get(1)?),
                    key: row.get(2)?,
                    given: row.get(3)?,
                    at_ms: row.get(4)?,
                })
            })?
            .collect()
        })
        .map_err(error)
}
