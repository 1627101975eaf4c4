//! Codes that begin with a county: ids of components, and classes of matters as other platforms exchange them.

use std::borrow::Cow;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{CodeError, Domain, EventCode2013, digits, text_forms};
use crate::codes::ClassCode;
use crate::division::DivisionCode;

/// Which standard a code follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// GB/T 30428.2-2013: two digits of the minor class.
    Gb2013,
    /// GB/T 47678.5-2026: three.
    Gb2026,
}

impl Generation {
    /// Where the minor class ends in a code that begins with a county.
    fn class_end(self) -> usize {
        match self {
            Self::Gb2013 => 10,
            Self::Gb2026 => 11,
        }
    }

    /// The year in its name.
    #[must_use]
    pub fn year(self) -> u16 {
        match self {
            Self::Gb2013 => 2013,
            Self::Gb2026 => 2026,
        }
    }
}

fn county_of(digits: &str) -> DivisionCode {
    digits[..6].parse().expect("six digits were checked when the code was made")
}

/// The id of one component (a manhole cover, a lamp): county 6, major class 2, minor class 2 (2013) or 3 (2026), sequence 6.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ComponentId(String);

impl FromStr for ComponentId {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        digits("component id", text, &[16, 17], "16 digits (2013) or 17 digits (2026)")?;
        Ok(Self(text.to_owned()))
    }
}

impl ComponentId {
    /// The standard it was given under: the two have one digit more or less, and no third has either.
    #[must_use]
    pub fn generation(&self) -> Generation {
        if self.0.len() == 16 { Generation::Gb2013 } else { Generation::Gb2026 }
    }

    /// The county.
    #[must_use]
    pub fn county(&self) -> DivisionCode {
        county_of(&self.0)
    }

    /// Two digits of the major class.
    #[must_use]
    pub fn major(&self) -> &str {
        &self.0[6..8]
    }

    /// Digits of the minor class: two (2013) or three (2026).
    #[must_use]
    pub fn minor(&self) -> &str {
        &self.0[8..self.generation().class_end()]
    }

    /// Its number among the county's components of the class.
    #[must_use]
    pub fn sequence(&self) -> &str {
        &self.0[self.generation().class_end()..]
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}
text_forms!(ComponentId);

/// The class of a matter in a county: 6+2+2 digits (2013) or 6+2+3 (2026). It names a type, so it is never the id of a case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MatterClassCode(String);

impl FromStr for MatterClassCode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        digits("matter class code", text, &[10, 11], "10 digits (2013) or 11 digits (2026)")?;
        Ok(Self(text.to_owned()))
    }
}

impl MatterClassCode {
    /// The standard it follows.
    #[must_use]
    pub fn generation(&self) -> Generation {
        if self.0.len() == 10 { Generation::Gb2013 } else { Generation::Gb2026 }
    }

    /// The county.
    #[must_use]
    pub fn county(&self) -> DivisionCode {
        county_of(&self.0)
    }

    /// Two digits of the major class.
    #[must_use]
    pub fn major(&self) -> &str {
        &self.0[6..8]
    }

    /// Digits of the minor class: two (2013) or three (2026).
    #[must_use]
    pub fn minor(&self) -> &str {
        &self.0[8..]
    }

    /// The same class in the standard of 2026, by the rule of [`EventCode2013::to_2026`].
    ///
    /// # Errors
    /// Where that standard has no such major class.
    pub fn to_2026(&self) -> Result<Self, CodeError> {
        if self.generation() == Generation::Gb2026 {
            return Ok(self.clone());
        }
        let class = self.event_2013()?.to_2026()?;
        Ok(Self(format!("{}{}", &self.0[..6], class.digits())))
    }

    /// The class code without the county, such as `E06010`: a matter of the major classes 01-05 is what happened to a component of
    /// the same digits, and stands under the letter of matters too.
    ///
    /// # Errors
    /// As [`MatterClassCode::to_2026`].
    pub fn class(&self) -> Result<ClassCode, CodeError> {
        let later = self.to_2026()?;
        ClassCode::new(Domain::Matter, &later.0[6..])
    }

    fn event_2013(&self) -> Result<EventCode2013, CodeError> {
        format!("{}-{}", self.major(), self.minor()).parse()
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}
text_forms!(MatterClassCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generations_fall_into_their_parts() {
        let parts = |text: &str| {
            let id: ComponentId = text.parse().unwrap();
            let [major, minor, sequence] = [id.major(), id.minor(), id.sequence()].map(str::to_owned);
            (id.generation().year(), id.county().to_string(), major, minor, sequence)
        };
        let expected = |year, minor: &str| {
            (year, "320508".to_owned(), "01".to_owned(), minor.to_owned(), "000001".to_owned())
        };
        assert_eq!(parts("3205080101000001"), expected(2013, "01"));
        assert_eq!(parts("32050801001000001"), expected(2026, "001"));
        for text in ["320508010100000", "320508010010000010", "32050801010000a1", ""] {
            assert!(text.parse::<ComponentId>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_old_class_has_its_successor() {
        let old: MatterClassCode = "4101020405".parse().unwrap();
        assert_eq!(old.to_2026().unwrap().to_string(), "41010209005");
        assert_eq!(old.class().unwrap().to_string(), "E09005");
        let new: MatterClassCode = "41010206010".parse().unwrap();
        assert_eq!(new.to_2026().unwrap(), new);
        assert!("4101020601".parse::<MatterClassCode>().unwrap().to_2026().is_err());
    }
}
