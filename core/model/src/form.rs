//! Form answers: checked where they are entered, so that everything inside can believe them; private ones are another type.

use std::collections::BTreeMap;

use crate::catalogue::{Field, FieldType, Privacy, Service};
use crate::limits;

/// Answers sorted by where they may live. A private answer has no way into a document: only `shared` is given to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// May stand in the shared document.
    pub shared: BTreeMap<String, String>,
    /// Stay in the phone's private table.
    pub private: BTreeMap<String, String>,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The form has no such question.
    #[error("{service} has no field {key:?}; it has: {known}")]
    Unknown {
        /// The service.
        service: String,
        /// The key given.
        key: String,
        /// Its keys.
        known: String,
    },
    /// Too long.
    #[error("{key}: {chars} characters, at most {max} allowed")]
    TooLong {
        /// The key.
        key: String,
        /// How long it is.
        chars: usize,
        /// How long it may be.
        max: usize,
    },
    /// Not of the field's kind.
    #[error("{key}: {value:?} is not {expected}")]
    NotA {
        /// The key.
        key: String,
        /// The answer.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// Must be answered.
    #[error("{key} must be answered")]
    Missing {
        /// The key.
        key: String,
    },
}

/// Checks answers against a form. `complete` also asks for the required ones.
///
/// # Errors
/// The first [`FieldError`], in the order of the answers.
pub fn check(service: &Service, answers: &[(String, String)], complete: bool) -> Result<Answers, FieldError> {
    let mut checked = Answers::default();
    for (key, value) in answers {
        let field = service.field(key).ok_or_else(|| FieldError::Unknown {
            service: service.id.0.clone(),
            key: key.chars().take(limits::WORD_BYTES_MAX).collect(),
            known: service.fields.iter().map(|f| f.key.as_str()).collect::<Vec<_>>().join(", "),
        })?;
        let value = normalise(field, value.trim())?;
        match field.privacy {
            Privacy::Private if crate::planted::is(crate::planted::Bug::PrivateAnswerShared) => {
                checked.shared.insert(key.clone(), value)
            }
            Privacy::Shared => checked.shared.insert(key.clone(), value),
            Privacy::Private => checked.private.insert(key.clone(), value),
        };
    }
    let missing = |f: &&Field| {
        f.required && !checked.shared.contains_key(&f.key) && !checked.private.contains_key(&f.key)
    };
    match service.fields.iter().find(missing) {
        Some(field) if complete => Err(FieldError::Missing { key: field.key.clone() }),
        _ => Ok(checked),
    }
}

fn normalise(field: &Field, value: &str) -> Result<String, FieldError> {
    let key = || field.key.clone();
    text_within(&field.key, value, limits::FIELD_CHARS_MAX)?;
    let not_a = |expected: &str| {
        Err(FieldError::NotA {
            key: key(),
            value: value.chars().take(80).collect(),
            expected: expected.to_owned(),
        })
    };
    match field.kind {
        FieldType::Text => {}
        FieldType::Number if decimal(value, usize::MAX).is_some() => {}
        FieldType::Number => return not_a("a number"),
        FieldType::Money if value.starts_with('-') || decimal(value, 2).is_none() => {
            return not_a("an amount in yuan with at most two decimals");
        }
        FieldType::Money => {}
        FieldType::Choice if field.options.iter().any(|o| o == value) => {}
        FieldType::Choice => return not_a(&format!("one of {}", field.options.join(", "))),
    }
    Ok(value.to_owned())
}

/// Whether a text is an amount in yuan: not negative, at most two decimals.
#[must_use]
pub fn is_money(text: &str) -> bool {
    !text.starts_with('-') && decimal(text, 2).is_some()
}

/// `-?digits[.digits]` with at most so many decimals.
fn decimal(value: &str, decimals_max: usize) -> Option<()> {
    let digits =
        |text: &str| !text.is_empty() && text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    match unsigned.split_once('.') {
        None => digits(unsigned).then_some(()),
        Some((whole, part)) => (digits(whole) && digits(part) && part.len() <= decimals_max).then_some(()),
    }
}

/// Checks a text against its limit, in characters.
///
/// # Errors
/// [`FieldError::TooLong`].
pub fn text_within(key: &str, text: &str, max: usize) -> Result<(), FieldError> {
    let chars = text.chars().count();
    if chars > max { Err(FieldError::TooLong { key: key.to_owned(), chars, max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn errand(key: &str, value: &str) -> Result<Answers, FieldError> {
        let catalogue = Catalogue::embedded();
        let (service, _) = catalogue.service("help.errand").unwrap();
        check(service, &[(key.to_owned(), value.to_owned())], true)
    }

    #[test]
    fn a_private_answer_is_kept_apart() {
        let answers = errand("beneficiary", "母亲 王秀兰").unwrap();
        assert!(answers.shared.is_empty());
        assert_eq!(answers.private["beneficiary"], "母亲 王秀兰");
        assert_eq!(errand("list", " 白菜 两棵 ").unwrap().shared["list"], "白菜 两棵");
    }

    #[test]
    fn wrong_answers_name_the_field() {
        assert!(errand("colour", "red").unwrap_err().to_string().contains("list, budget"));
        for bad in ["-1", "1.234", "ten", "", "1e3", "."] {
            assert!(matches!(errand("budget", bad), Err(FieldError::NotA { .. })), "{bad:?}");
        }
        for good in ["0", "30", "30.5", "30.50"] {
            assert!(errand("budget", good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn a_text_may_be_exactly_at_its_limit() {
        let at = "字".repeat(limits::FIELD_CHARS_MAX);
        assert!(errand("list", &at).is_ok());
        let above = format!("{at}字");
        assert_eq!(
            errand("list", &above).unwrap_err(),
            FieldError::TooLong {
                key: "list".into(),
                chars: limits::FIELD_CHARS_MAX + 1,
                max: limits::FIELD_CHARS_MAX
            }
        );
    }
}
