//! How long something may take: an amount and a unit, as in `4 work_hour`. Units by the practice of city
//! management platforms.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::limits::LIMIT_AMOUNT_MAX;

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 紧急工作时: hours that go on at night and on holidays.
    UrgentHour,
    /// 工作时: hours inside the working windows only.
    WorkHour,
    /// 工作日: to the same clock time so many working days later.
    WorkDay,
    /// A natural hour.
    Hour,
    /// A natural day: 24 hours, whatever a wall clock does.
    Day,
    /// A natural minute.
    Minute,
}

impl Unit {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::UrgentHour, Self::WorkHour, Self::WorkDay, Self::Hour, Self::Day, Self::Minute];

    /// The word used in data files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::UrgentHour => "urgent_hour",
            Self::WorkHour => "work_hour",
            Self::WorkDay => "work_day",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Minute => "minute",
        }
    }

    /// Whether it counts working time, and so needs to know the holidays.
    #[must_use]
    pub fn is_working(self) -> bool {
        matches!(self, Self::WorkHour | Self::WorkDay)
    }
}

/// An amount of a [`Unit`]: 1 to [`LIMIT_AMOUNT_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Limit {
    amount: NonZeroU32,
    unit: Unit,
}

/// A limit that cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Not an amount and a unit.
    #[error("{0:?} is no limit: an amount and a unit, as in \"4 work_hour\"")]
    Form(String),
    /// A unit that does not exist.
    #[error("{0:?} is no unit: urgent_hour, work_hour, work_day, hour, day or minute")]
    Unit(String),
    /// Over before it begins.
    #[error("a limit of 0 is over before it begins: at least 1")]
    Zero,
    /// More than [`LIMIT_AMOUNT_MAX`].
    #[error("a limit of more than {LIMIT_AMOUNT_MAX}")]
    TooLarge,
}

impl Limit {
    /// So many of a unit.
    ///
    /// # Errors
    /// [`LimitError::Zero`], [`LimitError::TooLarge`].
    pub fn new(amount: u32, unit: Unit) -> Result<Self, LimitError> {
        let amount = NonZeroU32::new(amount).ok_or(LimitError::Zero)?;
        if amount.get() > LIMIT_AMOUNT_MAX { Err(LimitError::TooLarge) } else { Ok(Self { amount, unit }) }
    }

    /// Twice as long; none beyond what a limit may be.
    #[must_use]
    pub fn twice(self) -> Option<Self> {
        Self::new(self.amount.get().checked_mul(2)?, self.unit).ok()
    }

    /// How many.
    #[must_use]
    pub fn amount(self) -> u32 {
        self.amount.get()
    }

    /// Of what.
    #[must_use]
    pub fn unit(self) -> Unit {
        self.unit
    }
}

impl FromStr for Limit {
    type Err = LimitError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shown = |text: &str| text.chars().take(40).collect::<String>();
        let mut words = text.split_whitespace();
        let (Some(amount), Some(unit), None) = (words.next(), words.next(), words.next()) else {
            return Err(LimitError::Form(shown(text)));
        };
        if !amount.bytes().all(|b| b.is_ascii_digit()) {
            return Err(LimitError::Form(shown(text)));
        }
        let unit = Unit::ALL
            .into_iter()
            .find(|known| known.id() == unit)
            .ok_or_else(|| LimitError::Unit(shown(unit)))?;
        Self::new(amount.parse().map_err(|_| LimitError::TooLarge)?, unit)
    }
}

impl TryFrom<String> for Limit {
    type Error = LimitError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> String {
        limit.to_string()
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.unit.id())
    }
}
