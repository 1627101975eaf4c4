//! Sealed answers wherever they stand in bytes, laid open with whatever keys there are: also where only the beginning of one is left, or what
//! binds it is not known, so that no check of the whole comes in between.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use yuandian_server::keys::SubjectKey;
use yuandian_server::seal::{MAGIC, NONCE_BYTES};

/// Bytes after a nonce that are laid open: more than any answer of a simulated world has.
const ANSWER_BYTES_MAX: usize = 512;

/// Everything that any of the keys makes of the sealed answers in these bytes, one after the other; what another key sealed is noise among it.
#[must_use]
pub fn laid_open(bytes: &[u8], keys: &[SubjectKey]) -> Vec<u8> {
    let mut open = Vec::new();
    for at in memchr::memmem::find_iter(bytes, &MAGIC) {
        let Some((nonce, sealed)) = bytes[at + MAGIC.len()..].split_first_chunk::<NONCE_BYTES>() else {
            continue;
        };
        let sealed = &sealed[..sealed.len().min(ANSWER_BYTES_MAX)];
        for key in keys {
            // A stream cipher undoes itself.
            let cipher = XChaCha20Poly1305::new(&Key::from(*key.bytes()));
            let payload = Payload { msg: sealed, aad: &[] };
            open.extend(cipher.encrypt(&XNonce::from(*nonce), payload).unwrap_or_default());
        }
    }
    open
}
