//! What a PUSH brings, opened and tried, on its way into the sequencing transaction.

use std::collections::BTreeMap;

use yuandian_document::{Act, ChangeHash, Envelope, Kind, SignedCommit};
use yuandian_model::{BlobHash, CaseId, CommitId, DeviceId, GroupId, Refusal, UserId, Writing};
use yuandian_sync::Rendition;
use yuandian_sync::message::PartitionHead;

use super::{Account, Adopted};
use crate::limits::{PULLED_BLOB_BYTES, PULLED_COMMIT_BYTES};

/// What one command of a device writes into one case, once: its content or its act. The group is the command's and survives every rewriting,
/// so a copied home that sends the command again under another incarnation is known by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommandPart {
    /// The case.
    pub document: CaseId,
    /// The command.
    pub group: GroupId,
    /// Content or act.
    pub kind: Kind,
}

impl CommandPart {
    /// The part that a commit is.
    #[must_use]
    pub fn of(envelope: &Envelope) -> Self {
        Self { document: envelope.document, group: envelope.group, kind: envelope.kind }
    }
}

/// A saved content document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedDocument {
    /// Number of changes in it beside the genesis.
    pub version: u64,
    /// For `Content::load`.
    pub saved: Vec<u8>,
    /// Its heads, rising.
    pub heads: Vec<ChangeHash>,
}

/// A file that a photo entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRef {
    /// SHA-256 of its bytes.
    pub hash: BlobHash,
    /// Bytes.
    pub size: u64,
    /// Its media type, `image/…`.
    pub mime: String,
    /// Whether everybody who sees the case may read it; otherwise only the person that sent it. An original may carry its exact place.
    pub shared: bool,
    /// Which size of the photo.
    pub rendition: Rendition,
    /// The photo's original.
    pub original: BlobHash,
}

/// What preparing a content commit found, on document version `base`.
#[derive(Debug, Clone)]
pub struct ContentWork {
    /// The version the change was tried on.
    pub base: u64,
    /// What its author was seen to be allowed to write.
    pub allowed: Option<Writing>,
    /// What the gate said.
    pub gate: GateOutcome,
}

/// What the gate said of a change.
#[derive(Debug, Clone)]
pub enum GateOutcome {
    /// In.
    Admitted {
        /// Files its photos name.
        blobs: Vec<BlobRef>,
        /// The change's own name.
        change: ChangeHash,
        /// The document's title after it, as a list shows it.
        title: String,
        /// Photos in the document after it.
        photos: u32,
        /// Whether an answer has more than one value after it.
        conflict: bool,
        /// Photos that it adds.
        photos_added: u32,
    },
    /// The document has it already.
    Duplicate,
    /// It builds on what has not arrived.
    Held,
    /// No.
    Refused(Refusal),
    /// Never tried: its author may not write here, or its chain is broken.
    Untried,
}

/// What a commit asks for.
#[derive(Debug, Clone)]
pub enum Work {
    /// Refused for its bytes alone.
    Refused(Refusal),
    /// To be judged.
    Act(Act),
    /// Tried by the gate.
    Content(ContentWork),
}

/// How a commit comes to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Its device has sent it: it takes its place in the chain.
    Pushed,
    /// It was held, and what it missed may have come.
    Released {
        /// Whether it is given up where it still misses something.
        last: bool,
    },
    /// An operator has taken it in after all.
    Granted {
        /// The operator's words.
        words: String,
    },
}

/// A commit ready for the sequencing transaction. Its signature holds and it is its device's own.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Its id.
    pub id: CommitId,
    /// Its author.
    pub user: UserId,
    /// As it arrived.
    pub commit: SignedCommit,
    /// Opened.
    pub envelope: Envelope,
    /// Micro pictures: hash and bytes, verified.
    pub micros: Vec<(BlobHash, Vec<u8>)>,
    /// When it arrived, ms since 1970.
    pub received_ms: i64,
    /// How it comes to be judged.
    pub origin: Origin,
    /// Its verdict before the server was restored.
    pub adopted: Option<Adopted>,
    /// What it asks for.
    pub work: Work,
}

impl Prepared {
    /// Bytes that PULL sends of it, at most: envelope, micro pictures, and what is said beside them.
    #[must_use]
    pub fn pulled_bytes(&self) -> u64 {
        let micros: usize = self.micros.iter().map(|(_, bytes)| bytes.len()).sum();
        let words = match &self.origin {
            Origin::Granted { words } => words.len(),
            Origin::Pushed | Origin::Released { .. } => 0,
        };
        (self.commit.envelope.len() + micros + words) as u64 + PULLED_COMMIT_BYTES
    }

    /// Bytes that it adds to what its case sends, at most: itself, and the files it names once the gate has found them.
    #[must_use]
    pub fn cost(&self) -> u64 {
        let files = match &self.work {
            Work::Content(ContentWork { gate: GateOutcome::Admitted { blobs, .. }, .. }) => blobs.len(),
            _ => 0,
        };
        self.pulled_bytes() + files as u64 * PULLED_BLOB_BYTES
    }
}

/// One PUSH, prepared.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The pushing device.
    pub device: DeviceId,
    /// The person it speaks for.
    pub user: UserId,
    /// Its commits, in order; after them those that it releases.
    pub items: Vec<Prepared>,
    /// What was seen to wait in the cases of its commits.
    pub held: BTreeMap<CaseId, Vec<CommitId>>,
    /// Documents as they are after all admitted changes of the batch.
    pub documents: BTreeMap<CaseId, SavedDocument>,
    /// Server's clock, ms since 1970.
    pub now_ms: i64,
    /// Nothing was looked at before: good for acts in cases where nothing waits, and as long as none of them has to wait.
    pub unseen: bool,
}

impl Batch {
    /// A batch that nothing was looked at for.
    #[must_use]
    pub fn unseen(account: &Account, items: Vec<Prepared>, now_ms: i64) -> Self {
        Self {
            device: account.device,
            user: account.user,
            items,
            held: BTreeMap::new(),
            documents: BTreeMap::new(),
            now_ms,
            unseen: true,
        }
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// Done: canonical receipts in order, and where the partitions stand.
    Done {
        /// One for each item.
        receipts: Vec<Vec<u8>>,
        /// Of the partitions it wrote in, or of the first where it wrote nothing.
        heads: Vec<PartitionHead>,
        /// Cases whose document is now as the batch has it.
        documents: Vec<CaseId>,
    },
    /// Something it was prepared against has moved: prepare again. Nothing was written.
    Moved,
}
