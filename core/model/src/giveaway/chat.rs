//! Names in WeChat and QQ, where the text says that one comes.

use super::Span;
use super::lexicon::ChatWords;
use super::reading::Reading;

/// Words like "号" and "是" between "微信" and the name.
const LINKS_MAX: usize = 5;
/// Characters of a name: five digits are the shortest in QQ, twenty characters the longest in WeChat.
const NAME_CHARS: std::ops::RangeInclusive<usize> = 5..=20;

/// Every such name of a text, with the word that says what it is.
pub(super) fn names(reading: &Reading, words: &ChatWords) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < reading.len() {
        let name = reading.word(at, &words.said).filter(|_| !follows_letter(reading, at)).and_then(|end| {
            let start = reading.words(end, &words.link, LINKS_MAX);
            let mut name_end = start;
            // One more than there may be tells that there are too many.
            while name_end - start <= *NAME_CHARS.end()
                && reading.is(name_end, is_of_name)
                && (name_end == start || reading.is_joined(name_end))
            {
                name_end += 1;
            }
            let is_name =
                NAME_CHARS.contains(&(name_end - start)) && reading.word(start, &words.not_names).is_none();
            is_name.then_some(name_end)
        });
        if let Some(end) = name {
            found.push(at..end);
        }
        at = name.unwrap_or(at + 1);
    }
    found
}

fn is_of_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-')
}

/// Whether a word at `at` is the end of a longer one: `vx` in `abcvx`.
fn follows_letter(reading: &Reading, at: usize) -> bool {
    reading.is(at, |char| char.is_ascii_alphabetic())
        && reading.is_joined(at)
        && reading.before(at).is_some_and(|char| char.is_ascii_alphanumeric())
}
