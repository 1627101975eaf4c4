//! The unified social credit code (统一社会信用代码) of an organisation, GB 32100-2015.

use std::borrow::Cow;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{CodeError, Wrong, text_forms};
use crate::division::DivisionCode;

const KIND: &str = "unified social credit code";
/// The characters by their value: digits and capitals without I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH: usize = 18;

/// 18 characters: authority, category, 6 digits of the registering division, 9 of the organisation, a check character.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CreditCode(String);

impl FromStr for CreditCode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let fail = |wrong| Err(CodeError::new(KIND, text, wrong));
        let found = text.chars().count();
        if found != LENGTH {
            return fail(Wrong::Length { expected: "18 characters", found });
        }
        // Weights are the powers of 3, modulo 31.
        let (mut sum, mut weight, mut last) = (0, 1, ('0', 0));
        for (index, character) in text.chars().enumerate() {
            let division = (2..8).contains(&index);
            let value = ALPHABET.iter().position(|c| char::from(*c) == character);
            let Some(value) = value.filter(|_| !division || character.is_ascii_digit()) else {
                let expected = if division { "a digit" } else { "0-9 or A-Y without I, O, S, V" };
                return fail(Wrong::Character { position: index + 1, found: character, expected });
            };
            if index + 1 < LENGTH {
                sum += value * weight;
                weight = weight * 3 % 31;
            }
            last = (character, value);
        }
        let check = (31 - sum % 31) % 31;
        if last.1 != check {
            return fail(Wrong::Check { expected: char::from(ALPHABET[check]), found: last.0 });
        }
        Ok(Self(text.to_owned()))
    }
}

impl CreditCode {
    /// The county it was registered in.
    #[must_use]
    pub fn registered_in(&self) -> DivisionCode {
        self.0[2..8].parse().expect("six digits were checked when the code was made")
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}
text_forms!(CreditCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_codes_are_taken() {
        for text in ["91350100M000100Y43", "91110000802100433B", "91110108551385082Q"] {
            let code: CreditCode = text.parse().unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(code.to_string(), text);
        }
        let code: CreditCode = "91350100M000100Y43".parse().unwrap();
        assert_eq!(code.registered_in().as_str(), "350100");
    }

    #[test]
    fn one_wrong_character_is_always_found() {
        let right = "91350100M000100Y43";
        for index in 0..LENGTH {
            for other in ALPHABET.iter().map(|c| char::from(*c)) {
                let text: String =
                    right.chars().enumerate().map(|(i, c)| if i == index { other } else { c }).collect();
                assert_eq!(text.parse::<CreditCode>().is_ok(), text == right, "{text}");
            }
        }
    }

    #[test]
    fn the_right_check_character_is_named() {
        let error = "91350100M000100Y44".parse::<CreditCode>().unwrap_err();
        assert_eq!(error.wrong, Wrong::Check { expected: '3', found: '4' });
        for text in
            ["", "91350100m000100Y43", "91350100I000100Y43", "9135010０M000100Y43", "91350100M000100Y433"]
        {
            assert!(text.parse::<CreditCode>().is_err(), "{text}");
        }
    }
}
