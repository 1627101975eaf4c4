//! Fields of a row, and what can be wrong with them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use crate::place::Wgs84;

/// One mistake in a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterError {
    /// Line in the file, from 1.
    pub line: u64,
    /// The field, where one is meant.
    pub field: Option<String>,
    /// What is wrong.
    pub fault: RegisterFault,
}

impl std::error::Error for RegisterError {}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(field) = &self.field {
            write!(f, ", {field}")?;
        }
        write!(f, ": {}", self.fault)
    }
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterFault {
    /// A line before the table that is no `# key: value`.
    #[error("a header line `# key: value` expected")]
    HeaderLine,
    /// Said or listed before.
    #[error("stands twice")]
    Twice,
    /// Must be there.
    #[error("is missing")]
    Missing,
    /// A column that no such register has.
    #[error("no such column")]
    UnknownColumn,
    /// Too long.
    #[error("{chars} characters, at most {max} allowed")]
    TooLong {
        /// How long it is.
        chars: usize,
        /// How long it may be.
        max: usize,
    },
    /// Not what the field holds.
    #[error("{value:?} is not {expected}")]
    NotA {
        /// The value, at most 40 characters of it.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// A line that is no row of the table.
    #[error("not a row of the table: {0}")]
    NotARow(String),
    /// Lies elsewhere than the register or another field says.
    #[error("{value} does not lie in {inside}")]
    Elsewhere {
        /// The code.
        value: String,
        /// Where it should lie.
        inside: String,
    },
    /// A change before the beginning.
    #[error("the change is before the first day")]
    ChangedBeforeFirst,
    /// Too much of something.
    #[error("more than {limit} {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much there may be.
        limit: usize,
    },
}

impl RegisterFault {
    pub(super) fn not(value: &str, expected: impl Into<String>) -> Self {
        Self::NotA { value: value.chars().take(40).collect(), expected: expected.into() }
    }
}

/// The fields of one row.
#[doc(hidden)]
pub struct Fields<'r> {
    pub(super) line: u64,
    pub(super) columns: &'r BTreeMap<String, usize>,
    pub(super) record: &'r csv::StringRecord,
    pub(super) errors: &'r mut Vec<RegisterError>,
}

impl<'r> Fields<'r> {
    pub(super) fn fail(&mut self, field: &str, fault: RegisterFault) {
        self.errors.push(RegisterError { line: self.line, field: Some(field.to_owned()), fault });
    }

    fn raw(&self, field: &str) -> &'r str {
        self.columns.get(field).and_then(|index| self.record.get(*index)).unwrap_or_default().trim()
    }

    /// A field that may be empty: `Ok(None)` then. `Err` where it is too long, which is reported.
    pub(super) fn optional(&mut self, field: &str, chars_max: usize) -> Result<Option<&'r str>, ()> {
        let text = self.raw(field);
        let chars = text.chars().count();
        if chars > chars_max {
            self.fail(field, RegisterFault::TooLong { chars, max: chars_max });
            return Err(());
        }
        Ok((!text.is_empty()).then_some(text))
    }

    /// A field that must not be empty.
    pub(super) fn text(&mut self, field: &str, chars_max: usize) -> Option<&'r str> {
        let text = self.optional(field, chars_max).ok()?;
        if text.is_none() {
            self.fail(field, RegisterFault::Missing);
        }
        text
    }

    /// A field of a type that parses. `Ok(None)` where it is empty.
    pub(super) fn parsed<T: FromStr>(&mut self, field: &str, expected: &str) -> Result<Option<T>, ()> {
        let text = self.raw(field);
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| self.fail(field, RegisterFault::not(text, expected)))
    }

    /// A field of a type that parses and must not be empty.
    pub(super) fn must<T: FromStr>(&mut self, field: &str, expected: &str) -> Option<T> {
        let value = self.parsed(field, expected).ok()?;
        if value.is_none() {
            self.fail(field, RegisterFault::Missing);
        }
        value
    }

    /// A date `YYYYMMDD`, or nothing.
    pub(super) fn day(&mut self, field: &str) -> Result<Option<NaiveDate>, ()> {
        let text = self.raw(field);
        if text.is_empty() {
            return Ok(None);
        }
        let plain = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
        let hyphened = plain.then(|| format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]));
        match hyphened.and_then(|text| crate::grid::date(&text)) {
            Some(day) => Ok(Some(day)),
            None => {
                self.fail(field, RegisterFault::not(text, "a date YYYYMMDD"));
                Err(())
            }
        }
    }

    /// The position in `lng` and `lat`, degrees, WGS-84.
    pub(super) fn position(&mut self) -> Option<Wgs84> {
        let lng: Option<f64> = self.must("lng", "a longitude in degrees");
        let lat: Option<f64> = self.must("lat", "a latitude in degrees");
        let (lng, lat) = (lng?, lat?);
        Wgs84::new(lng, lat)
            .map_err(|e| self.fail("lng", RegisterFault::not(&format!("{lng},{lat}"), e.to_string())))
            .ok()
    }
}
