//! Doors: buildings, entrances, flats and house numbers, in digits or Chinese numerals, spelled out or with dashes. A bare storey, a public
//! place, a unit of a schoolbook and the shelf of a parcel are none.

use super::Span;
use super::lexicon::DoorWords;
use super::reading::{Reading, Word, digit, last_of};

/// Characters of a number of a building, an entrance or a storey.
const NUMBER_CHARS_MAX: usize = 4;
/// Digits of a flat.
const ROOM_DIGITS: std::ops::RangeInclusive<usize> = 3..=4;
/// Flats of one storey, where building, entrance and flat stand with dashes.
const FLATS_MAX: u32 = 20;
/// The same with two numbers and one dash, which may be much else.
const FLATS_OF_PAIR_MAX: u32 = 12;
/// Parts of a door behind the first.
const PARTS_MAX: usize = 4;
/// Numbers with dashes between them.
const DASHED_MAX: usize = 4;
/// How far around a door is looked for what else it may be, characters.
const AROUND_CHARS: usize = 10;
/// Words like "号" and "是" between "门牌" and the number.
const LINKS_MAX: usize = 3;

/// Every door of a text.
pub(super) fn doors(reading: &Reading, words: &DoorWords) -> Vec<Span> {
    let text = Text { reading, words };
    let mut found = Vec::new();
    let mut at = 0;
    while at < reading.len() {
        let door = text.door(at);
        if let Some(end) = door
            && !text.is_public(at, end)
        {
            found.push(at..end);
        }
        // A number is read once, not again from its middle.
        at = door.unwrap_or_else(|| text.run(at).max(at + 1));
    }
    found
}

#[derive(Clone, Copy)]
struct Text<'a> {
    reading: &'a Reading,
    words: &'a DoorWords,
}

impl Text<'_> {
    /// A door that begins at `at`: where it ends.
    fn door(self, at: usize) -> Option<usize> {
        let words = self.words;
        let labelled = |labels| {
            let end = self.reading.word(at, labels)?;
            let start = self.reading.words(end, &words.link, LINKS_MAX);
            self.number(start).or_else(|| self.letter(start))
        };
        labelled(&words.label)
            .or_else(|| self.dashed(at).filter(|_| !self.follows_dash(at)))
            .or_else(|| self.building(at))
            .or_else(|| self.entrance(at))
            .or_else(|| self.room(at))
            .or_else(|| self.storey(at))
            .or_else(|| self.reading.word(at, &words.side))
            .or_else(|| self.house(at))
            .or_else(|| {
                let end = self.reading.word(at, &words.lives)?;
                self.bare_room(end)
            })
            .map(|end| self.rest(end))
    }

    /// What else of the door follows: entrance, storey, flat.
    fn rest(self, mut end: usize) -> usize {
        for _ in 0..PARTS_MAX {
            let start = self.reading.words(end, &self.words.between, 1);
            let next = self
                .dashed(start)
                .or_else(|| self.building(start))
                .or_else(|| self.numbered(start, &self.words.entrance))
                .or_else(|| self.gate(start))
                .or_else(|| self.room(start))
                .or_else(|| self.storey(start))
                .or_else(|| self.numbered(start, &self.words.storey))
                .or_else(|| self.reading.word(start, &self.words.side))
                .or_else(|| self.bare_room(start));
            match next {
                Some(next) => end = next,
                None => break,
            }
        }
        end
    }

    /// `3号楼`, `A栋`, `十二幢`, `3#`.
    fn building(self, at: usize) -> Option<usize> {
        let words = self.words;
        let lettered = self.letter(at);
        let numbered = lettered.map_or_else(|| self.number(at), |end| self.number(end).or(Some(end)))?;
        let end = self.reading.word(numbered, &words.building).or_else(|| {
            // `3#2单元`, `12#1-801`, and `A座` but no `5座`.
            let hash = self.reading.is(numbered, |char| char == '#').then_some(numbered + 1);
            let follows = hash.and_then(|end| self.number(end));
            let seat = lettered.filter(|end| *end == numbered && self.reading.is(*end, |char| char == '座'));
            hash.filter(|_| follows.is_some()).or(seat.map(|end| end + 1))
        })?;
        let is_counted = self.reading.word(numbered, &words.counted) == Some(end)
            && (self.reading.is(at, |char| matches!(char, '一' | '两'))
                || last_of(self.reading.clause_before(at, 2), &words.counting).is_some())
            && self.reading.is(end, |char| matches!(char, '楼' | '房'));
        (!is_counted && self.reading.word(end, &words.not_building).is_none()).then_some(end)
    }

    /// `2单元`, but not one of a schoolbook.
    fn entrance(self, at: usize) -> Option<usize> {
        let end = self.numbered(at, &self.words.entrance)?;
        let before = self.reading.clause_before(at, AROUND_CHARS);
        let after = self.reading.clause_after(end, AROUND_CHARS / 2);
        let is_study = last_of(before, &self.words.study).is_some()
            || last_of(after, &self.words.study_after).is_some()
            || self.reading.before(at) == Some('第');
        (!is_study).then_some(end)
    }

    /// `2门` behind a building: another word for an entrance in some towns; `501门` is a flat and its door.
    fn gate(self, at: usize) -> Option<usize> {
        let end = self.number(at).filter(|end| end - at < *ROOM_DIGITS.start())?;
        self.reading.word(end, &self.words.gate)
    }

    /// `501室`.
    fn room(self, at: usize) -> Option<usize> {
        let end = self.number(at).filter(|end| ROOM_DIGITS.contains(&(end - at)))?;
        self.reading.word(end, &self.words.room)
    }

    /// A storey with the flat on it: `十二楼东户`, `5楼502`. A storey alone is none.
    fn storey(self, at: usize) -> Option<usize> {
        let end = self
            .numbered(at, &self.words.storey)
            .or_else(|| self.reading.word(at, &self.words.named_storey))?;
        let start = self.reading.words(end, &self.words.between, 1);
        self.reading.word(start, &self.words.side).or_else(|| self.bare_room(end))
    }

    /// `路129号`, `21号院`: from the number on.
    fn house(self, at: usize) -> Option<usize> {
        let words = self.words;
        let start = self.letter(at).unwrap_or(at);
        let end = self.number(start)?;
        if let Some(end) = self.reading.word(end, &words.yard) {
            return Some(end);
        }
        let before = self.reading.slice(at.saturating_sub(2)..at);
        let is_on_street = words.street.iter().any(|street| before.ends_with(street));
        let end = self.reading.word(end, &words.house).filter(|_| is_on_street)?;
        self.reading.word(end, &words.not_house).is_none().then_some(end)
    }

    /// `3-2-501`, `3-501`.
    fn dashed(self, at: usize) -> Option<usize> {
        let mut ends = Vec::new();
        let mut start = self.letter(at).unwrap_or(at);
        let mut last = start..start;
        while let Some(end) = self.number(start).filter(|_| ends.len() < DASHED_MAX) {
            last = start..end;
            ends.push(end - start);
            if !self.reading.is(end, |char| char == '-') {
                break;
            }
            start = end + 1;
        }
        let (flat, others) = ends.split_last()?;
        let flats_max = if others.len() == 1 { FLATS_OF_PAIR_MAX } else { FLATS_MAX };
        let are_short = others.iter().enumerate().all(|(i, digits)| *digits <= if i == 0 { 3 } else { 2 });
        let goes_on = self.reading.is(last.end, |char| char == '-');
        let is_parcel = last_of(self.reading.clause_before(at, AROUND_CHARS), &self.words.parcel).is_some();
        (!others.is_empty()
            && are_short
            && ROOM_DIGITS.contains(flat)
            && self.is_flat(last.clone(), flats_max)
            && !goes_on
            && !is_parcel
            && !self.is_measured(last.end))
        .then_some(last.end)
    }

    /// Whether what begins at `at` is the rest of a longer number with dashes: a date.
    fn follows_dash(self, at: usize) -> bool {
        self.reading.before(at) == Some('-') && at.checked_sub(2).is_some_and(|at| self.run(at) > at)
    }

    /// A flat's number without any word: where others say that it is one.
    fn bare_room(self, at: usize) -> Option<usize> {
        let end = self.number(at).filter(|end| ROOM_DIGITS.contains(&(end - at)))?;
        (self.is_flat(at..end, FLATS_MAX) && !self.is_measured(end)).then_some(end)
    }

    /// Whether digits are a storey and one of its flats.
    fn is_flat(self, number: Span, flats_max: u32) -> bool {
        let digits = self.reading.slice(number).iter().map(|char| digit(*char).map(u32::from));
        let value = digits.into_iter().try_fold(0, |value, digit| Some(value * 10 + digit?));
        value.is_some_and(|value| value >= 100 && (1..=flats_max).contains(&(value % 100)))
    }

    fn is_measured(self, end: usize) -> bool {
        self.reading.word(end, &self.words.measure).is_some()
    }

    fn numbered(self, at: usize, units: &[Word]) -> Option<usize> {
        self.reading.word(self.number(at)?, units)
    }

    /// A number of one writing; its end.
    fn number(self, at: usize) -> Option<usize> {
        let end = self.run(at);
        (end > at && end - at <= NUMBER_CHARS_MAX).then_some(end)
    }

    /// Where the digits or numerals that begin at `at` end.
    fn run(self, at: usize) -> usize {
        let of_ascii = self.reading.is(at, |char| char.is_ascii_digit());
        let is_of = |char: char| if of_ascii { char.is_ascii_digit() } else { is_numeral(char) };
        let mut end = at;
        while self.reading.is(end, is_of) && (end == at || self.reading.is_joined(end)) {
            end += 1;
        }
        end
    }

    /// A letter or one of 甲乙丙丁 that no other letter stands before.
    fn letter(self, at: usize) -> Option<usize> {
        let after_letter = self.reading.is_joined(at)
            && self.reading.before(at).is_some_and(|char| char.is_ascii_alphanumeric());
        self.reading.word(at, &self.words.letter).filter(|_| !after_letter)
    }

    /// Whether it is of a public place: one named before, with no home between, or named behind.
    fn is_public(self, start: usize, end: usize) -> bool {
        let before = self.reading.clause_before(start, AROUND_CHARS);
        let is_before = last_of(before, &self.words.public)
            .is_some_and(|named| last_of(&before[named..], &self.words.home).is_none());
        is_before || self.reading.word(end, &self.words.public_after).is_some()
    }
}

/// A sign of a number that is written as it is spoken.
fn is_numeral(char: char) -> bool {
    matches!(char, '十' | '百' | '两' | '廿') || (digit(char).is_some() && !char.is_ascii_digit())
}
