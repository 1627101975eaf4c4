//! What a tus client says in its headers: version, numbers, metadata, checksums. Pure; whatever it cannot mean is a [`Problem`].

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use yuandian_model::BlobHash;

use crate::limits::UPLOAD_METADATA_BYTES_MAX;
use crate::problem::Problem;

/// The version of the protocol.
pub const VERSION: &str = "1.0.0";

/// Algorithms of `Upload-Checksum`: SHA-1, which every server must know, and SHA-256.
pub const CHECKSUM_ALGORITHMS: &str = "sha1,sha256";

/// That the client speaks our version.
pub fn spoken(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get("Tus-Resumable") {
        Some(version) if version == VERSION => Ok(()),
        _ => Err(Problem::TusVersion),
    }
}

/// A number that must be there.
pub fn stated(headers: &HeaderMap, name: &str) -> Result<u64, Problem> {
    let value = headers.get(name).and_then(|v| v.to_str().ok()).ok_or(Problem::Malformed)?;
    // `parse` alone would let a plus sign pass.
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::Malformed);
    }
    value.parse().map_err(|_| Problem::TooLarge)
}

/// What a client says of its file: the hash, and the pairs just as they came, for they are said again to who asks with HEAD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The promised hash.
    pub hash: BlobHash,
    /// The header's value; none where the hash alone tells it.
    pub pairs: Option<String>,
}

impl Metadata {
    /// Reads `Upload-Metadata`: pairs of a key and a value in base64, each key once, `sha256` (the hash in hex) among them.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let text = headers.get("Upload-Metadata").and_then(|v| v.to_str().ok()).ok_or(Problem::Malformed)?;
        if text.len() > UPLOAD_METADATA_BYTES_MAX {
            return Err(Problem::TooLarge);
        }
        let mut keys: Vec<&str> = Vec::new();
        let mut hash = None;
        for pair in text.split(',') {
            let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
            if key.is_empty() || keys.contains(&key) {
                return Err(Problem::Malformed);
            }
            let value = BASE64.decode(value.trim()).map_err(|_| Problem::Malformed)?;
            if key == "sha256" {
                let digits = String::from_utf8(value).map_err(|_| Problem::Malformed)?;
                hash = Some(digits.parse().map_err(|_| Problem::Malformed)?);
            }
            keys.push(key);
        }
        let hash = hash.ok_or(Problem::Malformed)?;
        Ok(Self { pairs: (text != plain(&hash)).then(|| text.to_owned()), hash })
    }
}

/// Metadata that say the hash and nothing else.
pub fn plain(hash: &BlobHash) -> String {
    format!("sha256 {}", BASE64.encode(hash.to_string()))
}

/// `Upload-Checksum`: what the body of this one request must add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-1.
    Sha1([u8; 20]),
    /// SHA-256.
    Sha256([u8; 32]),
}

impl Checksum {
    /// Reads the header; none where the client does not send it. Trailers are not read: `checksum-trailer` is not offered.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let Some(value) = headers.get("Upload-Checksum") else {
            return Ok(None);
        };
        let (algorithm, sum) =
            value.to_str().ok().and_then(|v| v.trim().split_once(' ')).ok_or(Problem::Malformed)?;
        if !CHECKSUM_ALGORITHMS.split(',').any(|known| known == algorithm) {
            return Err(Problem::ChecksumAlgorithm);
        }
        let sum = BASE64.decode(sum.trim()).map_err(|_| Problem::Malformed)?;
        let checksum = match algorithm {
            "sha1" => sum.try_into().map(Self::Sha1),
            _ => sum.try_into().map(Self::Sha256),
        };
        checksum.map(Some).map_err(|_| Problem::Malformed)
    }

    /// Begins to add up.
    pub fn begin(&self) -> Adding {
        match self {
            Self::Sha1(_) => Adding::Sha1(Sha1::new()),
            Self::Sha256(_) => Adding::Sha256(Sha256::new()),
        }
    }

    /// Whether this is what was added up.
    pub fn is(&self, adding: Adding) -> bool {
        match (self, adding) {
            (Self::Sha1(sum), Adding::Sha1(sha1)) => <[u8; 20]>::from(sha1.finalize()) == *sum,
            (Self::Sha256(sum), Adding::Sha256(sha256)) => <[u8; 32]>::from(sha256.finalize()) == *sum,
            _ => false,
        }
    }
}

/// A checksum on its way.
pub enum Adding {
    /// SHA-1.
    Sha1(Sha1),
    /// SHA-256.
    Sha256(Sha256),
}

impl Adding {
    /// Adds bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(sha1) => sha1.update(bytes),
            Self::Sha256(sha256) => sha256.update(bytes),
        }
    }
}

/// A header's value out of text that came in a header.
pub fn text(value: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(value).map_err(|_| Problem::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn metadata_are_pairs_with_a_hash_among_them() {
        let hash = BlobHash([7; 32]);
        let said = |text: &str| Metadata::of(&with("Upload-Metadata", text));
        assert_eq!(said(&plain(&hash)), Ok(Metadata { hash, pairs: None }));
        let more = format!("filename eA==,{},empty", plain(&hash));
        assert_eq!(said(&more), Ok(Metadata { hash, pairs: Some(more.clone()) }));
        let long = format!("x {},{}", "A".repeat(UPLOAD_METADATA_BYTES_MAX), plain(&hash));
        assert_eq!(said(&long), Err(Problem::TooLarge));
        for wrong in
            ["", "filename eA==", "sha256", "sha256 eA==", "sha256 ***", &format!("a,a,{}", plain(&hash))]
        {
            assert_eq!(said(wrong), Err(Problem::Malformed), "{wrong}");
        }
        assert_eq!(Metadata::of(&HeaderMap::new()), Err(Problem::Malformed));
    }

    #[test]
    fn a_checksum_is_an_algorithm_and_as_many_bytes_as_it_has() {
        let said = |text: &str| Checksum::of(&with("Upload-Checksum", text));
        assert_eq!(Checksum::of(&HeaderMap::new()), Ok(None));
        // Of the protocol's own example.
        let Ok(Some(sha1)) = said("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=") else { panic!("the example") };
        let mut adding = sha1.begin();
        adding.add(b"hello world");
        assert!(sha1.is(adding));
        assert!(!sha1.is(sha1.begin()));
        let Ok(Some(sha256)) = said("sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=") else { panic!() };
        let mut adding = sha256.begin();
        adding.add(b"hello ");
        adding.add(b"world");
        assert!(sha256.is(adding));
        assert!(!sha256.is(sha1.begin()));
        assert_eq!(said("md5 XrY7u+Ae7tCTyyK7j1rNww=="), Err(Problem::ChecksumAlgorithm));
        for wrong in ["", "sha1", "sha1 eA==", "sha1 ***", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0="] {
            assert_eq!(said(wrong), Err(Problem::Malformed), "{wrong}");
        }
    }
}
