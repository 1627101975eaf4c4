//! What a page says of a case beside its commits.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use yuandian_document::Place;
use yuandian_model::{BlobHash, DivisionCode, Progress, UserId};

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Person {
    /// Who.
    #[n(0)]
    pub user: UserId,
    /// Display name.
    #[n(1)]
    pub name: String,
}

/// What is decided about a case, as the receiver may see it. Never recomputed on phones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct CaseFacts {
    /// Service id.
    #[n(0)]
    pub service: String,
    /// Catalogue version it was opened under.
    #[n(1)]
    pub catalogue: u32,
    /// Where it lies.
    #[n(2)]
    pub grid: DivisionCode,
    /// Where exactly, as far as it is shared.
    #[n(3)]
    pub place: Option<Place>,
    /// Who opened it.
    #[n(4)]
    pub author: Person,
    /// Its stage.
    #[n(5)]
    pub stage: String,
    /// Number of accepted acts.
    #[n(6)]
    pub act_seq: u64,
    /// Who holds it.
    #[n(7)]
    pub holders: Vec<Person>,
    /// How many wait for it.
    #[n(8)]
    pub waiting: u32,
    /// The receiver's own place in line, 1 being next.
    #[n(9)]
    pub my_position: Option<u32>,
    /// When it was opened, server's clock, ms since 1970.
    #[n(10)]
    pub opened_ms: i64,
    /// First words of its description, at most [`crate::limits::TITLE_CHARS_MAX`]: for a list before the document is there.
    #[n(11)]
    pub title: String,
    /// Number of its photos.
    #[n(12)]
    pub photos: u32,
    /// When it last moved, server's clock, ms since 1970.
    #[n(13)]
    pub touched_ms: i64,
    /// How many follow it.
    #[n(14)]
    pub followers: u32,
    /// Whether the receiver follows it.
    #[n(15)]
    pub followed: bool,
    /// Whether an answer has more than one value: for a list before the document is there.
    #[n(16)]
    pub conflict: bool,
    /// What else is decided; none in a summary.
    #[n(17)]
    pub progress: Option<Progress>,
}

/// A blob of a case that the server holds whole.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StoredBlob {
    /// SHA-256 of its bytes.
    #[n(0)]
    pub hash: BlobHash,
}

/// First 16 bytes of SHA-256 over a document's heads in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct HeadsName(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

/// A private answer that the receiver may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct PrivateField {
    /// The form's key, or `position`.
    #[n(0)]
    pub key: String,
    /// The answer.
    #[n(1)]
    pub value: String,
    /// Its writer's version of it.
    #[n(2)]
    pub version: u64,
}

/// Who was told private answers of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct LookTold {
    /// Who.
    #[n(0)]
    pub who: Person,
    /// When, server's clock, ms since 1970.
    #[n(1)]
    pub at_ms: i64,
    /// The keys of the answers.
    #[n(2)]
    pub keys: Vec<String>,
}

/// What a case's author is told of it, and nobody else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct OwnTold {
    /// Who was told its private answers, the first first.
    #[n(0)]
    pub looks: Vec<LookTold>,
    /// The code word that whoever comes is to say; none where none is asked for, or the case has ended.
    #[n(1)]
    pub coming: Option<String>,
    /// The code word that is said when the work is done.
    #[n(2)]
    pub leaving: Option<String>,
}
