//! Files for those who may read a case that names them: never for who only knows a hash.

use std::ops::Range;

use bytes::Bytes;
use yuandian_model::{BlobHash, CaseState};
use yuandian_sync::media;

use super::{Hub, Principal, Response};
use crate::problem::Problem;
use crate::store::{Account, ReadableBlob};
use crate::streams::streams_for;

/// Media type of micro pictures, which no entry names.
const MICRO_MIME: &str = "image/jpeg";

/// A file that somebody may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its hash.
    pub hash: BlobHash,
    /// Media type, one of a closed list.
    pub mime: &'static str,
    /// Bytes.
    pub size: u64,
    /// A micro picture's bytes, which are kept in the database.
    micro: Option<Bytes>,
}

impl Hub {
    /// Who may read a file gets what there is to say of it. Absent and forbidden are one answer: nobody learns what exists. `now_ms`: server's
    /// clock, ms since 1970.
    ///
    /// # Errors
    /// [`Problem::BlobUnknown`], [`Problem::Unauthorized`].
    pub fn may_read(&self, hash: &BlobHash, principal: &Principal, now_ms: i64) -> Result<Reading, Problem> {
        let account = principal.welcome()?;
        let held = streams_for(account.at(now_ms));
        let hash = *hash;
        let rules = self.rules();
        let reads = |state: &CaseState| rules.reads_evidence(account.at(now_ms), state);
        let found = self.store.readable_blob(&hash, &account.user, &held, &reads)?;
        Ok(match found.ok_or(Problem::BlobUnknown)? {
            ReadableBlob::Micro(bytes) => {
                let size = bytes.len() as u64;
                Reading { hash, mime: MICRO_MIME, size, micro: Some(Bytes::from(bytes)) }
            }
            ReadableBlob::Whole { mime, size, looked_at } => {
                // In the log before a byte is given.
                if let Some(document) = looked_at {
                    self.ready(now_ms)?;
                    self.store.looked_at(&hash, &document, (account.user, account.device), now_ms)?;
                }
                Reading { hash, mime: media::served(&mime), size, micro: None }
            }
        })
    }

    /// A part of a file, which must lie inside it. Bytes that are missing are noted as lost, so that who has them sends them again.
    ///
    /// # Errors
    /// [`Problem::BlobUnknown`] where they are missing, [`Problem::NotReady`] where the disk does not give them now.
    pub fn read(&self, reading: &Reading, part: Range<u64>, now_ms: i64) -> Result<Bytes, Problem> {
        let wanted = part.end.saturating_sub(part.start);
        let bytes = match &reading.micro {
            Some(micro) => part_of(micro, &part),
            None => self.blobs.read(&reading.hash, part)?,
        };
        match bytes {
            Some(bytes) if bytes.len() as u64 == wanted => Ok(bytes),
            Some(_) if self.blobs.size(&reading.hash)? == Some(reading.size) => Err(Problem::NotReady),
            _ => {
                tracing::error!(hash = %reading.hash, "a file that was stored is missing or cut short");
                self.store.blob_lost(&reading.hash, now_ms)?;
                Err(Problem::BlobUnknown)
            }
        }
    }

    pub(super) fn blob(&self, hash: &BlobHash, account: &Account, now_ms: i64) -> Result<Response, Problem> {
        let reading = self.may_read(hash, &Principal::Device(account.clone()), now_ms)?;
        let bytes = self.read(&reading, 0..reading.size, now_ms)?;
        Ok(Response::Blob { mime: reading.mime.to_owned(), bytes })
    }
}

fn part_of(bytes: &Bytes, part: &Range<u64>) -> Option<Bytes> {
    let from = usize::try_from(part.start).ok()?;
    let to = usize::try_from(part.end).ok()?;
    (from <= to && to <= bytes.len()).then(|| bytes.slice(from..to))
}
