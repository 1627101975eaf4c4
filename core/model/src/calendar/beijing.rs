//! Instants as people here write and read them: the wall clock of Asia/Shanghai, whatever calendar a city works by.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Asia::Shanghai;

use super::moment::numbers;
use super::{Moment, MomentError};

/// `2026-07-01T00:00:00+08:00`: an instant in ms since 1970 on the clock of Asia/Shanghai, whole seconds. One before 1970 or after 2200
/// is its number.
#[must_use]
pub fn beijing(at_ms: i64) -> String {
    match Moment::from_ms(at_ms) {
        Ok(at) => at.utc().with_timezone(&Shanghai).format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(_) => at_ms.to_string(),
    }
}

/// `2026-07-01 00:00`: the same for reading, to the minute.
#[must_use]
pub fn beijing_minute(at: Moment) -> String {
    at.utc().with_timezone(&Shanghai).format("%Y-%m-%d %H:%M").to_string()
}

/// `2026-07-01 00:00:05`: ms since 1970 for reading, to the second; a number beyond 1970 to 2200 is itself.
#[must_use]
pub fn beijing_second(at_ms: i64) -> String {
    match Moment::from_ms(at_ms) {
        Ok(at) => at.utc().with_timezone(&Shanghai).format("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => at_ms.to_string(),
    }
}

/// Reads an instant with its offset from UTC (RFC 3339, seconds optional), or a day, which means its first instant in Asia/Shanghai.
///
/// # Errors
/// [`MomentError`].
pub fn instant(text: &str) -> Result<Moment, MomentError> {
    let Some([year, month, day]) = numbers(text, '-', [4, 2, 2]) else {
        return text.parse();
    };
    let shown = || text.to_owned();
    let date = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    let midnight =
        date.and_then(|date| date.and_time(NaiveTime::MIN).and_local_timezone(Shanghai).earliest());
    let midnight = midnight.ok_or_else(|| MomentError::NoSuchTime(shown()))?;
    Moment::from_ms(midnight.timestamp_millis()).map_err(|_| MomentError::OutOfRange(shown()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        let ms = |text: &str| instant(text).unwrap().ms();
        assert_eq!(ms("2026-07-01"), ms("2026-06-30T16:00Z"));
        assert_eq!(beijing(ms("2026-07-01")), "2026-07-01T00:00:00+08:00");
        assert_eq!(beijing_minute(instant("2026-07-01T23:59:59+08:00").unwrap()), "2026-07-01 23:59");
        assert_eq!(beijing(i64::MAX), i64::MAX.to_string());
    }

    #[test]
    fn what_is_no_instant_says_what_it_lacks() {
        assert!(matches!(instant("2026-02-30"), Err(MomentError::NoSuchTime(_))));
        assert!(matches!(instant("2201-01-02"), Err(MomentError::OutOfRange(_))));
        assert!(matches!(instant("1969-12-31"), Err(MomentError::OutOfRange(_))));
        assert!(matches!(instant("2026-07-01T00:00"), Err(MomentError::NoOffset(_))));
        for text in ["", "tomorrow", "2026-7-1", "01.07.2026", "1782835200000"] {
            assert!(matches!(instant(text), Err(MomentError::Form(_))), "{text}");
        }
    }
}
