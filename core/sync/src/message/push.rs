//! PUSH: commits and private answers on their way to the server.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use yuandian_document::SignedCommit;
use yuandian_model::{CaseId, Code};

use super::{LinkAnswer, LinkOffer, PartitionHead};

/// One commit and the micro pictures its envelope names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushItem {
    /// The commit.
    pub commit: SignedCommit,
    /// The pictures, in the envelope's order.
    pub micros: Vec<ByteVec>,
    /// The signed [`Receipt`](super::Receipt) of an earlier epoch: the commit was taken before the server was restored, and is offered again.
    pub adopt: Option<ByteVec>,
}

/// A private answer on its way to the server: single-writer, outside every document, read only by right.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PrivateRecord {
    /// The case.
    #[n(0)]
    pub document: CaseId,
    /// The form's key, or `position`.
    #[n(1)]
    pub key: String,
    /// The answer; empty takes it back.
    #[n(2)]
    pub value: String,
    /// Rises with every change by its writer: an older one never replaces a newer.
    #[n(3)]
    pub version: u64,
}

/// The outcome of one [`PrivateRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PrivateReceipt {
    /// The case.
    #[n(0)]
    pub document: CaseId,
    /// The key.
    #[n(1)]
    pub key: String,
    /// The version answered.
    #[n(2)]
    pub version: u64,
    /// `ok`, `dup`, or a refusal.
    #[n(3)]
    pub code: Code,
}

/// `POST /v1/push`: at most [`crate::limits::PUSH_COMMITS_MAX`] commits, in order; one bad item stops no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    pub version: u8,
    /// The commits.
    pub items: Vec<PushItem>,
    /// Private answers, at most [`crate::limits::PRIVATE_RECORDS_MAX`]; judged after the commits.
    pub private: Vec<PrivateRecord>,
    /// Capture records, at most [`crate::limits::PUSH_LINKS_MAX`], in their chain's order.
    pub links: Vec<LinkOffer>,
}

impl Push {
    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.private.is_empty() && self.links.is_empty()
    }
}

/// One receipt for each item, in order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PushReply {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The receipts, as stored: each one canonical [`Receipt`](super::Receipt) bytes.
    #[n(1)]
    pub receipts: Vec<ByteVec>,
    /// Where the partitions stand after it.
    #[n(2)]
    pub partitions: Vec<PartitionHead>,
    /// One for each private answer, in order.
    #[n(3)]
    pub private: Vec<PrivateReceipt>,
    /// One for each capture record, in order.
    #[n(4)]
    pub links: Vec<LinkAnswer>,
}
