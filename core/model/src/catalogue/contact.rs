//! Whom people call: numbers that somebody answers for a division and everything below it.

use serde::{Deserialize, Serialize};

use super::Title;
use crate::division::DivisionCode;
use crate::limits::{TELEPHONE_BYTES_MAX, TELEPHONE_DIGITS_MIN};

/// What somebody is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calls {
    /// The community, or whoever answers in its place.
    Community,
}

impl Calls {
    /// Every one of them.
    pub const ALL: [Self; 1] = [Self::Community];

    /// The id used in data files and answers.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Community => "community",
        }
    }
}

/// Somebody who can be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// For whom: a division and everything below it that has no contact of its own.
    pub grid: DivisionCode,
    /// For what.
    pub calls: Calls,
    /// Who answers.
    pub title: Title,
    /// The number as it is dialled in the city.
    pub telephone: String,
}

/// Whether a text can be dialled: digits, and `+` or `-` among them.
pub(super) fn is_telephone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= TELEPHONE_DIGITS_MIN
        && text.len() <= TELEPHONE_BYTES_MAX
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-'))
}
