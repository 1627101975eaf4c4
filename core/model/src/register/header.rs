//! What a register says of itself.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::field::{RegisterError, RegisterFault};

/// What a register lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegisterKind {
    /// 管理部件: manhole covers, lamps, benches.
    Component,
    /// Buildings.
    Building,
}

impl RegisterKind {
    /// The word used in files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Building => "building",
        }
    }
}

/// The lines before the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What it lists.
    pub kind: RegisterKind,
    /// Code of the grid or division whose things it lists: 6 to 17 digits.
    pub grid: String,
    /// Which edition; a later one replaces an earlier one as a whole.
    pub version: u32,
    /// The first day on which it is the edition to use.
    pub valid_from: NaiveDate,
}

impl Header {
    /// Whether a thing with this cell or community code may lie in the grid: their common digits, down to the community, agree.
    #[must_use]
    pub fn may_hold(&self, code: &str) -> bool {
        const COMMUNITY_DIGITS: usize = 12;
        let common = self.grid.len().min(code.len()).min(COMMUNITY_DIGITS);
        self.grid.get(..common) == code.get(..common)
    }
}

/// Takes the header off a text. Returns the table and the number of lines before it.
pub(super) fn split(text: &str) -> Result<(BTreeMap<&str, &str>, &str, u64), RegisterError> {
    let mut entries = BTreeMap::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = 0;
    while let Some(line) = rest.strip_prefix('#') {
        let (line, after) = line.split_once('\n').unwrap_or((line, ""));
        lines += 1;
        rest = after;
        let Some((key, value)) = line.split_once([':', '：']) else {
            return Err(RegisterError { line: lines, field: None, fault: RegisterFault::HeaderLine });
        };
        if entries.insert(key.trim(), value.trim()).is_some() {
            let field = Some(key.trim().chars().take(40).collect());
            return Err(RegisterError { line: lines, field, fault: RegisterFault::Twice });
        }
    }
    Ok((entries, rest, lines))
}

pub(super) fn read(entries: &BTreeMap<&str, &str>, kind: RegisterKind) -> Result<Header, Vec<RegisterError>> {
    let mut errors = Vec::new();
    let mut fail = |key: &str, fault| errors.push(RegisterError { line: 1, field: Some(key.into()), fault });
    let mut get =
        |key: &'static str, expected: &'static str, fits: &dyn Fn(&str) -> bool| match entries.get(key) {
            Some(value) if fits(value) => Some(*value),
            Some(value) => {
                fail(key, RegisterFault::not(value, expected));
                None
            }
            None => {
                fail(key, RegisterFault::Missing);
                None
            }
        };
    let said = match kind {
        RegisterKind::Component => "component, the kind of this register,",
        RegisterKind::Building => "building, the kind of this register,",
    };
    get("register", said, &|value| value == kind.id());
    let grid = get("grid", "a code of 6, 9, 12, 15 or 17 digits", &|value| {
        [6, 9, 12, 15, 17].contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit())
    });
    let number = |value: &str| value.parse::<u32>().ok().filter(|version| *version > 0);
    let version = get("version", "a whole number from 1", &|value| number(value).is_some()).and_then(number);
    let day = get("valid_from", "a date YYYY-MM-DD", &|value| crate::grid::date(value).is_some())
        .and_then(crate::grid::date);
    match (grid, version, day) {
        (Some(grid), Some(version), Some(valid_from)) if errors.is_empty() => {
            Ok(Header { kind, grid: grid.to_owned(), version, valid_from })
        }
        _ => Err(errors),
    }
}
