//! Classes of the catalogue: a letter and five digits, and the rule that leads from the events of 2013 to them.

use std::borrow::Cow;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{CodeError, Wrong, digits, text_forms};

/// What a class code is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// `P`: a component (管理部件).
    Component,
    /// `E`: a matter (管理事项).
    Matter,
    /// `L`: the city's own extension; no standard knows it.
    Local,
}

impl Domain {
    const LETTERS: [(Self, char); 3] = [(Self::Component, 'P'), (Self::Matter, 'E'), (Self::Local, 'L')];

    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        Self::LETTERS.iter().find(|(domain, _)| *domain == self).map_or('L', |(_, letter)| *letter)
    }
}

/// A class of the catalogue: `E06010`, `P01001`, `L10001`; two digits of the major class and three of the minor.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClassCode(String);

const KIND: &str = "class code";

impl FromStr for ClassCode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let known = |c: &char| Domain::LETTERS.iter().any(|(_, letter)| letter == c);
        match text.chars().next() {
            Some(letter) if known(&letter) => {}
            Some(found) => {
                let wrong = Wrong::Character { position: 1, found, expected: "P, E or L" };
                return Err(CodeError::new(KIND, text, wrong));
            }
            None => return Err(CodeError::new(KIND, text, Wrong::Form("P, E or L and five digits"))),
        }
        digits(KIND, &text[1..], &[5], "a letter and 5 digits")?;
        Ok(Self(text.to_owned()))
    }
}

impl ClassCode {
    /// A class by its five digits.
    ///
    /// # Errors
    /// [`CodeError`] where they are not five digits.
    pub fn new(domain: Domain, digits: &str) -> Result<Self, CodeError> {
        format!("{}{digits}", domain.letter()).parse()
    }

    /// What it is about.
    #[must_use]
    pub fn domain(&self) -> Domain {
        let letter = self.0.chars().next();
        Domain::LETTERS.iter().find(|(_, l)| Some(*l) == letter).map_or(Domain::Local, |(domain, _)| *domain)
    }

    /// The five digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }

    /// Two digits of the major class.
    #[must_use]
    pub fn major(&self) -> &str {
        &self.0[1..3]
    }

    /// Three digits of the minor class.
    #[must_use]
    pub fn minor(&self) -> &str {
        &self.0[3..]
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}
text_forms!(ClassCode);

/// An event of GB/T 30428.2-2013 as its tables write it: `04-05`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventCode2013 {
    major: u8,
    minor: u8,
}

impl FromStr for EventCode2013 {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let part = |part: &str| {
            let two = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<u8>().ok().filter(|_| two)
        };
        let parts = text.split_once('-').and_then(|(major, minor)| Some((part(major)?, part(minor)?)));
        let (major, minor) = parts.ok_or_else(|| {
            CodeError::new("event code of 2013", text, Wrong::Form("two digits, a hyphen and two digits"))
        })?;
        Ok(Self { major, minor })
    }
}

impl EventCode2013 {
    /// The matter of GB/T 47678.5-2026 that took its place: five majors later, the minor with a leading zero.
    ///
    /// # Errors
    /// [`Wrong::NoSuccessor`] for a major class outside 01-05: the matters of 2026 end with class 10. Whether the class itself stayed is
    /// for the catalogue to say.
    pub fn to_2026(self) -> Result<ClassCode, CodeError> {
        let major = u32::from(self.major) + 5;
        if !(6..=10).contains(&major) {
            let wrong = Wrong::NoSuccessor(major);
            return Err(CodeError::new("event code with a successor", &self.text(), wrong));
        }
        ClassCode::new(Domain::Matter, &format!("{major:02}{:03}", self.minor))
    }

    fn text(self) -> String {
        format!("{:02}-{:02}", self.major, self.minor)
    }
}
text_forms!(EventCode2013);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_a_letter_and_five_digits() {
        let class: ClassCode = "E06010".parse().unwrap();
        assert_eq!((class.domain(), class.major(), class.minor()), (Domain::Matter, "06", "010"));
        assert_eq!("P01001".parse::<ClassCode>().unwrap().domain(), Domain::Component);
        assert_eq!("L10001".parse::<ClassCode>().unwrap().domain(), Domain::Local);
        for text in ["", "E", "X06010", "e06010", "E0601", "E060100", "E06 10", "网06010"] {
            assert!(text.parse::<ClassCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn events_of_2013_are_found_five_majors_later() {
        let cases = [
            ("01-10", "E06010"),
            ("04-05", "E09005"),
            ("02-01", "E07001"),
            ("03-16", "E08016"),
            ("05-01", "E10001"),
        ];
        for (old, new) in cases {
            let old: EventCode2013 = old.parse().unwrap();
            assert_eq!(old.to_2026().unwrap().to_string(), new);
        }
        for old in ["00-01", "06-01", "99-99"] {
            let error = old.parse::<EventCode2013>().unwrap().to_2026().unwrap_err();
            assert!(matches!(error.wrong, Wrong::NoSuccessor(_)), "{error}");
        }
        for text in ["", "0110", "1-10", "01-1", "01-100", "+1-10", "01–10"] {
            assert!(text.parse::<EventCode2013>().is_err(), "{text}");
        }
    }
}
