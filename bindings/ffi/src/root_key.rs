//! The device's root key where a platform keeps it in hardware. The core asks it once for each opening of a home, on a thread of its own and
//! holding nothing.

use std::sync::Arc;

use yuandian_device::{KeyError, Signer, compressed_point, fixed_signature};

/// Why a platform's key store did not do its part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum RootKeyError {
    /// It is locked, or the key is gone.
    #[error("the key store gives no key: {reason}")]
    Unavailable {
        /// What the platform said.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for RootKeyError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unavailable { reason: error.reason }
    }
}

/// A P-256 key that never leaves the phone's hardware, for each home one. It certifies the key that signs what people write; another key is another device.
#[uniffi::export(foreign)]
pub trait RootKey: Send + Sync {
    /// The public key: a point as SEC 1 writes it, 65 bytes that begin with 4, or 33 compressed.
    fn public_key(&self) -> Result<Vec<u8>, RootKeyError>;

    /// ECDSA with SHA-256 over the message: in DER, as key stores give it, or r ‖ s, 64 bytes.
    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, RootKeyError>;
}

/// A platform's key as the phone wants it.
pub(crate) struct InHardware(pub(crate) Arc<dyn RootKey>);

fn unavailable(error: &RootKeyError) -> KeyError {
    KeyError::RootUnavailable(error.to_string())
}

impl Signer for InHardware {
    fn root_public(&self) -> Result<Vec<u8>, KeyError> {
        compressed_point(&self.0.public_key().map_err(|error| unavailable(&error))?)
    }

    fn sign_with_root(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        fixed_signature(&self.0.sign(message.to_vec()).map_err(|error| unavailable(&error))?)
    }
}
