//! Private answers as they are stored: sealed with XChaCha20-Poly1305 under the key of their subject, bound to their case and key.
//!
//! ```text
//! MAGIC (8) | nonce (24) | cipher text, as long as the answer | tag (16)
//! ```
//!
//! The magic is there so that sealed answers can be found in any bytes, wherever a disk has left them. An answer that was taken back is no
//! bytes at all.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use yuandian_model::CaseId;

use crate::keys::SubjectKey;

/// How sealed bytes begin; the last byte is their form.
pub const MAGIC: [u8; 8] = *b"YDseal\0\x01";
/// Bytes of a nonce, drawn anew for each answer.
pub const NONCE_BYTES: usize = 24;
/// By how many bytes a sealed answer is longer than the answer.
pub const SEALED_MORE_BYTES: usize = MAGIC.len() + NONCE_BYTES + 16;

/// Seals an answer. `nonce`: random, and never used again under this key.
#[must_use]
pub fn seal(key: &SubjectKey, nonce: [u8; NONCE_BYTES], of: (&CaseId, &str), answer: &str) -> Vec<u8> {
    let payload = Payload { msg: answer.as_bytes(), aad: &bound(of) };
    let sealed = cipher(key)
        .encrypt(&XNonce::from(nonce), payload)
        .expect("an answer is far shorter than the cipher's 256 GiB");
    [&MAGIC[..], &nonce, &sealed].concat()
}

/// Opens an answer; none where another key, case or answer's key sealed it, or where it was changed.
#[must_use]
pub fn open(key: &SubjectKey, of: (&CaseId, &str), sealed: &[u8]) -> Option<String> {
    let (nonce, sealed) = sealed.strip_prefix(&MAGIC)?.split_first_chunk::<NONCE_BYTES>()?;
    let payload = Payload { msg: sealed, aad: &bound(of) };
    String::from_utf8(cipher(key).decrypt(&XNonce::from(*nonce), payload).ok()?).ok()
}

/// Whether bytes begin as a sealed answer does.
#[must_use]
pub fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

fn cipher(key: &SubjectKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key.bytes()))
}

/// A case's id has one length, so that no two answers are bound to the same bytes.
fn bound((case, key): (&CaseId, &str)) -> Vec<u8> {
    [case.as_bytes(), key.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_key_case_and_place_in_the_form_open_an_answer() {
        let key = SubjectKey::new([1; 32]);
        let (case, other) = (CaseId([2; 16]), CaseId([3; 16]));
        let sealed = seal(&key, [4; NONCE_BYTES], (&case, "address"), "3-502");
        assert_eq!(sealed.len(), "3-502".len() + SEALED_MORE_BYTES);
        assert!(is_sealed(&sealed) && !is_sealed(b"3-502"));
        assert!(!sealed.windows(5).any(|window| window == b"3-502"));
        assert_eq!(open(&key, (&case, "address"), &sealed).as_deref(), Some("3-502"));
        assert_eq!(open(&SubjectKey::new([9; 32]), (&case, "address"), &sealed), None);
        assert_eq!(open(&key, (&other, "address"), &sealed), None);
        assert_eq!(open(&key, (&case, "beneficiary"), &sealed), None);
        for cut in 0..sealed.len() {
            assert_eq!(open(&key, (&case, "address"), &sealed[..cut]), None, "{cut} bytes of it");
            let mut changed = sealed.clone();
            changed[cut] ^= 1;
            assert_eq!(open(&key, (&case, "address"), &changed), None, "byte {cut} changed");
        }
    }
}
