//! The record of one capture: made and signed in the moment the original is on disk, and chained to the one before it.

use std::fmt;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use yuandian_document::cbor::{self, CborError};
use yuandian_document::{CertifiedKey, DeviceKey, KeyError, KeyId, Purpose, Signature};
use yuandian_model::{BlobHash, CaseId, DeviceId, Incarnation};

use crate::limits::{
    APP_BYTES_MAX, MIME_BYTES_MAX, PROVIDER_BYTES_MAX, RECORD_BYTES_MAX, REMARK_BYTES_MAX, REMARKS_MAX,
    TOKEN_BYTES_MAX,
};

/// Version of the record's form.
pub const RECORD_VERSION: u8 = 0;

/// Name of a record: SHA-256 over its canonical bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct RecordHash(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 32]);

impl fmt::Display for RecordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for RecordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordHash({self})")
    }
}

/// Where a file came from, as the app says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Source {
    /// Nobody said.
    #[default]
    #[n(0)]
    Unknown,
    /// The app's own camera, just now.
    #[n(1)]
    Camera,
    /// Chosen from what was on the phone before.
    #[n(2)]
    Album,
}

impl Source {
    /// Stable short name, the key of the translated word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Camera => "camera",
            Self::Album => "album",
        }
    }
}

/// A position as the platform gave it. Whole numbers, so that it has one encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Fix {
    /// Longitude, WGS-84, 1e-7 degrees.
    #[n(0)]
    pub lng_e7: i32,
    /// Latitude, WGS-84, 1e-7 degrees.
    #[n(1)]
    pub lat_e7: i32,
    /// Radius that the receiver claims, metres.
    #[n(2)]
    pub accuracy_m: Option<u32>,
    /// Which receiver: `gps`, `network`, `fused` …; empty where nobody says.
    #[n(3)]
    pub provider: String,
    /// Whether the platform says that another app made the position up; none where it does not say.
    #[n(4)]
    pub mock: Option<bool>,
}

/// What is signed of one capture. All of it is the phone's claim; what the server's words around it prove is in
/// [`Window`](crate::Window).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CaptureRecord {
    /// [`RECORD_VERSION`].
    #[n(0)]
    pub version: u8,
    /// SHA-256 of the original, taken before anything else touched it.
    #[n(1)]
    pub original: BlobHash,
    /// Its length, bytes.
    #[n(2)]
    pub size: u64,
    /// Its media type, by its bytes.
    #[n(3)]
    pub mime: String,
    /// Width and height when upright, pixels; none where nobody could tell.
    #[n(4)]
    pub pixels: Option<(u32, u32)>,
    /// The case that it was taken for.
    #[n(5)]
    pub document: CaseId,
    /// The device.
    #[n(6)]
    pub device: DeviceId,
    /// The life of its store: each has a chain of its own.
    #[n(7)]
    pub incarnation: Incarnation,
    /// Number in that chain, from 1 without gap.
    #[n(8)]
    pub n: u64,
    /// The record before it.
    #[n(9)]
    pub prev: Option<RecordHash>,
    /// Device's wall clock, ms since 1970.
    #[n(10)]
    pub wall_ms: i64,
    /// Device's monotonic clock, ms since any fixed moment.
    #[n(11)]
    pub monotonic_ms: u64,
    /// The last signed [`TimeToken`](crate::TimeToken) that the device had.
    #[n(12)]
    pub token: Option<ByteVec>,
    /// Monotonic time since that token came, ms; none where the clock was begun anew in between.
    #[n(13)]
    pub since_token_ms: Option<u64>,
    /// Where the device says it was.
    #[n(14)]
    pub fix: Option<Fix>,
    /// Camera or album.
    #[n(15)]
    pub source: Source,
    /// Name, version and build of the app.
    #[n(16)]
    pub app: String,
    /// Which key signs.
    #[n(17)]
    pub signer: KeyId,
    /// Codes of what the phone found odd in the file (its metadata, bytes behind its end), at most [`REMARKS_MAX`].
    #[n(18)]
    pub remarks: Vec<String>,
}

/// The device's word that a captured file was thrown away before it belonged to any case: its place in the chain is accounted for, and
/// nothing else of it is told.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Dropped {
    /// [`RECORD_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The device.
    #[n(1)]
    pub device: DeviceId,
    /// The life of its store.
    #[n(2)]
    pub incarnation: Incarnation,
    /// Number in that chain.
    #[n(3)]
    pub n: u64,
    /// The record that stood there.
    #[n(4)]
    pub record: RecordHash,
    /// Which key signs.
    #[n(5)]
    pub signer: KeyId,
}

/// A link of a device's chain.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Link {
    /// A capture that belongs to a case.
    #[n(0)]
    Captured(#[n(0)] Box<CaptureRecord>),
    /// One that was thrown away.
    #[n(1)]
    Dropped(#[n(0)] Dropped),
}

/// A link's canonical bytes and the signature over them ([`Purpose::Capture`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedLink {
    /// Canonical [`Link`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub link: Vec<u8>,
    /// Over it.
    #[n(1)]
    pub signature: Signature,
}

/// A link that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Its bytes.
    #[error(transparent)]
    Cbor(#[from] CborError),
    /// Of another version than this code speaks.
    #[error("capture record version {0} is not spoken here")]
    Version(u8),
    /// A member longer than its limit, or a number that counts from 1.
    #[error("{0} of a capture record is beyond its limit")]
    Limit(&'static str),
    /// Signed by a key that is not the device's, or wrongly.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Link {
    /// Signs it.
    #[must_use]
    pub fn sign(&self, key: &DeviceKey) -> SignedLink {
        let link = cbor::encode(self);
        let signature = key.sign(Purpose::Capture, &link);
        SignedLink { link, signature }
    }

    /// The device, the life and the number that it has in the chain.
    #[must_use]
    pub fn place(&self) -> (DeviceId, Incarnation, u64) {
        match self {
            Self::Captured(record) => (record.device, record.incarnation, record.n),
            Self::Dropped(dropped) => (dropped.device, dropped.incarnation, dropped.n),
        }
    }

    fn version(&self) -> u8 {
        match self {
            Self::Captured(record) => record.version,
            Self::Dropped(dropped) => dropped.version,
        }
    }

    fn signer(&self) -> KeyId {
        match self {
            Self::Captured(record) => record.signer,
            Self::Dropped(dropped) => dropped.signer,
        }
    }

    fn hold_limits(&self) -> Result<(), LinkError> {
        if self.place().2 == 0 {
            return Err(LinkError::Limit("n"));
        }
        let Self::Captured(record) = self else { return Ok(()) };
        let provider = record.fix.as_ref().map_or(0, |fix| fix.provider.len());
        let lengths = [
            ("mime", record.mime.len(), MIME_BYTES_MAX),
            ("app", record.app.len(), APP_BYTES_MAX),
            ("token", record.token.as_ref().map_or(0, |token| token.len()), TOKEN_BYTES_MAX),
            ("provider", provider, PROVIDER_BYTES_MAX),
            ("remarks", record.remarks.len(), REMARKS_MAX),
            ("remark", record.remarks.iter().map(String::len).max().unwrap_or_default(), REMARK_BYTES_MAX),
        ];
        match lengths.iter().find(|(_, length, max)| length > max) {
            Some((what, ..)) => Err(LinkError::Limit(what)),
            None => Ok(()),
        }
    }
}

impl SignedLink {
    /// Reads it; says nothing of the signature.
    ///
    /// # Errors
    /// [`LinkError`] for form, version and limits.
    pub fn open(&self) -> Result<Link, LinkError> {
        let link: Link = cbor::decode("capture record", &self.link, RECORD_BYTES_MAX)?;
        if link.version() != RECORD_VERSION {
            return Err(LinkError::Version(link.version()));
        }
        link.hold_limits()?;
        Ok(link)
    }

    /// Checks that this device's key signed it.
    ///
    /// # Errors
    /// [`LinkError::Key`].
    pub fn verify(&self, link: &Link, key: &CertifiedKey) -> Result<(), LinkError> {
        if link.place().0 != key.device || link.signer() != key.id {
            return Err(KeyError::ForeignDevice.into());
        }
        Ok(key.verify(Purpose::Capture, &self.link, &self.signature)?)
    }

    /// The name of the record: of a dropped one the name that it had.
    #[must_use]
    pub fn name(&self, link: &Link) -> RecordHash {
        match link {
            Link::Captured(_) => RecordHash(Sha256::digest(&self.link).into()),
            Link::Dropped(dropped) => dropped.record,
        }
    }
}

impl Fix {
    /// From degrees, to the nearest 1e-7 (about a centimetre); none outside the world or for what is no number.
    #[must_use]
    pub fn of(
        lng: f64,
        lat: f64,
        accuracy_m: Option<u32>,
        provider: &str,
        mock: Option<bool>,
    ) -> Option<Self> {
        let inside = lng.is_finite() && lat.is_finite() && lng.abs() <= 180.0 && lat.abs() <= 90.0;
        let e7 = |degrees: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "at most 1.8e9, which an i32 holds")]
            let whole = (degrees * 1e7).round() as i32;
            whole
        };
        inside.then(|| Self {
            lng_e7: e7(lng),
            lat_e7: e7(lat),
            accuracy_m,
            provider: provider.chars().filter(char::is_ascii_graphic).take(PROVIDER_BYTES_MAX).collect(),
            mock,
        })
    }

    /// Longitude and latitude, degrees.
    #[must_use]
    pub fn degrees(&self) -> (f64, f64) {
        (f64::from(self.lng_e7) / 1e7, f64::from(self.lat_e7) / 1e7)
    }
}
