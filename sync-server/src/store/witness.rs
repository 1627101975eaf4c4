//! The third of the seam that witnesses photographs: capture records, the evidence log, who handled originals.

use std::collections::BTreeSet;

use yuandian_evidence::{CaptureReceipt, Entry, Link, LogId, RecordHash, SignedLink};
use yuandian_model::{BlobHash, CaseId, CaseState, DeviceId, UserId};
use yuandian_photo::Fingerprint;
use yuandian_sync::StreamId;
use yuandian_sync::message::{EvidenceReply, LinkAnswer, SeenLog};

use super::{Account, StoreError};

/// A link whose form and signature were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// As it came.
    pub link: SignedLink,
    /// What it says.
    pub opened: Link,
    /// The record's name.
    pub name: RecordHash,
    /// The receipt of an earlier log, whose signature holds.
    pub adopted: Option<CaptureReceipt>,
}

/// What is asked about a case's photos, and by whom.
pub struct EvidenceQuestion<'a> {
    /// The case.
    pub document: CaseId,
    /// How much of which log the reader has seen.
    pub seen: Option<SeenLog>,
    /// Whether the originals leave the system with the answer.
    pub export: bool,
    /// Who asks.
    pub user: UserId,
    /// With which device.
    pub device: DeviceId,
    /// The streams that lead to the reader's cases.
    pub streams: &'a BTreeSet<StreamId>,
    /// Whether the reader sees the records of others in a case.
    pub reads: &'a dyn Fn(&CaseState) -> bool,
}

/// The third of [`super::Store`].
pub trait Witness: Send + Sync {
    /// Keeps links of a device's chain and enters what is new into the log; one answer each, in order. The receipt of a record is the same
    /// bytes for ever.
    ///
    /// # Errors
    /// [`StoreError`], as for every method.
    fn put_links(
        &self,
        account: &Account,
        links: &[NewLink],
        now_ms: i64,
    ) -> Result<Vec<LinkAnswer>, StoreError>;

    /// A leaf of a log.
    fn log_entry(&self, log: &LogId, index: u64) -> Result<Entry, StoreError>;

    /// Enters that somebody was given an original that another sent; looks within an hour are one.
    fn looked_at(
        &self,
        original: &BlobHash,
        document: &CaseId,
        by: (UserId, DeviceId),
        now_ms: i64,
    ) -> Result<(), StoreError>;

    /// Whether a file is a thumb whose fingerprint is not known.
    fn wants_fingerprint(&self, thumb: &BlobHash) -> Result<bool, StoreError>;

    /// Keeps a thumb's fingerprint.
    fn put_fingerprint(&self, thumb: &BlobHash, print: Fingerprint) -> Result<(), StoreError>;

    /// What is known of a case's photos; none where the reader does not hold the case. An export is in the log before it is answered.
    fn evidence(
        &self,
        question: &EvidenceQuestion<'_>,
        now_ms: i64,
    ) -> Result<Option<EvidenceReply>, StoreError>;
}
