//! Invitation codes: twelve characters of Crockford's base32 (60 random bits), written `7K3M-9QRT-2XWB`.
//!
//! Read without regard to case, hyphens and spaces, `O` as 0, `I` and `L` as 1: people type them from paper. Only the hash is stored.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::randomness::{Randomness, draw};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;
const GROUP: usize = 4;
/// Longest text that is looked at: the code with room for hyphens and spaces, bytes.
const TEXT_BYTES_MAX: usize = 64;

/// An invitation's secret.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode([u8; LENGTH]);

/// A text that is no invitation code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an invitation code: twelve letters and digits like 7K3M-9QRT-2XWB")]
pub struct NotACode;

impl InvitationCode {
    /// A new code.
    pub fn draw(randomness: &mut dyn Randomness) -> Self {
        Self(draw::<LENGTH>(randomness).map(|byte| ALPHABET[usize::from(byte % 32)]))
    }

    /// What the store keeps of it.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl fmt::Display for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, letter) in self.0.iter().enumerate() {
            if index > 0 && index % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*letter))?;
        }
        Ok(())
    }
}

// The code is a secret: it does not stand in logs.
impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationCode(…)")
    }
}

impl FromStr for InvitationCode {
    type Err = NotACode;
    fn from_str(text: &str) -> Result<Self, NotACode> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(NotACode);
        }
        let mut letters = Vec::with_capacity(LENGTH);
        for letter in text.bytes().filter(|b| !matches!(b, b'-' | b' ')) {
            let letter = match letter.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            if !ALPHABET.contains(&letter) {
                return Err(NotACode);
            }
            letters.push(letter);
        }
        letters.try_into().map(Self).map_err(|_| NotACode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);
    impl Randomness for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0;
                self.0 = self.0.wrapping_add(7);
            }
        }
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = InvitationCode::draw(&mut Counting(3));
        let text = code.to_string();
        assert_eq!(text.len(), 14);
        for typed in [text.clone(), text.to_lowercase(), text.replace('-', ""), text.replace('-', " ")] {
            assert_eq!(typed.parse::<InvitationCode>().unwrap().hash(), code.hash(), "{typed}");
        }
        let confused: InvitationCode = "o1li-0000-0000".parse().unwrap();
        assert_eq!(confused.to_string(), "0111-0000-0000");
    }

    #[test]
    fn other_texts_are_no_codes() {
        for text in ["", "7K3M-9QRT-2XW", "7K3M-9QRT-2XWBB", "7K3M-9QRT-2XWU", "七K3M9QRT2XWB"] {
            assert!(text.parse::<InvitationCode>().is_err(), "{text}");
        }
        assert!(("-".repeat(52) + "7K3M9QRT2XWB").parse::<InvitationCode>().is_ok());
        assert!(("-".repeat(53) + "7K3M9QRT2XWB").parse::<InvitationCode>().is_err());
    }
}
