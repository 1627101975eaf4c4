//! Canonical CBOR: one value, one encoding. What does not encode back to the very same bytes is refused.
//!
//! That single rule covers map order, doubled keys, long-form integers, unknown members and trailing bytes.

use minicbor::{Decode, Encode};

/// Bytes that are not the canonical encoding of what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// Not CBOR of the right shape.
    #[error("not a {what}: {reason}")]
    Shape {
        /// What was expected.
        what: &'static str,
        /// Where decoding stopped.
        reason: String,
    },
    /// Decodes, but is not written the one right way.
    #[error("{what} is not in canonical form")]
    NotCanonical {
        /// What was expected.
        what: &'static str,
    },
    /// Larger than its limit.
    #[error("{what}: {bytes} bytes, at most {max} allowed")]
    TooLarge {
        /// What was expected.
        what: &'static str,
        /// How large it is, bytes.
        bytes: usize,
        /// How large it may be, bytes.
        max: usize,
    },
}

/// Encodes a value; encoding into memory cannot fail.
#[must_use]
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("a vector takes every write and our encoders give no errors of their own")
}

/// Decodes one value from exactly these bytes.
///
/// # Errors
/// [`CborError`]; nothing larger than `max` bytes is looked at.
pub fn decode<T>(what: &'static str, bytes: &[u8], max: usize) -> Result<T, CborError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    if bytes.len() > max {
        return Err(CborError::TooLarge { what, bytes: bytes.len(), max });
    }
    let value: T = minicbor::decode(bytes).map_err(|e| CborError::Shape { what, reason: e.to_string() })?;
    if encode(&value) == bytes { Ok(value) } else { Err(CborError::NotCanonical { what }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Encode, Decode)]
    #[cbor(map)]
    struct Pair {
        #[n(0)]
        a: u32,
        #[n(1)]
        b: Option<u32>,
    }

    #[test]
    fn only_the_one_right_encoding_is_read() {
        let canonical = encode(&Pair { a: 1, b: Some(2) });
        assert_eq!(canonical, [0xa2, 0, 1, 1, 2]);
        assert!(decode::<Pair>("pair", &canonical, 5).is_ok());
        let wrong: [(&str, &[u8]); 6] = [
            ("keys out of order", &[0xa2, 1, 2, 0, 1]),
            ("a key twice", &[0xa3, 0, 1, 0, 1, 1, 2]),
            ("a long integer", &[0xa2, 0, 0x18, 1, 1, 2]),
            ("an unknown key", &[0xa3, 0, 1, 1, 2, 2, 0]),
            ("indefinite length", &[0xbf, 0, 1, 1, 2, 0xff]),
            ("trailing bytes", &[0xa2, 0, 1, 1, 2, 0]),
        ];
        for (why, bytes) in wrong {
            assert_eq!(
                decode::<Pair>("pair", bytes, 10),
                Err(CborError::NotCanonical { what: "pair" }),
                "{why}"
            );
        }
        assert!(matches!(decode::<Pair>("pair", &[0xa1, 1, 2], 5), Err(CborError::Shape { .. })));
        assert!(matches!(decode::<Pair>("pair", &canonical, 4), Err(CborError::TooLarge { .. })));
    }
}
