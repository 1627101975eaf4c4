//! The server's keys and what it says signed. The first set of keys is believed at enrolment; each later one carries an earlier one's word.

use minicbor::{Decode, Encode};

use crate::keys::{DeviceKey, KeyError, KeyId, Purpose, Signature, verify_with};

/// A key that the server signs receipts and notices with. The first set is believed at enrolment; a later key is endorsed by an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ServerKey {
    /// Ed25519 public key.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub public: [u8; 32],
    /// Since when it signs, server's clock, ms since 1970.
    #[n(1)]
    pub since_ms: i64,
    /// The earlier key that vouches for it; none for the first.
    #[n(2)]
    pub endorser: Option<KeyId>,
    /// That key's word ([`Purpose::ServerKey`]) over the public bytes.
    #[n(3)]
    pub endorsement: Option<Signature>,
}

/// A message of the server with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedNotice {
    /// Canonical bytes of the message.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub message: Vec<u8>,
    /// By which key of the set.
    #[n(1)]
    pub signer: KeyId,
    /// Over the bytes.
    #[n(2)]
    pub signature: Signature,
}

impl SignedNotice {
    /// Signs a message with a key of the server.
    #[must_use]
    pub fn sign(key: &DeviceKey, purpose: Purpose, message: Vec<u8>) -> Self {
        let signature = key.sign(purpose, &message);
        Self { message, signer: key.id(), signature }
    }

    /// Whether one of these keys signed it for this purpose.
    #[must_use]
    pub fn is_signed_by(&self, purpose: Purpose, keys: &[ServerKey]) -> bool {
        let key = keys.iter().find(|key| key.id() == self.signer);
        key.is_some_and(|key| key.verify(purpose, &self.message, &self.signature).is_ok())
    }
}

impl ServerKey {
    /// Its name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(&self.public)
    }

    /// Checks a signature of the server.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn verify(&self, purpose: Purpose, message: &[u8], signature: &Signature) -> Result<(), KeyError> {
        verify_with(&self.public, purpose, message, signature)
    }

    /// Keys that are known, and of those that are told each that a known one vouches for, in the order in which they can be believed.
    #[must_use]
    pub fn believed(mut known: Vec<Self>, told: &[Self]) -> Vec<Self> {
        let vouched = |key: &&Self, known: &[Self]| {
            !known.iter().any(|old| old.public == key.public) && key.is_endorsed_by(known)
        };
        while let Some(next) = told.iter().find(|key| vouched(key, &known)) {
            known.push(next.clone());
        }
        known
    }

    /// Whether an earlier key of this set vouches for it.
    #[must_use]
    pub fn is_endorsed_by(&self, known: &[ServerKey]) -> bool {
        let (Some(endorser), Some(endorsement)) = (self.endorser, self.endorsement) else {
            return false;
        };
        let endorser = known.iter().find(|key| key.id() == endorser);
        endorser.is_some_and(|key| key.verify(Purpose::ServerKey, &self.public, &endorsement).is_ok())
    }
}
