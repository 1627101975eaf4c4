//! Codes of the standards as types: a grid is never taken for a component, nor a type of thing for a thing. Division codes are in
//! [`crate::division`].
//!
//! Every type parses from and displays as its text form, and the two are inverse. A wrong text is a [`CodeError`] that says what was
//! expected. Well-formed does not mean existing: that is a question to the tables.

mod classes;
mod credit;
mod grids;
mod things;

pub use classes::{ClassCode, Domain, EventCode2013};
pub use credit::CreditCode;
pub use grids::{CellCode, GovGridCode, GovKind};
pub use things::{ComponentId, Generation, MatterClassCode};

/// A text that is not the code it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {kind}: {wrong}")]
pub struct CodeError {
    /// What it should be.
    pub kind: &'static str,
    /// What was given, at most 40 characters of it.
    pub text: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What is wrong with a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Wrong {
    /// Too short or too long.
    #[error("{expected} expected, {found} characters found")]
    Length {
        /// The lengths there are, in words.
        expected: &'static str,
        /// Characters found.
        found: usize,
    },
    /// A character that has no place there.
    #[error("{found:?} at position {position}, {expected} expected")]
    Character {
        /// From 1.
        position: usize,
        /// The character.
        found: char,
        /// What may stand there.
        expected: &'static str,
    },
    /// The check character does not fit the rest.
    #[error("the check character is {found}, and {expected} by the rest of the code")]
    Check {
        /// As the rest of the code says.
        expected: char,
        /// As written.
        found: char,
    },
    /// Of another form altogether.
    #[error("{0} expected")]
    Form(&'static str),
    /// A well-formed code that the later standard has no place for.
    #[error("no class {0} in the standard of 2026")]
    NoSuccessor(u32),
}

impl CodeError {
    fn new(kind: &'static str, text: &str, wrong: Wrong) -> Self {
        Self { kind, text: text.chars().take(40).collect(), wrong }
    }
}

/// Checks that a text is so many ASCII digits. `lengths` are the allowed ones, `said` names them.
fn digits(kind: &'static str, text: &str, lengths: &[usize], said: &'static str) -> Result<(), CodeError> {
    let bad = text.chars().enumerate().find(|(_, c)| !c.is_ascii_digit());
    let length = text.chars().count();
    let wrong = match bad {
        _ if !lengths.contains(&length) => Wrong::Length { expected: said, found: length },
        Some((index, found)) => Wrong::Character { position: index + 1, found, expected: "a digit" },
        None => return Ok(()),
    };
    Err(CodeError::new(kind, text, wrong))
}

/// Text form, debug form and serde form of a code type that has `FromStr` and `as_text`.
macro_rules! text_forms {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.text())
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.text())
            }
        }
        impl TryFrom<String> for $name {
            type Error = crate::codes::CodeError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.text().into()
            }
        }
    };
}
use text_forms;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded::Random;
    use std::fmt::{Debug, Display};
    use std::str::FromStr;

    fn round_trip<T: FromStr<Err = CodeError> + Display + Debug + PartialEq>(text: &str) {
        let code: T = text.parse().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(code.to_string(), text);
        assert_eq!(code.to_string().parse::<T>().as_ref(), Ok(&code));
    }

    #[test]
    fn what_was_parsed_is_written_again() {
        let mut random = Random::new(3);
        for _ in 0..2_000 {
            let mut digits = |n: usize| -> String {
                (0..n).map(|_| char::from(b'0' + u8::try_from(random.below(10)).unwrap())).collect()
            };
            round_trip::<CellCode>(&digits(15));
            for (kind, length) in [("community", 15), ("rural", 15), ("dedicated", 15), ("micro", 17)] {
                round_trip::<GovGridCode>(&format!("{kind}:{}", digits(length)));
            }
            round_trip::<ComponentId>(&digits(16));
            round_trip::<ComponentId>(&digits(17));
            round_trip::<MatterClassCode>(&digits(10));
            round_trip::<MatterClassCode>(&digits(11));
            round_trip::<EventCode2013>(&format!("{}-{}", digits(2), digits(2)));
            for letter in ["P", "E", "L"] {
                round_trip::<ClassCode>(&format!("{letter}{}", digits(5)));
            }
        }
    }

    #[test]
    fn noise_is_refused_and_never_panics() {
        let alphabet: Vec<char> = "0123456789ABCEPL-:_网é\u{0}\u{1F600} \nmicrourl".chars().collect();
        let mut random = Random::new(11);
        let mut below = |n: usize| usize::try_from(random.below(n as u64)).unwrap();
        for _ in 0..20_000 {
            let length = below(22);
            let text: String = (0..length).map(|_| alphabet[below(alphabet.len())]).collect();
            let same = |written: String| assert_eq!(written, text);
            let _ = text.parse::<CellCode>().map(|c| same(c.to_string()));
            let _ = text.parse::<GovGridCode>().map(|c| same(c.to_string()));
            let _ = text.parse::<ComponentId>().map(|c| same(c.to_string()));
            let _ = text.parse::<MatterClassCode>().map(|c| same(c.to_string()));
            let _ = text.parse::<ClassCode>().map(|c| same(c.to_string()));
            let _ = text.parse::<EventCode2013>().map(|c| same(c.to_string()));
            let _ = text.parse::<CreditCode>().map(|c| same(c.to_string()));
        }
    }

    #[test]
    fn an_error_says_what_was_expected() {
        let said = |e: CodeError| e.to_string();
        assert_eq!(
            said("4101020010021".parse::<CellCode>().unwrap_err()),
            "\"4101020010021\" is no unit grid cell: 15 digits expected, 13 characters found"
        );
        assert_eq!(
            said("41010200100200x".parse::<CellCode>().unwrap_err()),
            "\"41010200100200x\" is no unit grid cell: 'x' at position 15, a digit expected"
        );
    }
}
