//! A commit as others get it.

use std::collections::BTreeMap;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use yuandian_document::Kind;
use yuandian_model::{Code, CommitId, DeviceId, GroupId, Incarnation, UserId};

/// A commit of somebody, without the author's signature: the server vouches, and the whole envelope can be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PulledCommit {
    /// Its id.
    #[n(0)]
    pub id: CommitId,
    /// Its number.
    #[n(1)]
    pub seq: u64,
    /// What the body is.
    #[n(2)]
    pub kind: Kind,
    /// With document, incarnation and branch: the actor that the gate binds.
    #[n(3)]
    pub device: DeviceId,
    /// The life of the author's database.
    #[n(4)]
    pub incarnation: Incarnation,
    /// The branch.
    #[n(5)]
    pub branch: u32,
    /// The document's generation.
    #[n(6)]
    pub generation: u32,
    /// What one command wrote shares this.
    #[n(7)]
    pub group: GroupId,
    /// The author.
    #[n(8)]
    pub user: UserId,
    /// The author's display name.
    #[n(9)]
    pub name: String,
    /// Author's wall clock, ms since 1970.
    #[n(10)]
    pub wall_ms: i64,
    /// Server's clock at arrival, ms since 1970.
    #[n(11)]
    pub received_ms: i64,
    /// Its outcome: taken, or `r_taken` for a claim that waits.
    #[n(12)]
    pub code: Code,
    /// Facts of the outcome.
    #[n(13)]
    pub facts: BTreeMap<String, String>,
    /// A change chunk or an act; empty for content that the case's snapshot holds.
    #[cbor(n(14), with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// Micro pictures it brought.
    #[n(15)]
    pub micros: Vec<ByteVec>,
    /// For content that the snapshot holds: the hash of its change there.
    #[n(16)]
    pub change: Option<ChangeName>,
}

/// Hash of an Automerge change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct ChangeName(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);
