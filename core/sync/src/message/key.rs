//! Messages that a device signs as a whole.

use minicbor::{Decode, Encode};
use yuandian_document::keys::Signature;

/// A message whose bytes are signed by the device's software key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedMessage {
    /// Canonical bytes of the message.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub message: Vec<u8>,
    /// Over them.
    #[n(1)]
    pub signature: Signature,
}
