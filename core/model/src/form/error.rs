//! What can be wrong with an answer, by the key of its question.

use crate::catalogue::{FieldType, Title};

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
        /// The field's type.
        kind: FieldType,
    },
    /// Must be answered.
    #[error("{key} must be answered")]
    Missing {
        /// The key.
        key: String,
    },
    /// Too short.
    #[error("{key}: {chars} characters, at least {min} needed")]
    TooShort {
        /// The key.
        key: String,
        /// How long it is.
        chars: usize,
        /// How long it must be.
        min: usize,
    },
    /// Less, or earlier, than allowed.
    #[error("{key}: {value} is below {min}")]
    BelowMin {
        /// The key.
        key: String,
        /// The answer.
        value: String,
        /// The least.
        min: String,
    },
    /// More, or later, than allowed.
    #[error("{key}: {value} is above {max}")]
    AboveMax {
        /// The key.
        key: String,
        /// The answer.
        value: String,
        /// The greatest.
        max: String,
    },
    /// Fewer options or files than needed.
    #[error("{key}: {count} given, at least {min} needed")]
    TooFew {
        /// The key.
        key: String,
        /// How many there are.
        count: usize,
        /// How many are needed.
        min: usize,
    },
    /// More options or files than allowed.
    #[error("{key}: {count} given, at most {max} allowed")]
    TooMany {
        /// The key.
        key: String,
        /// How many there are.
        count: usize,
        /// How many are allowed.
        max: usize,
    },
    /// Does not hold together with the other answers.
    #[error("{key}: {}", message.en)]
    Broken {
        /// The key.
        key: String,
        /// What the form says then.
        message: Title,
    },
    /// The form itself has an expression that cannot be read. No form of a loaded catalogue has.
    #[error("{key}: the form cannot be used: {reason}")]
    BadForm {
        /// The key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl FieldError {
    /// The key that it is about.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            FieldError::Unknown { key, .. }
            | FieldError::TooLong { key, .. }
            | FieldError::NotA { key, .. }
            | FieldError::Missing { key }
            | FieldError::TooShort { key, .. }
            | FieldError::BelowMin { key, .. }
            | FieldError::AboveMax { key, .. }
            | FieldError::TooFew { key, .. }
            | FieldError::TooMany { key, .. }
            | FieldError::Broken { key, .. }
            | FieldError::BadForm { key, .. } => key,
        }
    }

    /// Its name in the catalogue of words.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            FieldError::Unknown { .. } => "unknown",
            FieldError::TooLong { .. } => "too_long",
            FieldError::NotA { .. } => "not_a",
            FieldError::Missing { .. } => "missing",
            FieldError::TooShort { .. } => "too_short",
            FieldError::BelowMin { .. } => "below_min",
            FieldError::AboveMax { .. } => "above_max",
            FieldError::TooFew { .. } => "too_few",
            FieldError::TooMany { .. } => "too_many",
            FieldError::Broken { .. } => "broken",
            FieldError::BadForm { .. } => "bad_form",
        }
    }
}
