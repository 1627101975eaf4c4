//! Numbers that are read digit by digit, however they are spaced, and which of them are of an identity card.

use super::Span;
use super::reading::{Reading, digit};

/// Digits of the longest number that is looked for.
const DIGITS_MAX: usize = 18;
/// Digits that both groups must have where a comma stands between them: shorter ones are a list.
const GROUP_DIGITS_MIN: usize = 3;

/// The first two digits of an identity card's number: provinces by GB/T 2260, and 83 of residence permits.
const PROVINCES: [u8; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82, 83,
];

/// Digits that stand together, with nothing between them.
#[derive(Debug, Clone)]
struct Group {
    span: Span,
    /// Whether a comma stands before it.
    after_comma: bool,
}

/// Digits one after another, in groups with blanks, dashes, dots or commas between them.
#[derive(Debug)]
pub(super) struct Run(Vec<Group>);

impl Run {
    /// Every run of a text, in order.
    pub(super) fn all(reading: &Reading) -> Vec<Self> {
        let mut runs = Vec::new();
        let mut at = 0;
        while at < reading.len() {
            if reading.is(at, is_digit) {
                let run = Self::at(reading, at);
                at = run.0.last().map_or(at + 1, |last| last.span.end);
                runs.push(run);
            } else {
                at += 1;
            }
        }
        runs
    }

    fn at(reading: &Reading, start: usize) -> Self {
        let mut groups = Vec::new();
        let (mut start, mut after_comma) = (start, false);
        loop {
            let mut end = start + 1;
            while reading.is(end, is_digit) && reading.is_joined(end) {
                end += 1;
            }
            groups.push(Group { span: start..end, after_comma });
            after_comma = false;
            start = end;
            // Two signs at most: `) -`.
            for _ in 0..2 {
                if reading.is(start, is_between) {
                    after_comma |= reading.is(start, is_comma);
                    start += 1;
                }
            }
            if !reading.is(start, is_digit) {
                return Self(groups);
            }
        }
    }

    /// The numbers that `judge` knows, made of whole groups, from left to right, at each place the longest. It is given the digits and where
    /// they stand, and says where its number begins and ends.
    pub(super) fn numbers(
        &self,
        mut judge: impl FnMut(&[u8], Span) -> Option<Span>,
        reading: &Reading,
    ) -> Vec<Span> {
        let mut found = Vec::new();
        let mut first = 0;
        while first < self.0.len() {
            let mut digits = Vec::new();
            let mut longest = None;
            for (last, group) in self.0.iter().enumerate().skip(first) {
                let is_list = |other: &Group| other.span.len() < GROUP_DIGITS_MIN;
                if last > first && group.after_comma && (is_list(group) || is_list(&self.0[last - 1])) {
                    break;
                }
                if digits.len() + group.span.len() > DIGITS_MAX {
                    break;
                }
                digits.extend(reading.slice(group.span.clone()).iter().filter_map(|char| digit(*char)));
                if let Some(span) = judge(&digits, self.0[first].span.start..group.span.end) {
                    longest = Some((span, last));
                }
            }
            match longest {
                Some((span, last)) => {
                    found.push(span);
                    first = last + 1;
                }
                None => first += 1,
            }
        }
        found
    }
}

/// Numbers of identity cards: of 18 places whose check digit nobody need have right, or the old ones of 15.
pub(super) fn ids(reading: &Reading) -> Vec<Span> {
    let judge = |digits: &[u8], span: Span| {
        let is_x = digits.len() == 17 && reading.is(span.end, |char| char == 'x');
        let is_one = match digits.len() {
            18 => is_id(digits, 6..14),
            17 => is_x && is_id(digits, 6..14),
            15 => is_id(digits, 6..12),
            _ => false,
        };
        is_one.then(|| span.start..span.end + usize::from(is_x))
    };
    Run::all(reading).iter().flat_map(|run| run.numbers(judge, reading)).collect()
}

/// Whether digits begin with a province and have a day of birth in its place.
fn is_id(digits: &[u8], birth: Span) -> bool {
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    let day_at = birth.end - 2;
    let is_century = birth.len() == 6 || matches!(two(birth.start), 19 | 20);
    PROVINCES.contains(&two(0))
        && is_century
        && (1..=12).contains(&two(day_at - 2))
        && (1..=31).contains(&two(day_at))
}

fn is_digit(char: char) -> bool {
    digit(char).is_some()
}

fn is_comma(char: char) -> bool {
    matches!(char, ',' | '、' | '。')
}

fn is_between(char: char) -> bool {
    matches!(char, '-' | '·' | '.' | '_' | '(' | ')') || is_comma(char)
}
