//! Whether an expression of a form can ever come true: decided by trying every choice that it reads, where those are few.
//!
//! Says no only where that is certain. What is not a choice (numbers, texts, long lists) counts as unknown.

use std::collections::BTreeSet;

use super::rules::Questions;
use crate::expr::{Expr, Reading};
use crate::field::{Field, FieldType};
use crate::limits::EXPR_TRIALS_MAX;

/// Options of which every selection is tried; with more a list counts as unknown.
const SELECTION_OPTIONS_MAX: usize = 6;

/// Everything an answer may be, as far as it is tried.
enum Tried {
    /// One of these; an empty text is no answer.
    Each(Vec<String>),
    /// Anything.
    Unknown,
}

impl Tried {
    fn len(&self) -> usize {
        match self {
            Tried::Each(answers) => answers.len(),
            Tried::Unknown => 1,
        }
    }

    fn reading(&self, number: usize) -> Reading<'_> {
        match self {
            Tried::Each(answers) => answers.get(number).map_or(Reading::Absent, |a| Reading::Answer(a)),
            Tried::Unknown => Reading::Unknown,
        }
    }
}

/// Whether some answers make it true. `hidden`: questions that are never asked; `answered`: the one question that is answered for certain.
pub(super) fn can_be_true(
    expr: &Expr,
    form: &Questions<'_>,
    hidden: &BTreeSet<&str>,
    answered: Option<&str>,
) -> bool {
    let tried: Vec<(&str, Tried)> = expr
        .keys()
        .iter()
        .map(|key| {
            let field = form.0.iter().find(|field| field.key == *key);
            let answers = match field {
                _ if hidden.contains(key.as_str()) => Tried::Each(vec![String::new()]),
                Some(field) => tried(field, answered == Some(key)),
                None => Tried::Unknown,
            };
            (key.as_str(), answers)
        })
        .collect();
    let trials = tried.iter().try_fold(1_usize, |product, (_, t)| product.checked_mul(t.len()));
    let Some(trials) = trials.filter(|trials| *trials <= EXPR_TRIALS_MAX) else { return true };
    (0..trials).any(|trial| {
        // The trial's number, read as digits: one for each key, in a base of as many answers as that key has.
        let read = |wanted: &str| {
            let mut rest = trial;
            for (key, answers) in &tried {
                if *key == wanted {
                    return answers.reading(rest % answers.len());
                }
                rest /= answers.len();
            }
            Reading::Unknown
        };
        expr.truth(&read) != Some(false)
    })
}

fn tried(field: &Field, answered: bool) -> Tried {
    let options = &field.options;
    let mut answers: Vec<String> = match field.kind {
        FieldType::Choice => options.clone(),
        FieldType::Multi | FieldType::CheckboxList if options.len() <= SELECTION_OPTIONS_MAX => {
            (1..1_usize << options.len()).map(|selection| selected(options, selection)).collect()
        }
        _ => return Tried::Unknown,
    };
    if !answered {
        answers.push(String::new());
    }
    if answers.is_empty() { Tried::Unknown } else { Tried::Each(answers) }
}

/// The options whose bits are set.
fn selected(options: &[String], selection: usize) -> String {
    let chosen: BTreeSet<&str> = options
        .iter()
        .enumerate()
        .filter(|(bit, _)| selection >> bit & 1 == 1)
        .map(|(_, option)| option.as_str())
        .collect();
    chosen.into_iter().collect::<Vec<_>>().join(",")
}
