//! Streams: what a device may hold, how far it holds it, and whether that is what the server has.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use yuandian_model::{DivisionCode, Epoch, OrgId, PartitionId, Role, UserId};

/// What a principal may hold: `grid:CODE`, `role:ROLE@CODE`, `pub:CODE`, `unit:UNIT@CODE`, `user:ID`, whole cases; `sum:CODE`, `follow:ID`,
/// public summaries only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct StreamId(#[n(0)] pub String);

impl StreamId {
    /// What everybody who works a grid reads there.
    #[must_use]
    pub fn grid(code: &DivisionCode) -> Self {
        Self(format!("grid:{code}"))
    }
    /// What people of a role read in a division because its service, or a row of its workflow, is for them.
    #[must_use]
    pub fn role(role: Role, code: &DivisionCode) -> Self {
        Self(format!("role:{role}@{code}"))
    }
    /// What neighbours of a division may see: open requests for help.
    #[must_use]
    pub fn public(code: &DivisionCode) -> Self {
        Self(format!("pub:{code}"))
    }
    /// What a unit or provider works on in a division, for those who work for it there.
    #[must_use]
    pub fn unit(org: &OrgId, code: &DivisionCode) -> Self {
        Self(format!("unit:{org}@{code}"))
    }
    /// A person's own cases and claims.
    #[must_use]
    pub fn user(user: &UserId) -> Self {
        Self(format!("user:{user}"))
    }
    /// Public summaries of a division's public cases: for everybody who lives there.
    #[must_use]
    pub fn summary(code: &DivisionCode) -> Self {
        Self(format!("sum:{code}"))
    }
    /// Public summaries of the cases that a person follows.
    #[must_use]
    pub fn followed(user: &UserId) -> Self {
        Self(format!("follow:{user}"))
    }
    /// Whether the stream is one person's own: what one took part in stays there.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.0.starts_with("user:")
    }

    /// Whether the stream is a unit's: what it works on no longer leaves it.
    #[must_use]
    pub fn is_of_unit(&self) -> bool {
        self.0.starts_with("unit:")
    }

    /// The code of the division whose cases it brings; none for a person's own.
    #[must_use]
    pub fn division(&self) -> Option<&str> {
        let (kind, rest) = self.0.split_once(':')?;
        match kind {
            "grid" | "pub" | "sum" => Some(rest),
            // No id of a unit or role has this sign.
            "unit" | "role" => rest.split_once('@').map(|(_, code)| code),
            _ => None,
        }
    }

    /// Whether the stream brings summaries only: no document, no commit, no person is ever sent in it.
    #[must_use]
    pub fn is_summary(&self) -> bool {
        self.0.starts_with("sum:") || self.0.starts_with("follow:")
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a device has applied a stream in one epoch of its partition: everything with a sequence number up to `cursor`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Cursor {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// The epoch the cursor counts in; none before the first page.
    #[n(1)]
    pub epoch: Option<Epoch>,
    /// The last number applied.
    #[n(2)]
    pub cursor: u64,
    /// The partition whose numbers it counts.
    #[n(3)]
    pub partition: PartitionId,
    /// Whether the device holds list lines alone of it: over its budget, a stream is not held whole.
    #[n(4)]
    pub lines_only: bool,
}

impl Cursor {
    /// A whole stream of the only partition.
    #[must_use]
    pub fn new(stream: StreamId, epoch: Option<Epoch>, cursor: u64) -> Self {
        Self { stream, epoch, cursor, partition: PartitionId::ONLY, lines_only: false }
    }
}

/// A stream that a device may hold, with its size before anything of it is downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StreamOffer {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// In which partition.
    #[n(1)]
    pub partition: PartitionId,
    /// Cases present in it.
    #[n(2)]
    pub count: u64,
    /// Whether the device's budget leaves room for list lines only.
    #[n(3)]
    pub lines_only: bool,
}

/// Count and sum of a stream, for comparison with what a device holds ([`crate::check::StreamSum`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StreamCheck {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// In which partition.
    #[n(1)]
    pub partition: PartitionId,
    /// Cases present.
    #[n(2)]
    pub count: u64,
    /// XOR of [`crate::check::entry_sum`] over them.
    #[n(3)]
    pub xor: u64,
}
