//! Grids: what they are, the tree they form, the files they travel in, and which one holds a position.
//!
//! Three kinds of grid lie over the same ground and are never mixed: cells (geometry), duty grids (a collector's beat) and governance
//! grids. Grids change, so every one has a validity, and a case keeps the version it was filed under.
//!
//! - [`GridPack`] reads a GeoJSON file; with the feature `packs`, `check::check` and `GridPack::parse` also judge its geometry, for
//!   those who make packs or take them in. A phone reads what was judged.
//! - [`GridTree`] answers who stands above and below, on a day.
//! - [`GridIndex`] answers where a position lies, in microseconds.

#[cfg(feature = "packs")]
pub mod check;
mod coordinates;
mod finding;
mod index;
mod kinship;
pub mod limits;
mod order;
mod pack;
mod properties;
mod shape;
mod spans;
#[doc(hidden)]
#[cfg(any(test, feature = "packs"))]
pub mod synthetic;
mod tree;

pub(crate) use shape::Plane;

use std::fmt;

use chrono::NaiveDate;

use crate::codes::GovKind;

pub use finding::{Fault, Finding, Severity, Side};
pub use index::{Found, GridIndex, Reach};
pub use pack::{GridPack, Judged, PackRules};
pub use shape::{Bounds, Part, Polygon, Position, Ring};
pub use spans::{Break, Wrong, said};
pub use tree::{GridTree, NotKnown, TreeVersion};

/// What a grid is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 单元网格: geometry, some 10,000 m² each, without overlaps.
    Cell,
    /// 责任网格: the beat of a collector.
    DutyGrid,
    /// 治理网格: where people are responsible for people; levels 1 (street) to 4 (micro-grid).
    GovGrid,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Cell, Self::DutyGrid, Self::GovGrid];

    /// The word used in data files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Cell => "cell",
            Self::DutyGrid => "duty_grid",
            Self::GovGrid => "gov_grid",
        }
    }

    /// The kind that a word of a data file names.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

/// Grids that may not overlap: those of one kind and level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Layer {
    /// The kind.
    pub kind: Kind,
    /// The level of governance grids (1-4) and of duty grids that have one; 0 for cells and where none is said.
    pub level: u8,
}

impl Layer {
    /// Unit grid cells.
    pub const CELLS: Self = Self { kind: Kind::Cell, level: 0 };
    /// Duty grids without a level.
    pub const DUTY: Self = Self { kind: Kind::DutyGrid, level: 0 };
    /// Third-level governance grids: a full-time grid worker's.
    pub const L3: Self = Self { kind: Kind::GovGrid, level: 3 };
    /// Micro-grids.
    pub const L4: Self = Self { kind: Kind::GovGrid, level: 4 };
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            0 => f.write_str(self.kind.id()),
            level => write!(f, "{} of level {level}", self.kind.id()),
        }
    }
}

/// The days on which something is valid: from its first day up to, and without, the day it ends.
///
/// So the day on which a grid ends and its successor begins belongs to the successor alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Validity {
    /// The first day.
    pub from: NaiveDate,
    /// The first day on which it is no longer valid, `None` while no end is known.
    pub to: Option<NaiveDate>,
}

impl Validity {
    /// Whether it is valid on a day. Without a day: whether no end is known.
    #[must_use]
    pub fn holds(self, on: Option<NaiveDate>) -> bool {
        match (on, self.to) {
            (None, to) => to.is_none(),
            (Some(day), to) => self.from <= day && to.is_none_or(|to| day < to),
        }
    }

    /// Whether two validities share a day.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        let begins_in = |a: Self, b: Self| b.holds(Some(a.from)) && !a.is_empty();
        begins_in(self, other) || begins_in(other, self)
    }

    /// Whether it holds no day at all.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.to.is_some_and(|to| to <= self.from)
    }
}

/// One version of one grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Its code, without the kind. A cell and a governance grid may have the same.
    pub id: String,
    /// Kind and level.
    pub layer: Layer,
    /// What sort of governance grid it is, where the file says so.
    pub gov_kind: Option<GovKind>,
    /// Code of the grid or division above; `None` for a first-level grid.
    pub parent: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// When it is valid.
    pub validity: Validity,
    /// Where it lies.
    pub polygon: Polygon,
}

/// Parses a date of the standard form.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let digits = |range: std::ops::Range<usize>| {
        let part = text.get(range)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u32>().ok())?
    };
    let hyphens = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    hyphens.then(|| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validity(from: &str, to: Option<&str>) -> Validity {
        Validity { from: date(from).unwrap(), to: to.map(|to| date(to).unwrap()) }
    }

    #[test]
    fn the_day_of_a_change_belongs_to_the_successor() {
        let old = validity("2024-01-01", Some("2026-07-01"));
        let new = validity("2026-07-01", None);
        assert!(!old.meets(new) && !new.meets(old));
        assert!(!old.holds(date("2026-07-01")) && new.holds(date("2026-07-01")));
        assert!(old.holds(date("2026-06-30")) && !new.holds(date("2026-06-30")));
        assert!(!old.holds(None) && new.holds(None));
        let longer = validity("2024-01-01", Some("2026-07-02"));
        assert!(longer.meets(new) && new.meets(longer));
        let empty = validity("2025-01-01", Some("2025-01-01"));
        assert!(!empty.meets(old) && !old.meets(empty));
    }

    #[test]
    fn a_date_has_one_form() {
        assert!(date("2024-02-29").is_some());
        for text in
            ["", "2023-02-29", "2024-2-29", "20240229", "2024/02/29", "2024-02-30", "+024-02-01", "年月-0-01"]
        {
            assert!(date(text).is_none(), "{text}");
        }
    }
}
