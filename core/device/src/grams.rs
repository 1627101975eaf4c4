//! What search finds a case by: Chinese by one and two characters, other writing by whole words and their beginnings.
//!
//! Pure. Letters are lower-cased, full-width ones made plain; everything that is neither letter nor digit parts words. A mark (`s:open`)
//! has a colon, which no gram has: words that people write never meet one.

use std::collections::BTreeSet;

use crate::limits::{SEARCH_CHARS_MAX, SEARCH_TEXT_CHARS_MAX, SEARCH_WORD_CHARS_MAX};

/// Beginnings of a word that are grams of their own, letters: shorter ones are looked up as they are, longer ones by range.
const BEGINNINGS: usize = 2;

/// The grams and marks of one case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Grams(BTreeSet<String>);

impl Grams {
    /// Of texts, as far as [`SEARCH_CHARS_MAX`] goes over all of them.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut grams = Self::default();
        let mut room = SEARCH_CHARS_MAX;
        for text in texts {
            let letters: Vec<char> = text.chars().take(room).collect();
            room -= letters.len();
            for run in runs(&letters) {
                grams.add(&run);
            }
        }
        grams
    }

    /// Adds a mark, for filters.
    pub fn mark(&mut self, kind: char, value: &str) {
        self.0.insert(mark(kind, value));
    }

    fn add(&mut self, run: &Run) {
        match run {
            Run::Chinese(letters) => {
                self.0.extend(letters.iter().map(ToString::to_string));
                self.0.extend(letters.windows(2).map(String::from_iter));
            }
            Run::Word(letters) => {
                self.0.insert(letters.iter().collect());
                self.0.extend((1..=BEGINNINGS.min(letters.len())).map(|n| letters[..n].iter().collect()));
            }
        }
    }

    /// As the index takes them.
    pub fn joined(&self) -> String {
        self.0.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// What is looked for: every part must be there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    whole: BTreeSet<String>,
    beginnings: BTreeSet<String>,
}

impl Query {
    /// Of what a person typed, as far as [`SEARCH_TEXT_CHARS_MAX`] goes. `None` where there is neither letter nor digit in it.
    pub fn of(text: &str) -> Option<Self> {
        let letters: Vec<char> = text.chars().take(SEARCH_TEXT_CHARS_MAX).collect();
        let mut query = Self::default();
        for run in runs(&letters) {
            match run {
                Run::Chinese(letters) if letters.len() == 1 => {
                    query.whole.insert(letters.iter().collect());
                }
                Run::Chinese(letters) => query.whole.extend(letters.windows(2).map(String::from_iter)),
                Run::Word(letters) if letters.len() <= BEGINNINGS => {
                    query.whole.insert(letters.iter().collect());
                }
                Run::Word(letters) => {
                    query.beginnings.insert(letters.iter().collect());
                }
            }
        }
        (query != Self::default()).then_some(query)
    }

    /// Only cases with this mark.
    pub fn mark(&mut self, kind: char, value: &str) {
        self.whole.insert(mark(kind, value));
    }

    /// Whether a case with these grams is found.
    pub fn finds(&self, grams: &Grams) -> bool {
        let begins = |word: &String| {
            grams.0.range(word.clone()..).next().is_some_and(|gram| gram.starts_with(word.as_str()))
        };
        self.whole.is_subset(&grams.0) && self.beginnings.iter().all(begins)
    }

    /// In the language of the index.
    pub fn expression(&self) -> String {
        let whole = self.whole.iter().map(|gram| format!("\"{gram}\""));
        let beginnings = self.beginnings.iter().map(|gram| format!("\"{gram}\"*"));
        whole.chain(beginnings).collect::<Vec<_>>().join(" AND ")
    }
}

fn mark(kind: char, value: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '.' };
    format!("{kind}:{}", value.chars().map(plain).collect::<String>())
}

enum Run {
    Chinese(Vec<char>),
    Word(Vec<char>),
}

fn runs(letters: &[char]) -> Vec<Run> {
    let mut runs = Vec::new();
    for letter in letters.iter().flat_map(|letter| plain(*letter).to_lowercase()) {
        let chinese = is_chinese(letter);
        if !chinese && !letter.is_alphanumeric() {
            runs.push(None);
            continue;
        }
        match runs.last_mut() {
            Some(Some(Run::Chinese(run))) if chinese => run.push(letter),
            Some(Some(Run::Word(run))) if !chinese => {
                if run.len() < SEARCH_WORD_CHARS_MAX {
                    run.push(letter);
                }
            }
            _ if chinese => runs.push(Some(Run::Chinese(vec![letter]))),
            _ => runs.push(Some(Run::Word(vec![letter]))),
        }
    }
    runs.into_iter().flatten().collect()
}

/// Full-width forms of ASCII as ASCII.
fn plain(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

/// Scripts that are written without blanks between words: han, kana, hangul.
fn is_chinese(letter: char) -> bool {
    matches!(letter,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, query: &str) -> bool {
        Query::of(query).is_some_and(|query| query.finds(&Grams::of([text])))
    }

    #[test]
    fn what_finds_what() {
        let text = "嵩山路口有暴露垃圾,约 3 袋 (Bag12, ＲＯＡＤ)";
        for word in
            ["垃圾", "暴露垃圾", "圾", "路口 垃圾", "3", "b", "ba", "bag", "BAG12", "road", "roa", "垃圾bag"]
        {
            assert!(found(text, word), "{word}");
        }
        for word in ["垃", "山路", "袋"] {
            assert!(found(text, word), "{word}: one and two characters");
        }
        for word in ["圾垃", "桶", "ag12", "bag13", "roads", "垃圾 桶", "口有垃"] {
            assert!(!found(text, word), "{word}");
        }
    }

    #[test]
    fn what_has_no_letter_finds_nothing() {
        for text in ["", "  ", "，。!?", "\"*:\"", "- (", "🚮"] {
            assert_eq!(Query::of(text), None, "{text:?}");
        }
    }

    #[test]
    fn nothing_typed_gets_out_of_its_quotes() {
        let query = Query::of("a\" OR b* NEAR(垃圾) s:open").unwrap();
        let expression = query.expression();
        let expected = "\"a\" AND \"b\" AND \"or\" AND \"s\" AND \"垃圾\" AND \"near\"* AND \"open\"*";
        assert_eq!(expression, expected);
        let mut marked = Query::default();
        marked.mark('s', "a\" OR \"b");
        assert_eq!(marked.expression(), "\"s:a..or..b\"");
    }

    #[test]
    fn a_mark_is_met_by_its_own_query_alone() {
        let mut grams = Grams::of(["s open"]);
        grams.mark('s', "open");
        let mut query = Query::default();
        query.mark('s', "open");
        assert!(query.finds(&grams) && !query.finds(&Grams::of(["s:open"])));
        query.mark('m', "1");
        assert!(!query.finds(&grams));
    }

    #[test]
    fn limits_hold_at_below_and_above() {
        let long = |n: usize| format!("{}尾巴", "字".repeat(n));
        assert!(found(&long(SEARCH_CHARS_MAX - 2), "尾巴"));
        assert!(!found(&long(SEARCH_CHARS_MAX - 1), "尾巴"));
        assert!(!found(&long(SEARCH_CHARS_MAX), "尾"));
        let typed = |n: usize| Query::of(&"ab ".repeat(n).chars().take(n).collect::<String>()).unwrap();
        assert_eq!(typed(SEARCH_TEXT_CHARS_MAX), typed(SEARCH_TEXT_CHARS_MAX + 1));
        let word = "a".repeat(SEARCH_WORD_CHARS_MAX);
        for text in [word.clone(), word.clone() + "b", word[1..].to_owned()] {
            assert!(found(&word, &text), "{text}");
        }
    }
}
