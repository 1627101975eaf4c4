//! Bodies on the wire: one canonical CBOR value in one zstd frame, decoded size capped.

use std::io::Read;

use minicbor::{Decode, Encode};
use yuandian_document::cbor::{self, CborError};

use crate::limits::{MESSAGE_BYTES_MAX, ZSTD_WINDOW_LOG_MAX};

/// Media type of every body of the device protocol.
pub const CONTENT_TYPE: &str = "application/vnd.yuandian.v0+cbor-zstd";
/// zstd level: bodies are small and built often.
const LEVEL: i32 = 3;

/// A body that is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Not a zstd frame, or one that was cut.
    #[error("the body is no zstd frame: {0}")]
    Zstd(String),
    /// Inflates beyond the cap.
    #[error("the body inflates beyond {MESSAGE_BYTES_MAX} bytes")]
    TooLarge,
    /// Not the message expected.
    #[error(transparent)]
    Cbor(#[from] CborError),
}

/// A message as a body.
#[must_use]
pub fn pack<T: Encode<()>>(message: &T) -> Vec<u8> {
    zstd::bulk::compress(&cbor::encode(message), LEVEL).expect("compressing into memory cannot fail")
}

/// A body as a message.
///
/// # Errors
/// [`WireError`]; never more than the cap is inflated.
pub fn unpack<T>(what: &'static str, body: &[u8]) -> Result<T, WireError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    let fail = |e: std::io::Error| WireError::Zstd(e.to_string());
    let mut decoder = zstd::stream::Decoder::with_buffer(body).map_err(fail)?.single_frame();
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(fail)?;
    let mut bytes = Vec::new();
    decoder.by_ref().take(MESSAGE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() > MESSAGE_BYTES_MAX {
        return Err(WireError::TooLarge);
    }
    if !decoder.finish().is_empty() {
        return Err(WireError::Zstd("bytes after the frame".into()));
    }
    Ok(cbor::decode(what, &bytes, MESSAGE_BYTES_MAX)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_and_a_cut_or_longer_one_does_not() {
        let body = pack(&vec![7u8; 1000]);
        assert_eq!(unpack::<Vec<u8>>("list", &body).unwrap().len(), 1000);
        for len in 0..body.len() {
            assert!(unpack::<Vec<u8>>("list", &body[..len]).is_err(), "cut at {len}");
        }
        let longer = [body.as_slice(), b"x"].concat();
        assert!(unpack::<Vec<u8>>("list", &longer).is_err());
        assert!(unpack::<Vec<u8>>("list", b"<html>captive portal</html>").is_err());
    }

    #[test]
    fn a_bomb_is_refused_at_the_cap() {
        let bomb = zstd::bulk::compress(&vec![0u8; MESSAGE_BYTES_MAX + 1], 3).unwrap();
        assert!(bomb.len() < 10_000);
        assert_eq!(unpack::<Vec<u8>>("list", &bomb), Err(WireError::TooLarge));
    }
}
