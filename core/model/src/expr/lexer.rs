//! Text into tokens, each with its column. Bounded by the length of the text alone.

use rust_decimal::Decimal;

use super::{ExprError, ExprErrorKind};
use crate::limits::{EXPR_BYTES_MAX, NUMBER_DECIMALS_MAX, NUMBER_WHOLE_DIGITS_MAX};

/// One word of the language.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Word(String),
    Number(Decimal),
    Text(String),
    Symbol(&'static str),
    End,
}

impl Token {
    /// As it is shown in an error.
    pub(super) fn shown(&self) -> String {
        match self {
            Token::Word(word) => format!("{:?}", word.chars().take(64).collect::<String>()),
            Token::Number(number) => number.to_string(),
            Token::Text(_) => "a text".to_owned(),
            Token::Symbol(symbol) => format!("{symbol:?}"),
            Token::End => "the end".to_owned(),
        }
    }
}

/// Longer ones first: `<=` is not `<` and `=`.
const SYMBOLS: [&str; 15] = ["==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ","];

fn is_word_start(c: char) -> bool {
    c.is_ascii_lowercase() || c == '_'
}

fn is_word(c: char) -> bool {
    is_word_start(c) || c.is_ascii_digit() || c == '.'
}

/// All tokens with their columns (characters from 1), [`Token::End`] as the last.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, ExprError> {
    if text.len() > EXPR_BYTES_MAX {
        return Err(ExprError { column: 1, kind: ExprErrorKind::TooLong(text.len()) });
    }
    let mut found = Vec::new();
    let (mut rest, mut column) = (text, 1);
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        column += rest.len() - trimmed.len();
        rest = trimmed;
        let Some(first) = rest.chars().next() else {
            found.push((Token::End, column));
            return Ok(found);
        };
        let fail = |reason| ExprError { column, kind: ExprErrorKind::Lexical(reason) };
        let (token, after) = if is_word_start(first) {
            let (word, after) = split(rest, is_word);
            (Token::Word(word.to_owned()), after)
        } else if first.is_ascii_digit() {
            let (digits, after) = split(rest, is_word);
            (Token::Number(literal(digits).ok_or_else(|| fail("not a number of this language"))?), after)
        } else if let Some(quoted) = rest.strip_prefix('\'') {
            let (text, after) = quoted_text(quoted).ok_or_else(|| fail("a text without an end"))?;
            if text.chars().any(char::is_control) {
                return Err(fail("a control character in a text"));
            }
            (Token::Text(text), after)
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Token::Symbol(symbol), &rest[symbol.len()..])
        } else {
            return Err(fail(match first {
                '=' => "one = compares nothing: write ==",
                '&' => "write and",
                '|' => "write or",
                '!' => "write not",
                '"' => "texts stand in single quotes",
                _ => "a character that the language does not have",
            }));
        };
        found.push((token, column));
        column += rest[..rest.len() - after.len()].chars().count();
        rest = after;
    }
}

/// Splits behind the characters that belong together.
fn split(text: &str, belongs: fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

/// `digits[.digits]` within the limits of an answer.
fn literal(text: &str) -> Option<Decimal> {
    let digits =
        |part: &str, max| (1..=max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let fits = match text.split_once('.') {
        None => digits(text, NUMBER_WHOLE_DIGITS_MAX),
        Some((whole, part)) => digits(whole, NUMBER_WHOLE_DIGITS_MAX) && digits(part, NUMBER_DECIMALS_MAX),
    };
    if fits { Decimal::from_str_exact(text).ok() } else { None }
}

/// The text up to its closing quote, `''` standing for a quote, and what follows.
fn quoted_text(rest: &str) -> Option<(String, &str)> {
    let (mut text, mut rest) = (String::new(), rest);
    loop {
        let (piece, after) = rest.split_once('\'')?;
        text.push_str(piece);
        match after.strip_prefix('\'') {
            Some(more) => {
                text.push('\'');
                rest = more;
            }
            None => return Some((text, after)),
        }
    }
}
