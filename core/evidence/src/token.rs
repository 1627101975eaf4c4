//! The server's word what time it is, with a number nobody could have guessed: what bears it was made afterwards.

use minicbor::{Decode, Encode};
use yuandian_document::cbor::{self, CborError};
use yuandian_document::{DeviceKey, Purpose, ServerKey, SignedNotice};

use crate::limits::{NOTICE_BYTES_MAX, TOKEN_BYTES_MAX};

/// What the server signs at every greeting ([`Purpose::TimeToken`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TimeToken {
    /// Server's clock, ms since 1970.
    #[n(0)]
    pub server_ms: i64,
    /// Random: before `server_ms` nobody had it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub serial: [u8; 8],
}

impl TimeToken {
    /// The token as it travels and stands in records: a canonical [`SignedNotice`].
    #[must_use]
    pub fn signed(&self, key: &DeviceKey) -> Vec<u8> {
        cbor::encode(&SignedNotice::sign(key, Purpose::TimeToken, cbor::encode(self)))
    }

    /// Reads a signed token without believing it.
    ///
    /// # Errors
    /// [`CborError`] for bytes that are none.
    pub fn read(signed: &[u8]) -> Result<(Self, SignedNotice), CborError> {
        let notice: SignedNotice = cbor::decode("time token", signed, TOKEN_BYTES_MAX)?;
        let token = cbor::decode("time token", &notice.message, TOKEN_BYTES_MAX)?;
        Ok((token, notice))
    }

    /// The time of a token that one of these keys signed; none for any other.
    #[must_use]
    pub fn believed(signed: &[u8], keys: &[ServerKey]) -> Option<i64> {
        let (token, notice) = Self::read(signed).ok()?;
        notice.is_signed_by(Purpose::TimeToken, keys).then_some(token.server_ms)
    }
}

/// Reads what a notice says, if one of these keys signed it for this purpose.
pub(crate) fn believed<T>(
    what: &'static str,
    notice: &SignedNotice,
    purpose: Purpose,
    keys: &[ServerKey],
) -> Option<T>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    notice
        .is_signed_by(purpose, keys)
        .then(|| cbor::decode(what, &notice.message, NOTICE_BYTES_MAX).ok())
        .flatten()
}
