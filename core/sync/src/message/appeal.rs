//! APPEAL: a refused commit is shown to a person.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use yuandian_document::SignedCommit;
use yuandian_model::CommitId;

/// `POST /v1/appeals`: a refused commit is shown to a person. Never refused for authority.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Appeal {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The commit as it was sent.
    #[n(1)]
    pub commit: SignedCommit,
    /// Its micro pictures.
    #[n(2)]
    pub micros: Vec<ByteVec>,
    /// Why, in the person's words, at most [`crate::limits::APPEAL_CHARS_MAX`] characters.
    #[n(3)]
    pub reason: String,
}

/// The appeal is kept.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AppealReply {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// Its number for asking about it. The same appeal again has the same.
    #[n(1)]
    pub ticket: u64,
}

/// What an operator answered.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AppealAnswer {
    /// The commit it was about.
    #[n(0)]
    pub commit: CommitId,
    /// Whether it was taken in the end.
    #[n(1)]
    pub granted: bool,
    /// In words.
    #[n(2)]
    pub words: String,
}
