//! FETCH: whole envelopes with their signatures.

use minicbor::{Decode, Encode};
use yuandian_document::SignedCommit;
use yuandian_document::keys::DeviceCertificate;
use yuandian_model::CaseId;

/// `POST /v1/commits`: whole envelopes with their signatures, on demand.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Fetch {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// Which, at most [`FETCH_COMMITS_MAX`](crate::limits::FETCH_COMMITS_MAX).
    #[n(1)]
    pub commits: Vec<CommitNumber>,
}

/// A commit, as a page named it: its id can be told from the envelope alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CommitNumber {
    /// The case.
    #[n(0)]
    pub document: CaseId,
    /// The commit's number.
    #[n(1)]
    pub seq: u64,
}

/// The envelopes asked for that the device may see; others are left out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FetchReply {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The commits.
    #[n(1)]
    pub commits: Vec<SignedCommit>,
    /// Certificates of the devices that signed them.
    #[n(2)]
    pub certificates: Vec<DeviceCertificate>,
}
