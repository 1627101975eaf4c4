//! What a case is timed by: the clock of each stage, one clock for several cases, and a limit made longer.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::limit::{Limit, LimitError, Unit};
use super::{CalendarError, Moment};
use crate::limits::BUNDLE_CASES_MAX;

/// A stage that is timed by itself; each runs, stands and ends apart from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// 受理: to take a report in.
    Accept,
    /// 立案: to make it a case.
    File,
    /// 派遣: to send it to a unit.
    Dispatch,
    /// 处置: to put it right.
    Dispose,
    /// 核查: to look whether it is.
    Check,
    /// 全流程: from the report to the end.
    Whole,
}

/// A word that names no clock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no clock: accept, file, dispatch, dispose, check or whole")]
pub struct ClockError(pub String);

impl Clock {
    /// All of them, in the order of a case.
    pub const ALL: [Self; 6] =
        [Self::Accept, Self::File, Self::Dispatch, Self::Dispose, Self::Check, Self::Whole];

    /// The word used in data files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::File => "file",
            Self::Dispatch => "dispatch",
            Self::Dispose => "dispose",
            Self::Check => "check",
            Self::Whole => "whole",
        }
    }
}

impl FromStr for Clock {
    type Err = ClockError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|clock| clock.id() == text);
        known.ok_or_else(|| ClockError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Cases that are worked on together and share one clock. It starts when the last of them has come: nobody is
/// late with a bundle for a case that was not in it yet, and a case that joins gives the whole bundle its
/// full limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bundle {
    start: Moment,
}

impl Bundle {
    /// From the moments at which the clocks of the cases would have started, in any order.
    ///
    /// # Errors
    /// [`CalendarError::BundleSize`] for no case or more than [`BUNDLE_CASES_MAX`].
    pub fn new(starts: &[Moment]) -> Result<Self, CalendarError> {
        match starts.iter().max() {
            Some(&start) if starts.len() <= BUNDLE_CASES_MAX => Ok(Self { start }),
            _ => Err(CalendarError::BundleSize(starts.len())),
        }
    }

    /// When the shared clock starts.
    #[must_use]
    pub fn start(self) -> Moment {
        self.start
    }
}

/// How far a limit may be made longer (延期).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extensions {
    /// How often; 0 for never.
    pub cap: u32,
    /// By how much in all, in the unit of the limit.
    pub max_total: u32,
}

/// Why a limit is not made longer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionRefused {
    /// Too often.
    #[error("{asked} extensions, at most {cap} allowed")]
    TooMany {
        /// How many would be granted then.
        asked: usize,
        /// How many may be.
        cap: u32,
    },
    /// Too much.
    #[error("extended by {asked} {unit}, at most {max} allowed", unit = unit.id())]
    TooLong {
        /// By how much in all.
        asked: u64,
        /// By how much it may be.
        max: u32,
        /// Of what.
        unit: Unit,
    },
    /// A limit in one unit is not made longer by another.
    #[error("a limit in {} cannot be extended by {}", limit.id(), extension.id())]
    OtherUnit {
        /// What the limit counts.
        limit: Unit,
        /// What the extension counts.
        extension: Unit,
    },
    /// No limit may be so long.
    #[error(transparent)]
    Limit(#[from] LimitError),
}

impl Extensions {
    /// The limit with all its extensions.
    ///
    /// # Errors
    /// [`ExtensionRefused`]; then the limit stays as it was.
    pub fn extend(self, limit: Limit, granted: &[Limit]) -> Result<Limit, ExtensionRefused> {
        if granted.len() > usize::try_from(self.cap).unwrap_or(usize::MAX) {
            return Err(ExtensionRefused::TooMany { asked: granted.len(), cap: self.cap });
        }
        let unit = limit.unit();
        if let Some(other) = granted.iter().find(|extension| extension.unit() != unit) {
            return Err(ExtensionRefused::OtherUnit { limit: unit, extension: other.unit() });
        }
        let total: u64 = granted.iter().map(|extension| u64::from(extension.amount())).sum();
        if total > u64::from(self.max_total) {
            return Err(ExtensionRefused::TooLong { asked: total, max: self.max_total, unit });
        }
        let amount = u32::try_from(u64::from(limit.amount()) + total).map_err(|_| LimitError::TooLarge)?;
        Ok(Limit::new(amount, unit)?)
    }
}
