//! The calendar's text, read and checked once: what is wrong in it is said here, so that nothing after has to
//! doubt it.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::moment::{Moment, numbers};
use super::spans::Spans;
use crate::limits::{CALENDAR_YEARS_MAX, WINDOWS_PER_DAY_MAX};

/// Where the holidays of a year come from. The lesser certainty is the greater one, so that the maximum of
/// several is what holds for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The State Council's notice.
    Published,
    /// The law's festivals by rule, before the notice: without make-up workdays, which only the notice can
    /// name.
    Generated,
}

/// What kind of day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// An ordinary working day.
    Workday,
    /// A day of the weekend that is worked on in return for a holiday (调休).
    MakeUp,
    /// A day of the weekend outside holidays.
    Weekend,
    /// A day of a holiday period, weekend days in it included.
    Holiday,
}

impl DayKind {
    /// Whether the windows are open.
    #[must_use]
    pub fn is_worked(self) -> bool {
        matches!(self, Self::Workday | Self::MakeUp)
    }
}

/// A working window of a day, minutes after midnight of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When it opens.
    pub from_minute: u32,
    /// When it closes, the minute itself not counted.
    pub to_minute: u32,
}

impl Window {
    /// Both ends as `08:30`.
    #[must_use]
    pub fn texts(self) -> [String; 2] {
        [self.from_minute, self.to_minute].map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60))
    }
}

/// A day and what it is kept for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDay {
    /// The date.
    pub date: NaiveDate,
    /// The holiday it is of, or is worked on for.
    pub name: String,
    /// The same in Chinese.
    pub zh: String,
}

/// Holidays and make-up workdays of one year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// The year.
    pub year: i32,
    /// Where they come from.
    pub source: Source,
    /// The notice or the law, by name and number.
    pub citation: String,
    /// Every day of every holiday period, in order.
    pub holidays: Vec<NamedDay>,
    /// Days of the weekend that are worked on, in order.
    pub workdays: Vec<NamedDay>,
}

/// What is wrong with a calendar's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarDataError {
    /// Not TOML, or not of the form.
    #[error("calendar: {0}")]
    Text(String),
    /// No such time zone.
    #[error("calendar: {0:?} is no time zone of the tz database")]
    Zone(String),
    /// Windows that are not in order of the day, each at least a minute long and apart from the next.
    #[error(
        "calendar: {0}: windows are 1 to {WINDOWS_PER_DAY_MAX}, as [\"08:30\", \"12:00\"], in order and apart"
    )]
    Windows(String),
    /// Not a day of the week.
    #[error("calendar: {0:?} is no day of the week")]
    Weekday(String),
    /// Years that do not follow one another, or none, or too many.
    #[error(
        "calendar: year {0}: 1 to {CALENDAR_YEARS_MAX} years from 1971 to 2199, each the one after the last"
    )]
    Years(i32),
    /// A year without a source to look it up in.
    #[error("calendar: year {0} cites nothing")]
    Citation(i32),
    /// A day that does not exist, lies in another year, or stands there twice; a period that ends before it
    /// begins.
    #[error("calendar: {name} of {year}: {date} {reason}")]
    Day {
        /// The year of the table.
        year: i32,
        /// The holiday.
        name: String,
        /// The day as written.
        date: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The zone's clock is put forward or back inside a window, so that working days would differ in length.
    #[error("calendar: on {0} the zone's clock changes inside a working window")]
    ClockChange(NaiveDate),
}

impl CalendarDataError {
    /// The field of the calendar's table that is wrong; none where it is the text as a whole.
    #[must_use]
    pub fn field(&self) -> Option<String> {
        match self {
            Self::Text(_) => None,
            Self::Zone(_) => Some("zone".to_owned()),
            Self::Windows(_) | Self::ClockChange(_) => Some("windows".to_owned()),
            Self::Weekday(_) => Some("weekend".to_owned()),
            Self::Years(year) => Some(format!("year {year}")),
            Self::Citation(year) => Some(format!("year {year}.citation")),
            Self::Day { year, name, .. } => Some(format!("year {year}.holiday {name}")),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    zone: String,
    windows: Vec<[String; 2]>,
    weekend: Vec<String>,
    year: Vec<YearFile>,
}

/// What a city says otherwise than a calendar that is there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Otherwise {
    zone: Option<String>,
    windows: Option<Vec<[String; 2]>>,
    weekend: Option<Vec<String>>,
    #[serde(default)]
    year: Vec<YearFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFile {
    year: i32,
    source: Source,
    citation: String,
    #[serde(default)]
    holiday: Vec<HolidayFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayFile {
    name: String,
    zh: String,
    from: toml::value::Date,
    to: toml::value::Date,
    #[serde(default)]
    workdays: Vec<toml::value::Date>,
}

/// The checked calendar, and its working time laid out.
#[derive(Debug)]
pub(super) struct Table {
    /// As it was written.
    file: CalendarFile,
    pub(super) zone: Tz,
    pub(super) windows: Vec<Window>,
    pub(super) years: Vec<Year>,
    pub(super) spans: Spans,
    /// Working time of one day, ms.
    pub(super) day_ms: i64,
    weekend: Vec<Weekday>,
    /// Where each known year begins, and where the last one ends, ms since 1970.
    edges_ms: Vec<i64>,
}

impl Table {
    pub(super) fn parse(text: &str) -> Result<Self, Vec<CalendarDataError>> {
        Self::of(toml::from_str(text).map_err(|e| vec![CalendarDataError::Text(e.to_string())])?)
    }

    /// The same calendar with what is said otherwise: a year that is there already is replaced.
    pub(super) fn otherwise(&self, says: Otherwise) -> Result<Self, Vec<CalendarDataError>> {
        let mut file = self.file.clone();
        file.zone = says.zone.unwrap_or(file.zone);
        file.windows = says.windows.unwrap_or(file.windows);
        file.weekend = says.weekend.unwrap_or(file.weekend);
        let mut said = BTreeSet::new();
        if let Some(twice) = says.year.iter().find(|year| !said.insert(year.year)) {
            return Err(vec![CalendarDataError::Years(twice.year)]);
        }
        file.year.retain(|year| !said.contains(&year.year));
        file.year.extend(says.year);
        file.year.sort_by_key(|year| year.year);
        Self::of(file)
    }

    /// With the years that another table knows better; none where there are none, or where they do not follow on or fit its weekend.
    pub(super) fn with_years_of(&self, other: &Self) -> Option<Self> {
        let better = |theirs: &&YearFile| {
            let mine = self.file.year.iter().find(|year| year.year == theirs.year);
            mine.is_none_or(|mine| theirs.source < mine.source)
        };
        let year: Vec<YearFile> = other.file.year.iter().filter(better).cloned().collect();
        let says = Otherwise { zone: None, windows: None, weekend: None, year };
        if says.year.is_empty() { None } else { self.otherwise(says).ok() }
    }

    fn of(file: CalendarFile) -> Result<Self, Vec<CalendarDataError>> {
        let mut wrong = Vec::new();
        let zone = file.zone.parse().map_err(|_| CalendarDataError::Zone(file.zone.clone()));
        let zone: Option<Tz> = kept(zone, &mut wrong);
        let windows = kept(windows(&file.windows), &mut wrong);
        let weekend = file.weekend.iter().cloned().map(weekday);
        let weekend: Vec<Weekday> = weekend.filter_map(|day| kept(day, &mut wrong)).collect();
        let years =
            file.year.iter().filter_map(|year| read_year(year, &weekend, &mut wrong)).collect::<Vec<_>>();
        let numbers: Vec<i32> = file.year.iter().map(|year| year.year).collect();
        let known = kept(follow_one_another(&numbers), &mut wrong);
        let (Some(zone), Some(windows), Some(known), true) = (zone, windows, known, wrong.is_empty()) else {
            return Err(wrong);
        };
        let minutes: u32 = windows.iter().map(|window| window.to_minute - window.from_minute).sum();
        let mut table = Self {
            file,
            zone,
            day_ms: i64::from(minutes) * 60_000,
            spans: Spans::new(Vec::new(), windows.len()),
            edges_ms: (*known.start()..=*known.end() + 1).map(|year| year_begin_ms(zone, year)).collect(),
            windows,
            years,
            weekend,
        };
        table.spans = table.laid_out().map_err(|error| vec![error])?;
        Ok(table)
    }

    /// The kind of a day of this year.
    pub(super) fn kind(&self, year: &Year, date: NaiveDate) -> DayKind {
        let among = |days: &[NamedDay]| days.binary_search_by_key(&date, |day| day.date).is_ok();
        if among(&year.holidays) {
            DayKind::Holiday
        } else if among(&year.workdays) {
            DayKind::MakeUp
        } else if self.weekend.contains(&date.weekday()) {
            DayKind::Weekend
        } else {
            DayKind::Workday
        }
    }

    /// Which of the known years a moment lies in, by the zone's calendar.
    pub(super) fn year_index(&self, at_ms: i64) -> Option<usize> {
        let begun = self.edges_ms.partition_point(|edge| *edge <= at_ms);
        (begun < self.edges_ms.len()).then(|| begun.checked_sub(1))?
    }

    /// The first and the last known year.
    pub(super) fn known_years(&self) -> (i32, i32) {
        let year = |known: Option<&Year>| known.expect("a calendar without years is refused").year;
        (year(self.years.first()), year(self.years.last()))
    }

    /// The year of a moment on the zone's wall clock, known or not.
    pub(super) fn local_year(&self, at: Moment) -> i32 {
        at.utc().with_timezone(&self.zone).year()
    }

    /// Every window of every working day.
    fn laid_out(&self) -> Result<Spans, CalendarDataError> {
        let mut spans = Vec::new();
        for year in &self.years {
            let days = NaiveDate::from_ymd_opt(year.year, 1, 1).expect("years are checked").iter_days();
            for date in days.take_while(|date| date.year() == year.year) {
                if !self.kind(year, date).is_worked() {
                    continue;
                }
                for window in &self.windows {
                    let ends = [window.from_minute, window.to_minute].map(|minute| {
                        let local = at_midnight(date) + TimeDelta::minutes(i64::from(minute));
                        self.zone.from_local_datetime(&local).single().map(|at| at.timestamp_millis())
                    });
                    let length_ms = i64::from(window.to_minute - window.from_minute) * 60_000;
                    match ends {
                        [Some(from), Some(to)] if to - from == length_ms => spans.push((from, to)),
                        _ => return Err(CalendarDataError::ClockChange(date)),
                    }
                }
            }
        }
        Ok(Spans::new(spans, self.windows.len()))
    }
}

/// What was read, or its mistake beside the others.
fn kept<T>(read: Result<T, CalendarDataError>, wrong: &mut Vec<CalendarDataError>) -> Option<T> {
    read.map_err(|error| wrong.push(error)).ok()
}

fn at_midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_hms_opt(0, 0, 0).expect("every day has a midnight on paper")
}

/// Midnight of New Year; where the zone's clock skips it, the same hour of UTC.
fn year_begin_ms(zone: Tz, year: i32) -> i64 {
    let midnight = at_midnight(NaiveDate::from_ymd_opt(year, 1, 1).expect("years are checked"));
    let here = zone.from_local_datetime(&midnight).earliest();
    here.map_or_else(|| midnight.and_utc().timestamp_millis(), |at: DateTime<Tz>| at.timestamp_millis())
}

fn windows(texts: &[[String; 2]]) -> Result<Vec<Window>, CalendarDataError> {
    let minute = |text: &str| {
        let [hour, minute] = numbers(text, ':', [2, 2])?;
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    };
    let mut windows: Vec<Window> = Vec::new();
    for [from, to] in texts {
        let fail = || CalendarDataError::Windows(format!("{from} to {to}"));
        let (from_minute, to_minute) = minute(from).zip(minute(to)).ok_or_else(fail)?;
        let apart = windows.last().is_none_or(|last| last.to_minute < from_minute);
        if from_minute >= to_minute || !apart {
            return Err(fail());
        }
        windows.push(Window { from_minute, to_minute });
    }
    if (1..=WINDOWS_PER_DAY_MAX).contains(&windows.len()) {
        Ok(windows)
    } else {
        Err(CalendarDataError::Windows(format!("{} windows", windows.len())))
    }
}

fn weekday(text: String) -> Result<Weekday, CalendarDataError> {
    text.parse().map_err(|_| CalendarDataError::Weekday(text))
}

fn follow_one_another(years: &[i32]) -> Result<RangeInclusive<i32>, CalendarDataError> {
    let (Some(first), Some(last)) = (years.first(), years.last()) else {
        return Err(CalendarDataError::Years(0));
    };
    let outside = years.iter().find(|year| !(1971..=2199).contains(*year));
    let gap =
        || years.windows(2).find(|pair| i64::from(pair[1]) != i64::from(pair[0]) + 1).map(|pair| &pair[1]);
    match outside.or_else(gap) {
        Some(year) => Err(CalendarDataError::Years(*year)),
        None if years.len() > CALENDAR_YEARS_MAX => Err(CalendarDataError::Years(*last)),
        None => Ok(*first..=*last),
    }
}

/// A year and what is wrong with it; none where anything is.
fn read_year(file: &YearFile, weekend: &[Weekday], wrong: &mut Vec<CalendarDataError>) -> Option<Year> {
    let (year, before) = (file.year, wrong.len());
    if file.citation.trim().is_empty() {
        wrong.push(CalendarDataError::Citation(year));
    }
    let (mut holidays, mut workdays) = (Vec::new(), Vec::new());
    for period in &file.holiday {
        let fail = |date: &toml::value::Date, reason| CalendarDataError::Day {
            year,
            name: period.name.clone(),
            date: date.to_string(),
            reason,
        };
        let civil = |date: &toml::value::Date| {
            NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
                .filter(|day| day.year() == year)
                .ok_or_else(|| fail(date, "is no day of that year"))
        };
        let named = |date| NamedDay { date, name: period.name.clone(), zh: period.zh.clone() };
        let ends = (kept(civil(&period.from), wrong), kept(civil(&period.to), wrong));
        match ends {
            (Some(from), Some(to)) if to < from => {
                wrong.push(fail(&period.to, "ends the period before it begins"));
            }
            (Some(from), Some(to)) => {
                holidays.extend(from.iter_days().take_while(|day| *day <= to).map(named));
            }
            _ => {}
        }
        for date in &period.workdays {
            match civil(date) {
                Ok(day) if weekend.contains(&day.weekday()) => workdays.push(named(day)),
                Ok(_) => wrong.push(fail(date, "is made up for, and no day of the weekend")),
                Err(error) => wrong.push(error),
            }
        }
    }
    holidays.sort_by_key(|day| day.date);
    workdays.sort_by_key(|day| day.date);
    let twice = |days: &[NamedDay]| -> Vec<NamedDay> {
        days.windows(2).filter(|pair| pair[0].date == pair[1].date).map(|pair| pair[1].clone()).collect()
    };
    let is_holiday =
        |day: &&NamedDay| holidays.binary_search_by_key(&day.date, |holiday| holiday.date).is_ok();
    let both = workdays.iter().filter(is_holiday).cloned();
    for NamedDay { date, name, .. } in twice(&holidays).into_iter().chain(twice(&workdays)).chain(both) {
        let date = date.to_string();
        wrong.push(CalendarDataError::Day { year, name, date, reason: "stands there twice" });
    }
    let source = file.source;
    (wrong.len() == before).then(|| Year {
        year,
        source,
        citation: file.citation.clone(),
        holidays,
        workdays,
    })
}
