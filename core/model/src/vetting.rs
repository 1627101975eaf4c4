//! How closely somebody was looked at before neighbours are sent to each other's doors (DOMAIN §4.5): a level of the right that they hold,
//! which ends with it.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// How closely a person was looked at; each level of grown-ups includes those below.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, Encode, Decode,
)]
#[serde(try_from = "String", into = "String")]
#[cbor(index_only)]
pub enum Vetting {
    /// A child whose guardian agreed: takes nothing, and opens only what a child may ([`crate::Service::minors`]). The right ends on the day on
    /// which its person is old enough.
    #[n(4)]
    Minor,
    /// Answers a telephone: errands in the open air.
    #[n(0)]
    L0,
    /// Known by name: at the door. A right that says nothing has this one: it was given to somebody by name.
    #[default]
    #[n(1)]
    L1,
    /// The community vouches for them: inside a home, children, medicine and money.
    #[n(2)]
    L2,
    /// Trained: with frail people on their way.
    #[n(3)]
    L3,
}

impl Vetting {
    /// Every level, rising.
    pub const ALL: [Vetting; 5] = [Vetting::Minor, Vetting::L0, Vetting::L1, Vetting::L2, Vetting::L3];

    /// The id used in data files and commands.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Vetting::Minor => "minor",
            Vetting::L0 => "l0",
            Vetting::L1 => "l1",
            Vetting::L2 => "l2",
            Vetting::L3 => "l3",
        }
    }
}

/// A word that is no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no level {0:?}; levels are minor (a child), l0 (telephone), l1 (name), l2 (community vouches), l3 (trained)"
)]
pub struct UnknownVetting(pub String);

impl FromStr for Vetting {
    type Err = UnknownVetting;
    fn from_str(text: &str) -> Result<Self, UnknownVetting> {
        let found = Vetting::ALL.into_iter().find(|level| level.id() == text);
        found.ok_or_else(|| UnknownVetting(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Vetting {
    type Error = UnknownVetting;
    fn try_from(text: String) -> Result<Self, UnknownVetting> {
        text.parse()
    }
}

impl From<Vetting> for String {
    fn from(level: Vetting) -> String {
        level.id().to_owned()
    }
}

impl fmt::Display for Vetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_survives_its_id_and_includes_those_below() {
        for level in Vetting::ALL {
            assert_eq!(level.id().parse::<Vetting>().unwrap(), level);
        }
        assert!(Vetting::ALL.is_sorted() && "l4".parse::<Vetting>().is_err());
    }
}
