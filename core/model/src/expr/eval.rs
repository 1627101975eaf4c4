//! Evaluation: one walk over the tree, each part at most once. Where an answer is not known, only what holds for every answer is said.

use std::borrow::Cow;
use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::Kind;
use super::parser::{Arithmetic, Comparison, Node};
use crate::limits::{NUMBER_DECIMALS_MAX, NUMBER_WHOLE_DIGITS_MAX};

/// What is known of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading<'a> {
    /// There is none.
    Absent,
    /// This one.
    Answer(&'a str),
    /// Any, or none.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
enum Value<'a> {
    Absent,
    Unknown,
    Number(Decimal),
    Text(Cow<'a, str>),
}

/// `None` where it may be either.
type Truth = Option<bool>;

pub(super) fn run<'a>(root: &Node, read: &dyn Fn(&str) -> Reading<'a>) -> (Truth, usize) {
    let mut walk = Walk { read, steps: 0 };
    let truth = walk.truth(root);
    (truth, walk.steps)
}

struct Walk<'r, 'a> {
    read: &'r dyn Fn(&str) -> Reading<'a>,
    steps: usize,
}

impl<'a> Walk<'_, 'a> {
    fn read(&self, key: &str) -> Reading<'a> {
        match (self.read)(key) {
            Reading::Answer("") => Reading::Absent,
            reading => reading,
        }
    }

    fn truth(&mut self, node: &Node) -> Truth {
        self.steps += 1;
        match node {
            Node::Bool(truth) => Some(*truth),
            Node::Not(inner) => self.truth(inner).map(|truth| !truth),
            Node::All(parts) => self.until(parts, false),
            Node::Any(parts) => self.until(parts, true),
            Node::Compare(operation, left, right) => self.compare(*operation, left, right),
            Node::OneOf(left, items) => {
                let value = self.value(left);
                self.steps += items.len();
                match value {
                    Value::Absent => Some(false),
                    Value::Unknown => None,
                    Value::Number(n) => Some(items.iter().any(|i| matches!(i, Node::Number(m) if *m == n))),
                    Value::Text(t) => Some(items.iter().any(|i| matches!(i, Node::Text(u) if *u == t))),
                }
            }
            Node::Answered(key) => match self.read(key) {
                Reading::Absent => Some(false),
                Reading::Answer(_) => Some(true),
                Reading::Unknown => None,
            },
            Node::Contains(key, kind, piece) => match self.read(key) {
                Reading::Absent => Some(false),
                Reading::Answer(list) if *kind == Kind::List => {
                    Some(list.split(',').any(|item| item == piece))
                }
                Reading::Answer(text) => Some(text.contains(piece.as_str())),
                Reading::Unknown => None,
            },
            // The parser gives no other part the type of a truth.
            Node::Number(_)
            | Node::Text(_)
            | Node::Key(..)
            | Node::Chain(..)
            | Node::Negative(_)
            | Node::Length(_)
            | Node::Count(_) => Some(false),
        }
    }

    /// Stops at the first part that settles it.
    fn until(&mut self, parts: &[Node], settles: bool) -> Truth {
        let mut all = Some(!settles);
        for part in parts {
            match self.truth(part) {
                Some(truth) if truth == settles => return Some(settles),
                Some(_) => {}
                None => all = None,
            }
        }
        all
    }

    fn compare(&mut self, operation: Comparison, left: &Node, right: &Node) -> Truth {
        if is_truth(left) {
            let (left, right) = (self.truth(left), self.truth(right));
            let equal = left? == right?;
            return Some(equal == (operation == Comparison::Equal));
        }
        let order = match (self.value(left), self.value(right)) {
            // False whatever the other side is.
            (Value::Absent, _) | (_, Value::Absent) => return Some(false),
            (Value::Unknown, _) | (_, Value::Unknown) => return None,
            (Value::Number(left), Value::Number(right)) => left.cmp(&right),
            (Value::Text(left), Value::Text(right)) => left.cmp(&right),
            _ => return Some(false),
        };
        Some(match operation {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::Unequal => order != Ordering::Equal,
            Comparison::Less => order == Ordering::Less,
            Comparison::LessOrEqual => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            Comparison::GreaterOrEqual => order != Ordering::Less,
        })
    }

    fn value<'n>(&mut self, node: &'n Node) -> Value<'n>
    where
        'a: 'n,
    {
        self.steps += 1;
        match node {
            Node::Number(number) => Value::Number(*number),
            Node::Text(text) => Value::Text(Cow::Borrowed(text)),
            Node::Key(key, kind) => match (self.read(key), kind) {
                (Reading::Absent, _) => Value::Absent,
                (Reading::Unknown, _) => Value::Unknown,
                (Reading::Answer(answer), Kind::Number) => {
                    number(answer).map_or(Value::Absent, Value::Number)
                }
                (Reading::Answer(answer), _) => Value::Text(Cow::Borrowed(answer)),
            },
            Node::Length(key) => self.measure(key, |text| text.chars().count()),
            Node::Count(key) => self.measure(key, |list| list.split(',').count()),
            Node::Negative(inner) => match self.value(inner) {
                Value::Number(number) => Value::Number(-number),
                value => value,
            },
            Node::Chain(head, rest) => {
                let mut total = self.value(head);
                for (operation, operand) in rest {
                    let operand = self.value(operand);
                    total = calculate(*operation, &total, &operand);
                }
                total
            }
            // The parser gives no other part the type of a value.
            Node::Bool(_)
            | Node::Not(_)
            | Node::All(_)
            | Node::Any(_)
            | Node::Compare(..)
            | Node::OneOf(..)
            | Node::Answered(_)
            | Node::Contains(..) => Value::Absent,
        }
    }

    fn measure<'n>(&self, key: &str, size: fn(&str) -> usize) -> Value<'n> {
        match self.read(key) {
            Reading::Absent => Value::Number(Decimal::ZERO),
            Reading::Answer(answer) => Value::Number(Decimal::from(size(answer))),
            Reading::Unknown => Value::Unknown,
        }
    }
}

fn is_truth(node: &Node) -> bool {
    matches!(
        node,
        Node::Bool(_)
            | Node::Not(_)
            | Node::All(_)
            | Node::Any(_)
            | Node::Compare(..)
            | Node::OneOf(..)
            | Node::Answered(_)
            | Node::Contains(..)
    )
}

fn calculate<'n>(operation: Arithmetic, left: &Value<'_>, right: &Value<'_>) -> Value<'n> {
    let (left, right) = match (left, right) {
        (Value::Number(left), Value::Number(right)) => (*left, *right),
        (Value::Absent, _) | (_, Value::Absent) => return Value::Absent,
        (Value::Unknown, _) | (_, Value::Unknown) => return Value::Unknown,
        _ => return Value::Absent,
    };
    let result = match operation {
        Arithmetic::Plus => left.checked_add(right),
        Arithmetic::Minus => left.checked_sub(right),
        Arithmetic::Times => left.checked_mul(right),
        Arithmetic::Over => left.checked_div(right),
    };
    result.map_or(Value::Absent, Value::Number)
}

/// An answer as a number; `None` for what no canonical answer looks like.
pub(crate) fn number(answer: &str) -> Option<Decimal> {
    let unsigned = answer.strip_prefix('-').unwrap_or(answer);
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits =
        |text: &str, max| (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let fits = digits(whole, NUMBER_WHOLE_DIGITS_MAX) && digits(part, NUMBER_DECIMALS_MAX);
    if fits { Decimal::from_str_exact(answer).ok() } else { None }
}
