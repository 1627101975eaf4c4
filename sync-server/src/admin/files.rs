//! What an operator does about stored files: reads them through, and holds a case for the law.

use std::path::Path;

use yuandian_model::CaseId;

use super::AdminError;
use crate::blobs::{Blobs, ObjectBlobs};
use crate::randomness::Randomness;
use crate::shell::{Place, ServeError, backup};
use crate::store::{Files as _, FilesOutcome};
use crate::verify::{How, Verified, set_out_strays, verify};

/// Reads every stored file of a data directory through; what is missing or damaged is mended from the backups in `copies`, or noted as lost.
/// With `notes` false nothing is changed. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`].
pub fn verify_blobs(
    data: &Path,
    copies: Option<&Path>,
    notes: bool,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<Verified, AdminError> {
    let place = Place::open(data)?;
    let store = place.store(randomness)?;
    let blobs = ObjectBlobs::directory(&place.blobs()).map_err(ServeError::from)?;
    let inside = place.backups();
    let pool = backup::pool(copies.unwrap_or(&inside))?;
    let how = How { copies: pool.as_ref().map(|pool| pool as &dyn Blobs), lost_max: None, notes };
    let mut verified = verify(&store, &blobs, how, now_ms).map_err(ServeError::from)?;
    let there = blobs.all().map_err(ServeError::from)?;
    verified.stray = set_out_strays(&store, there, notes, now_ms).map_err(ServeError::from)?;
    Ok(verified)
}

/// Holds a case, so that its files stay whatever becomes of it, or lets it go; whether that is news. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError::UnknownCase`].
pub fn hold(
    data: &Path,
    case: CaseId,
    held: bool,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<bool, AdminError> {
    let store = Place::open(data)?.store(randomness)?;
    match store.hold_case(&case, held, now_ms).map_err(ServeError::from)? {
        FilesOutcome::Unknown => Err(AdminError::UnknownCase(case)),
        outcome => Ok(outcome == FilesOutcome::Done),
    }
}

/// Cases that are held, rising.
///
/// # Errors
/// [`AdminError`].
pub fn held(data: &Path, randomness: &mut dyn Randomness) -> Result<Vec<CaseId>, AdminError> {
    let store = Place::open(data)?.store(randomness)?;
    Ok(store.held_cases().map_err(ServeError::from)?)
}
