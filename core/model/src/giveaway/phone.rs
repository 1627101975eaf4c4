//! Telephone numbers: of mobiles, of landlines with their area code, of service lines, and bare ones of which the text says that they are one.

use super::Span;
use super::lexicon::PhoneWords;
use super::number::Run;
use super::reading::{Reading, last_of};

/// How far before a number is looked for what it is, characters.
const BEFORE_CHARS: usize = 8;
/// Words like "号" and "是" between "电话" and its number.
const LINKS_MAX: usize = 4;

/// Every telephone number of a text.
pub(super) fn phones(reading: &Reading, words: &PhoneWords) -> Vec<Span> {
    let judge = |digits: &[u8], span: Span| {
        let skipped = country_code(digits)?;
        let number = &digits[skipped..];
        let is_phone = is_mobile(number)
            || is_landline(number)
            || is_service_line(number)
            || (matches!(number.len(), 7 | 8) && is_said(reading, span.start, words));
        // What a group says of itself counts more than how it looks.
        let of_another =
            || last_of(reading.clause_before(span.start, BEFORE_CHARS), &words.not_after).is_some();
        (is_phone && !of_another()).then_some(span)
    };
    Run::all(reading).iter().flat_map(|run| run.numbers(judge, reading)).collect()
}

/// How many digits say the country, if any: 86 or 0086 before a mobile.
fn country_code(digits: &[u8]) -> Option<usize> {
    match digits {
        [] => None,
        [8, 6, number @ ..] if is_mobile(number) => Some(2),
        [0, 0, 8, 6, number @ ..] if is_mobile(number) => Some(4),
        _ => Some(0),
    }
}

fn is_mobile(digits: &[u8]) -> bool {
    matches!(digits, [1, 3..=9, ..]) && digits.len() == 11
}

/// An area code of three digits (010, 020 to 029) with eight, or one of four (03xx to 09xx) with seven or eight.
fn is_landline(digits: &[u8]) -> bool {
    match digits {
        [0, 1, 0, ..] | [0, 2, ..] => digits.len() == 11,
        [0, 3..=9, ..] => matches!(digits.len(), 11 | 12),
        _ => false,
    }
}

fn is_service_line(digits: &[u8]) -> bool {
    matches!(digits, [4 | 8, 0, 0, ..]) && digits.len() == 10
}

/// Whether the text says right before `at` that a telephone number comes.
fn is_said(reading: &Reading, at: usize, words: &PhoneWords) -> bool {
    let from = at.saturating_sub(BEFORE_CHARS);
    (from..at).any(|start| {
        reading
            .word(start, &words.said)
            .is_some_and(|end| end <= at && (0..=LINKS_MAX).any(|n| reading.words(end, &words.link, n) == at))
    })
}
