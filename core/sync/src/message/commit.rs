//! A commit as others get it.

use std::collections::BTreeMap;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use yuandian_document::Kind;
use yuandian_model::{Code, DeviceId, GroupId, Incarnation, UserId};

/// A commit of somebody, without the author's signature: the server vouches, and the whole envelope can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledCommit {
    /// Its number in its author's chain: with device and incarnation its name, which no other commit has.
    pub n: u64,
    /// Its number.
    pub seq: u64,
    /// What the body is.
    pub kind: Kind,
    /// With document, incarnation and branch: the actor that the gate binds.
    pub device: DeviceId,
    /// The life of the author's database.
    pub incarnation: Incarnation,
    /// The branch.
    pub branch: u32,
    /// The document's generation.
    pub generation: u32,
    /// What one command wrote shares this. For its author's own devices, which may have said the same; nobody else needs it.
    pub group: Option<GroupId>,
    /// The author.
    pub user: UserId,
    /// The author's display name.
    pub name: String,
    /// Author's wall clock, ms since 1970.
    pub wall_ms: i64,
    /// Server's clock at arrival, ms since 1970.
    pub received_ms: i64,
    /// Its outcome: taken, or `r_taken` for a claim that waits.
    pub code: Code,
    /// Facts of the outcome.
    pub facts: BTreeMap<String, String>,
    /// A change chunk or an act; empty for content that the case's snapshot holds.
    pub body: Vec<u8>,
    /// Micro pictures it brought.
    pub micros: Vec<ByteVec>,
    /// For content that the snapshot holds: the hash of its change there.
    pub change: Option<ChangeName>,
}

/// Hash of an Automerge change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct ChangeName(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);
