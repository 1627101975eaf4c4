//! A text as it is read here: without blanks, every letter small, every digit and sign in its plain form.

use super::Span;

/// A word as a [`Reading`] has it.
pub(super) type Word = Box<[char]>;

/// Brings a word into that form.
pub(super) fn word(text: &str) -> Word {
    Reading::of(text).chars.into()
}

/// A text without its blanks, in plain characters. Positions are those of this reading; [`Reading::place`] gives the text's own.
#[derive(Debug)]
pub(super) struct Reading {
    chars: Vec<char>,
    /// Where each character stands in the text, in characters.
    places: Vec<usize>,
}

impl Reading {
    pub(super) fn of(text: &str) -> Self {
        let (mut chars, mut places) = (Vec::new(), Vec::new());
        for (place, char) in text.chars().enumerate() {
            if let Some(char) = plain(char) {
                chars.push(char);
                places.push(place);
            }
        }
        Self { chars, places }
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    /// Whether the character at `at` fulfils something; none there does not.
    pub(super) fn is(&self, at: usize, what: impl FnOnce(char) -> bool) -> bool {
        self.get(at).is_some_and(what)
    }

    /// The character before `at`.
    pub(super) fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|before| self.get(before))
    }

    /// Whether nothing stands between this character and the one before, no blank either. The first one is joined to nothing.
    pub(super) fn is_joined(&self, at: usize) -> bool {
        at > 0 && self.places.get(at).is_some_and(|place| self.places[at - 1] + 1 == *place)
    }

    pub(super) fn slice(&self, span: Span) -> &[char] {
        &self.chars[span.start.min(self.len())..span.end.min(self.len())]
    }

    /// The longest of these words that stands at `at`: where it ends.
    pub(super) fn word(&self, at: usize, words: &[Word]) -> Option<usize> {
        let rest = self.chars.get(at..)?;
        words.iter().filter(|word| rest.starts_with(word)).map(|word| at + word.len()).max()
    }

    /// The same word after word, at most `words_max` of them, none if there is none.
    pub(super) fn words(&self, mut at: usize, words: &[Word], words_max: usize) -> usize {
        for _ in 0..words_max {
            match self.word(at, words) {
                Some(end) => at = end,
                None => break,
            }
        }
        at
    }

    /// The part of the clause before `at`, `chars_max` characters of it at most.
    pub(super) fn clause_before(&self, at: usize, chars_max: usize) -> &[char] {
        let window = self.slice(at.saturating_sub(chars_max)..at);
        let begin = window.iter().rposition(|char| is_stop(*char)).map_or(0, |stop| stop + 1);
        &window[begin..]
    }

    /// The part of the clause from `at` on, `chars_max` characters of it at most.
    pub(super) fn clause_after(&self, at: usize, chars_max: usize) -> &[char] {
        let window = self.slice(at..at.saturating_add(chars_max));
        let end = window.iter().position(|char| is_stop(*char)).unwrap_or(window.len());
        &window[..end]
    }

    /// A span in characters of the text: its beginning and its end.
    pub(super) fn place(&self, span: Span) -> (usize, usize) {
        (self.places[span.start], self.places[span.end - 1] + 1)
    }
}

/// Whether one of these words stands in a part of a reading, and where the last one ends.
pub(super) fn last_of(part: &[char], words: &[Word]) -> Option<usize> {
    (0..part.len())
        .rev()
        .find_map(|at| words.iter().filter(|w| part[at..].starts_with(w)).map(|w| at + w.len()).max())
}

/// Whether a clause ends with it.
pub(super) fn is_stop(char: char) -> bool {
    matches!(char, ',' | '。' | '!' | '?' | ';' | ':' | '\n' | '…' | '~' | '、' | '(' | ')')
}

/// A digit of a number that is read digit by digit: 0 to 9, 零 to 九, 幺, 〇.
pub(super) fn digit(char: char) -> Option<u8> {
    let digit = match char {
        '0'..='9' => return u8::try_from(u32::from(char) - u32::from('0')).ok(),
        '零' | '〇' => 0,
        '一' | '幺' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    };
    Some(digit)
}

/// The plain form of a character; none for blanks and marks that do not show.
fn plain(char: char) -> Option<char> {
    let plain = match char {
        '\n' | '\r' => '\n',
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' => {
            return None;
        }
        _ if char.is_whitespace() || char.is_control() => return None,
        // Full-width forms stand in the order of ASCII.
        '！'..='～' => return char::from_u32(u32::from(char) - 0xFEE0).map(|c| c.to_ascii_lowercase()),
        '①'..='⑨' => return char::from_digit(u32::from(char) - u32::from('①') + 1, 10),
        '⓪' => '0',
        '‐'..='―' | '−' | '﹣' | '杠' => '-',
        '•' | '‧' | '∙' | '⋅' | '・' | '●' => '·',
        '号' | '號' => '号',
        '楼' | '樓' => '楼',
        other => other.to_ascii_lowercase(),
    };
    Some(plain)
}
