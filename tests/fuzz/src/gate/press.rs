//! Presses a body into a chunk with the right length and checksum, so that a mutant is refused for what it says and not for its seal.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};

/// The rest of the input is a chunk already.
pub const RAW: u8 = 0;
/// The rest is the body of a change.
pub const PLAIN: u8 = 1;
/// The rest is the body of a change, and will be packed.
pub const PACKED: u8 = 2;
/// The rest is what stands in the place of a packed body; the checksum is that of what it inflates to, if it does.
const PACKED_ALREADY: u8 = 3;
/// The rest is the body of a chunk of another type.
const OTHER: u8 = 4;
/// The magic number of a chunk.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Bytes that are inflated for a checksum at most.
const INFLATED_MAX: u64 = 2 * 1024 * 1024;

/// The chunk that an input's head and body stand for.
pub fn chunk(head: &[u8], body: &[u8]) -> Vec<u8> {
    match head.get(1).map(|press| press % 5) {
        Some(PLAIN) => seal(1, body),
        Some(PACKED) => {
            let mut encoder = DeflateEncoder::new(vec![], Compression::default());
            let packed = encoder.write_all(body).and_then(|()| encoder.finish());
            packed.map_or_else(|_| vec![], |packed| seal_packed(body, &packed))
        }
        Some(PACKED_ALREADY) => {
            let mut plain = vec![];
            let reader = flate2::read::DeflateDecoder::new(body);
            let _ = std::io::Read::read_to_end(&mut std::io::Read::take(reader, INFLATED_MAX), &mut plain);
            seal_packed(&plain, body)
        }
        Some(OTHER) => seal(head.get(2).copied().unwrap_or(0) >> 1, body),
        _ => body.to_vec(),
    }
}

/// The body of a plain chunk; nothing where it has none.
pub fn body_of(raw: &[u8]) -> &[u8] {
    let after = raw.get(9..).unwrap_or_default();
    let length = after.iter().position(|byte| byte & 0x80 == 0).map_or(after.len(), |at| at + 1);
    &after[length..]
}

fn seal(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut hashed = vec![kind];
    leb(&mut hashed, body.len());
    hashed.extend_from_slice(body);
    let hash = Sha256::digest(&hashed);
    [&MAGIC[..], &hash[..4], &hashed].concat()
}

fn seal_packed(body: &[u8], packed: &[u8]) -> Vec<u8> {
    let plain = seal(1, body);
    let mut chunk = plain[..8].to_vec();
    chunk.push(2);
    leb(&mut chunk, packed.len());
    chunk.extend_from_slice(packed);
    chunk
}

fn leb(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let digit = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        out.push(if value == 0 { digit } else { digit | 0x80 });
        if value == 0 {
            return;
        }
    }
}
