//! EVIDENCE: capture records on their way to the server, and what it says of a case's photos.

use minicbor::{Decode, Encode};
use yuandian_document::{DeviceCertificate, SignedNotice};
use yuandian_evidence::{LogId, PathHash, RecordHash, SignedLink};
use yuandian_model::{CaseId, Code, UserId};

/// A link of the device's own chain.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LinkOffer {
    /// The link.
    #[n(0)]
    pub link: SignedLink,
    /// The signed receipt of an earlier log: the record was received before the server was restored, and is offered again.
    #[n(1)]
    pub adopt: Option<SignedNotice>,
}

/// The outcome of one [`LinkOffer`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LinkAnswer {
    /// The record's name; none of a link that cannot be read.
    #[n(0)]
    pub record: Option<RecordHash>,
    /// `ok`, `dup`, or a refusal.
    #[n(1)]
    pub code: Code,
    /// Of a capture that stands in the log: the signed [`yuandian_evidence::CaptureReceipt`], the same bytes for ever.
    #[n(2)]
    pub receipt: Option<SignedNotice>,
}

/// How much of which log somebody has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SeenLog {
    /// Which.
    #[n(0)]
    pub log: LogId,
    /// Leaves.
    #[n(1)]
    pub size: u64,
}

/// `POST /v1/evidence`: what is known of a case's photos.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EvidenceAsk {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The case.
    #[n(1)]
    pub document: CaseId,
    /// The last checkpoint that the device holds: the answer proves that the log still begins with it.
    #[n(2)]
    pub seen: Option<SeenLog>,
    /// Whether the originals leave the system with it: each gets its entry in the log first.
    #[n(3)]
    pub export: bool,
}

/// A record that the server has, with what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TakenRecord {
    /// The record.
    #[n(0)]
    pub link: SignedLink,
    /// Of the key that signed it.
    #[n(1)]
    pub certificate: DeviceCertificate,
    /// The server's receipt.
    #[n(2)]
    pub receipt: SignedNotice,
    /// From the receipt's leaf to the checkpoint; empty where the receipt is of an earlier log.
    #[n(3)]
    pub path: Vec<PathHash>,
    /// Whose device it was.
    #[n(4)]
    pub user: UserId,
    /// That person's display name.
    #[n(5)]
    pub name: String,
}

/// The answer: records that the reader may see, at most [`crate::limits::EVIDENCE_RECORDS_MAX`], the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EvidenceReply {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// Where the log stands ([`yuandian_evidence::Checkpoint`]).
    #[n(1)]
    pub checkpoint: SignedNotice,
    /// From the size that was asked with to this one; empty where the log is another or the same.
    #[n(2)]
    pub consistency: Vec<PathHash>,
    /// The server's word ([`yuandian_evidence::Statement`]).
    #[n(3)]
    pub statement: SignedNotice,
    /// The records.
    #[n(4)]
    pub records: Vec<TakenRecord>,
}
