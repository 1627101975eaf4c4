//! Backups by hand, and putting one back.

use std::path::{Path, PathBuf};

use super::AdminError;
use crate::blobs::ObjectBlobs;
use crate::randomness::Randomness;
use crate::shell::backup::{self, Restored};
use crate::shell::{Place, ServeError};

/// Makes a backup of a data directory, which may be served, in a place of backups; its folder. `keys`: where the keys of private answers are, by
/// default inside. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`]; nothing is left that could be taken for a backup.
pub fn back_up(
    (data, keys): (&Path, Option<&Path>),
    to: &Path,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<PathBuf, AdminError> {
    let place = Place::open(data)?;
    let store = place.store(randomness)?;
    let blobs = ObjectBlobs::directory(&place.blobs()).map_err(ServeError::from)?;
    Ok(backup::back_up(&store, &blobs, &place.keys(keys), to, now_ms)?)
}

/// Puts a backup back into an empty or missing directory under a new epoch; with `accept_lost` also one that lacks files. `keys`: where the keys of
/// private answers go, by default inside. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`]; a server does not start on what is half-made.
pub fn put_back(
    (data, keys): (&Path, Option<&Path>),
    from: &Path,
    accept_lost: bool,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<Restored, AdminError> {
    Ok(backup::restore((data, keys), from, accept_lost, randomness, now_ms)?)
}
