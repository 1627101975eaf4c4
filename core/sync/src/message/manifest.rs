//! MANIFEST: what is in a stream, for a device whose cursor says nothing. A repair, never a wipe.

use minicbor::{Decode, Encode};
use yuandian_model::{CaseId, Epoch, PartitionId};

use super::StreamId;

/// `POST /v1/manifest`: what is in a stream, for a device that cannot go on from its cursor. A repair, never a wipe.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Manifest {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The stream.
    #[n(1)]
    pub stream: StreamId,
    /// In which partition.
    #[n(2)]
    pub partition: PartitionId,
    /// Entries after this case; the first page without.
    #[n(3)]
    pub after: Option<CaseId>,
}

/// One case of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ManifestEntry {
    /// The case.
    #[n(0)]
    pub document: CaseId,
    /// Its latest number in the stream.
    #[n(1)]
    pub seq: u64,
}

/// A page of a manifest, rising by case. The device keeps the `seq` of the first page as its cursor: what moved meanwhile is pulled again.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ManifestReply {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The stream.
    #[n(1)]
    pub stream: StreamId,
    /// In which partition.
    #[n(2)]
    pub partition: PartitionId,
    /// The life of its log.
    #[n(3)]
    pub epoch: Epoch,
    /// Its head when the page was read.
    #[n(4)]
    pub seq: u64,
    /// The cases present.
    #[n(5)]
    pub entries: Vec<ManifestEntry>,
    /// Whether there are more.
    #[n(6)]
    pub more: bool,
}
