//! What a run has found, each thing once.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// It was said to be saved, or receipted, and is not there.
    Lost,
    /// It is there twice.
    Doubled,
    /// A store that does not open or is not whole, files with other bytes, phones that do not come to the same state.
    Corrupt,
}

/// What a run has found so far.
#[derive(Debug, Default)]
pub struct Findings(Mutex<BTreeSet<(Wrong, String)>>);

impl Findings {
    /// Adds a finding and tells it on standard error; one that is known is not told again.
    pub fn add(&self, wrong: Wrong, words: String) {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let finding = (wrong, words);
        if !found.contains(&finding) {
            eprintln!("{wrong:?}: {}", finding.1);
            found.insert(finding);
        }
    }

    /// How many of a kind.
    pub fn count(&self, wrong: Wrong) -> usize {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.iter().filter(|(kind, _)| *kind == wrong).count()
    }

    /// How many of all kinds.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_counts_once_in_its_kind() {
        let findings = Findings::default();
        for words in ["a note", "a note", "a photo"] {
            findings.add(Wrong::Lost, words.into());
        }
        findings.add(Wrong::Doubled, "a note".into());
        let counts = [Wrong::Lost, Wrong::Doubled, Wrong::Corrupt].map(|wrong| findings.count(wrong));
        assert_eq!((counts, findings.len()), ([2, 1, 0], 3));
    }
}
