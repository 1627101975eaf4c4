//! When a clock stood still (挂账): given as people entered it, kept in order and without overlap.

use serde::{Deserialize, Serialize};

use super::{CalendarError, Moment};
use crate::limits::SUSPENSIONS_MAX;

/// A time that does not count. One of no length changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// From when the clock stands.
    pub from: Moment,
    /// From when it goes on; none where nobody has said so yet.
    pub to: Option<Moment>,
}

/// All suspensions of one clock, sorted, those that touch or overlap made one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Suspension>", into = "Vec<Suspension>")]
pub struct Suspensions {
    merged: Vec<Suspension>,
}

impl Suspensions {
    /// A clock that never stood.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Takes them in any order, overlapping or not, an open end among them or not.
    ///
    /// # Errors
    /// [`CalendarError::SuspensionInverted`], [`CalendarError::SuspensionsTooMany`].
    pub fn new(given: &[Suspension]) -> Result<Self, CalendarError> {
        if given.len() > SUSPENSIONS_MAX {
            return Err(CalendarError::SuspensionsTooMany(given.len()));
        }
        let inverted = |s: &Suspension| s.to.filter(|to| *to < s.from).map(|to| (s.from, to));
        if let Some((from, to)) = given.iter().find_map(inverted) {
            return Err(CalendarError::SuspensionInverted { from, to });
        }
        let mut sorted: Vec<Suspension> = given.iter().filter(|s| s.to != Some(s.from)).copied().collect();
        sorted.sort_by_key(|s| s.from);
        let mut merged: Vec<Suspension> = Vec::with_capacity(sorted.len());
        for next in sorted {
            match merged.last_mut() {
                Some(last) if last.to.is_none_or(|to| next.from <= to) => {
                    last.to = last.to.zip(next.to).map(|(a, b)| a.max(b));
                }
                _ => merged.push(next),
            }
        }
        Ok(Self { merged })
    }

    /// In order of time, with a gap between each and the next; only the last one may be open.
    #[must_use]
    pub fn merged(&self) -> &[Suspension] {
        &self.merged
    }
}

impl TryFrom<Vec<Suspension>> for Suspensions {
    type Error = CalendarError;
    fn try_from(given: Vec<Suspension>) -> Result<Self, Self::Error> {
        Self::new(&given)
    }
}

impl From<Suspensions> for Vec<Suspension> {
    fn from(suspensions: Suspensions) -> Self {
        suspensions.merged
    }
}
