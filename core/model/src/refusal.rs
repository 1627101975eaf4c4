//! The closed set of outcomes a commit can have, and a refusal with its facts.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal $id:literal),+ $(,)?) => {
        /// Outcome of one commit. Only [`Code::RetryLater`] is not final and not stored.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(index_only)]
        pub enum Code {
            $($(#[$doc])* #[n($number)] $name),+
        }
        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];
            /// Stable id, as people and logs see it.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self {
                    $(Code::$name => $id),+
                }
            }
        }
    };
}

codes! {
    /// Taken.
    Ok = 0 "ok",
    /// Taken after the right ended, because it was captured in time; flagged for a person.
    OkLate = 1 "ok_late",
    /// Said before; nothing changed.
    Dup = 2 "dup",
    /// Waits for something it builds on.
    HeldMissing = 3 "held_missing",
    /// Somebody was first; the claimant waits in line.
    RTaken = 10 "r_taken",
    /// Not possible at this stage.
    RState = 11 "r_state",
    /// The person's role may not do this.
    RRole = 12 "r_role",
    /// The person's right does not reach this grid.
    RScope = 13 "r_scope",
    /// No such case, or no longer there.
    RGone = 14 "r_gone",
    /// Written against facts that have changed.
    RExpects = 15 "r_expects",
    /// Unknown service, act, form key or version.
    RSchema = 16 "r_schema",
    /// Damaged, or writes where nobody may write.
    RStructure = 17 "r_structure",
    /// Over a limit.
    RLimit = 18 "r_limit",
    /// Written under a name that is not the device's own.
    RActor = 19 "r_actor",
    /// Breaks the device's own chain: the database was copied or restored.
    RChain = 20 "r_chain",
    /// The signature does not hold.
    RSig = 21 "r_sig",
    /// The device or person was shut out.
    RRevoked = 22 "r_revoked",
    /// The offline lease had ended.
    RLease = 23 "r_lease",
    /// Not judged; send again.
    RetryLater = 30 "retry_later",
}

impl Code {
    /// Whether the commit was taken.
    #[must_use]
    pub fn is_taken(self) -> bool {
        matches!(self, Code::Ok | Code::OkLate | Code::Dup)
    }

    /// Whether it is a final no.
    #[must_use]
    pub fn is_refused(self) -> bool {
        !self.is_taken() && !matches!(self, Code::HeldMissing | Code::RetryLater)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A word that is no code of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown outcome code {0:?}")]
pub struct UnknownCode(pub String);

impl FromStr for Code {
    type Err = UnknownCode;
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Code::ALL
            .iter()
            .copied()
            .find(|c| c.id() == text)
            .ok_or_else(|| UnknownCode(text.chars().take(40).collect()))
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Facts behind an outcome, by name: `stage`, `first`, `position`, `key`, `limit` … They fill the words of the reason.
pub type Facts = BTreeMap<String, String>;

/// A no with its reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{code} {facts:?}")]
pub struct Refusal {
    /// Which no.
    pub code: Code,
    /// What it rests on.
    pub facts: Facts,
}

impl Refusal {
    /// A refusal with the facts it rests on.
    #[must_use]
    pub fn new<const N: usize>(code: Code, facts: [(&str, String); N]) -> Self {
        Self { code, facts: facts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_its_id_and_is_one_of_three_kinds() {
        for code in Code::ALL {
            assert_eq!(code.id().parse::<Code>().unwrap(), *code);
            let open = matches!(code, Code::HeldMissing | Code::RetryLater);
            assert_eq!(1, u8::from(code.is_taken()) + u8::from(code.is_refused()) + u8::from(open), "{code}");
        }
    }
}
