//! Expressions of forms: whether a question is shown, must be answered, or holds together with the others.
//!
//! Parsed and typed against the form, then evaluated as often as one likes. Total and bounded: no loops, no definitions, no clock; at
//! most [`EXPR_BYTES_MAX`] bytes, [`EXPR_NESTING_MAX`] levels and [`EXPR_NODES_MAX`] parts, and a part is looked at once at most. Neither
//! parsing nor evaluating panics, whatever the text and the answers.
//!
//! # The language
//!
//! - Literals: `12`, `0.5`, `'text'` (a quote inside is doubled), `true`, `false`. A day is text: `'2026-01-31'`.
//! - A key reads the answer: a number, a text (a day, a choice, a reference), or a list (several options, files).
//! - `and`, `or`, `not`; `==`, `!=`, `<`, `<=`, `>`, `>=` between two numbers or two texts (texts by their code points, so days in
//!   order); `==` and `!=` also between two truths; `x in ['a', 'b']`; `+`, `-`, `*`, `/` and the sign `-` on numbers.
//! - `answered(key)`, `length(key)` of a text in characters, `count(key)` of a list, `contains(key, 'x')`: an item of a list, or a piece of
//!   a text.
//!
//! # What is absent
//!
//! A missing or empty answer is absent, and so is arithmetic with an absent part, out of range or by zero. A comparison, `in` or
//! `contains` with something absent is false, `!=` too; `not` of it is true. `length` and `count` of an absent answer are 0.
//! Decimal arithmetic keeps 28 digits and rounds the last one half to even.

mod eval;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::limits::{EXPR_BYTES_MAX, EXPR_NESTING_MAX, EXPR_NODES_MAX};
pub(crate) use eval::{Reading, number};
pub use parser::KEYWORDS;
use parser::Node;

/// What a part of an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// True or false.
    Bool,
    /// A decimal number.
    Number,
    /// A text.
    Text,
    /// Several texts, joined by `,` in the answer.
    List,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Bool => "true or false",
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::List => "a list",
        })
    }
}

/// The keys that an expression may read.
pub trait Schema {
    /// What a key's answer is; `None` for a key that the form does not have.
    fn kind(&self, key: &str) -> Option<Kind>;

    /// What a key's answer can be, where that is a closed set.
    fn options(&self, _key: &str) -> Option<&[String]> {
        None
    }
}

impl Schema for BTreeMap<String, Kind> {
    fn kind(&self, key: &str) -> Option<Kind> {
        self.get(key).copied()
    }
}

/// Answers in their canonical text form, by key.
pub trait Lookup {
    /// The answer; `None` and an empty text are absent.
    fn answer(&self, key: &str) -> Option<&str>;
}

impl Lookup for BTreeMap<String, String> {
    fn answer(&self, key: &str) -> Option<&str> {
        self.get(key).map(String::as_str)
    }
}

impl Lookup for BTreeMap<&str, &str> {
    fn answer(&self, key: &str) -> Option<&str> {
        self.get(key).copied()
    }
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExprErrorKind {
    /// Too many bytes.
    #[error("{0} bytes, at most {EXPR_BYTES_MAX} allowed")]
    TooLong(usize),
    /// Too many levels.
    #[error("more than {EXPR_NESTING_MAX} levels inside one another")]
    TooDeep,
    /// Too many parts.
    #[error("more than {EXPR_NODES_MAX} parts")]
    TooMany,
    /// A character or number that the language does not have.
    #[error("{0}")]
    Lexical(&'static str),
    /// Something else was to stand here.
    #[error("{expected} expected, not {found}")]
    Syntax {
        /// What could stand here.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// The form has no such key.
    #[error("no field {0:?}")]
    UnknownKey(String),
    /// The language has no such function.
    #[error("no function {0:?}: answered, length, count, contains")]
    UnknownFunction(String),
    /// A part is of another kind than its place asks for.
    #[error("{expected} expected, this is {found}")]
    Type {
        /// What its place asks for.
        expected: &'static str,
        /// What it is.
        found: Kind,
    },
    /// Compared with a text that the answer can never be.
    #[error("{option:?} is no option of {key}")]
    UnknownOption {
        /// The key.
        key: String,
        /// The text.
        option: String,
    },
}

/// Why an expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {kind}")]
pub struct ExprError {
    /// Where, in characters from 1.
    pub column: usize,
    /// What.
    pub kind: ExprErrorKind,
}

/// A typed expression that is true or false for given answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    root: Node,
    keys: BTreeSet<String>,
    nodes: usize,
}

impl Expr {
    /// Reads an expression against the keys that it may use.
    ///
    /// # Errors
    /// [`ExprError`] with the column of the first mistake.
    pub fn parse(text: &str, schema: &dyn Schema) -> Result<Self, ExprError> {
        parser::parse(text, schema)
    }

    /// Every key that it reads.
    #[must_use]
    pub fn keys(&self) -> &BTreeSet<String> {
        &self.keys
    }

    /// Number of its parts: what one evaluation may cost at most.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// Whether it is true for these answers.
    #[must_use]
    pub fn eval(&self, answers: &dyn Lookup) -> bool {
        self.eval_counted(answers).0
    }

    /// As [`Expr::eval`], and how many parts were looked at: never more than [`Expr::nodes`].
    #[must_use]
    pub fn eval_counted(&self, answers: &dyn Lookup) -> (bool, usize) {
        let read = |key: &str| answers.answer(key).map_or(Reading::Absent, Reading::Answer);
        let (truth, steps) = eval::run(&self.root, &read);
        // Nothing is unknown where every key reads as an answer or as absent.
        (truth == Some(true), steps)
    }

    /// Whether it is true where some answers are not known; `None` where it may be either.
    pub(crate) fn truth<'a>(&self, read: &dyn Fn(&str) -> Reading<'a>) -> Option<bool> {
        eval::run(&self.root, read).0
    }
}
