//! How a limit stands, as the colours of a supervision screen, and the moments at which somebody should be
//! told.

use serde::{Deserialize, Serialize};

use super::limit::Limit;
use super::suspension::Suspensions;
use super::{CalendarError, Moment, WorkingCalendar};
use crate::limits::{WARNING_PERCENT_MAX, WARNING_POINTS_MAX};

/// How a limit stands. The later, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Time enough.
    Green,
    /// Little of the limit is left.
    Yellow,
    /// Over.
    Red,
    /// Over by more than a whole limit, as delivered.
    DarkRed,
}

impl Colour {
    /// Every colour, the best first.
    pub const ALL: &'static [Colour] = &[Colour::Green, Colour::Yellow, Colour::Red, Colour::DarkRed];

    /// The id used in words and answers.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Colour::Green => "green",
            Colour::Yellow => "yellow",
            Colour::Red => "red",
            Colour::DarkRed => "dark_red",
        }
    }
}

/// Where one colour ends and the next begins, percent of the limit. No national standard fixes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    yellow_left: i32,
    dark_red_over: i32,
}

impl Default for Thresholds {
    /// Yellow from 20 % left, dark red beyond 100 % over.
    fn default() -> Self {
        Self { yellow_left: 20, dark_red_over: 100 }
    }
}

impl Thresholds {
    /// Yellow as soon as at most `yellow_left` percent are left (0 to 100), dark red as soon as more than
    /// `dark_red_over` percent have passed since the end (0 to [`WARNING_PERCENT_MAX`]).
    ///
    /// # Errors
    /// [`CalendarError::Percent`].
    pub fn new(yellow_left: i32, dark_red_over: i32) -> Result<Self, CalendarError> {
        if !(0..=100).contains(&yellow_left) {
            return Err(CalendarError::Percent(yellow_left));
        }
        if !(0..=WARNING_PERCENT_MAX).contains(&dark_red_over) {
            return Err(CalendarError::Percent(dark_red_over));
        }
        Ok(Self { yellow_left, dark_red_over })
    }

    /// Dark red as soon as more than so many percent have passed since the end.
    #[must_use]
    pub fn dark_red_over(self) -> i32 {
        self.dark_red_over
    }

    /// Yellow as soon as at most so many percent are left.
    #[must_use]
    pub fn yellow_left(self) -> i32 {
        self.yellow_left
    }
}

/// A moment at which somebody should be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    /// How much of the limit is left then, percent; negative after the end.
    pub percent_left: i32,
    /// When; none while an open suspension holds the clock before it.
    pub at: Option<Moment>,
}

impl WorkingCalendar {
    /// How the limit stands now. At its very end it is in time, and so at most yellow; how far it is over
    /// counts in its own unit, so a weekend does not darken a working limit.
    ///
    /// # Errors
    /// As [`Self::due`] and [`Self::remaining_ms`].
    pub fn colour(
        &self,
        start: Moment,
        limit: Limit,
        suspensions: &Suspensions,
        now: Moment,
        thresholds: Thresholds,
    ) -> Result<Colour, CalendarError> {
        let left_ms = self.remaining_ms(start, limit, suspensions, now)?;
        let percent_ms = |percent: i32| self.total_ms(limit) * i64::from(percent);
        let yellow = left_ms * 100 <= percent_ms(thresholds.yellow_left);
        // Something is left, so it is not over: a limit whose end is not known yet need not be asked for it.
        if left_ms > 0 {
            return Ok(if yellow { Colour::Yellow } else { Colour::Green });
        }
        Ok(match self.due(start, limit, suspensions)? {
            Some(due) if now > due.at && -left_ms * 100 > percent_ms(thresholds.dark_red_over) => {
                Colour::DarkRed
            }
            Some(due) if now > due.at => Colour::Red,
            _ => Colour::Yellow,
        })
    }

    /// The moments at which so many percent of the limit are left, in the order asked: 20 for the first
    /// yellow one, 0 for the end, -100 for a whole limit over.
    ///
    /// # Errors
    /// [`CalendarError::WarningsTooMany`], [`CalendarError::Percent`] above 100 and below
    /// -[`WARNING_PERCENT_MAX`], and those of [`Self::due`].
    pub fn warning_points(
        &self,
        start: Moment,
        limit: Limit,
        suspensions: &Suspensions,
        percents_left: &[i32],
    ) -> Result<Vec<Warning>, CalendarError> {
        if percents_left.len() > WARNING_POINTS_MAX {
            return Err(CalendarError::WarningsTooMany(percents_left.len()));
        }
        let warning = |&percent_left: &i32| {
            if !(-WARNING_PERCENT_MAX..=100).contains(&percent_left) {
                return Err(CalendarError::Percent(percent_left));
            }
            // Limits are whole minutes, so every percent of one is whole milliseconds.
            let used_ms = self.total_ms(limit) / 100 * i64::from(100 - percent_left);
            let at = match percent_left {
                0 => self.due(start, limit, suspensions)?.map(|due| due.at),
                _ => self.used(start, limit.unit(), used_ms, suspensions)?,
            };
            Ok(Warning { percent_left, at })
        };
        percents_left.iter().map(warning).collect()
    }
}
