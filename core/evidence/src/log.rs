//! The server's evidence log: what its leaves say, and the signed word where it stands.
//!
//! One log is one life of the server's store. A restored server begins another, whose first leaf is the last checkpoint of the one before.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use yuandian_document::cbor::{self, CborError};
use yuandian_document::{Purpose, ServerKey, SignedNotice};
use yuandian_model::{BlobHash, CaseId, DeviceId, UserId};

use crate::limits::NOTICE_BYTES_MAX;
use crate::merkle::{Hash, leaf_hash};
use crate::record::RecordHash;
use crate::token::believed;

/// Name of a log: made from the random name of the life that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct LogId(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

impl std::fmt::Display for LogId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// What somebody did with an original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Handling {
    /// Its bytes were given to somebody who did not take it.
    #[n(0)]
    View,
    /// It left the system in a bundle.
    #[n(1)]
    Export,
    /// A picture was made from it for others, with words burnt in or without what it says of its author.
    #[n(2)]
    Derivative,
}

impl Handling {
    /// Stable short name, the key of the translated word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Export => "export",
            Self::Derivative => "derivative",
        }
    }
}

/// One leaf of the log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Entry {
    /// The first leaf.
    #[n(0)]
    Began {
        /// The last signed checkpoint of the log before, where there was one.
        #[n(0)]
        previous: Option<ByteVec>,
    },
    /// A capture record arrived.
    #[n(1)]
    Captured {
        /// Its name.
        #[n(0)]
        record: RecordHash,
        /// When, server's clock, ms since 1970; of one that a restored server was offered again, when it had come first.
        #[n(1)]
        received_ms: i64,
    },
    /// An original was handled.
    #[n(2)]
    Handled {
        /// How.
        #[n(0)]
        how: Handling,
        /// Which.
        #[n(1)]
        original: BlobHash,
        /// The case by which it was reached.
        #[n(2)]
        document: CaseId,
        /// By whom.
        #[n(3)]
        user: UserId,
        /// With which device.
        #[n(4)]
        device: DeviceId,
        /// When, server's clock, ms since 1970.
        #[n(5)]
        at_ms: i64,
    },
}

impl Entry {
    /// The leaf's canonical bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads a leaf.
    ///
    /// # Errors
    /// [`CborError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::decode("log entry", bytes, NOTICE_BYTES_MAX)
    }

    /// Its hash in the tree.
    #[must_use]
    pub fn hash(&self) -> Hash {
        leaf_hash(&self.to_bytes())
    }
}

/// Where a log stands, signed by the server ([`Purpose::Checkpoint`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Checkpoint {
    /// Which log.
    #[n(0)]
    pub log: LogId,
    /// Its leaves.
    #[n(1)]
    pub size: u64,
    /// Root of the tree over them.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub root: Hash,
    /// Server's clock, ms since 1970.
    #[n(3)]
    pub at_ms: i64,
}

impl Checkpoint {
    /// Reads one that one of these keys signed; none for any other.
    #[must_use]
    pub fn believed(notice: &SignedNotice, keys: &[ServerKey]) -> Option<Self> {
        believed("checkpoint", notice, Purpose::Checkpoint, keys)
    }
}

/// The server's receipt of one record, signed ([`Purpose::CaptureReceipt`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CaptureReceipt {
    /// Which record.
    #[n(0)]
    pub record: RecordHash,
    /// For whom the device spoke then.
    #[n(1)]
    pub user: UserId,
    /// When it arrived, server's clock, ms since 1970.
    #[n(2)]
    pub received_ms: i64,
    /// In which log it stands.
    #[n(3)]
    pub log: LogId,
    /// Which leaf of it.
    #[n(4)]
    pub index: u64,
}

impl CaptureReceipt {
    /// Reads one that one of these keys signed; none for any other.
    #[must_use]
    pub fn believed(notice: &SignedNotice, keys: &[ServerKey]) -> Option<Self> {
        believed("capture receipt", notice, Purpose::CaptureReceipt, keys)
    }

    /// The leaf that it promises.
    #[must_use]
    pub fn entry(&self) -> Entry {
        Entry::Captured { record: self.record, received_ms: self.received_ms }
    }
}
