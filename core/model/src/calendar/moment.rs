//! A point in time as everything here takes and gives it: whole milliseconds since 1970, within years that a
//! case can live in.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::CalendarError;

/// Milliseconds since 1970-01-01T00:00:00Z; from then to the end of 2200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Moment(i64);

impl Moment {
    /// 1970-01-01T00:00:00Z.
    pub const FIRST: Self = Self(0);
    /// The last millisecond of 2200, UTC.
    pub const LAST: Self = Self(7_289_654_399_999);

    /// Milliseconds since 1970.
    ///
    /// # Errors
    /// [`CalendarError::OutOfRange`] before 1970 and after 2200.
    pub fn from_ms(ms: i64) -> Result<Self, CalendarError> {
        if (Self::FIRST.0..=Self::LAST.0).contains(&ms) {
            Ok(Self(ms))
        } else {
            Err(CalendarError::OutOfRange)
        }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn ms(self) -> i64 {
        self.0
    }

    /// The same moment for chrono.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).expect("230 years are within chrono's range")
    }
}

impl TryFrom<i64> for Moment {
    type Error = CalendarError;
    fn try_from(ms: i64) -> Result<Self, Self::Error> {
        Self::from_ms(ms)
    }
}

impl From<Moment> for i64 {
    fn from(moment: Moment) -> i64 {
        moment.0
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A text that is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// Not in the form.
    #[error("{0:?} is no instant: write 2026-09-30T16:00+08:00, seconds optional, the offset not")]
    Form(String),
    /// Well formed, and without an offset from UTC.
    #[error("{0:?} has no offset from UTC: add +08:00 or Z")]
    NoOffset(String),
    /// A leap second. Civil clocks and this calendar count none.
    #[error("{0:?} is a leap second, which no working time has: write the second before or after it")]
    LeapSecond(String),
    /// No such day, hour, minute, second or offset.
    #[error("{0:?} does not exist: check the date, the hour and the offset")]
    NoSuchTime(String),
    /// Before 1970 or after 2200.
    #[error("{0:?} lies before 1970 or after 2200")]
    OutOfRange(String),
}

/// Characters of a bad text that an error repeats.
const SHOWN_CHARS_MAX: usize = 60;

/// `YYYY-MM-DDTHH:MM[:SS[.f]](Z|±HH:MM)` (RFC 3339 with optional seconds); what is finer than a millisecond
/// is cut off.
impl FromStr for Moment {
    type Err = MomentError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shown = || text.chars().take(SHOWN_CHARS_MAX).collect::<String>();
        let form = || MomentError::Form(shown());
        let (date, rest) = text.split_once(['T', 't']).ok_or_else(form)?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2]).ok_or_else(form)?;
        let zone_at = rest.find(['Z', 'z', '+', '-']);
        let (time, zone) = rest.split_at(zone_at.unwrap_or(rest.len()));
        let [hour, minute, second, ms] = time_of_day(time).ok_or_else(form)?;
        if zone.is_empty() {
            return Err(MomentError::NoOffset(shown()));
        }
        let offset_s = offset_seconds(zone).ok_or_else(form)?;
        if second == 60 {
            return Err(MomentError::LeapSecond(shown()));
        }
        i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .and_then(|date| date.and_hms_milli_opt(hour, minute, second, ms))
            .zip(offset_s.and_then(FixedOffset::east_opt))
            .and_then(|(local, offset)| local.and_local_timezone(offset).single())
            .ok_or_else(|| MomentError::NoSuchTime(shown()))
            .and_then(|at| Self::from_ms(at.timestamp_millis()).map_err(|_| MomentError::OutOfRange(shown())))
    }
}

/// Hour, minute, second and millisecond.
fn time_of_day(text: &str) -> Option<[u32; 4]> {
    let (clock, fraction) = match text.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text, None),
    };
    let ms = match fraction {
        None => 0,
        Some(digits) if (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{digits:0<3}").get(..3)?.parse().ok()?
        }
        Some(_) => return None,
    };
    if let Some([hour, minute, second]) = numbers(clock, ':', [2, 2, 2]) {
        return Some([hour, minute, second, ms]);
    }
    let [hour, minute] = numbers(clock, ':', [2, 2])?;
    fraction.is_none().then_some([hour, minute, 0, 0])
}

/// Seconds east of UTC; the inner `None` where hours and minutes are no such.
fn offset_seconds(text: &str) -> Option<Option<i32>> {
    if text.eq_ignore_ascii_case("z") {
        return Some(Some(0));
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let [hours, minutes] = numbers(text.get(1..)?, ':', [2, 2])?;
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
    Some((hours < 24 && minutes < 60).then_some(sign * seconds))
}

/// Numbers of so many digits between separators, nothing before and nothing after.
pub(super) fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(separator);
    let mut read = [0; N];
    for (number, digits) in read.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        *number = part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(read)
}
