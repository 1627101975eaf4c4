//! Names of things. Ids are newtypes, so that a case id can never be passed where a user id is meant.
//!
//! Text form: UUIDs hyphenated in lower case, byte ids in lower-case hex. Wire form: CBOR byte strings of fixed length.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An id that is not in its text form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}: {text:?}")]
pub struct IdError {
    /// What was expected, e.g. `CaseId`.
    pub kind: &'static str,
    /// What was given (at most 80 characters of it).
    pub text: String,
}

impl IdError {
    fn new(kind: &'static str, text: &str) -> Self {
        Self { kind, text: text.chars().take(80).collect() }
    }
}

macro_rules! byte_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The raw bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
            /// Takes exactly the right number of bytes, or `None`.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; $len];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| IdError::new(stringify!($name), text))?;
                Ok(Self(bytes))
            }
        }
        id_codecs!($name, $len);
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// A UUIDv7 from the wall clock (milliseconds since 1970) and ten random bytes: sorts by time of making.
            #[must_use]
            pub fn v7(unix_ms: i64, random: [u8; 10]) -> Self {
                let ms = u64::try_from(unix_ms).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid().into_bytes())
            }
            /// The raw bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
            /// Takes exactly sixteen bytes, or `None`.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let id = uuid::Uuid::try_parse(text).map_err(|_| IdError::new(stringify!($name), text))?;
                Ok(Self(id.into_bytes()))
            }
        }
        id_codecs!($name, 16);
    };
}

macro_rules! id_codecs {
    ($name:ident, $len:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }
        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let bytes = d.bytes()?;
                Self::from_slice(bytes)
                    .ok_or_else(|| minicbor::decode::Error::message("id of a wrong length"))
            }
        }
    };
}

uuid_id!(
    /// One case (help requests are cases too).
    CaseId
);
uuid_id!(
    /// One person, as the server knows them.
    UserId
);
uuid_id!(
    /// One note or one photo entry inside a case.
    EntryId
);
uuid_id!(
    /// What one user command wrote: its commits share this.
    GroupId
);
uuid_id!(
    /// A draft on one phone; becomes the case's id when it is finished.
    DraftId
);
byte_id!(
    /// One device: the first 16 bytes of SHA-256 over its root public key, so it certifies itself.
    DeviceId,
    16
);
byte_id!(
    /// One life of a device's database: a clone or a restored backup gets a new one.
    Incarnation,
    16
);
byte_id!(
    /// SHA-256 over all of an envelope but its signature.
    CommitId,
    32
);
byte_id!(
    /// SHA-256 over a blob's bytes.
    BlobHash,
    32
);
byte_id!(
    /// Random name of one life of a partition's log; rotated by a restore.
    Epoch,
    8
);

/// A partition: the unit of ordering, a fixed level of the grid tree. The embedded default has one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[cbor(transparent)]
pub struct PartitionId(#[n(0)] pub u32);

impl PartitionId {
    /// The only partition of a deployment that does not shard.
    pub const ONLY: Self = Self(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_text_and_wire() {
        let case = CaseId::v7(1_700_000_000_000, [7; 10]);
        assert_eq!(case.to_string().parse::<CaseId>().unwrap(), case);
        let hash = BlobHash([0xab; 32]);
        assert_eq!(hash.to_string().parse::<BlobHash>().unwrap(), hash);
        let wire = minicbor::to_vec(hash).unwrap();
        assert_eq!(minicbor::decode::<BlobHash>(&wire).unwrap(), hash);
        assert!(minicbor::decode::<CaseId>(&wire).is_err(), "a hash is not a case id");
    }

    #[test]
    fn ids_made_later_sort_later() {
        assert!(CaseId::v7(1_000, [255; 10]) < CaseId::v7(1_001, [0; 10]));
    }

    #[test]
    fn a_wrong_text_is_a_typed_error() {
        assert_eq!("12".parse::<CommitId>().unwrap_err().kind, "CommitId");
        assert_eq!("x".parse::<CaseId>().unwrap_err().kind, "CaseId");
    }
}
