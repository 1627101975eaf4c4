//! The third of the seam on SQLite.

use yuandian_evidence::{Entry, LogId};
use yuandian_sync::message::{EvidenceReply, LinkAnswer};

use super::{SqliteStore, captures, log};
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
