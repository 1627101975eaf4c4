//! Uploads that the platform carries out itself while the core sleeps: what to send, and what it is told of the outcome.
//!
//! Guarantees: an address is one of this server, and for one file of this phone; the store hears of bytes only by the server's own word; where
//! nobody knows how far an upload is, the next run asks.

use std::path::PathBuf;

use yuandian_model::{BlobHash, CaseId};
use yuandian_sync::{Keep, Transfer, TransferQueue, UploadPlan};

use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::blobs;

/// A request that the platform sends as it is. The body is the file from `offset` to its end: a platform that sends whole files writes the rest
/// into a file first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackgroundUpload {
    /// SHA-256 of the file, the id for the outcome.
    pub hash: BlobHash,
    /// A case that shows it.
    pub case: Option<CaseId>,
    /// HTTP method: `POST` begins an upload, whose address is told by [`Phone::background_begun`]; `PATCH` sends the rest.
    pub method: &'static str,
    /// Where to, absolute.
    pub url: String,
    /// Headers, the bearer token included where one is needed: good for minutes.
    pub headers: Vec<(String, String)>,
    /// Where the whole file lies, where the phone's files have paths.
    pub path: Option<PathBuf>,
    /// First byte to send.
    pub offset: u64,
    /// Bytes to send; 0 for a request without a body.
    pub length: u64,
}

impl Phone {
    /// The next uploads in their order, at most `most`: those that the person's choice lets through on this link.
    ///
    /// # Errors
    /// The store's; [`DeviceError::NotEnrolled`].
    pub fn background_uploads(&self, most: usize) -> Result<Vec<BackgroundUpload>> {
        let server = self.server()?;
        let token = self.token()?;
        let mut queue = TransferQueue::of(self.transfers()?);
        let mut uploads = Vec::new();
        while let Some(transfer) = queue.next_transfer().filter(|_| uploads.len() < most) {
            let sent = blobs::progress(&self.db, &transfer.hash)?.map_or(0, |file| file.sent);
            let plan = transfer.rest(sent);
            if plan.needs_token && token.is_none() {
                // The next run greets and begins it.
                continue;
            }
            uploads.push(self.planned(&server, token.as_deref(), &transfer, plan)?);
        }
        Ok(uploads)
    }

    fn planned(
        &self,
        server: &str,
        token: Option<&str>,
        transfer: &Transfer,
        plan: UploadPlan,
    ) -> Result<BackgroundUpload> {
        let mut headers: Vec<(String, String)> =
            plan.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        if let Some(token) = token.filter(|_| plan.needs_token) {
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        }
        let url = if plan.url.starts_with('/') { format!("{server}{}", plan.url) } else { plan.url };
        Ok(BackgroundUpload {
            hash: transfer.hash,
            case: blobs::cases_of(&self.db, &transfer.hash)?.first().copied(),
            method: plan.method,
            url,
            headers,
            path: plan.file.and_then(|hash| self.ports.blobs.path(&hash)),
            offset: plan.offset,
            length: plan.length,
        })
    }

    /// The platform has begun an upload: where, by the answer's `Location`. An address of another server is not taken.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] for a file that does not wait; [`DeviceError::Invalid`] for an address elsewhere.
    pub fn background_begun(&mut self, hash: &BlobHash, location: &str) -> Result<()> {
        let transfer = self.waiting(hash)?;
        if !location.starts_with('/') && !location.starts_with(&format!("{}/", self.server()?)) {
            return Err(DeviceError::invalid("location", "not an address of this phone's server"));
        }
        self.keep(&Keep::UploadAt { transfer, url: Some(location.to_owned()) })
    }

    /// How an upload of the platform ended: the answer's status and `Upload-Offset`. Anything unexpected changes nothing: the next run asks.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`] for a file that does not wait.
    pub fn background_ended(&mut self, hash: &BlobHash, status: u16, offset: Option<u64>) -> Result<()> {
        let transfer = self.waiting(hash)?;
        match (status, offset) {
            (200..=299, Some(at)) if at == transfer.size => self.keep(&Keep::Uploaded(transfer)),
            (200..=299, Some(at)) if at < transfer.size => {
                self.keep(&Keep::UploadOffset { transfer, offset: at })
            }
            (404 | 410, _) => self.keep(&Keep::UploadAt { transfer, url: None }),
            (413, _) => self.keep(&Keep::TooLarge(transfer)),
            _ => Ok(()),
        }
    }

    fn waiting(&self, hash: &BlobHash) -> Result<Transfer> {
        let found = blobs::waiting(&self.db)?.into_iter().find(|transfer| transfer.hash == *hash);
        found.ok_or_else(|| DeviceError::not_found("photo", hash))
    }
}
