//! What photos look like: fingerprints of thumbs, and which photos of other cases nearby look like one. A hint for a person, never a verdict.

use rusqlite::OptionalExtension;
use yuandian_evidence::Likeness;
use yuandian_model::{BlobHash, CaseId};
use yuandian_photo::{Fingerprint, looks_like};
use yuandian_sync::Rendition;

use super::error;
use super::writing::Transaction;
use crate::limits::{LIKENESS_MS, LIKENESS_PHOTOS_MAX};
use crate::store::{CaseRecord, StoreError};

/// Digits of a division's code that name its district: photos of one are compared.
const DISTRICT_DIGITS: usize = 6;

pub const WANTED: &str = "SELECT 1 FROM blob_ref WHERE hash = ?1 AND rendition = ?2
     AND NOT EXISTS (SELECT 1 FROM fingerprint WHERE thumb = ?1)";
pub const OF_PHOTO: &str = "SELECT f.phash, f.dhash FROM blob_ref r JOIN fingerprint f ON f.thumb = r.hash
     WHERE r.document = ?1 AND r.original = ?2 AND r.rendition = ?3 LIMIT 1";
pub const NEARBY: &str = "SELECT r.original, c.id, c.opened_ms, f.phash, f.dhash
     FROM case_row c JOIN blob_ref r ON r.document = c.id AND r.rendition = ?6 JOIN fingerprint f ON f.thumb = r.hash
     WHERE substr(c.grid, 1, 6) = ?1 AND c.opened_ms BETWEEN ?2 AND ?3 AND c.id <> ?4
     ORDER BY c.opened_ms DESC LIMIT ?5";

/// Whether a file is a thumb whose fingerprint is not known.
pub fn is_wanted(t: &Transaction<'_>, thumb: &BlobHash) -> Result<bool, StoreError> {
    t.prepare_cached(WANTED).and_then(|mut s| s.exists((thumb.0, Rendition::Thumb as i64))).map_err(error)
}

/// Keeps a thumb's fingerprint.
pub fn put(t: &Transaction<'_>, thumb: &BlobHash, print: Fingerprint) -> Result<(), StoreError> {
    t.prepare_cached(
        "INSERT INTO fingerprint (thumb, phash, dhash) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )
    .and_then(|mut s| s.execute((thumb.0, print.phash.cast_signed(), print.dhash.cast_signed())))
    .map(|_| ())
    .map_err(error)
}

fn print(phash: i64, dhash: i64) -> Fingerprint {
    Fingerprint { phash: phash.cast_unsigned(), dhash: dhash.cast_unsigned() }
}

/// Photos of other cases of the district, opened in the same months, that look like one of a case; the nearest first. What is the very same
/// file is left out: that is certain, and said otherwise.
pub fn alike(
    t: &Transaction<'_>,
    case: &CaseRecord,
    original: &BlobHash,
) -> Result<Vec<(Likeness, CaseId)>, StoreError> {
    let own: Option<(i64, i64)> = t
        .prepare_cached(OF_PHOTO)
        .and_then(|mut s| {
            s.query_row((case.id.0, original.0, Rendition::Thumb as i64), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
        })
        .map_err(error)?;
    let Some(own) = own.map(|(phash, dhash)| print(phash, dhash)) else { return Ok(Vec::new()) };
    let Some(district) = case.state.grid.as_str().get(..DISTRICT_DIGITS) else { return Ok(Vec::new()) };
    let (from, to) = (case.opened_ms.saturating_sub(LIKENESS_MS), case.opened_ms.saturating_add(LIKENESS_MS));
    let asked = (district, from, to, case.id.0, LIKENESS_PHOTOS_MAX, Rendition::Thumb as i64);
    let nearby: Vec<(BlobHash, CaseId, i64, Fingerprint)> = t
        .prepare_cached(NEARBY)
        .and_then(|mut s| {
            s.query_map(asked, |row| {
                Ok((BlobHash(row.get(0)?), CaseId(row.get(1)?), row.get(2)?, print(row.get(3)?, row.get(4)?)))
            })?
            .collect()
        })
        .map_err(error)?;
    let mut alike: Vec<(Likeness, CaseId)> = nearby
        .into_iter()
        .filter(|(other, _, _, print)| other != original && looks_like(own, *print))
        .map(|(other, document, received_ms, print)| {
            let distance = own.distance(print).phash;
            let like = Likeness { original: other, document: None, same_file: false, distance, received_ms };
            (like, document)
        })
        .collect();
    alike.sort_by_key(|(like, document)| (like.distance, like.received_ms, *document));
    Ok(alike)
}
