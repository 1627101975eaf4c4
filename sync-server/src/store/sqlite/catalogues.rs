//! Versions of the catalogue, each signed when it was published.

use rusqlite::OptionalExtension;
use yuandian_document::SignedCatalogue;
use yuandian_model::catalogue::CatalogueFile;

use super::writing::Transaction;
use super::{error, keys, settings};
use crate::store::{PublishOutcome, StoreError};

/// The highest version that a phone said it holds.
const TOLD: &str = "catalogue_told";

/// Numbers of the versions that are kept, rising.
pub fn versions(t: &Transaction<'_>) -> Result<Vec<u32>, StoreError> {
    t.prepare_cached("SELECT version FROM catalogue ORDER BY version")
        .and_then(|mut s| s.query_map([], |row| row.get(0))?.collect())
        .map_err(error)
}

/// A version as it was signed.
pub fn signed(t: &Transaction<'_>, version: u32) -> Result<Option<Vec<u8>>, StoreError> {
    t.prepare_cached("SELECT signed FROM catalogue WHERE version = ?1")
        .and_then(|mut s| s.query_row([version], |row| row.get(0)).optional())
        .map_err(error)
}

/// Signs the files with the key in force and keeps them; what was kept under their number is replaced.
pub fn put(
    t: &Transaction<'_>,
    files: &[CatalogueFile<'_>],
    now_ms: i64,
) -> Result<PublishOutcome, StoreError> {
    let signed = match SignedCatalogue::sign(files, &keys::signer(t)?) {
        Ok(signed) => signed,
        Err(error) => return Ok(PublishOutcome::Refused(error)),
    };
    let (version, bytes) = (signed.version(), signed.encode());
    t.prepare_cached("INSERT OR REPLACE INTO catalogue (version, signed, at_ms) VALUES (?1, ?2, ?3)")
        .and_then(|mut s| s.execute((version, &bytes, now_ms)))
        .map_err(error)?;
    Ok(PublishOutcome::Done { version, bytes: bytes.len() })
}

/// A phone says that it holds a version.
pub fn note_told(t: &Transaction<'_>, version: u32) -> Result<(), StoreError> {
    if told(t)?.is_some_and(|known| known >= version) {
        return Ok(());
    }
    settings::set(t, TOLD, &version.to_string())
}

/// The highest version that a phone said it holds and this store did not know then.
pub fn told(t: &Transaction<'_>) -> Result<Option<u32>, StoreError> {
    Ok(settings::get(t, TOLD)?.and_then(|value| value.parse().ok()))
}
