//! The times in EXIF: the shutter's, the file's, the receiver's; held against sense, against each other and against the phone's clock.

use std::time::Duration;

use ::exif::{DateTime, Exif, In, Tag, Value};
use chrono::NaiveDateTime;

use crate::exif::{CapturedAt, Metadata, ascii};
use crate::limits;
use crate::warning::Warning;

/// The date tags with the offset that belongs to each, the shutter's own first.
const DATES: [(Tag, Tag); 3] = [
    (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal),
    (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized),
    (Tag::DateTime, Tag::OffsetTime),
];

/// When the shutter was released, by the first date that there is.
pub(crate) fn captured_at(exif: &Exif, warnings: &mut Vec<Warning>) -> Option<CapturedAt> {
    let (text, offset_tag) = DATES.iter().find_map(|(date, offset)| Some((ascii(exif, *date)?, *offset)))?;
    // Blanks are the standard's own way to say that the time is unknown.
    if text.iter().all(|byte| matches!(byte, b' ' | b':')) {
        return None;
    }
    let Some(local) = DateTime::from_ascii(text).ok().filter(is_believable) else {
        warnings.push(Warning::DateAbsurd);
        return None;
    };
    let offset_minutes = ascii(exif, offset_tag).and_then(|text| {
        let parsed = parse_offset_minutes(text);
        if parsed.is_none() && !text.iter().all(|byte| matches!(byte, b' ' | b':')) {
            warnings.push(Warning::OffsetUnreadable);
        }
        parsed
    });
    Some(CapturedAt { local: written(&local), offset_minutes })
}

/// When the file was last written. What is odd about this one says nothing of the photograph.
pub(crate) fn modified_at(exif: &Exif) -> Option<CapturedAt> {
    let local = DateTime::from_ascii(ascii(exif, Tag::DateTime)?).ok().filter(is_believable)?;
    let offset_minutes = ascii(exif, Tag::OffsetTime).and_then(parse_offset_minutes);
    Some(CapturedAt { local: written(&local), offset_minutes })
}

fn written(at: &DateTime) -> String {
    let DateTime { year, month, day, hour, minute, second, .. } = at;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// The receiver's date and time, Unix ms.
pub(crate) fn gps_at_ms(exif: &Exif, warnings: &mut Vec<Warning>) -> Option<i64> {
    let date = ascii(exif, Tag::GPSDateStamp)?;
    let time = &exif.get_field(Tag::GPSTimeStamp, In::PRIMARY)?.value;
    let read = || {
        let Value::Rational(parts) = time else { return None };
        let [hour, minute, second] = parts.as_slice() else { return None };
        let seconds = hour.to_f64() * 3600.0 + minute.to_f64() * 60.0 + second.to_f64();
        let day = DateTime::from_ascii(&[date, b" 00:00:00"].concat()).ok().filter(is_believable)?;
        let within_a_day = seconds.is_finite() && (0.0..86_401.0).contains(&seconds);
        let ms = within_a_day.then(|| Duration::from_secs_f64(seconds).as_millis())?;
        Some(seconds_of(&written(&day))? * 1000 + i64::try_from(ms).ok()?)
    };
    let at = read();
    if at.is_none() {
        warnings.push(Warning::GpsTimeUnreadable);
    }
    at
}

/// Says so where the receiver's time and the camera's clock contradict each other. Without a zone only what is true in none counts.
pub(crate) fn apart(captured_at: Option<&CapturedAt>, gps_at_ms: Option<i64>) -> Option<Warning> {
    let (captured_at, gps_at_ms) = (captured_at?, gps_at_ms?);
    let minutes = utc_minutes(captured_at)? - gps_at_ms.div_euclid(60_000);
    let allowed = match captured_at.offset_minutes {
        Some(_) => limits::GPS_TIME_APART_MINUTES_MAX,
        None => limits::GPS_TIME_APART_MINUTES_MAX + limits::ZONE_MINUTES_MAX,
    };
    (minutes.abs() > allowed).then_some(Warning::GpsTimeApart { minutes })
}

/// Minutes since 1970 in UTC; where no zone is named, of the local clock.
fn utc_minutes(at: &CapturedAt) -> Option<i64> {
    Some(seconds_of(&at.local)?.div_euclid(60) - at.offset_minutes.map_or(0, i64::from))
}

/// Seconds from 1970-01-01T00:00:00 to `YYYY-MM-DDTHH:MM:SS` on one and the same clock.
pub(crate) fn seconds_of(local: &str) -> Option<i64> {
    Some(NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M:%S").ok()?.and_utc().timestamp())
}

impl Metadata {
    /// What is odd about these times by a clock that shows `wall_ms` (Unix ms): times that have not come yet. An age is never odd: old
    /// photographs may be imported. The clock may be wrong as well; neither is proof.
    pub fn warnings_at(&self, wall_ms: i64) -> Vec<Warning> {
        let wall_minutes = wall_ms.div_euclid(60_000);
        let ahead =
            |minutes: i64| Some(minutes - wall_minutes).filter(|ahead| *ahead > limits::AHEAD_MINUTES_MAX);
        let captured = self.captured_at.as_ref().and_then(utc_minutes).and_then(ahead);
        let gps = self.gps_at_ms.map(|at| at.div_euclid(60_000)).and_then(ahead);
        let captured = captured.map(|minutes| Warning::CapturedAhead { minutes });
        captured.into_iter().chain(gps.map(|minutes| Warning::GpsTimeAhead { minutes })).collect()
    }
}

fn is_believable(at: &DateTime) -> bool {
    let leap = at.year.is_multiple_of(4) && (!at.year.is_multiple_of(100) || at.year.is_multiple_of(400));
    let days = match at.month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (limits::CAPTURE_YEAR_MIN..=limits::CAPTURE_YEAR_MAX).contains(&at.year)
        && (1..=days).contains(&at.day)
        && at.hour <= 23
        && at.minute <= 59
        && at.second <= 60
}

/// `+HH:MM` or `-HH:MM`, up to the 14 hours that any zone has.
fn parse_offset_minutes(text: &[u8]) -> Option<i16> {
    let &[sign @ (b'+' | b'-'), h1, h0, b':', m1, m0] = text else {
        return None;
    };
    let digits = |tens: u8, ones: u8| {
        let both = tens.is_ascii_digit() && ones.is_ascii_digit();
        both.then(|| i16::from(tens - b'0') * 10 + i16::from(ones - b'0'))
    };
    let (hours, minutes) = (digits(h1, h0)?, digits(m1, m0)?);
    let total = hours * 60 + minutes;
    let holds = minutes < 60 && total <= 14 * 60;
    holds.then_some(if sign == b'-' { -total } else { total })
}
