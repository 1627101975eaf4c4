//! The envelope that Automerge puts around a change: magic, checksum, type, length. Packed changes are inflated here, by
//! us and within limits, so that Automerge is only ever handed one plain change chunk.

use flate2::{Decompress, FlushDecompress, Status};
use sha2::{Digest, Sha256};

use super::leb::{Bytes, push_unsigned};
use super::limits::{BODY_BYTES_MAX, CHUNK_BYTES_MAX, CHUNK_HEADER_BYTES_MAX, INFLATE_RATIO_MAX};
use super::refusal::{Limit, Refusal, Structure};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const TYPE_CHANGE: u8 = 1;
const TYPE_PACKED_CHANGE: u8 = 2;

/// One change chunk whose checksum belongs to its body.
pub(super) struct Chunk {
    /// The plain change chunk: what Automerge is handed, and what is stored.
    pub bytes: Vec<u8>,
    /// Where the body begins in `bytes`.
    pub body_start: usize,
    /// SHA-256 over type, length and body: the name of the change.
    pub hash: [u8; 32],
}

impl Chunk {
    /// The body: what the checksum covers.
    pub fn body(&self) -> &[u8] {
        self.bytes.get(self.body_start..).unwrap_or_default()
    }
}

/// Reads exactly one change chunk, inflating a packed one within the limits.
pub(super) fn unwrap(raw: &[u8]) -> Result<Chunk, Refusal> {
    if raw.len() > CHUNK_BYTES_MAX {
        return Err(Limit::ChunkBytes.into());
    }
    let mut bytes = Bytes::new(raw);
    if bytes.array::<4>()? != MAGIC {
        return Err(Structure::Magic.into());
    }
    let checksum = bytes.array::<4>()?;
    let chunk_type = bytes.byte()?;
    if chunk_type != TYPE_CHANGE && chunk_type != TYPE_PACKED_CHANGE {
        return Err(Structure::ChunkType.into());
    }
    let length = bytes.unsigned()?;
    let data = bytes.take(length)?;
    if data.len() > BODY_BYTES_MAX {
        return Err(Limit::ChunkBytes.into());
    }
    if !bytes.is_empty() {
        return Err(Structure::Trailing.into());
    }
    let chunk =
        if chunk_type == TYPE_PACKED_CHANGE { wrap(checksum, &inflate(data)?) } else { wrap(checksum, data) };
    if chunk.hash[..checksum.len()] != checksum {
        return Err(Structure::Checksum.into());
    }
    Ok(chunk)
}

/// The plain change chunk around `body`. The checksum is repeated as given: the caller compares it with the hash.
fn wrap(checksum: [u8; 4], body: &[u8]) -> Chunk {
    let mut bytes = Vec::with_capacity(CHUNK_HEADER_BYTES_MAX + body.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&checksum);
    let hashed_from = bytes.len();
    bytes.push(TYPE_CHANGE);
    push_unsigned(&mut bytes, body.len() as u64);
    let body_start = bytes.len();
    bytes.extend_from_slice(body);
    let hash = Sha256::digest(&bytes[hashed_from..]).into();
    Chunk { bytes, body_start, hash }
}

/// The plain change chunk around `body`, with the checksum that belongs to it.
pub(super) fn plain(body: &[u8]) -> Chunk {
    let mut chunk = wrap([0; 4], body);
    let (sum, at) = (chunk.hash, MAGIC.len());
    chunk.bytes[at..at + 4].copy_from_slice(&sum[..4]);
    chunk
}

/// Inflates into a buffer that never grows past the limits, however much the stream would give.
fn inflate(packed: &[u8]) -> Result<Vec<u8>, Refusal> {
    let ratio_cap = packed.len().saturating_mul(INFLATE_RATIO_MAX);
    let cap = ratio_cap.min(BODY_BYTES_MAX);
    // One byte more than allowed tells "full" from "too long".
    let mut plain = vec![0; cap + 1];
    let mut inflater = Decompress::new(false);
    let status =
        inflater.decompress(packed, &mut plain, FlushDecompress::Finish).map_err(|_| Structure::Deflate)?;
    let written = usize::try_from(inflater.total_out()).map_err(|_| Structure::Deflate)?;
    if written > cap {
        let over = if cap == BODY_BYTES_MAX { Limit::InflateCap } else { Limit::InflateRatio };
        return Err(over.into());
    }
    if status != Status::StreamEnd {
        return Err(Structure::Deflate.into());
    }
    if inflater.total_in() != packed.len() as u64 {
        return Err(Structure::Trailing.into());
    }
    plain.truncate(written);
    Ok(plain)
}
