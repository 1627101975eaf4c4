//! Content documents: the change log is the truth, the saved document a cache beside it.

use rusqlite::OptionalExtension;
use yuandian_document::{Envelope, Kind, cbor, limits::COMMIT_BYTES_MAX};
use yuandian_model::CaseId;

use super::row::{count, damaged, heads, signed};
use super::writing::Transaction;
use super::{error, redaction};
use crate::store::{SavedDocument, StoreError};

pub fn saved(t: &Transaction<'_>, case: &CaseId) -> Result<Option<SavedDocument>, StoreError> {
    t.prepare_cached("SELECT version, saved, heads FROM document_cache WHERE document = ?1")
        .and_then(|mut statement| {
            statement
                .query_row([case.0], |row| {
                    Ok(SavedDocument { version: count(row, 0)?, saved: row.get(1)?, heads: heads(row, 2)? })
                })
                .optional()
        })
        .map_err(error)
}

/// With the version that they come to: the document was another with each change and each generation.
pub fn changes(t: &Transaction<'_>, case: &CaseId) -> Result<(Vec<Vec<u8>>, u64), StoreError> {
    let changes: Vec<Vec<u8>> = t.prepare_cached(
        "SELECT envelope FROM commit_log WHERE document = ?1 AND seq IS NOT NULL AND kind = ?2 ORDER BY seq",
    )
    .and_then(|mut statement| {
        statement
            .query_map((case.0, Kind::Content as i64), |row| {
                let envelope: Envelope =
                    cbor::decode("envelope", row.get_ref(0)?.as_blob()?, COMMIT_BYTES_MAX)
                        .map_err(|_| damaged(0, "envelope"))?;
                Ok(envelope.body)
            })?
            .collect()
    })
    .map_err(error)?;
    let version = changes.len() as u64 + u64::from(redaction::generation(t, case)?);
    Ok((changes, version))
}

pub fn keep(
    t: &Transaction<'_>,
    case: &CaseId,
    document: &SavedDocument,
    heads: &[u8],
) -> Result<(), StoreError> {
    t.prepare_cached(
        "INSERT INTO document_cache (document, version, saved, heads) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (document) DO UPDATE SET version = ?2, saved = ?3, heads = ?4",
    )
    .and_then(|mut statement| statement.execute((case.0, signed(document.version), &document.saved, heads)))
    .map(|_| ())
    .map_err(error)
}
