//! Number plates of cars: 豫A·12345, of new-energy cars with eight places, and without the province where the text says that one comes.

use super::Span;
use super::lexicon::PlateWords;
use super::reading::{Reading, digit};

/// Signs between the letter and the rest.
const SIGNS_MAX: usize = 2;
/// Words like "号" and "是" between "车牌" and the plate.
const LINKS_MAX: usize = 3;

/// Every plate of a text.
pub(super) fn plates(reading: &Reading, words: &PlateWords) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < reading.len() {
        let end = if reading.word(at, &words.provinces).is_some() {
            rest(reading, at + 1, words)
        } else {
            let said = reading.word(at, &words.said);
            said.and_then(|end| rest(reading, reading.words(end, &words.link, LINKS_MAX), words))
        };
        if let Some(end) = end {
            found.push(at..end);
        }
        at = end.unwrap_or(at + 1);
    }
    found
}

/// The letter of the city and what follows: where it ends.
fn rest(reading: &Reading, letter: usize, words: &PlateWords) -> Option<usize> {
    // I and O are not given to cities.
    if !reading.is(letter, |char| char.is_ascii_lowercase() && !matches!(char, 'i' | 'o')) {
        return None;
    }
    let mut start = letter + 1;
    while start <= letter + SIGNS_MAX && reading.is(start, is_sign) {
        start += 1;
    }
    [6, 5].into_iter().find_map(|places_max| {
        let (mut places, mut end) = (Vec::new(), start);
        while places.len() < places_max {
            if let Some(place) = place(reading, end, words) {
                places.push(place);
            } else if places.is_empty() || !reading.is(end, is_sign) {
                return None;
            }
            end += 1;
        }
        let goes_on = reading.is(end, |char| char.is_ascii_alphanumeric()) && reading.is_joined(end);
        (is_plate(&places) && !goes_on).then_some(end)
    })
}

/// What stands in one place of a plate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Digit,
    Letter,
    /// 学, 警, 挂 and others, in the last place alone.
    Use,
}

fn place(reading: &Reading, at: usize, words: &PlateWords) -> Option<Place> {
    if reading.is(at, |char| digit(char).is_some()) {
        Some(Place::Digit)
    } else if reading.is(at, |char| char.is_ascii_lowercase() && char != 'i') {
        Some(Place::Letter)
    } else {
        reading.word(at, &words.uses).map(|_| Place::Use)
    }
}

/// Five places with two digits at least; six are of a new-energy car, whose letter comes first or last.
fn is_plate(places: &[Place]) -> bool {
    let is = |wanted: Place| move |place: &&Place| **place == wanted;
    let digits = places.iter().filter(is(Place::Digit)).count();
    let uses = places[..places.len() - 1].iter().filter(is(Place::Use)).count();
    let ends_in_letter = |at: Option<&Place>| at == Some(&Place::Letter);
    uses == 0
        && match places.len() {
            6 => digits >= 4 && (ends_in_letter(places.first()) || ends_in_letter(places.last())),
            _ => digits >= 2,
        }
}

fn is_sign(char: char) -> bool {
    matches!(char, '·' | '-' | '.' | '_' | '*')
}
