//! Working time: when a limit ends, how much of it is left, and how late a thing is.
//!
//! Days are data (`data/calendar/`): working windows, the weekend, and for every year the holidays and
//! make-up workdays of the State Council's notice, or, where it has not come yet, what the law's rule gives.
//! Asked about a year that is not there, working time answers with an error and never with a guess.
//!
//! Guarantees: no clock is read; everything is integer milliseconds; a phone and the server give the same
//! answer. A question costs a few binary searches, whatever the length of the limit.

mod beijing;
mod bundle;
mod clock;
mod colour;
mod data;
mod limit;
mod moment;
mod spans;
mod suspension;
#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Datelike, Days, NaiveDate};
use chrono_tz::Tz;

pub use beijing::{beijing, beijing_minute, beijing_second, instant};
pub use bundle::Bundle;
pub use clock::Due;
pub use colour::{Colour, Thresholds, Warning};
pub use data::{CalendarDataError, DayKind, NamedDay, Source, Window, Year};
pub use limit::{Limit, LimitError, Unit};
pub use moment::{Moment, MomentError};
pub use suspension::{Suspension, Suspensions};

/// Why a question about time has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Before 1970 or after 2200, given or reached.
    #[error("a time before 1970 or after 2200")]
    OutOfRange,
    /// Working time is asked of a year whose holidays the calendar does not hold.
    #[error("holidays of {year} are not known: the calendar holds {first} to {last}")]
    YearUnknown {
        /// The first year that was needed and is not there.
        year: i32,
        /// The first year that is there.
        first: i32,
        /// The last one.
        last: i32,
    },
    /// A suspension that ends before it begins.
    #[error("a suspension ends before it begins: {from} to {to}")]
    SuspensionInverted {
        /// Its beginning.
        from: Moment,
        /// Its end.
        to: Moment,
    },
    /// More suspensions than [`crate::limits::SUSPENSIONS_MAX`].
    #[error("{0} suspensions of one clock, at most {max} are kept", max = crate::limits::SUSPENSIONS_MAX)]
    SuspensionsTooMany(usize),
    /// A bundle without cases, or with more than [`crate::limits::BUNDLE_CASES_MAX`].
    #[error("a bundle of {0} cases: 1 to {max} may share a clock", max = crate::limits::BUNDLE_CASES_MAX)]
    BundleSize(usize),
    /// More warning points than [`crate::limits::WARNING_POINTS_MAX`].
    #[error("{0} warning points, at most {max} for one limit", max = crate::limits::WARNING_POINTS_MAX)]
    WarningsTooMany(usize),
    /// A percentage that no warning or colour may have.
    #[error("{0} percent: out of range")]
    Percent(i32),
}

/// The working days and hours of one place. Copies share one table.
#[derive(Debug, Clone)]
pub struct WorkingCalendar {
    table: Arc<data::Table>,
}

impl WorkingCalendar {
    /// The embedded calendar of mainland China, read once a process: 2024 to 2026 as published, 2027 by rule.
    #[must_use]
    pub fn embedded() -> Self {
        static CALENDAR: LazyLock<WorkingCalendar> = LazyLock::new(|| {
            WorkingCalendar::parse(concat!(
                include_str!("../data/calendar/calendar.toml"),
                include_str!("../data/calendar/2024.toml"),
                include_str!("../data/calendar/2025.toml"),
                include_str!("../data/calendar/2026.toml"),
                include_str!("../data/calendar/2027.toml"),
            ))
            .expect("the embedded calendar is checked by a test")
        });
        CALENDAR.clone()
    }

    /// Reads a calendar: zone, windows and weekend, then one `[[year]]` after the other, without a gap.
    ///
    /// # Errors
    /// Every thing that is wrong; where the text has not the form of a calendar, the first.
    pub fn parse(text: &str) -> Result<Self, Vec<CalendarDataError>> {
        Ok(Self { table: Arc::new(data::Table::parse(text)?) })
    }

    /// The same calendar with what a city says otherwise: zone, windows, weekend, or `[[year]]` tables; a year that is there is replaced.
    ///
    /// # Errors
    /// As [`WorkingCalendar::parse`].
    pub fn otherwise(&self, says: toml::Table) -> Result<Self, Vec<CalendarDataError>> {
        let says = toml::Value::Table(says).try_into();
        let says =
            says.map_err(|e: toml::de::Error| vec![CalendarDataError::Text(e.message().to_owned())])?;
        Ok(Self { table: Arc::new(self.table.otherwise(says)?) })
    }

    /// The same calendar with the holidays that another knows: of years that it does not know, and published ones in place of those by rule.
    /// Its zone, windows and weekend stay. As it is where the other knows nothing more, or nothing that fits.
    #[must_use]
    pub fn with_years_of(&self, other: &Self) -> Self {
        let more = self.table.with_years_of(&other.table);
        more.map_or_else(|| self.clone(), |table| Self { table: Arc::new(table) })
    }

    /// The windows of a working day, in order.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.table.windows
    }

    /// The time zone in which a day begins and windows are meant.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.table.zone
    }

    /// The years that are known, in order.
    #[must_use]
    pub fn years(&self) -> &[Year] {
        &self.table.years
    }

    /// Holidays and make-up workdays of a year.
    ///
    /// # Errors
    /// [`CalendarError::YearUnknown`].
    pub fn year(&self, year: i32) -> Result<&Year, CalendarError> {
        self.table.years.iter().find(|known| known.year == year).ok_or_else(|| self.unknown(year))
    }

    /// What kind of day it is.
    ///
    /// # Errors
    /// [`CalendarError::YearUnknown`].
    pub fn day(&self, date: NaiveDate) -> Result<DayKind, CalendarError> {
        Ok(self.table.kind(self.year(date.year())?, date))
    }

    /// Where the holidays between two moments come from: generated as soon as one of the years is, none where
    /// a year is not known.
    #[must_use]
    pub fn source(&self, from: Moment, to: Moment) -> Option<Source> {
        let years = self.table.year_index(from.ms())?..=self.table.year_index(to.ms())?;
        self.table.years.get(years)?.iter().map(|year| year.source).max()
    }

    /// The moment on the wall clock of the calendar's zone.
    #[must_use]
    pub fn local(&self, moment: Moment) -> DateTime<Tz> {
        moment.utc().with_timezone(&self.table.zone)
    }

    /// `2026-10-08T10:30:00+08:00`: the moment in the calendar's zone, with milliseconds where there are
    /// some.
    #[must_use]
    pub fn rfc3339(&self, moment: Moment) -> String {
        let form = if moment.ms() % 1_000 == 0 { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S%.3f%:z" };
        self.local(moment).format(form).to_string()
    }

    /// The next date that is worked on, `date` itself not counted.
    ///
    /// # Errors
    /// [`CalendarError::YearUnknown`].
    pub fn next_workday(&self, date: NaiveDate) -> Result<NaiveDate, CalendarError> {
        let mut next = date;
        loop {
            next = next.checked_add_days(Days::new(1)).ok_or(CalendarError::OutOfRange)?;
            if self.day(next)?.is_worked() {
                return Ok(next);
            }
        }
    }

    fn unknown(&self, year: i32) -> CalendarError {
        let (first, last) = self.table.known_years();
        CalendarError::YearUnknown { year, first, last }
    }
}
