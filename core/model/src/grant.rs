//! Rights: a role in a division and below, for everybody's cases or for those of one unit, for ever or for a time.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::catalogue::is_key;
use crate::division::DivisionCode;
use crate::limits;
use crate::role::Role;
use crate::vetting::Vetting;

/// A unit or a provider: 1-64 of `a-z`, `0-9`, `_`, `.`, as acts name it when a case is dispatched.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(try_from = "String", into = "String")]
#[cbor(transparent)]
pub struct OrgId(#[cbor(n(0), decode_with = "decode_org")] String);

fn decode_org<'b, C>(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<String, minicbor::decode::Error> {
    let text = d.str()?;
    if is_key(text) { Ok(text.to_owned()) } else { Err(minicbor::decode::Error::message("not a unit's id")) }
}

/// A text that is no id of a unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no unit: 1 to {max} of a-z, 0-9, _ and .", max = limits::WORD_BYTES_MAX)]
pub struct OrgIdError(pub String);

impl FromStr for OrgId {
    type Err = OrgIdError;
    fn from_str(text: &str) -> Result<Self, OrgIdError> {
        if is_key(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(OrgIdError(text.chars().take(40).collect()))
        }
    }
}

impl TryFrom<String> for OrgId {
    type Error = OrgIdError;
    fn try_from(text: String) -> Result<Self, OrgIdError> {
        text.parse()
    }
}

impl From<OrgId> for String {
    fn from(org: OrgId) -> String {
        org.0
    }
}

impl OrgId {
    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OrgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrgId({})", self.0)
    }
}

/// A role held in a division and everything below it.
///
/// What a right is bound to beside that is optional, and a right without it is written as it was before there was any.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
pub struct Grant {
    /// The role.
    #[n(0)]
    pub role: Role,
    /// Where it holds.
    #[n(1)]
    pub grid: DivisionCode,
    /// The unit or provider that it is held for: in a case that is there, it counts only while that unit works on it.
    #[n(2)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<OrgId>,
    /// From when it is held, server's clock, ms since 1970.
    #[n(3)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_ms: Option<i64>,
    /// When it ends, server's clock, ms since 1970: then it is held no longer.
    #[n(4)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
    /// How closely its person was looked at; [`Vetting::default`] where nothing is said.
    #[n(5)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vetting: Option<Vetting>,
}

/// How a time lies to the validity of a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// It had ended by then.
    Over,
    /// It had not begun.
    NotYet,
    /// It was held.
    Held,
}

impl Grant {
    /// A role in a division, for every unit and without an end.
    #[must_use]
    pub fn new(role: Role, grid: DivisionCode) -> Self {
        Self { role, grid, of: None, from_ms: None, until_ms: None, vetting: None }
    }

    /// The same for one unit or provider.
    #[must_use]
    pub fn of(self, org: OrgId) -> Self {
        Self { of: Some(org), ..self }
    }

    /// The same for somebody who was looked at so closely.
    #[must_use]
    pub fn vetted(self, level: Vetting) -> Self {
        Self { vetting: Some(level), ..self }
    }

    /// How closely its person was looked at.
    #[must_use]
    pub fn level(&self) -> Vetting {
        self.vetting.unwrap_or_default()
    }

    /// The same from a time on, and up to another without it; server's clock, ms since 1970.
    #[must_use]
    pub fn during(self, from_ms: Option<i64>, until_ms: Option<i64>) -> Self {
        Self { from_ms, until_ms, ..self }
    }

    /// Whether it is held at a time, server's clock, ms since 1970. The end of one that ends before it begins counts.
    #[must_use]
    pub fn term(&self, at_ms: i64) -> Term {
        if self.until_ms.is_some_and(|until_ms| until_ms <= at_ms) {
            Term::Over
        } else if self.from_ms.is_some_and(|from_ms| at_ms < from_ms) {
            Term::NotYet
        } else {
            Term::Held
        }
    }

    /// Whether it is held at a time, server's clock, ms since 1970.
    #[must_use]
    pub fn is_held(&self, at_ms: i64) -> bool {
        self.term(at_ms) == Term::Held
    }

    /// Whether both are the same right, whatever their validity.
    #[must_use]
    pub fn is_same_right(&self, other: &Self) -> bool {
        (self.role, &self.grid, &self.of, self.level()) == (other.role, &other.grid, &other.of, other.level())
    }
}

/// For commands and logs: `handler in 410102, unit water.co, level l2, until 2026-07-01T00:00:00+08:00`.
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.role, self.grid)?;
        if let Some(org) = &self.of {
            write!(f, ", unit {org}")?;
        }
        if let Some(level) = self.vetting {
            write!(f, ", level {level}")?;
        }
        if let Some(from_ms) = self.from_ms {
            write!(f, ", from {}", crate::calendar::beijing(from_ms))?;
        }
        match self.until_ms {
            Some(until_ms) => write!(f, ", until {}", crate::calendar::beijing(until_ms)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Grant {
        Grant::new(Role::Handler, "410102".parse().unwrap())
    }

    fn org(id: &str) -> OrgId {
        id.parse().unwrap()
    }

    #[test]
    fn a_right_begins_with_its_first_millisecond_and_ends_before_its_last() {
        let table = [
            (None, None, i64::MIN, Term::Held),
            (Some(10), None, 9, Term::NotYet),
            (Some(10), None, 10, Term::Held),
            (None, Some(20), 19, Term::Held),
            (None, Some(20), 20, Term::Over),
            (Some(10), Some(20), 9, Term::NotYet),
            (Some(10), Some(20), 15, Term::Held),
            (Some(10), Some(20), 20, Term::Over),
            (Some(20), Some(10), 15, Term::Over),
        ];
        for (from_ms, until_ms, at_ms, term) in table {
            assert_eq!(
                plain().during(from_ms, until_ms).term(at_ms),
                term,
                "{from_ms:?} {until_ms:?} {at_ms}"
            );
        }
    }

    #[test]
    fn a_plain_right_is_written_as_it_always_was() {
        let bytes = minicbor::to_vec(plain()).unwrap();
        assert_eq!(bytes, [&[0x82, 11, 0x66][..], b"410102"].concat());
        assert_eq!(serde_json::to_string(&plain()).unwrap(), r#"{"role":"handler","grid":"410102"}"#);
        for grant in [
            plain(),
            plain().of(org("water.co")),
            plain().during(Some(5), None),
            plain().of(org("a")).during(Some(-1), Some(i64::MAX)),
            plain().vetted(Vetting::L3),
        ] {
            let bytes = minicbor::to_vec(&grant).unwrap();
            assert_eq!(minicbor::decode::<Grant>(&bytes).unwrap(), grant);
            let json = serde_json::to_string(&grant).unwrap();
            assert_eq!(serde_json::from_str::<Grant>(&json).unwrap(), grant);
        }
    }

    #[test]
    fn a_unit_is_what_an_act_may_name() {
        for id in ["a", "water.co", "unit_7", &"x".repeat(limits::WORD_BYTES_MAX)] {
            assert!(id.parse::<OrgId>().is_ok(), "{id}");
        }
        for id in ["", "Water", "供水", "a b", "a@b", &"x".repeat(limits::WORD_BYTES_MAX + 1)] {
            assert!(id.parse::<OrgId>().is_err(), "{id}");
            let bytes = minicbor::to_vec(id).unwrap();
            assert!(minicbor::decode::<OrgId>(&bytes).is_err(), "{id}");
            assert!(serde_json::from_str::<OrgId>(&format!("{id:?}")).is_err(), "{id}");
        }
    }

    #[test]
    fn a_right_reads_as_a_sentence() {
        assert_eq!(plain().to_string(), "handler in 410102");
        assert_eq!(plain().vetted(Vetting::L2).to_string(), "handler in 410102, level l2");
        let bound = plain().of(org("water.co")).during(Some(0), Some(1_782_835_200_000));
        assert_eq!(
            bound.to_string(),
            "handler in 410102, unit water.co, from 1970-01-01T08:00:00+08:00, until 2026-07-01T00:00:00+08:00"
        );
    }
}
