//! What the server says of a case's photos beside what proves itself: chains, likeness, who handled the originals. Signed as a whole.

use minicbor::{Decode, Encode};
use yuandian_document::{Purpose, ServerKey, SignedNotice};
use yuandian_model::{BlobHash, CaseId};

use crate::log::Entry;
use crate::merkle::Hash;
use crate::record::RecordHash;
use crate::token::believed;

/// How a device's chain stands up to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ChainState {
    /// Links before it that the server has: captured or dropped.
    #[n(0)]
    pub before: u64,
    /// Links before it that the server does not have: not handed in yet, or never.
    #[n(1)]
    pub missing: u64,
    /// Links up to it that do not name the one before them.
    #[n(2)]
    pub broken: u64,
    /// Whether another record has the same number: the store was copied.
    #[n(3)]
    pub forked: bool,
}

impl ChainState {
    /// Whether every link up to the record is there and names the one before it, and none is there twice.
    #[must_use]
    pub fn is_unbroken(&self) -> bool {
        self.missing == 0 && self.broken == 0 && !self.forked
    }
}

/// Another photo that one looks like: a hint for a person, never a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Likeness {
    /// The other photo's original.
    #[n(0)]
    pub original: BlobHash,
    /// The case that it belongs to; none where the reader may not see that case.
    #[n(1)]
    pub document: Option<CaseId>,
    /// Whether it is the very same file.
    #[n(2)]
    pub same_file: bool,
    /// Bits of 64 in which the fingerprints differ.
    #[n(3)]
    pub distance: u32,
    /// When the other was received, server's clock, ms since 1970.
    #[n(4)]
    pub received_ms: i64,
}

/// What the server says of one record.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AboutRecord {
    /// Which.
    #[n(0)]
    pub record: RecordHash,
    /// Its device's chain.
    #[n(1)]
    pub chain: ChainState,
    /// What it looks like, the nearest first, at most [`crate::limits::LIKENESS_TOLD_MAX`].
    #[n(2)]
    pub likeness: Vec<Likeness>,
}

/// A leaf of the log with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ProvenEntry {
    /// Which leaf.
    #[n(0)]
    pub index: u64,
    /// What it says.
    #[n(1)]
    pub entry: Entry,
    /// From it to the checkpoint's root.
    #[n(2)]
    pub path: Vec<PathHash>,
}

/// A hash of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct PathHash(#[cbor(n(0), with = "minicbor::bytes")] pub Hash);

/// Hashes as the tree's functions take them.
#[must_use]
pub fn hashes(path: &[PathHash]) -> Vec<Hash> {
    path.iter().map(|hash| hash.0).collect()
}

/// Hashes as they travel.
#[must_use]
pub fn path(hashes: Vec<Hash>) -> Vec<PathHash> {
    hashes.into_iter().map(PathHash).collect()
}

/// The server's word on a case's photos, signed ([`Purpose::Evidence`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Statement {
    /// The case.
    #[n(0)]
    pub document: CaseId,
    /// Server's clock, ms since 1970.
    #[n(1)]
    pub at_ms: i64,
    /// Its records.
    #[n(2)]
    pub records: Vec<AboutRecord>,
    /// What was done with its originals, the newest at most [`crate::limits::CUSTODY_TOLD_MAX`] times, in the log's order.
    #[n(3)]
    pub handled: Vec<ProvenEntry>,
    /// How many more there are.
    #[n(4)]
    pub handled_before: u64,
}

impl Statement {
    /// Reads one that one of these keys signed; none for any other.
    #[must_use]
    pub fn believed(notice: &SignedNotice, keys: &[ServerKey]) -> Option<Self> {
        believed("statement", notice, Purpose::Evidence, keys)
    }
}
