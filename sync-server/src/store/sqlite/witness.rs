//! The third of the seam on SQLite.

use yuandian_evidence::{Entry, Handling, LogId};
use yuandian_model::{BlobHash, CaseId, DeviceId, UserId};
use yuandian_photo::Fingerprint;
use yuandian_sync::message::{EvidenceReply, LinkAnswer};

use super::{SqliteStore, captures, likeness, log};
use crate::limits::VIEW_AGAIN_MS;
use crate::store::{Account, EvidenceQuestion, NewLink, StoreError, Witness};

impl Witness for SqliteStore {
    fn put_links(
        &self,
        account: &Account,
        links: &[NewLink],
        now_ms: i64,
    ) -> Result<Vec<LinkAnswer>, StoreError> {
        if links.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|t| captures::put(t, account, links, now_ms))
    }
    fn log_entry(&self, log: &LogId, index: u64) -> Result<Entry, StoreError> {
        self.read(|t| log::entry(t, log, index))
    }
    fn looked_at(
        &self,
        original: &BlobHash,
        document: &CaseId,
        (user, device): (UserId, DeviceId),
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let since_ms = now_ms.saturating_sub(VIEW_AGAIN_MS);
        if self.read(|t| log::has_looked(t, original, (document, &user), since_ms))? {
            return Ok(());
        }
        let by = (*document, user, device);
        self.write(|t| log::enter_handled(t, Handling::View, &[*original], by, now_ms))
    }
    fn wants_fingerprint(&self, thumb: &BlobHash) -> Result<bool, StoreError> {
        self.read(|t| likeness::is_wanted(t, thumb))
    }
    fn put_fingerprint(&self, thumb: &BlobHash, print: Fingerprint) -> Result<(), StoreError> {
        self.write(|t| likeness::put(t, thumb, print))
    }
    fn evidence(
        &self,
        question: &EvidenceQuestion<'_>,
        now_ms: i64,
    ) -> Result<Option<EvidenceReply>, StoreError> {
        // Only an export, and the first word of a log, are written.
        if !question.export && self.read(log::current)?.is_some() {
            return self.read(|t| captures::told(t, question, now_ms));
        }
        self.write(|t| captures::told(t, question, now_ms))
    }
}
