//! The one text form of an answer, by its type. Bringing a canonical answer into this form again changes nothing.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::codes::{ComponentId, CreditCode};
use crate::field::{Field, FieldType};
use crate::limits;
use crate::place::Wgs84;

/// The canonical form of an answer, apart from the field's own bounds. `None` where it is not of the type.
pub(super) fn canonical(field: &Field, answer: &str) -> Option<String> {
    let answer = answer.trim();
    if answer.is_empty() {
        // Nothing chosen, nothing taken, nothing said; but no amount is not an amount.
        let takes_back =
            field.kind == FieldType::Text || field.kind.chooses_several() || field.kind.names_files();
        return takes_back.then(String::new);
    }
    match field.kind {
        FieldType::Text => text(answer),
        FieldType::Choice => field.options.iter().find(|option| *option == answer).cloned(),
        FieldType::Multi | FieldType::CheckboxList => selected(answer, &field.options),
        FieldType::Number => number(&half_width(answer), limits::NUMBER_DECIMALS_MAX),
        FieldType::Money => {
            number(&half_width(answer), limits::MONEY_DECIMALS_MAX).filter(|amount| !amount.starts_with('-'))
        }
        FieldType::Date => date(&half_width(answer)),
        FieldType::Voice | FieldType::Photo | FieldType::Video | FieldType::Signature => {
            files(&half_width(answer))
        }
        FieldType::Point => point(&half_width(answer)),
        FieldType::ComponentRef => {
            Some(half_width(answer).into_owned()).filter(|code| code.parse::<ComponentId>().is_ok())
        }
        FieldType::HouseholdRef | FieldType::PersonRef => {
            Some(half_width(answer).into_owned()).filter(|id| is_opaque_id(id))
        }
        FieldType::OrgRef => {
            Some(half_width(answer).to_ascii_uppercase()).filter(|code| code.parse::<CreditCode>().is_ok())
        }
    }
}

/// Letters, digits and signs of the full-width forms (U+FF01 to U+FF5E), the wide space and the minus sign, as ASCII.
fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - u32::from('\u{ff01}') + u32::from('!')).unwrap_or(c)
        }
        '\u{3000}' => ' ',
        '\u{2212}' => '-',
        c => c,
    };
    Cow::Owned(text.chars().map(narrow).collect::<String>().trim().to_owned())
}

/// Lines and tabs stay; every other control character is refused.
fn text(answer: &str) -> Option<String> {
    let lines = answer.replace("\r\n", "\n").replace('\r', "\n");
    let hostile = |c: char| c.is_control() && c != '\n' && c != '\t';
    if lines.chars().any(hostile) { None } else { Some(lines) }
}

/// `[+-]digits[.digits]`, without the sign `+`, without zeros in front, and no zero below zero.
fn number(answer: &str, decimals_max: usize) -> Option<String> {
    let (negative, unsigned) = match answer.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, answer.strip_prefix('+').unwrap_or(answer)),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = match unsigned.split_once('.') {
        None => (unsigned, None),
        Some((whole, part)) => (whole, Some(part)),
    };
    if !digits(whole) || !part.is_none_or(|part| digits(part) && part.len() <= decimals_max) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    if whole.len() > limits::NUMBER_WHOLE_DIGITS_MAX {
        return None;
    }
    let zero = whole == "0" && part.is_none_or(|part| part.bytes().all(|b| b == b'0'));
    let sign = if negative && !zero { "-" } else { "" };
    Some(match part {
        None => format!("{sign}{whole}"),
        Some(part) => format!("{sign}{whole}.{part}"),
    })
}

/// Whether a text is an amount in yuan: not negative, at most two decimals.
pub fn is_money(text: &str) -> bool {
    number(text, limits::MONEY_DECIMALS_MAX).is_some_and(|number| !number.starts_with('-'))
}

/// A real day of the Gregorian calendar.
fn date(answer: &str) -> Option<String> {
    let number = |text: &str, digits: usize| -> Option<u16> {
        if text.len() == digits && text.bytes().all(|b| b.is_ascii_digit()) {
            text.parse().ok()
        } else {
            None
        }
    };
    let (year, rest) = answer.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u16::from(leap),
        _ => return None,
    };
    let real = limits::DATE_YEARS.contains(&year) && (1..=days).contains(&day);
    real.then(|| answer.to_owned())
}

fn selected(answer: &str, options: &[String]) -> Option<String> {
    let chosen: BTreeSet<&str> = answer.split(',').map(str::trim).collect();
    let known = chosen.iter().all(|id| options.iter().any(|option| option == id));
    known.then(|| chosen.into_iter().collect::<Vec<_>>().join(","))
}

/// Names in the order given, each once: the first photo is the one that is shown first.
fn files(answer: &str) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for name in answer.split(',').map(|name| name.trim().to_ascii_lowercase()) {
        if name.len() != 64 || !name.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(names.join(","))
}

fn point(answer: &str) -> Option<String> {
    let degrees = |text: &str| -> Option<f64> {
        // Digits only: what Rust reads as a float beside them ("nan", "1e3") is no coordinate.
        let text = text.trim();
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let plain = unsigned.starts_with(|c: char| c.is_ascii_digit())
            && unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if plain { text.parse().ok() } else { None }
    };
    let rounded = |degrees: f64| {
        let text = format!("{degrees:.7}");
        // A zero has no sign.
        if text == "-0.0000000" { "0.0000000".to_owned() } else { text }
    };
    let (lng, lat) = answer.split_once(',')?;
    let (lng, lat) = (rounded(degrees(lng)?), rounded(degrees(lat)?));
    // Judged as it will be read again.
    Wgs84::new(lng.parse().ok()?, lat.parse().ok()?).ok()?;
    Some(format!("{lng},{lat}"))
}

fn is_opaque_id(id: &str) -> bool {
    (1..=limits::OPAQUE_ID_BYTES_MAX).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Title;

    fn field(kind: FieldType) -> Field {
        let label = Title { zh: "题".into(), en: "question".into() };
        let options = if kind.has_options() { vec!["b".into(), "a".into(), "破损".into()] } else { vec![] };
        Field { options, ..Field::new("q", kind, label) }
    }

    #[test]
    fn each_type_has_one_form_and_it_stays_as_it_is() {
        let hash = "AB".repeat(32);
        let low = hash.to_lowercase();
        let other = "0c".repeat(32);
        let cases: &[(FieldType, &str, &str)] = &[
            (FieldType::Text, " 一行\r\n二行\r三行 ", "一行\n二行\n三行"),
            (FieldType::Number, "+007.50", "7.50"),
            (FieldType::Number, "-0.0", "0.0"),
            (FieldType::Number, "－１２．５", "-12.5"),
            (FieldType::Number, "\u{2212}3", "-3"),
            (FieldType::Number, "000", "0"),
            (FieldType::Money, " ３０．５ ", "30.5"),
            (FieldType::Date, "２０２８-02-29", "2028-02-29"),
            (FieldType::Date, "1900-01-01", "1900-01-01"),
            (FieldType::Date, "2200-12-31", "2200-12-31"),
            (FieldType::Choice, "破损", "破损"),
            (FieldType::Multi, "b, a,b", "a,b"),
            (FieldType::Multi, "", ""),
            (FieldType::CheckboxList, "破损,a", "a,破损"),
            (FieldType::Photo, &format!("{hash},{other},{hash}"), &format!("{low},{other}")),
            (FieldType::Signature, &hash, &low),
            (FieldType::Point, "113.62, 34.7450000", "113.6200000,34.7450000"),
            (FieldType::Point, "-0.00000001,1", "0.0000000,1.0000000"),
            (FieldType::ComponentRef, "４101020101000001", "4101020101000001"),
            (FieldType::HouseholdRef, "h-01", "h-01"),
            (FieldType::PersonRef, "0195c7f0-aa", "0195c7f0-aa"),
            (FieldType::OrgRef, "91350100m000100y43", "91350100M000100Y43"),
        ];
        for (kind, given, expected) in cases {
            let field = field(*kind);
            let found = canonical(&field, given);
            assert_eq!(found.as_deref(), Some(*expected), "{kind} {given:?}");
            assert_eq!(canonical(&field, expected).as_deref(), Some(*expected), "{kind} {given:?} again");
        }
    }

    #[test]
    fn what_is_not_of_the_type_has_no_form() {
        let cases: &[(FieldType, &[&str])] = &[
            (FieldType::Text, &["a\u{0}b", "a\u{1b}[2J", "\u{9f}a"]),
            (
                FieldType::Number,
                &["", "1e3", "1.", ".5", "--1", "+-1", "1,000", "0.1234567890123", "1234567890123456", "½"],
            ),
            (FieldType::Money, &["", "-1", "1.234", "一百"]),
            (
                FieldType::Date,
                &[
                    "",
                    "2026-02-29",
                    "1899-12-31",
                    "2201-01-01",
                    "2026-13-01",
                    "2026-1-5",
                    "2026/01/05",
                    "2026-00-10",
                ],
            ),
            (FieldType::Choice, &["", "c", "A"]),
            (FieldType::Multi, &["a,", "a,c", ","]),
            (FieldType::Photo, &["ab", "zz", &"g".repeat(64)]),
            (FieldType::Point, &["", "0,0", "0.00000001,0", "181,0", "1,91", "1", "1,2,3", "nan,1", "1e1,1"]),
            (FieldType::ComponentRef, &["410102010100000", "410102010100000123", "41010201010000a1"]),
            (FieldType::HouseholdRef, &["", "H1", "a_b", &"a".repeat(65)]),
            (FieldType::OrgRef, &["91350100M000100Y44", "91350100M000100Y4", "91350100I000100Y43"]),
        ];
        for (kind, given) in cases {
            for answer in *given {
                assert_eq!(canonical(&field(*kind), answer), None, "{kind} {answer:?}");
            }
        }
    }
}
