//! What photos look like, and who looked at an original.

use yuandian_model::BlobHash;

use super::Hub;
use crate::limits::THUMB_BYTES_MAX;
use crate::problem::Problem;

impl Hub {
    /// Takes the fingerprint of a thumb that has arrived. One that cannot be read has none: its photo is compared with no other.
    ///
    /// # Errors
    /// A [`Problem`] of store and blobs.
    pub(super) fn take_fingerprint(&self, stored: &BlobHash) -> Result<(), Problem> {
        if !self.store.wants_fingerprint(stored)? {
            return Ok(());
        }
        let Some(size) = self.blobs.size(stored)?.filter(|size| *size <= THUMB_BYTES_MAX) else {
            return Ok(());
        };
        let Some(bytes) = self.blobs.read(stored, 0..size)? else { return Ok(()) };
        match yuandian_photo::fingerprint(&bytes) {
            Ok(print) => Ok(self.store.put_fingerprint(stored, print)?),
            Err(reason) => {
                tracing::info!(thumb = %stored, code = reason.code(), "a thumb without a fingerprint");
                Ok(())
            }
        }
    }
}
