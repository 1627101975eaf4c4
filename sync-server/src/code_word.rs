//! The two code words of a case: one is said when somebody comes, one when the work is done. They follow from its author's key and stand nowhere:
//! whoever is forgotten takes them along. The author is told them, and nobody else.

use sha2::{Digest, Sha256};
use yuandian_model::limits::CODE_DIGITS;
use yuandian_model::{CaseId, Word};

use crate::keys::SubjectKey;

/// So that these bytes mean nothing else anywhere.
const PURPOSE: &[u8] = b"yuandian code word 1\0";

/// The code word of a case: [`CODE_DIGITS`] digits.
#[must_use]
pub fn code_word(key: &SubjectKey, case: &CaseId, word: Word) -> String {
    let mut hash = Sha256::new();
    // Everything before the word's name is of one length.
    for part in [PURPOSE, key.bytes(), case.as_bytes(), word.id().as_bytes()] {
        hash.update(part);
    }
    let drawn: [u8; 32] = hash.finalize().into();
    let number = drawn.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    let numbers: u64 = [10_u64; CODE_DIGITS].iter().product();
    format!("{:0width$}", number % numbers, width = CODE_DIGITS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn words_are_four_digits_and_differ_by_key_case_and_occasion() {
        let word =
            |key: u8, case: u8, word| code_word(&SubjectKey::new([key; 32]), &CaseId([case; 16]), word);
        let mut all = BTreeSet::new();
        for (key, case) in [(1, 1), (1, 2), (2, 1)] {
            for which in [Word::Coming, Word::Leaving] {
                let said = word(key, case, which);
                assert!(said.len() == 4 && said.bytes().all(|digit| digit.is_ascii_digit()), "{said}");
                assert_eq!(said, word(key, case, which));
                assert!(all.insert(said));
            }
        }
    }
}
