//! Phrases with gaps, found in one walk over a text: first every word where it stands, then what the words make.

use std::collections::{BTreeMap, BTreeSet};

use super::Span;
use super::lexicon::LexiconError;
use super::reading::{Reading, Word, digit, is_stop, word};
use crate::limits;

/// The class of numbers, which no list names: digits of any writing one after another.
const NUMBER: &str = "number";
/// Characters of a number after which nobody counts any more.
const NUMBER_CHARS_MAX: usize = 20;

/// A class of words, or one word that stands in a phrase itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Atom(usize);

impl Atom {
    const NUMBER: Self = Self(0);
}

/// One part of a phrase.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Characters of the same clause that may stand before it.
    gap_max: usize,
    atom: Atom,
}

/// Phrases by their first part.
type Phrases = BTreeMap<Atom, Vec<Vec<Part>>>;

/// Every word that phrases are made of.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    classes: BTreeMap<String, Atom>,
    literals: BTreeMap<Word, Atom>,
    /// Words by their first character.
    words: BTreeMap<char, Vec<(Word, Atom)>>,
    atoms: usize,
}

/// What phrases of one kind give away, and what takes it back where it overlaps.
#[derive(Debug)]
pub(super) struct Rules {
    phrases: Phrases,
    except: Phrases,
}

impl Vocabulary {
    pub(super) fn of(classes: &BTreeMap<String, Vec<Word>>) -> Self {
        let mut vocabulary = Self::default();
        vocabulary.classes.insert(NUMBER.to_owned(), Atom::NUMBER);
        vocabulary.atoms = 1;
        for (name, words) in classes {
            let atom = vocabulary.next_atom();
            vocabulary.classes.insert(name.clone(), atom);
            for word in words {
                vocabulary.add(word.clone(), atom);
            }
        }
        vocabulary
    }

    fn next_atom(&mut self) -> Atom {
        self.atoms += 1;
        Atom(self.atoms - 1)
    }

    fn add(&mut self, word: Word, atom: Atom) {
        if let Some(first) = word.first() {
            self.words.entry(*first).or_default().push((word, atom));
        }
    }

    /// Reads phrases: `<class>` stands for any of its words, `~4` for up to four characters of the same clause, the rest for itself.
    pub(super) fn rules(&mut self, phrases: &[String], except: &[String]) -> Result<Rules, LexiconError> {
        Ok(Rules { phrases: self.phrases(phrases)?, except: self.phrases(except)? })
    }

    fn phrases(&mut self, texts: &[String]) -> Result<Phrases, LexiconError> {
        let mut phrases = Phrases::new();
        for text in texts {
            let parts =
                self.parts(text).map_err(|fault| LexiconError::Phrase { phrase: text.clone(), fault })?;
            phrases.entry(parts[0].atom).or_default().push(parts);
        }
        Ok(phrases)
    }

    fn parts(&mut self, text: &str) -> Result<Vec<Part>, &'static str> {
        let mut parts: Vec<Part> = Vec::new();
        let mut gap: Option<usize> = None;
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(behind) = rest.strip_prefix('~') {
                let digits = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                let chars = behind[..digits].parse().map_err(|_| "after ~ comes a number")?;
                if !(1..=limits::GIVEAWAY_GAP_CHARS_MAX).contains(&chars) {
                    return Err("a gap that is empty or too long");
                }
                if parts.is_empty() || gap.replace(chars).is_some() {
                    return Err("a gap stands between two words");
                }
                rest = &behind[digits..];
                continue;
            }
            let atom = if let Some(behind) = rest.strip_prefix('<') {
                let (name, behind) = behind.split_once('>').ok_or("< without >")?;
                rest = behind;
                *self.classes.get(name).ok_or("a class that no list names")?
            } else {
                let (literal, behind) = rest.split_at(rest.find(['~', '<']).unwrap_or(rest.len()));
                rest = behind;
                self.literal(literal)?
            };
            parts.push(Part { gap_max: gap.take().unwrap_or(0), atom });
        }
        match parts.len() {
            0 => Err("an empty phrase"),
            _ if gap.is_some() => Err("a gap stands between two words"),
            n if n > limits::GIVEAWAY_PARTS_MAX => Err("too many parts"),
            _ => Ok(parts),
        }
    }

    fn literal(&mut self, text: &str) -> Result<Atom, &'static str> {
        let word = word(text);
        if !(1..=limits::GIVEAWAY_WORD_CHARS_MAX).contains(&word.len()) {
            return Err("a word that is empty or too long");
        }
        if let Some(atom) = self.literals.get(&word) {
            return Ok(*atom);
        }
        let atom = self.next_atom();
        self.literals.insert(word.clone(), atom);
        self.add(word, atom);
        Ok(atom)
    }
}

/// The words of a text, each where it stands.
#[derive(Debug)]
pub(super) struct Occurrences {
    /// Words with their lengths, by where they begin.
    words: Vec<(Atom, usize)>,
    /// Where the words of each character begin in `words`; one more for the end.
    begins: Vec<usize>,
    /// Whether a clause ends with this character.
    stops: Vec<bool>,
}

impl Occurrences {
    pub(super) fn of(reading: &Reading, vocabulary: &Vocabulary) -> Self {
        let mut found = Self { words: Vec::new(), begins: vec![0], stops: Vec::new() };
        for (at, first) in reading.slice(0..reading.len()).iter().enumerate() {
            for (word, atom) in vocabulary.words.get(first).into_iter().flatten() {
                if reading.slice(at..at + word.len()) == &**word {
                    found.words.push((*atom, word.len()));
                }
            }
            let number = reading.slice(at..at + NUMBER_CHARS_MAX);
            let digits = number.iter().take_while(|char| digit(**char).is_some()).count();
            if digits > 0 {
                found.words.push((Atom::NUMBER, digits));
            }
            found.begins.push(found.words.len());
            found.stops.push(is_stop(*first));
        }
        found
    }

    /// Where phrases stand that nothing takes back.
    pub(super) fn spans(&self, rules: &Rules) -> Vec<Span> {
        let mut taken_back = vec![false; self.stops.len()];
        for span in self.matches(&rules.except) {
            taken_back[span].fill(true);
        }
        let mut spans = self.matches(&rules.phrases);
        spans.retain(|span| !taken_back[span.clone()].contains(&true));
        spans
    }

    fn matches(&self, phrases: &Phrases) -> Vec<Span> {
        let mut spans = Vec::new();
        for at in 0..self.stops.len() {
            for (first, _) in self.words_at(at) {
                for parts in phrases.get(first).into_iter().flatten() {
                    spans.extend(self.end(at, parts).map(|end| at..end));
                }
            }
        }
        spans
    }

    fn words_at(&self, at: usize) -> &[(Atom, usize)] {
        &self.words[self.begins[at]..self.begins[at + 1]]
    }

    /// The furthest end of a phrase that begins at `at`. Each part is tried once from each end of the one before, so that the work is the
    /// number of parts times what they can reach.
    fn end(&self, at: usize, parts: &[Part]) -> Option<usize> {
        let mut ends = BTreeSet::from([at]);
        for part in parts {
            let mut next = BTreeSet::new();
            for end in &ends {
                for start in *end..=end + part.gap_max {
                    if start >= self.stops.len() || (start > *end && self.stops[start - 1]) {
                        break;
                    }
                    let fits = self.words_at(start).iter().filter(|(atom, _)| *atom == part.atom);
                    next.extend(fits.map(|(_, chars)| start + chars));
                }
            }
            ends = next;
        }
        ends.last().copied()
    }
}
