//! Every stored file read through and held against its name: what is missing or damaged is mended from a copy, or noted as lost, so that nobody
//! is told that it is stored and who has its bytes sends them again; what was lost and is there again is found.

use std::collections::BTreeSet;

use serde::Serialize;
use yuandian_model::BlobHash;

use crate::blobs::{BlobError, Blobs};
use crate::store::{FileRow, Store, StoreError};

/// Rows that are looked at in one transaction.
const ROWS_MAX: u32 = 1_000;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Files with a row.
    pub files: u64,
    /// Their bytes as far as they were there.
    pub bytes: u64,
    /// Missing or damaged, and put back from a copy.
    pub mended: Vec<BlobHash>,
    /// Missing or damaged, and no copy has them: wanted from phones again. Those that were known to be lost are among them.
    pub lost: Vec<BlobHash>,
    /// Lost before and whole again.
    pub found: Vec<BlobHash>,
    /// Bytes without a row: they go in time. Not looked for by a backup.
    pub stray: Vec<BlobHash>,
}

/// Why files were not verified, or more were missing than somebody who was not asked may note.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The blobs.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// So many are missing or damaged that the disk may be away. Nothing was noted.
    #[error(
        "{found} of {files} files are missing or damaged: see that the disk of the blobs is there; if it is, note them with `yuandian-server admin verify-blobs`"
    )]
    TooMany {
        /// How many.
        found: usize,
        /// Of how many.
        files: u64,
    },
}

/// What to do with what is found.
#[derive(Clone, Copy)]
pub struct How<'h> {
    /// Where copies are, if there are any.
    pub copies: Option<&'h dyn Blobs>,
    /// More losses than so many are an error, and nothing is noted; without, all are.
    pub lost_max: Option<usize>,
    /// Whether anything is changed.
    pub notes: bool,
}

/// Reads every file through. `now_ms`: ms since 1970.
///
/// # Errors
/// [`VerifyError`].
pub fn verify(
    store: &dyn Store,
    blobs: &dyn Blobs,
    how: How<'_>,
    now_ms: i64,
) -> Result<Verified, VerifyError> {
    let mut verified = Verified::default();
    let (mut bad, mut after) = (Vec::new(), None);
    loop {
        let rows = store.files(after.as_ref(), ROWS_MAX)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.hash);
        for row in rows {
            verified.files += 1;
            let there = blobs.examine(&row.hash)?;
            verified.bytes += there.map_or(0, |(_, size)| size);
            match (there == Some((row.hash, row.size)), row.lost_ms) {
                (true, None) => {}
                (true, Some(_)) => verified.found.push(row.hash),
                (false, _) => bad.push(row),
            }
        }
    }
    let news = bad.iter().filter(|row| row.lost_ms.is_none()).count();
    for row in bad {
        if let Some(copies) = how.copies
            && mend(&row, copies, blobs, how.notes)?
        {
            verified.mended.push(row.hash);
        } else {
            verified.lost.push(row.hash);
        }
    }
    let lost = news.min(verified.lost.len());
    if how.lost_max.is_some_and(|max| lost > max) {
        return Err(VerifyError::TooMany { found: lost, files: verified.files });
    }
    if how.notes {
        for hash in &verified.lost {
            if store.blob_lost(hash, now_ms)? {
                tracing::error!(%hash, "a stored file is missing or damaged: phones that have it send it again");
            }
        }
        for hash in verified.found.iter().chain(&verified.mended) {
            store.blob_found(hash, now_ms)?;
        }
    }
    Ok(verified)
}

/// Puts a file back from a copy that is whole.
fn mend(row: &FileRow, copies: &dyn Blobs, blobs: &dyn Blobs, notes: bool) -> Result<bool, BlobError> {
    if copies.examine(&row.hash)? != Some((row.hash, row.size)) {
        return Ok(false);
    }
    if notes {
        let Some(bytes) = copies.get(&row.hash)? else { return Ok(false) };
        blobs.put(&row.hash, bytes)?;
    }
    Ok(true)
}

/// Sets bytes that no row names on their way out. `there`: every file that is there.
///
/// # Errors
/// [`StoreError`].
pub fn set_out_strays(
    store: &dyn Store,
    there: Vec<BlobHash>,
    notes: bool,
    now_ms: i64,
) -> Result<Vec<BlobHash>, StoreError> {
    let (mut rows, mut after) = (BTreeSet::new(), None);
    loop {
        let page = store.files(after.as_ref(), ROWS_MAX)?;
        let Some(last) = page.last() else { break };
        after = Some(last.hash);
        rows.extend(page.into_iter().map(|row| row.hash));
    }
    let mut strays = Vec::new();
    for hash in there.into_iter().filter(|hash| !rows.contains(hash)) {
        if !notes || store.blob_stray(&hash, now_ms)? {
            strays.push(hash);
        }
    }
    Ok(strays)
}
