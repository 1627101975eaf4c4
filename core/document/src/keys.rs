//! Keys: a root key (P-256, in hardware on phones) certifies a software key (Ed25519) that signs commits.
//!
//! The device's id is a hash of its root key, so a certificate proves itself and no register of devices is needed to check a signature.

use ed25519_dalek::{Signer as _, SigningKey, Verifier as _, VerifyingKey};
use minicbor::{Decode, Encode};
use p256::ecdsa;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use yuandian_model::DeviceId;

/// What a signature is for; part of the signed bytes, so that one can never pass for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A commit's envelope.
    Commit,
    /// A HELLO with the server's nonce.
    Hello,
    /// A root key's word for a software key.
    Certificate,
    /// A request to be enrolled.
    Enroll,
    /// The server's answer to a commit.
    Receipt,
    /// An earlier key of the server's word for a later one.
    ServerKey,
    /// The server's order to forget everything.
    Wipe,
    /// A catalogue of services and workflows.
    Catalogue,
    /// A device's record of a capture, or its word that one was dropped.
    Capture,
    /// The server's word what time it is.
    TimeToken,
    /// The server's receipt of a capture record.
    CaptureReceipt,
    /// The state of the server's evidence log.
    Checkpoint,
    /// The server's word on a case's photos.
    Evidence,
    /// The list of what is in an exported bundle.
    Bundle,
}

impl Purpose {
    fn prefix(self) -> &'static [u8] {
        match self {
            Purpose::Commit => b"yuandian/0/commit\0",
            Purpose::Hello => b"yuandian/0/hello\0",
            Purpose::Certificate => b"yuandian/0/certificate\0",
            Purpose::Enroll => b"yuandian/0/enroll\0",
            Purpose::Receipt => b"yuandian/0/receipt\0",
            Purpose::ServerKey => b"yuandian/0/server-key\0",
            Purpose::Wipe => b"yuandian/0/wipe\0",
            Purpose::Catalogue => b"yuandian/0/catalogue\0",
            Purpose::Capture => b"yuandian/0/capture\0",
            Purpose::TimeToken => b"yuandian/0/time-token\0",
            Purpose::CaptureReceipt => b"yuandian/0/capture-receipt\0",
            Purpose::Checkpoint => b"yuandian/0/checkpoint\0",
            Purpose::Evidence => b"yuandian/0/evidence\0",
            Purpose::Bundle => b"yuandian/0/bundle\0",
        }
    }

    fn bytes(self, message: &[u8]) -> Vec<u8> {
        [self.prefix(), message].concat()
    }
}

/// Name of a signing key: the first 16 bytes of SHA-256 over its public bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
#[cbor(transparent)]
pub struct KeyId(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 16]);

impl KeyId {
    /// Reads a name as people write it: 32 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut name = [0; 16];
        hex::decode_to_slice(text.trim(), &mut name).ok().map(|()| Self(name))
    }

    /// The name of a public key.
    #[must_use]
    pub fn of(public: &[u8]) -> Self {
        Self(first_16(public))
    }
}

fn first_16(bytes: &[u8]) -> [u8; 16] {
    let mut name = [0; 16];
    name.copy_from_slice(&Sha256::digest(bytes)[..16]);
    name
}

/// Checks an Ed25519 signature made for a purpose.
///
/// # Errors
/// [`KeyError::BadKey`], [`KeyError::BadSignature`].
pub fn verify_with(
    public: &[u8; 32],
    purpose: Purpose,
    message: &[u8],
    signature: &Signature,
) -> Result<(), KeyError> {
    let key = VerifyingKey::from_bytes(public).map_err(|_| KeyError::BadKey)?;
    let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
    key.verify(&purpose.bytes(message), &signature).map_err(|_| KeyError::BadSignature)
}

/// A signature of 64 bytes: Ed25519, or P-256 as r ‖ s.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Signature(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 64]);

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signature({})", hex::encode(&self.0[..8]))
    }
}

/// A key that cannot be used, or a signature that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The platform's key store did not sign.
    #[error("the device's root key cannot be used: {0}")]
    RootUnavailable(String),
    /// Not a public key.
    #[error("not a public key")]
    BadKey,
    /// The device id is not the hash of the root key.
    #[error("the device id does not belong to the root key")]
    ForeignDevice,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    BadSignature,
}

/// The device's root key: P-256, in the phone's secure hardware. A synchronous port: platforms implement it.
pub trait Signer: Send {
    /// The public key, SEC1 compressed, 33 bytes.
    ///
    /// # Errors
    /// [`KeyError::RootUnavailable`] while the key store is locked or gone.
    fn root_public(&self) -> Result<Vec<u8>, KeyError>;

    /// ECDSA with SHA-256 over the message, r ‖ s.
    ///
    /// # Errors
    /// [`KeyError::RootUnavailable`] while the key store is locked or gone.
    fn sign_with_root(&self, message: &[u8]) -> Result<[u8; 64], KeyError>;
}

/// A public root key as it is kept, from any form of SEC 1.
///
/// # Errors
/// [`KeyError::BadKey`] for what is no point of P-256.
pub fn compressed_point(sec1: &[u8]) -> Result<Vec<u8>, KeyError> {
    let key = ecdsa::VerifyingKey::from_sec1_bytes(sec1).map_err(|_| KeyError::BadKey)?;
    Ok(key.to_sec1_point(true).as_bytes().to_vec())
}

/// A signature of a root key as it is kept, r ‖ s, from DER or from r ‖ s.
///
/// # Errors
/// [`KeyError::BadSignature`] for what is neither.
pub fn fixed_signature(signature: &[u8]) -> Result<[u8; 64], KeyError> {
    let read = ecdsa::Signature::from_slice(signature).or_else(|_| ecdsa::Signature::from_der(signature));
    let mut bytes = [0; 64];
    bytes.copy_from_slice(&read.map_err(|_| KeyError::BadSignature)?.to_bytes());
    Ok(bytes)
}

/// A root key in software: for command lines, kiosks and tests.
pub struct SoftwareRoot(ecdsa::SigningKey);

impl SoftwareRoot {
    /// From 32 secret bytes.
    ///
    /// # Errors
    /// [`KeyError::BadKey`] for the few values that are no P-256 scalar: draw again.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, KeyError> {
        ecdsa::SigningKey::from_slice(seed).map(Self).map_err(|_| KeyError::BadKey)
    }
}

impl Signer for SoftwareRoot {
    fn root_public(&self) -> Result<Vec<u8>, KeyError> {
        Ok(self.0.verifying_key().to_sec1_point(true).as_bytes().to_vec())
    }

    fn sign_with_root(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        let signature: ecdsa::Signature = self.0.sign(message);
        let mut bytes = [0; 64];
        bytes.copy_from_slice(&signature.to_bytes());
        Ok(bytes)
    }
}

/// The software key that signs commits.
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// From 32 secret bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Its public bytes.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Its name in envelopes.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(&self.public())
    }

    /// Signs for one purpose.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> Signature {
        Signature(self.0.sign(&purpose.bytes(message)).to_bytes())
    }
}

/// A root key's word that a software key is this device's.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceCertificate {
    /// The device.
    #[n(0)]
    pub device: DeviceId,
    /// Root public key, SEC1 compressed.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub root: Vec<u8>,
    /// The software key's public bytes.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub key: [u8; 32],
    /// P-256 over device ‖ key, with [`Purpose::Certificate`].
    #[n(3)]
    pub signature: Signature,
}

impl DeviceCertificate {
    /// Has the root key certify a software key.
    ///
    /// # Errors
    /// [`KeyError::RootUnavailable`].
    pub fn issue(root: &dyn Signer, key: &DeviceKey) -> Result<Self, KeyError> {
        let public = root.root_public()?;
        let device = DeviceId(first_16(&public));
        let message = Purpose::Certificate.bytes(&[device.as_bytes(), &key.public()[..]].concat());
        let signature = Signature(root.sign_with_root(&message)?);
        Ok(Self { device, root: public, key: key.public(), signature })
    }

    /// Checks the certificate and gives the key it speaks for.
    ///
    /// # Errors
    /// [`KeyError`] where id, key or signature do not belong together.
    pub fn verify(&self) -> Result<CertifiedKey, KeyError> {
        if self.device != DeviceId(first_16(&self.root)) {
            return Err(KeyError::ForeignDevice);
        }
        let root = ecdsa::VerifyingKey::from_sec1_bytes(&self.root).map_err(|_| KeyError::BadKey)?;
        let signature =
            ecdsa::Signature::from_slice(&self.signature.0).map_err(|_| KeyError::BadSignature)?;
        let message = Purpose::Certificate.bytes(&[self.device.as_bytes(), &self.key[..]].concat());
        root.verify(&message, &signature).map_err(|_| KeyError::BadSignature)?;
        CertifiedKey::believed(self.device, &self.key)
    }
}

/// A software key whose certificate was checked.
#[derive(Debug, Clone)]
pub struct CertifiedKey {
    /// The device it signs for.
    pub device: DeviceId,
    /// Its name in envelopes.
    pub id: KeyId,
    key: VerifyingKey,
}

impl CertifiedKey {
    /// A key that was verified before and stored.
    ///
    /// # Errors
    /// [`KeyError::BadKey`].
    pub fn believed(device: DeviceId, public: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(public).map_err(|_| KeyError::BadKey)?;
        Ok(Self { device, id: KeyId::of(public), key })
    }

    /// The public bytes.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Checks a signature made for a purpose.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`].
    pub fn verify(&self, purpose: Purpose, message: &[u8], signature: &Signature) -> Result<(), KeyError> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.key.verify(&purpose.bytes(message), &signature).map_err(|_| KeyError::BadSignature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued() -> (DeviceKey, DeviceCertificate) {
        let root = SoftwareRoot::from_seed(&[7; 32]).unwrap();
        let key = DeviceKey::from_seed(&[9; 32]);
        let certificate = DeviceCertificate::issue(&root, &key).unwrap();
        (key, certificate)
    }

    #[test]
    fn a_root_key_is_taken_in_the_forms_that_key_stores_give() {
        let root = SoftwareRoot::from_seed(&[7; 32]).unwrap();
        let kept = root.root_public().unwrap();
        let whole = root.0.verifying_key().to_sec1_point(false);
        assert_eq!(compressed_point(whole.as_bytes()), Ok(kept.clone()));
        assert_eq!(compressed_point(&kept), Ok(kept));
        let mut off = whole.as_bytes().to_vec();
        off[64] ^= 1;
        assert_eq!(compressed_point(&off), Err(KeyError::BadKey), "a point beside the curve");
        let signed: ecdsa::Signature = root.0.sign(b"message");
        let fixed = root.sign_with_root(b"message").unwrap();
        assert_eq!(fixed_signature(signed.to_der().as_bytes()), Ok(fixed));
        assert_eq!(fixed_signature(&fixed), Ok(fixed));
        assert_eq!(fixed_signature(&signed.to_der().as_bytes()[..20]), Err(KeyError::BadSignature));
    }

    #[test]
    fn a_certified_key_signs_for_its_device_and_purpose_only() {
        let (key, certificate) = issued();
        let certified = certificate.verify().unwrap();
        assert_eq!((certified.device, certified.id), (certificate.device, key.id()));
        let signature = key.sign(Purpose::Commit, b"words");
        assert!(certified.verify(Purpose::Commit, b"words", &signature).is_ok());
        assert!(certified.verify(Purpose::Hello, b"words", &signature).is_err());
        assert!(certified.verify(Purpose::Commit, b"other", &signature).is_err());
    }

    #[test]
    fn a_tampered_certificate_does_not_hold() {
        let (_, good) = issued();
        let foreign = DeviceCertificate { device: DeviceId([1; 16]), ..good.clone() };
        assert_eq!(foreign.verify().unwrap_err(), KeyError::ForeignDevice);
        let swapped = DeviceCertificate { key: DeviceKey::from_seed(&[8; 32]).public(), ..good.clone() };
        assert_eq!(swapped.verify().unwrap_err(), KeyError::BadSignature);
        let mut root = good.root.clone();
        root.truncate(5);
        let device = DeviceId(first_16(&root));
        assert_eq!(DeviceCertificate { root, device, ..good }.verify().unwrap_err(), KeyError::BadKey);
    }
}
