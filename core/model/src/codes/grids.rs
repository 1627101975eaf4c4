//! Codes of grids. A unit grid cell and a third-level governance grid both have 15 digits: only the type, or the kind written beside it,
//! tells them apart.

use std::borrow::Cow;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{CodeError, Wrong, digits, text_forms};
use crate::division::DivisionCode;

/// Digits of the community that every grid code begins with.
const COMMUNITY_DIGITS: usize = 12;

fn community_of(digits: &str) -> DivisionCode {
    digits[..COMMUNITY_DIGITS].parse().expect("twelve digits were checked when the code was made")
}

/// A unit grid cell (单元网格): 12 digits of the community and 3 of its number there (GB/T 47678.3-2026).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CellCode(String);

impl FromStr for CellCode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        digits("unit grid cell", text, &[15], "15 digits")?;
        Ok(Self(text.to_owned()))
    }
}

impl CellCode {
    /// The community it lies in.
    #[must_use]
    pub fn community(&self) -> DivisionCode {
        community_of(&self.0)
    }

    /// Its number in the community: west to east, then north to south.
    #[must_use]
    pub fn sequence(&self) -> &str {
        &self.0[COMMUNITY_DIGITS..]
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}
text_forms!(CellCode);

/// The kinds of governance grid below a community.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GovKind {
    /// 社区网格, third level.
    Community,
    /// 农村网格, third level.
    Rural,
    /// 专属网格 (a tower, a market, a campus), third level.
    Dedicated,
    /// 微网格, fourth level.
    Micro,
}

impl GovKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Community, Self::Rural, Self::Dedicated, Self::Micro];

    /// The word used in data files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Community => "community",
            Self::Rural => "rural",
            Self::Dedicated => "dedicated",
            Self::Micro => "micro",
        }
    }

    /// The kind that a word of a data file names.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The level of its grids: 3 or 4.
    #[must_use]
    pub fn level(self) -> u8 {
        if self == Self::Micro { 4 } else { 3 }
    }
}

/// A governance grid (治理网格): the community, 3 digits of the third level and, for a micro-grid, 2 of the fourth, with its kind.
///
/// Its text form carries the kind before a colon, `dedicated:410102001002003`: a kind is never inferred from a length.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GovGridCode {
    digits: String,
    kind: GovKind,
}

impl GovGridCode {
    /// A grid of this kind by its digits alone.
    ///
    /// # Errors
    /// [`CodeError`] where they are not 15 digits, or 17 of a micro-grid.
    pub fn new(kind: GovKind, text: &str) -> Result<Self, CodeError> {
        match kind {
            GovKind::Micro => digits("micro-grid", text, &[17], "17 digits")?,
            _ => digits("third-level grid", text, &[15], "15 digits")?,
        }
        Ok(Self { digits: text.to_owned(), kind })
    }

    /// Its kind.
    #[must_use]
    pub fn grid_kind(&self) -> GovKind {
        self.kind
    }

    /// The code without its kind.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// The community it lies in.
    #[must_use]
    pub fn community(&self) -> DivisionCode {
        community_of(&self.digits)
    }

    /// The grid as a division: where rights hold and cases lie.
    #[must_use]
    pub fn division(&self) -> DivisionCode {
        self.digits.parse().expect("15 or 17 digits were checked when the code was made")
    }

    /// Digits of the third-level grid that a micro-grid lies in.
    #[must_use]
    pub fn third_level(&self) -> Option<&str> {
        (self.kind == GovKind::Micro).then(|| &self.digits[..15])
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}:{}", self.kind.id(), self.digits))
    }
}
text_forms!(GovGridCode);

impl FromStr for GovGridCode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let named = text.split_once(':').and_then(|(kind, rest)| Some((GovKind::of(kind)?, rest)));
        let Some((kind, rest)) = named else {
            let form = "community:, rural:, dedicated: or micro: and the digits";
            return Err(CodeError::new("governance grid", text, Wrong::Form(form)));
        };
        Self::new(kind, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_names_its_community() {
        let cell: CellCode = "410102001002003".parse().unwrap();
        assert_eq!((cell.community().as_str(), cell.sequence()), ("410102001002", "003"));
        let micro = GovGridCode::new(GovKind::Micro, "41010200100200301").unwrap();
        assert_eq!(micro.community().as_str(), "410102001002");
        assert_eq!(micro.third_level(), Some("410102001002003"));
        assert_eq!(micro.division().as_str(), micro.digits());
    }

    #[test]
    fn the_kind_is_said_and_not_guessed() {
        assert!("410102001002003".parse::<GovGridCode>().is_err());
        assert!("king:410102001002003".parse::<GovGridCode>().is_err());
        assert!("micro:410102001002003".parse::<GovGridCode>().is_err());
        assert!("rural:41010200100200301".parse::<GovGridCode>().is_err());
        let rural: GovGridCode = "rural:410102001002003".parse().unwrap();
        let dedicated: GovGridCode = "dedicated:410102001002003".parse().unwrap();
        assert_ne!(rural, dedicated);
        assert_eq!(rural.digits(), dedicated.digits());
    }
}
