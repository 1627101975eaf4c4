//! Form answers: checked where they are entered, so that everything inside can believe them; private ones are another type.

mod answer;
mod canonical;
mod error;
mod mistakes;
mod reach;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Field, FieldType, NO_PHOTO, Privacy, Service};
use crate::expr::Lookup;
use crate::limits;

pub use answer::{PrivateAnswer, SharedAnswer};
pub use canonical::is_money;
pub use error::FieldError;
pub use mistakes::{FormMistake, Reason, mistakes};
pub use rules::{Form, shared_mistake, told};

/// Answers sorted by where they may live. A private answer has no way into a document: it is of a type that no document takes, and
/// only [`check`] decides which of the two an answer becomes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// May stand in the shared document.
    pub shared: BTreeMap<String, SharedAnswer>,
    /// Stay in the phone's private table.
    pub private: BTreeMap<String, PrivateAnswer>,
}

impl Lookup for Answers {
    fn answer(&self, key: &str) -> Option<&str> {
        self.shared.get(key).map(|answer| &**answer).or_else(|| self.private.get(key).map(|a| a.text()))
    }
}

/// Why a report shows fewer photos than its service asks for: said beside the form, and shared like its answers. None for blank words.
///
/// # Errors
/// [`FieldError::TooLong`].
pub fn why_no_photo(reason: &str) -> Result<Option<SharedAnswer>, FieldError> {
    let reason = reason.trim();
    text_within(NO_PHOTO, reason, limits::FIELD_CHARS_MAX)?;
    Ok((!reason.is_empty()).then(|| SharedAnswer::checked(reason.to_owned())))
}

/// Checks answers against a form and brings them into their canonical form. `complete`: these are all the answers there are, so
/// required ones must be among them, constraints are judged, and the answers of hidden questions are left out, right or wrong. Otherwise
/// they are a part: nothing is missing or hidden, and a constraint is judged only where every answer that it reads is given.
///
/// An answer that is not required may be empty where its type allows it (texts, lists): that takes it back.
///
/// # Errors
/// The first [`FieldError`]: of single answers in their order, then what is missing and then what does not hold together in the order of the form.
pub fn check(service: &Service, answers: &[(String, String)], complete: bool) -> Result<Answers, FieldError> {
    let form = Form::of(&service.fields)
        .map_err(|(key, error)| FieldError::BadForm { key, reason: error.to_string() })?;
    let given: Vec<Given<'_>> = answers.iter().map(|(key, value)| given(service, key, value)).collect();
    let canonical: Vec<(&Field, String)> =
        given.iter().filter_map(|given| Some((given.field?, given.answer.clone().ok()?))).collect();
    let by_key: BTreeMap<&str, &str> = canonical.iter().map(|(f, a)| (f.key.as_str(), a.as_str())).collect();
    let hidden = if complete { form.hidden(&by_key) } else { BTreeSet::new() };
    let is_hidden = |field: &Field| hidden.contains(field.key.as_str());
    for Given { field, answer } in &given {
        if let Err(error) = answer
            && !field.is_some_and(is_hidden)
        {
            return Err(error.clone());
        }
    }
    if complete {
        let required = form.required(&by_key);
        let unanswered = |field: &&Field| {
            required.contains(field.key.as_str())
                && by_key.get(field.key.as_str()).is_none_or(|a| a.is_empty())
        };
        if let Some(field) = service.fields.iter().find(unanswered) {
            return Err(FieldError::Missing { key: field.key.clone() });
        }
    }
    if let Some(field) = form.broken(&by_key, complete) {
        let message = field.constraint_message.clone().unwrap_or_else(|| field.label.clone());
        return Err(FieldError::Broken { key: field.key.clone(), message });
    }
    let mut checked = Answers::default();
    for (field, answer) in canonical {
        if is_hidden(field) {
            continue;
        }
        let key = field.key.clone();
        match field.privacy {
            Privacy::Private if crate::planted::is(crate::planted::Bug::PrivateAnswerShared) => {
                checked.shared.insert(key, SharedAnswer::checked(answer));
            }
            Privacy::Shared => drop(checked.shared.insert(key, SharedAnswer::checked(answer))),
            Privacy::Private => drop(checked.private.insert(key, PrivateAnswer::checked(answer))),
        }
    }
    Ok(checked)
}

/// One answer and the question it belongs to, if there is one.
struct Given<'a> {
    field: Option<&'a Field>,
    answer: Result<String, FieldError>,
}

fn given<'a>(service: &'a Service, key: &str, value: &str) -> Given<'a> {
    let field = service.field(key);
    let answer = match field {
        Some(field) => normalise(field, value),
        None => Err(FieldError::Unknown {
            service: service.id.0.clone(),
            key: key.chars().take(limits::WORD_BYTES_MAX).collect(),
            known: service.fields.iter().map(|f| f.key.as_str()).collect::<Vec<_>>().join(", "),
        }),
    };
    Given { field, answer }
}

/// The canonical form of one answer, within the bounds of its field.
///
/// # Errors
/// [`FieldError`] of this answer alone: its type, its bounds.
pub fn normalise(field: &Field, value: &str) -> Result<String, FieldError> {
    let key = || field.key.clone();
    let trimmed = value.trim();
    let chars_max = field.max_length.unwrap_or(limits::FIELD_CHARS_MAX).min(limits::FIELD_CHARS_MAX);
    text_within(
        &field.key,
        trimmed,
        if field.kind == FieldType::Text { chars_max } else { limits::FIELD_CHARS_MAX },
    )?;
    let answer = canonical::canonical(field, trimmed).ok_or_else(|| FieldError::NotA {
        key: key(),
        value: trimmed.chars().take(80).collect(),
        expected: match field.kind {
            FieldType::Choice => format!("one of {}", field.options.join(", ")),
            FieldType::Multi | FieldType::CheckboxList => format!("some of {}", field.options.join(", ")),
            kind => kind.expected().to_owned(),
        },
        kind: field.kind,
    })?;
    if answer.is_empty() {
        return Ok(answer);
    }
    if field.kind == FieldType::Text {
        let (chars, min) = (answer.chars().count(), field.min_length.unwrap_or(0));
        if chars < min {
            return Err(FieldError::TooShort { key: key(), chars, min });
        }
    }
    if field.kind.has_range() {
        let below = |least: &&String| lies_below(field.kind, &answer, least);
        if let Some(min) = field.min.as_ref().filter(below) {
            return Err(FieldError::BelowMin { key: key(), value: answer, min: min.clone() });
        }
        let above = |greatest: &&String| lies_below(field.kind, greatest, &answer);
        if let Some(max) = field.max.as_ref().filter(above) {
            return Err(FieldError::AboveMax { key: key(), value: answer, max: max.clone() });
        }
    }
    if field.kind.chooses_several() || field.kind.names_files() {
        let count = answer.split(',').count();
        let limit =
            if field.kind.names_files() { limits::FILES_PER_ANSWER_MAX } else { limits::SELECTED_MAX };
        let (min, max) = (field.min_count.unwrap_or(0), field.max_count.unwrap_or(limit).min(limit));
        if count < min {
            return Err(FieldError::TooFew { key: key(), count, min });
        }
        if count > max {
            return Err(FieldError::TooMany { key: key(), count, max });
        }
    }
    Ok(answer)
}

/// Whether one canonical number, amount or day is less than another.
fn lies_below(kind: FieldType, left: &str, right: &str) -> bool {
    match kind {
        FieldType::Date => left < right,
        _ => matches!((crate::expr::number(left), crate::expr::number(right)), (Some(l), Some(r)) if l < r),
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
