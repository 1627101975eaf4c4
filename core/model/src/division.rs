//! Divisions: statistical codes of city (4 digits), district (6), street (9) and community (12), and below them governance grids, third level
//! (15) and micro (17), numbered inside their community (DOMAIN §1.3); the tree they form, and its real names.
//!
//! A unit grid cell has 15 digits, too, and is another type ([`crate::codes::CellCode`]): rights and cases are of governance grids.
//!
//! Source: National Bureau of Statistics codes, Zhengzhou, in `data/divisions.csv`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// How deep a code stands in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 4 digits.
    City,
    /// 6 digits.
    District,
    /// 9 digits; a first-level grid.
    Street,
    /// 12 digits; a second-level grid.
    Community,
    /// 15 digits; a third-level governance grid, where a full-time worker is at home.
    Grid,
    /// 17 digits; a micro-grid.
    MicroGrid,
}

impl Level {
    const DIGITS: [(Level, usize); 6] = [
        (Level::City, 4),
        (Level::District, 6),
        (Level::Street, 9),
        (Level::Community, 12),
        (Level::Grid, 15),
        (Level::MicroGrid, 17),
    ];

    /// Number of digits of a code of this level.
    #[must_use]
    pub fn digits(self) -> usize {
        Self::DIGITS.iter().find(|(l, _)| *l == self).map_or(0, |(_, n)| *n)
    }

    /// The word used in data files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Level::City => "city",
            Level::District => "district",
            Level::Street => "street",
            Level::Community => "community",
            Level::Grid => "grid",
            Level::MicroGrid => "micro_grid",
        }
    }
}

/// A well-formed division code. Whether it exists is a question to [`Divisions`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(try_from = "String", into = "String")]
#[cbor(transparent)]
pub struct DivisionCode(#[cbor(n(0), decode_with = "decode_code")] String);

fn decode_code<'b, C>(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<String, minicbor::decode::Error> {
    let text = d.str()?;
    if is_code(text) {
        Ok(text.to_owned())
    } else {
        Err(minicbor::decode::Error::message("not a division code"))
    }
}

fn is_code(text: &str) -> bool {
    Level::DIGITS.iter().any(|(_, n)| *n == text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// A code that is not 4, 6, 9, 12, 15 or 17 digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a division code: 4, 6, 9, 12, 15 or 17 digits (city, district, street, community, grid, micro-grid)"
)]
pub struct DivisionCodeError(pub String);

impl FromStr for DivisionCode {
    type Err = DivisionCodeError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_code(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(DivisionCodeError(text.chars().take(40).collect()))
        }
    }
}

impl TryFrom<String> for DivisionCode {
    type Error = DivisionCodeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DivisionCode> for String {
    fn from(code: DivisionCode) -> String {
        code.0
    }
}

impl fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DivisionCode({})", self.0)
    }
}

impl DivisionCode {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The level that the number of digits says.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::DIGITS.iter().find(|(_, n)| *n == self.0.len()).map_or(Level::MicroGrid, |(l, _)| *l)
    }

    /// Itself, or the first division above that is of this level or a higher one.
    #[must_use]
    pub fn up_to(&self, level: Level) -> Self {
        self.lineage().find(|division| division.level() <= level).unwrap_or_else(|| self.clone())
    }

    /// The division above, `None` for a city.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let position = Level::DIGITS.iter().position(|(_, n)| *n == self.0.len())?;
        let (_, digits) = Level::DIGITS.get(position.checked_sub(1)?)?;
        Some(Self(self.0[..*digits].to_owned()))
    }

    /// This division and those above it, from here up to the city.
    pub fn lineage(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), DivisionCode::parent)
    }

    /// Whether `other` is this division or lies inside it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let far = crate::planted::is(crate::planted::Bug::RightReachesTooFar) && self.0.len() > 9;
        other.0.starts_with(if far { &self.0[..9] } else { &self.0 })
    }
}

/// The division tree with its names. Copies share one table.
#[derive(Debug, Clone)]
pub struct Divisions {
    names: Arc<BTreeMap<DivisionCode, String>>,
}

/// A line of the table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("divisions, line {line}: {reason}")]
pub struct DivisionsError {
    /// Line in the file, the header being 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

impl Divisions {
    /// The embedded table of Zhengzhou, read once a process.
    #[must_use]
    pub fn zhengzhou() -> Self {
        static TABLE: LazyLock<Divisions> = LazyLock::new(|| {
            Divisions::parse(include_str!("../data/divisions.csv"))
                .expect("the embedded table is checked by a test")
        });
        TABLE.clone()
    }

    /// Reads `code,name,level` lines under a header.
    ///
    /// # Errors
    /// The first line that is not well-formed, names an unknown level, repeats a code or has no parent above it.
    pub fn parse(text: &str) -> Result<Self, DivisionsError> {
        let mut names = BTreeMap::new();
        for (index, record) in csv::Reader::from_reader(text.as_bytes()).records().enumerate() {
            let line = index as u64 + 2;
            let fail = |reason: String| DivisionsError { line, reason };
            let record = record.map_err(|e| fail(e.to_string()))?;
            let (Some(code), Some(name), Some(level)) = (record.get(0), record.get(1), record.get(2)) else {
                return Err(fail("three columns expected".into()));
            };
            let code: DivisionCode = code.parse().map_err(|e: DivisionCodeError| fail(e.to_string()))?;
            if code.level().id() != level {
                return Err(fail(format!("{code} is no {level}")));
            }
            if let Some(parent) = code.parent()
                && !names.contains_key(&parent)
            {
                return Err(fail(format!("{code} stands before its parent {parent}")));
            }
            if names.insert(code.clone(), name.to_owned()).is_some() {
                return Err(fail(format!("{code} twice")));
            }
        }
        Ok(Self { names: Arc::new(names) })
    }

    /// The name, or `None` where no such division exists.
    #[must_use]
    pub fn name(&self, code: &DivisionCode) -> Option<&str> {
        self.names.get(code).map(String::as_str)
    }

    /// Whether it exists: it stands in the table, or is a grid of a community that does. Which grids a community has is said by packs.
    #[must_use]
    pub fn stands(&self, code: &DivisionCode) -> bool {
        code.lineage().find(|division| division.level() <= Level::Community).is_some_and(|division| {
            self.names.contains_key(&division) && (division == *code || division.level() == Level::Community)
        })
    }

    /// What people read: the name, and for a grid its community's with its numbers there. None where nothing of it is known.
    #[must_use]
    pub fn title(&self, code: &DivisionCode) -> Option<String> {
        if let Some(name) = self.name(code) {
            return Some(name.to_owned());
        }
        let community = code.lineage().find(|division| division.level() == Level::Community)?;
        let (grid, micro) = code.0[Level::Community.digits()..].split_at_checked(3)?;
        let name = self.name(&community)?;
        Some(if micro.is_empty() {
            format!("{name} {grid}网格")
        } else {
            format!("{name} {grid}网格 {micro}微网格")
        })
    }

    /// The codes of a level, in order.
    #[must_use]
    pub fn codes(&self, level: Level) -> Vec<DivisionCode> {
        self.names.keys().filter(|c| c.level() == level).cloned().collect()
    }

    /// How many divisions of a level there are.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.names.keys().filter(|c| c.level() == level).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> DivisionCode {
        text.parse().unwrap()
    }

    #[test]
    fn the_embedded_table_is_the_real_city() {
        let table = Divisions::zhengzhou();
        assert_eq!(table.count(Level::City), 1);
        assert_eq!(table.count(Level::District), 15);
        assert_eq!(table.count(Level::Street), 208);
        assert_eq!(table.count(Level::Community), 3306);
        assert_eq!(table.name(&code("410102001")), Some("林山寨街道"));
        assert_eq!(table.name(&code("410102999")), None);
    }

    #[test]
    fn a_code_knows_its_place_in_the_tree() {
        let community = code("410102001002");
        let lineage: Vec<String> = community.lineage().map(String::from).collect();
        assert_eq!(lineage, ["410102001002", "410102001", "410102", "4101"]);
        assert!(code("410102").covers(&community));
        assert!(!community.covers(&code("410102")));
        assert!(!code("410103").covers(&community));
    }

    #[test]
    fn a_grid_lies_in_its_community_and_stands_with_it() {
        let table = Divisions::zhengzhou();
        let micro = code("41010200100200307");
        let lineage: Vec<String> = micro.lineage().map(String::from).collect();
        assert_eq!(lineage[..3], ["41010200100200307", "410102001002003", "410102001002"]);
        assert_eq!((micro.level(), micro.parent().unwrap().level()), (Level::MicroGrid, Level::Grid));
        assert!(code("410102001002003").covers(&micro) && !code("410102001002004").covers(&micro));
        let community = table.codes(Level::Community)[0].clone();
        let grid = code(&format!("{community}003"));
        assert!(table.stands(&grid) && table.stands(&code(&format!("{grid}07"))) && table.stands(&community));
        let name = table.name(&community).unwrap();
        assert_eq!(table.title(&grid).unwrap(), format!("{name} 003网格"));
        assert_eq!(table.title(&code(&format!("{grid}07"))).unwrap(), format!("{name} 003网格 07微网格"));
        assert_eq!(table.title(&community).unwrap(), name);
        for nowhere in ["410102999", "410102999001", "410102999001003", "41010299900100307"] {
            assert!(!table.stands(&code(nowhere)), "{nowhere}");
            assert_eq!(table.title(&code(nowhere)), None, "{nowhere}");
        }
    }

    #[test]
    fn codes_of_other_lengths_are_refused() {
        for text in [
            "",
            "41",
            "41010",
            "4101020010",
            "41010200100a",
            "4101020010021",
            "4101020010021234",
            "410102001002123456",
        ] {
            assert!(text.parse::<DivisionCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_bad_table_names_its_line() {
        let cases = [
            ("code,name,level\n4101,郑州市,city\n410102,x,street\n", 3),
            ("code,name,level\n410102,中原区,district\n", 2),
            ("code,name,level\n4101,郑州市,city\n4101,郑州市,city\n", 3),
            ("code,name,level\nabc,郑州市,city\n", 2),
            ("code,name\n4101,郑州市\n", 2),
        ];
        for (text, line) in cases {
            assert_eq!(Divisions::parse(text).unwrap_err().line, line, "{text}");
        }
    }

    #[test]
    fn a_code_that_came_over_the_wire_is_a_code() {
        let wire = |text: &str| minicbor::decode::<DivisionCode>(&minicbor::to_vec(text).unwrap());
        assert_eq!(wire("410102001").unwrap(), code("410102001"));
        for text in ["", "41010", "41010200100a"] {
            assert!(wire(text).is_err(), "{text}");
        }
    }
}
