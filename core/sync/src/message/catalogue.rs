//! Versions of the catalogue, for phones that do not hold them yet.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// `POST /v1/catalogue`: a version of the catalogue, signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CatalogueAsk {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// Which.
    #[n(1)]
    pub catalogue: u32,
}

/// The version asked for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CatalogueReply {
    /// [`WIRE_VERSION`](super::WIRE_VERSION).
    #[n(0)]
    pub version: u8,
    /// The bytes of a [`SignedCatalogue`](yuandian_document::SignedCatalogue), signed by a key of the server; none where it does not know
    /// that version.
    #[n(1)]
    pub signed: Option<ByteVec>,
}
