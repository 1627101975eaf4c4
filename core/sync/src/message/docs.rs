//! DOCS: documents whose lines the device has.

use minicbor::{Decode, Encode};
use yuandian_model::{CaseId, Epoch};

use super::PulledCase;

/// `POST /v1/docs`: documents whose lines the device has, in the order wanted; after a first sync, a manifest, a mismatch.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Docs {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// At most [`crate::limits::DOCS_MAX`].
    #[n(1)]
    pub wanted: Vec<Wanted>,
    /// Bytes the reply should not exceed; a single larger case goes alone.
    #[n(2)]
    pub max_bytes: u32,
}

/// A document that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Wanted {
    /// The case.
    #[n(0)]
    pub document: CaseId,
    /// The last number of it that the device has in this epoch; 0 asks for all of it.
    #[n(1)]
    pub since: u64,
}

/// Documents in the order wanted, as many as fit; the device asks again for the rest. One that it may not hold comes back gone.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocsReply {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The epoch the numbers count in.
    #[n(1)]
    pub epoch: Epoch,
    /// The cases.
    #[n(2)]
    pub cases: Vec<PulledCase>,
}
