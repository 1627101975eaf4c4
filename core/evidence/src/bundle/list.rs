//! The list of what is in a bundle, by hashes of pieces, so that damage is named by the bytes it hit.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use yuandian_document::cbor;
use yuandian_document::{DeviceCertificate, DeviceKey, Purpose, Signature};
use yuandian_model::{BlobHash, CaseId};

use crate::limits::PIECE_BYTES;
use crate::statement::PathHash;

/// Form of the list that this version writes and reads.
pub(crate) const FORMAT: u32 = 1;

/// One member as the list has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Name in the archive.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of each piece of [`PIECE_BYTES`], hex; the last is shorter.
    pub pieces: Vec<String>,
}

/// One photo of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoLine {
    /// SHA-256 of its original.
    pub sha256: BlobHash,
    /// The member that is the original; none where the exporter could not get it.
    pub original: Option<String>,
    /// The person's name, as the exporter knows it.
    pub by: String,
}

/// What the exporter signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    pub format: u32,
    /// Exporter's wall clock, ms since 1970.
    pub made_ms: i64,
    pub case: CaseId,
    pub photos: Vec<PhotoLine>,
    pub members: Vec<Member>,
}

/// `bundle.sig`: hashes of the list's own pieces, by whom, and the signature over the hashes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct ListSignature {
    /// Length of the list, bytes.
    #[n(0)]
    pub size: u64,
    #[n(1)]
    pub pieces: Vec<PathHash>,
    #[n(2)]
    pub certificate: DeviceCertificate,
    /// [`Purpose::Bundle`], over size and pieces.
    #[n(3)]
    pub signature: Signature,
}

#[derive(Encode)]
struct Signed<'a> {
    #[n(0)]
    size: u64,
    #[n(1)]
    pieces: &'a [PathHash],
}

impl ListSignature {
    pub fn of(list: &[u8], key: &DeviceKey, certificate: &DeviceCertificate) -> Self {
        let (size, pieces) = (list.len() as u64, pieces(list));
        let signature = key.sign(Purpose::Bundle, &Self::message(size, &pieces));
        Self { size, pieces, certificate: certificate.clone(), signature }
    }

    fn message(size: u64, pieces: &[PathHash]) -> Vec<u8> {
        cbor::encode(&Signed { size, pieces })
    }

    /// Whether the certificate proves itself and its key signed.
    pub fn holds(&self) -> bool {
        let message = Self::message(self.size, &self.pieces);
        let verified = self.certificate.verify();
        verified.is_ok_and(|key| key.verify(Purpose::Bundle, &message, &self.signature).is_ok())
    }
}

/// Hashes of the pieces of some bytes.
pub(crate) fn pieces(bytes: &[u8]) -> Vec<PathHash> {
    bytes.chunks(PIECE_BYTES).map(|piece| PathHash(Sha256::digest(piece).into())).collect()
}

impl Member {
    pub(crate) fn of(name: &str, bytes: &[u8]) -> Self {
        let pieces = pieces(bytes).iter().map(|piece| hex::encode(piece.0)).collect();
        Self { name: name.to_owned(), size: bytes.len() as u64, pieces }
    }

    /// The bytes that are not those of the list, from the first to behind the last; none where all are.
    pub(crate) fn damage(&self, bytes: &[u8]) -> Option<(u64, u64)> {
        let listed: Vec<_> = self.pieces.iter().map(|piece| hex_hash(piece)).collect();
        damage(self.size, &listed, bytes)
    }
}

fn hex_hash(text: &str) -> Option<PathHash> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok().map(|()| PathHash(hash))
}

/// The bytes that are not as listed, from the first to behind the last.
pub(crate) fn damage(size: u64, listed: &[Option<PathHash>], bytes: &[u8]) -> Option<(u64, u64)> {
    let found = pieces(bytes);
    let piece = PIECE_BYTES as u64;
    let count = found.len().max(listed.len());
    let differs = |at: &usize| found.get(*at).copied() != listed.get(*at).copied().flatten();
    let mut wrong = (0..count).filter(differs);
    let length = size.max(bytes.len() as u64);
    match wrong.next() {
        Some(first) => {
            let last = wrong.next_back().unwrap_or(first);
            Some((first as u64 * piece, ((last as u64 + 1) * piece).min(length)))
        }
        None if size != bytes.len() as u64 => Some((size.min(bytes.len() as u64), length)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_named_by_the_pieces_it_hit() {
        let bytes: Vec<u8> = (0..=250).cycle().take(3 * PIECE_BYTES + 10).collect();
        let member = Member::of("a", &bytes);
        assert_eq!(member.damage(&bytes), None);
        let (piece, size) = (PIECE_BYTES as u64, bytes.len() as u64);
        let flipped = |at: &[usize]| {
            let mut other = bytes.clone();
            at.iter().for_each(|at| other[*at] ^= 1);
            member.damage(&other)
        };
        assert_eq!(flipped(&[0]), Some((0, piece)));
        assert_eq!(flipped(&[PIECE_BYTES]), Some((piece, 2 * piece)));
        assert_eq!(flipped(&[bytes.len() - 1]), Some((3 * piece, size)));
        assert_eq!(flipped(&[1, 2 * PIECE_BYTES]), Some((0, 3 * piece)));
        assert_eq!(member.damage(&bytes[..bytes.len() - 1]), Some((3 * piece, size)));
        assert_eq!(member.damage(&bytes[..PIECE_BYTES]), Some((piece, size)));
        assert_eq!(member.damage(&[bytes.as_slice(), &[1]].concat()), Some((3 * piece, size + 1)));
        assert_eq!(Member::of("e", &[]).damage(&[]), None);
        assert_eq!(Member::of("e", &[]).damage(&[1]), Some((0, 1)));
    }
}
