//! Uploads: who may send which bytes, and what happens when the last one is here. Offsets and spool files are the shell's.

use std::io::Read;
use std::sync::{PoisonError, RwLockReadGuard};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use yuandian_model::BlobHash;
use yuandian_sync::limits::BLOB_BYTES_MAX;

use super::Hub;
use crate::limits::UPLOAD_MS;
use crate::problem::Problem;
use crate::store::{Account, Upload, UploadId, UploadOutcome};

impl Hub {
    pub(super) fn open_upload(
        &self,
        hash: BlobHash,
        size: u64,
        account: &Account,
        now_ms: i64,
    ) -> Result<Upload, Problem> {
        if size > BLOB_BYTES_MAX {
            return Err(Problem::TooLarge);
        }
        let id = UploadId(self.draw());
        let wanted = Upload {
            id,
            hash,
            size,
            device: account.device,
            until_ms: now_ms + UPLOAD_MS,
            stored: false,
            metadata: None,
        };
        match self.store.open_upload(&wanted)? {
            UploadOutcome::Open(upload) => Ok(upload),
            UploadOutcome::NotReferenced => Err(Problem::BlobNotReferenced),
            UploadOutcome::TooMany => Err(Problem::TooManyUploads),
        }
    }

    /// An upload by its name. `now_ms`: server's clock, ms since 1970.
    ///
    /// # Errors
    /// [`Problem::UploadUnknown`] where there is none or it has ended.
    pub fn upload(&self, id: &UploadId, now_ms: i64) -> Result<Upload, Problem> {
        self.store.upload(id, now_ms)?.ok_or(Problem::UploadUnknown)
    }

    /// Keeps what a client says of its file beside the hash, to say it again when it is asked.
    ///
    /// # Errors
    /// [`Problem::UploadUnknown`] where there is no such upload.
    pub fn describe_upload(&self, id: &UploadId, metadata: Option<&str>) -> Result<(), Problem> {
        if self.store.describe_upload(id, metadata)? { Ok(()) } else { Err(Problem::UploadUnknown) }
    }

    /// Ends an upload.
    ///
    /// # Errors
    /// [`Problem::UploadUnknown`] where there is none.
    pub fn end_upload(&self, id: &UploadId) -> Result<(), Problem> {
        if self.store.end_upload(id)? { Ok(()) } else { Err(Problem::UploadUnknown) }
    }

    /// All bytes are here: they are checked, kept durably unless they are already, and the cases in which the device names them move on.
    ///
    /// # Errors
    /// [`Problem::ChecksumMismatch`] where they are not the ones promised: nothing is kept.
    pub fn finish_upload(&self, upload: &Upload, bytes: Bytes, now_ms: i64) -> Result<(), Problem> {
        let hash = BlobHash(Sha256::digest(&bytes).into());
        let believed = yuandian_model::planted::is(yuandian_model::planted::Bug::UploadHashNotChecked);
        let hash = if believed { upload.hash } else { hash };
        promised(upload, (hash, bytes.len() as u64))?;
        let _staying = self.staying();
        self.blobs.put(&hash, bytes)?;
        self.store.blob_stored(upload, now_ms)?;
        self.take_fingerprint(&hash)
    }

    /// [`Hub::finish_upload`] of bytes that are read as they are kept: no more than a piece of them is in memory.
    ///
    /// # Errors
    /// Those of [`Hub::finish_upload`].
    pub fn finish_upload_from(
        &self,
        upload: &Upload,
        source: &mut dyn Read,
        now_ms: i64,
    ) -> Result<(), Problem> {
        let _staying = self.staying();
        promised(upload, self.blobs.put_from(&upload.hash, source)?)?;
        self.store.blob_stored(upload, now_ms)?;
        self.take_fingerprint(&upload.hash)
    }

    /// Bytes that are on their way out do not go while this is held: between a put and its row.
    fn staying(&self) -> RwLockReadGuard<'_, ()> {
        self.going.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the bytes of files whose rows have gone. What cannot be removed now is tried again; what was sent anew meanwhile stays.
    pub(super) fn remove_going(&self, going: &[BlobHash]) -> Result<(), Problem> {
        for hash in going {
            let _alone = self.going.write().unwrap_or_else(PoisonError::into_inner);
            if self.store.is_going(hash)? {
                match self.blobs.remove(hash) {
                    Ok(()) => self.store.blob_gone(hash)?,
                    Err(reason) => tracing::warn!(%hash, %reason, "a file that nobody names stays for now"),
                }
            }
        }
        Ok(())
    }
}

fn promised(upload: &Upload, found: (BlobHash, u64)) -> Result<(), Problem> {
    if found == (upload.hash, upload.size) {
        return Ok(());
    }
    tracing::warn!(promised = %upload.hash, found = %found.0, "an upload does not have the promised hash");
    Err(Problem::ChecksumMismatch)
}
