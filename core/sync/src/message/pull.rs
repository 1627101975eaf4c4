//! PULL: what is new, in pages.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use yuandian_model::{BlobHash, CaseId, PartitionId};

use super::{
    CaseFacts, Cursor, HeadsName, OwnTold, PrivateField, PulledCommit, StoredBlob, StreamCheck, StreamId,
};

/// `POST /v1/pull`: what is new in these streams.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pull {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// Streams and how far each is applied.
    #[n(1)]
    pub streams: Vec<Cursor>,
    /// Bytes the page should not exceed.
    #[n(2)]
    pub max_bytes: u32,
    /// Whether a [`StreamCheck`] of every stream that the page completes is wanted, moved or not.
    #[n(3)]
    pub check: bool,
}

/// What is new about one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledCase {
    /// In which stream.
    pub stream: StreamId,
    /// In which partition: a stream may lie in several.
    pub partition: PartitionId,
    /// The case.
    pub document: CaseId,
    /// Its latest number in the stream.
    pub seq: u64,
    /// Why it is gone from the stream; none while it is present.
    pub gone: Option<String>,
    /// Commits with a number above the one since which the device holds the case, rising.
    pub commits: Vec<PulledCommit>,
    /// What is decided. None where it is gone.
    pub facts: Option<CaseFacts>,
    /// Every blob of the case that is stored whole.
    pub stored: Vec<StoredBlob>,
    /// The document as one snapshot instead of changes, where that is smaller. Only ever for a device that has nothing of it.
    pub snapshot: Option<ByteVec>,
    /// Whether only the line is sent now: the device asks for the document with [`Docs`](super::Docs).
    pub outstanding: bool,
    /// What the document's heads are with everything up to `seq` in it ([`crate::check::heads_name`]); none for a line or a summary.
    pub heads: Option<HeadsName>,
    /// Every private answer of the case that the receiver may read now: they replace what it holds. None of a line or a summary.
    pub private: Option<Vec<PrivateField>>,
    /// What the receiver is told as its author: it replaces what was told before. None for everybody else, of a line or a summary.
    pub own: Option<OwnTold>,
    /// The generation of its document: it rises when the document is made again without words that had to go. Whoever holds another one asks for
    /// all of it.
    pub generation: u32,
}

/// What HELLO says once and a page may say again when it has changed meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Renewed {
    /// A signed time token.
    #[n(0)]
    pub time_token: Option<ByteVec>,
    /// A signed offline lease.
    #[n(1)]
    pub lease: Option<ByteVec>,
    /// Catalogue version in force.
    #[n(2)]
    pub catalogue: Option<u32>,
    /// The oldest app that is still served.
    #[n(3)]
    pub min_client: Option<String>,
    /// The last number inside a verified backup of the only partition.
    #[n(4)]
    pub safe_seq: Option<u64>,
    /// Blobs up to here are in a verified backup.
    #[n(5)]
    pub blob_safe_seq: Option<u64>,
    /// As in [`HelloReply`](super::HelloReply).
    #[n(6)]
    pub lost: Vec<BlobHash>,
}

/// One page. Applied in one transaction with its cursors, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PullReply {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// What is new.
    #[n(1)]
    pub cases: Vec<PulledCase>,
    /// Where each asked stream stands after this page, of those that moved.
    #[n(2)]
    pub cursors: Vec<Cursor>,
    /// Whether there is more.
    #[n(3)]
    pub more: bool,
    /// Server's clock, ms since 1970.
    #[n(4)]
    pub server_ms: i64,
    /// Count and sum of streams that this page completes.
    #[n(5)]
    pub checks: Vec<StreamCheck>,
    /// Words from the operator.
    #[n(6)]
    pub notices: Vec<String>,
    /// What HELLO said, where it has changed.
    #[n(7)]
    pub renewed: Renewed,
    /// Asked streams whose cursor says nothing here (another epoch, from the future, older than what is remembered of cases gone): the device
    /// compares with [`Manifest`](super::Manifest) instead of beginning anew.
    #[n(8)]
    pub resets: Vec<Cursor>,
    /// What the device may hold has changed since its token was given, by its rights or because a partition has begun: greet again.
    #[n(9)]
    pub greet: bool,
}
