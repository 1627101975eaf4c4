//! What is wrong with a form, found when it is loaded: every mistake, each with its field, its attribute and its reason.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::reach::can_be_true;
use super::rules::Questions;
use super::{canonical, lies_below};
use crate::catalogue::{Title, is_key};
use crate::expr::{Expr, ExprError, KEYWORDS};
use crate::field::{Field, FieldType, Privacy};
use crate::limits;

/// One mistake of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormMistake {
    /// The field's key, at most so long as a key may be; empty where the form as a whole is meant.
    pub key: String,
    /// Its attribute, as data files name it.
    pub attribute: &'static str,
    /// What is wrong.
    pub reason: Reason,
}

impl fmt::Display for FormMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}: {}", self.attribute, self.reason)
        } else {
            write!(f, "field {}, {}: {}", self.key, self.attribute, self.reason)
        }
    }
}

/// Why a form cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// More questions than a form may have.
    #[error("{0} fields, at most {max} allowed", max = limits::FIELDS_MAX)]
    TooManyFields(usize),
    /// The key stands twice.
    #[error("twice in this form")]
    DuplicateKey,
    /// No key.
    #[error("{0:?} is no field key: a-z, 0-9, _ and .")]
    BadKey(String),
    /// A word of the expression language.
    #[error("a word of the expression language, no key")]
    ReservedKey,
    /// Empty in one of the languages.
    #[error("zh and en are both needed")]
    MissingTranslation,
    /// Options are needed.
    #[error("options belong to a {0}")]
    OptionsMissing(FieldType),
    /// The attribute does not belong to this type.
    #[error("does not belong to a {0}")]
    NotOfThisType(FieldType),
    /// Too many options.
    #[error("{0} options, at most {max} allowed", max = limits::OPTIONS_MAX)]
    TooManyOptions(usize),
    /// An option stands twice.
    #[error("option {0:?} twice")]
    DuplicateOption(String),
    /// An option's id cannot be one.
    #[error(
        "{0:?} is no option: 1 to {max} bytes without spaces at its ends, commas and control characters",
        max = limits::OPTION_ID_BYTES_MAX
    )]
    BadOption(String),
    /// All options together do not fit into one answer.
    #[error("all chosen are {0} characters, at most {max} fit into an answer", max = limits::FIELD_CHARS_MAX)]
    OptionsDoNotFit(usize),
    /// An option has no label while others have one.
    #[error("no label for option {0:?}")]
    OptionWithoutLabel(String),
    /// A label of no option.
    #[error("a label for {0:?}, which is no option")]
    LabelOfNoOption(String),
    /// A label is too long.
    #[error("the label of option {0:?} has more than {max} characters", max = limits::OPTION_LABEL_CHARS_MAX)]
    LabelTooLong(String),
    /// A bound that no answer of this type could be.
    #[error("{0:?} is not of the field's type")]
    BadBound(String),
    /// The least is above the greatest: nothing can be answered.
    #[error("nothing lies between the least and the greatest")]
    EmptyRange,
    /// Beyond what an answer can hold.
    #[error("{0}, at most {1} possible")]
    AboveLimit(usize, usize),
    /// The expression cannot be read.
    #[error("{0}")]
    BadExpression(ExprError),
    /// A shared question must not depend on a private answer: whether it is asked or answered would tell of it.
    #[error("reads the private field {0}, this one is shared")]
    ReadsPrivate(String),
    /// Questions that each wait for the other.
    #[error("waits for itself: {}", .0.join(" -> "))]
    Cycle(Vec<String>),
    /// No answers make the expression true.
    #[error("can never be true")]
    NeverTrue,
    /// This type is never shared.
    #[error("a {0} must be private")]
    MustBePrivate(FieldType),
    /// Open311 is public.
    #[error("what is private is not published")]
    PrivateOpen311,
    /// A constraint without words for people.
    #[error("a constraint needs words for those who break it")]
    MessageMissing,
    /// Words without a constraint.
    #[error("there is no constraint")]
    MessageWithoutConstraint,
    /// Not a number of days.
    #[error("{0} days: 1 to {max} are possible", max = limits::RETENTION_DAYS_MAX)]
    BadRetention(u32),
}

/// Every mistake of a form, in the order of its fields; those that concern several fields last. Empty for a form that can be used.
#[must_use]
pub fn mistakes(fields: &[Field]) -> Vec<FormMistake> {
    let mut found = Found(Vec::new());
    if fields.len() > limits::FIELDS_MAX {
        found.add("", "field", Reason::TooManyFields(fields.len()));
    }
    let mut keys = BTreeSet::new();
    for field in fields {
        if !keys.insert(&field.key) {
            found.add(&field.key, "key", Reason::DuplicateKey);
        }
        of_key(field, &mut found);
        of_words(field, &mut found);
        of_options(field, &mut found);
        of_range(field, &mut found);
        of_sizes(field, &mut found);
        of_privacy(field, &mut found);
    }
    of_expressions(fields, &mut found);
    found.0
}

struct Found(Vec<FormMistake>);

impl Found {
    fn add(&mut self, key: &str, attribute: &'static str, reason: Reason) {
        self.0.push(FormMistake { key: shortened(key), attribute, reason });
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(limits::WORD_BYTES_MAX).collect()
}

fn of_key(field: &Field, found: &mut Found) {
    if !is_key(&field.key) {
        found.add(&field.key, "key", Reason::BadKey(shortened(&field.key)));
    } else if KEYWORDS.contains(&field.key.as_str()) {
        found.add(&field.key, "key", Reason::ReservedKey);
    }
}

fn of_words(field: &Field, found: &mut Found) {
    let empty = |title: &Title| title.zh.trim().is_empty() || title.en.trim().is_empty();
    let titles = [
        ("label", Some(&field.label)),
        ("help", field.help.as_ref()),
        ("constraint_message", field.constraint_message.as_ref()),
        ("purpose", field.purpose.as_ref()),
    ];
    let all = titles.into_iter().chain(field.option_labels.values().map(|l| ("option_labels", Some(l))));
    for (attribute, title) in all {
        if title.is_some_and(empty) {
            found.add(&field.key, attribute, Reason::MissingTranslation);
        }
    }
    match (&field.constraint, &field.constraint_message) {
        (Some(_), None) => found.add(&field.key, "constraint_message", Reason::MessageMissing),
        (None, Some(_)) => found.add(&field.key, "constraint_message", Reason::MessageWithoutConstraint),
        _ => {}
    }
}

fn of_options(field: &Field, found: &mut Found) {
    let mut add = |attribute, reason| found.add(&field.key, attribute, reason);
    if !field.kind.has_options() {
        if !field.options.is_empty() {
            add("options", Reason::NotOfThisType(field.kind));
        }
        if !field.option_labels.is_empty() {
            add("option_labels", Reason::NotOfThisType(field.kind));
        }
        return;
    }
    if field.options.is_empty() {
        add("options", Reason::OptionsMissing(field.kind));
    }
    if field.options.len() > limits::OPTIONS_MAX {
        add("options", Reason::TooManyOptions(field.options.len()));
    }
    let mut seen = BTreeSet::new();
    for option in &field.options {
        let fits = (1..=limits::OPTION_ID_BYTES_MAX).contains(&option.len());
        if !fits
            || option.trim() != option
            || option.contains([',', '，'])
            || option.contains(char::is_control)
        {
            add("options", Reason::BadOption(shortened(option)));
        }
        if !seen.insert(option) {
            add("options", Reason::DuplicateOption(shortened(option)));
        } else if !field.option_labels.is_empty() && !field.option_labels.contains_key(option) {
            add("option_labels", Reason::OptionWithoutLabel(shortened(option)));
        }
    }
    let chars = seen.iter().map(|option| option.chars().count() + 1).sum::<usize>().saturating_sub(1);
    if field.kind.chooses_several() && chars > limits::FIELD_CHARS_MAX {
        add("options", Reason::OptionsDoNotFit(chars));
    }
    for (option, label) in &field.option_labels {
        if !seen.contains(option) {
            add("option_labels", Reason::LabelOfNoOption(shortened(option)));
        }
        if [&label.zh, &label.en].iter().any(|l| l.chars().count() > limits::OPTION_LABEL_CHARS_MAX) {
            add("option_labels", Reason::LabelTooLong(shortened(option)));
        }
    }
}

fn of_range(field: &Field, found: &mut Found) {
    for (attribute, bound) in [("min", &field.min), ("max", &field.max)] {
        let Some(bound) = bound else { continue };
        if !field.kind.has_range() {
            found.add(&field.key, attribute, Reason::NotOfThisType(field.kind));
        } else if canonical::canonical(field, bound).as_ref() != Some(bound) {
            found.add(&field.key, attribute, Reason::BadBound(shortened(bound)));
        }
    }
    if let (Some(min), Some(max)) = (&field.min, &field.max)
        && field.kind.has_range()
        && lies_below(field.kind, max, min)
    {
        found.add(&field.key, "min", Reason::EmptyRange);
    }
}

fn of_sizes(field: &Field, found: &mut Found) {
    let several = field.kind.chooses_several() || field.kind.names_files();
    let counted = if field.kind.names_files() {
        limits::FILES_PER_ANSWER_MAX
    } else {
        field.options.len().min(limits::SELECTED_MAX)
    };
    let sizes = [
        (
            ("min_length", field.min_length),
            ("max_length", field.max_length),
            field.kind == FieldType::Text,
            limits::FIELD_CHARS_MAX,
        ),
        (("min_count", field.min_count), ("max_count", field.max_count), several, counted),
    ];
    for ((min_name, min), (max_name, max), belongs, limit) in sizes {
        for (attribute, size) in [(min_name, min), (max_name, max)] {
            match size {
                Some(_) if !belongs => found.add(&field.key, attribute, Reason::NotOfThisType(field.kind)),
                Some(size) if size > limit => {
                    found.add(&field.key, attribute, Reason::AboveLimit(size, limit));
                }
                _ => {}
            }
        }
        // An answer that is given has a character, or an item, at least.
        if belongs && max.is_some_and(|max| max < min.unwrap_or(0).max(1)) {
            found.add(&field.key, max_name, Reason::EmptyRange);
        }
    }
}

fn of_privacy(field: &Field, found: &mut Found) {
    if field.kind == FieldType::PersonRef && field.privacy != Privacy::Private {
        found.add(&field.key, "privacy", Reason::MustBePrivate(field.kind));
    }
    if field.open311 && field.privacy == Privacy::Private {
        found.add(&field.key, "open311", Reason::PrivateOpen311);
    }
    if let Some(days) = field.retention_days
        && !(1..=limits::RETENTION_DAYS_MAX).contains(&days)
    {
        found.add(&field.key, "retention_days", Reason::BadRetention(days));
    }
}

/// A field's expressions that can be read, by attribute.
type Read<'a> = (&'a Field, Vec<(&'static str, Expr)>);

fn of_expressions(fields: &[Field], found: &mut Found) {
    let form = Questions(fields);
    let is_private = |key: &str| fields.iter().any(|f| f.key == key && f.privacy == Privacy::Private);
    let mut read: Vec<Read<'_>> = Vec::new();
    for field in fields {
        let mut exprs = Vec::new();
        for (attribute, text) in [
            (VISIBLE, &field.visible_when),
            ("required_when", &field.required_when),
            ("constraint", &field.constraint),
        ] {
            match text.as_ref().map(|text| Expr::parse(text, &form)) {
                Some(Ok(expr)) => exprs.push((attribute, expr)),
                Some(Err(error)) => found.add(&field.key, attribute, Reason::BadExpression(error)),
                None => {}
            }
        }
        for (attribute, expr) in &exprs {
            let private = expr.keys().iter().filter(|key| is_private(key));
            for key in private.filter(|_| field.privacy == Privacy::Shared) {
                found.add(&field.key, attribute, Reason::ReadsPrivate(key.clone()));
            }
        }
        read.push((field, exprs));
    }
    let cycles = cycles(&read);
    for (key, path) in &cycles {
        found.add(key, VISIBLE, Reason::Cycle(path.clone()));
    }
    let hidden = never_shown(&form, &read);
    for (field, exprs) in &read {
        for (attribute, expr) in exprs {
            let answered = (*attribute == "constraint").then_some(field.key.as_str());
            let never = if *attribute == VISIBLE {
                hidden.contains(field.key.as_str())
            } else {
                // Of a question that is never asked nothing more is said.
                !hidden.contains(field.key.as_str()) && !can_be_true(expr, &form, &hidden, answered)
            };
            if never && !(*attribute == VISIBLE && cycles.contains_key(field.key.as_str())) {
                found.add(&field.key, attribute, Reason::NeverTrue);
            }
        }
    }
}

const VISIBLE: &str = "visible_when";

fn visible_when<'r>((_, exprs): &'r Read<'_>) -> Option<&'r Expr> {
    exprs.iter().find(|(attribute, _)| *attribute == VISIBLE).map(|(_, expr)| expr)
}

/// Fields whose being shown waits, over others, for itself: by key the way round.
fn cycles<'a>(read: &[Read<'a>]) -> BTreeMap<&'a str, Vec<String>> {
    let waits_for: BTreeMap<&str, Vec<&str>> = read
        .iter()
        .filter_map(|r| {
            Some((r.0.key.as_str(), visible_when(r)?.keys().iter().map(String::as_str).collect()))
        })
        .collect();
    let mut cycles = BTreeMap::new();
    for (field, _) in read {
        let start = field.key.as_str();
        // Where each key was reached from, nearest first.
        let mut from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut next = std::collections::VecDeque::from([start]);
        while let Some(at) = next.pop_front() {
            for key in waits_for.get(at).into_iter().flatten() {
                if !from.contains_key(key) {
                    from.insert(key, at);
                    next.push_back(key);
                }
            }
        }
        if from.contains_key(start) {
            let mut path = vec![start.to_owned()];
            let mut at = from.get(start).copied().unwrap_or(start);
            while at != start {
                path.push(at.to_owned());
                at = from.get(at).copied().unwrap_or(start);
            }
            path.push(start.to_owned());
            path.reverse();
            cycles.insert(start, path);
        }
    }
    cycles
}

/// Fields that are never asked, those included that wait for the answer of such a one.
fn never_shown<'a>(form: &Questions<'_>, read: &[Read<'a>]) -> BTreeSet<&'a str> {
    let mut hidden: BTreeSet<&str> = BTreeSet::new();
    let mut news: BTreeSet<&str> = BTreeSet::new();
    for round in 0..=read.len() {
        let mut more = BTreeSet::new();
        for entry in read {
            let Some(expr) = visible_when(entry) else { continue };
            let key = entry.0.key.as_str();
            // Looked at again only where something that it reads turned out to be hidden.
            let anew = round == 0 || expr.keys().iter().any(|key| news.contains(key.as_str()));
            if anew && !hidden.contains(key) && !can_be_true(expr, form, &hidden, None) {
                more.insert(key);
            }
        }
        if more.is_empty() {
            break;
        }
        hidden.extend(&more);
        news = more;
    }
    hidden
}
