//! The expressions of a form, ready to be asked: which questions are shown, which must be answered, which answers hold together.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{CONDITION, Condition, DEADLINE, Service};
use crate::expr::{Expr, ExprError, Kind, Lookup, Schema};
use crate::field::{Field, Privacy};

use super::Answers;
use super::mistakes::Reason;
use super::reach::can_be_true;

/// The fields of a form as an expression sees them.
pub(super) struct Questions<'a>(pub &'a [Field]);

impl Questions<'_> {
    fn field(&self, key: &str) -> Option<&Field> {
        self.0.iter().find(|field| field.key == key)
    }
}

impl Schema for Questions<'_> {
    fn kind(&self, key: &str) -> Option<Kind> {
        self.field(key).map(|field| field.kind.kind())
    }

    fn options(&self, key: &str) -> Option<&[String]> {
        self.field(key).filter(|field| field.kind.has_options()).map(|field| field.options.as_slice())
    }
}

/// A question with its expressions.
pub(super) struct Asked<'a> {
    pub(super) field: &'a Field,
    pub(super) visible_when: Option<Expr>,
    pub(super) required_when: Option<Expr>,
    pub(super) constraint: Option<Expr>,
}

/// A form whose expressions are read. What a screen asks at every change of an answer.
pub struct Form<'a> {
    pub(super) asked: Vec<Asked<'a>>,
}

/// Why an expression over the shared answers of a form cannot be one; none where it can.
#[must_use]
pub fn shared_mistake(fields: &[Field], text: &str) -> Option<Reason> {
    match Expr::parse(text, &Questions(fields)) {
        Err(error) => Some(Reason::BadExpression(error)),
        Ok(expr) => {
            let is_private = |key: &&String| {
                fields.iter().any(|field| field.key == **key && field.privacy == Privacy::Private)
            };
            if let Some(key) = expr.keys().iter().find(is_private) {
                return Some(Reason::ReadsPrivate(key.clone()));
            }
            let possible = can_be_true(&expr, &Questions(fields), &BTreeSet::new(), None);
            (!possible).then_some(Reason::NeverTrue)
        }
    }
}

/// What a report says of its answers, as arguments of the act that opens the case, for the rule reads no form: the filing condition that
/// they bring it under (the first whose `when` holds of the shared ones), and the day that was set from outside.
#[must_use]
pub fn told(service: &Service, answers: &Answers) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    said.extend(condition(service, answers).map(|condition| (CONDITION.to_owned(), condition.id.clone())));
    let deadline = service.deadline.as_ref().and_then(|deadline| answers.shared.get(&deadline.field));
    let day = deadline.filter(|day| !day.is_empty());
    said.extend(day.map(|day| (DEADLINE.to_owned(), (**day).to_owned())));
    said
}

fn condition<'s>(service: &'s Service, answers: &Answers) -> Option<&'s Condition> {
    let shared: BTreeMap<&str, &str> =
        answers.shared.iter().map(|(key, answer)| (key.as_str(), &**answer)).collect();
    let holds = |condition: &&Condition| {
        let expr = condition.when.as_deref().map(|when| Expr::parse(when, &Questions(&service.fields)));
        expr.is_some_and(|expr| expr.is_ok_and(|expr| expr.eval(&shared)))
    };
    service.conditions.iter().find(holds)
}

/// Answers by key, of some fields only.
struct Shown<'r, 'a> {
    answers: &'r dyn Lookup,
    hidden: &'r BTreeSet<&'a str>,
}

impl Lookup for Shown<'_, '_> {
    fn answer(&self, key: &str) -> Option<&str> {
        if self.hidden.contains(key) { None } else { self.answers.answer(key) }
    }
}

impl<'a> Form<'a> {
    /// Reads every expression of a form.
    ///
    /// # Errors
    /// The first [`ExprError`] with its field's key; [`super::mistakes`] gives them all.
    pub fn of(fields: &'a [Field]) -> Result<Self, (String, ExprError)> {
        let schema = Questions(fields);
        let mut asked = Vec::with_capacity(fields.len());
        for field in fields {
            let read = |text: &Option<String>| {
                let parsed = text.as_deref().map(|text| Expr::parse(text, &schema)).transpose();
                parsed.map_err(|error| (field.key.clone(), error))
            };
            asked.push(Asked {
                field,
                visible_when: read(&field.visible_when)?,
                required_when: read(&field.required_when)?,
                constraint: read(&field.constraint)?,
            });
        }
        Ok(Self { asked })
    }

    /// Keys of the questions that are not asked, given canonical answers. The answer of a hidden question counts as absent for the others.
    #[must_use]
    pub fn hidden(&self, answers: &dyn Lookup) -> BTreeSet<&'a str> {
        let mut hidden = BTreeSet::new();
        // One round for each question that another one waits for. A form with a cycle (which does not load) ends here as well.
        for _ in 0..=self.asked.len() {
            let shown = Shown { answers, hidden: &hidden };
            let is_hidden =
                |asked: &&Asked<'a>| asked.visible_when.as_ref().is_some_and(|expr| !expr.eval(&shown));
            let next = self.asked.iter().filter(is_hidden).map(|asked| asked.field.key.as_str()).collect();
            if next == hidden {
                break;
            }
            hidden = next;
        }
        hidden
    }

    /// Keys of the questions that are asked and must be answered, given canonical answers.
    #[must_use]
    pub fn required(&self, answers: &dyn Lookup) -> BTreeSet<&'a str> {
        let hidden = self.hidden(answers);
        let shown = Shown { answers, hidden: &hidden };
        let must = |asked: &&Asked<'a>| {
            !hidden.contains(asked.field.key.as_str())
                && (asked.field.required
                    || asked.required_when.as_ref().is_some_and(|expr| expr.eval(&shown)))
        };
        self.asked.iter().filter(must).map(|asked| asked.field.key.as_str()).collect()
    }

    /// The first question, in order, whose answer breaks its constraint. `whole`: these are all answers of the form; otherwise a
    /// constraint is left open where it reads an answer that is not here.
    pub(super) fn broken(&self, answers: &BTreeMap<&str, &str>, whole: bool) -> Option<&'a Field> {
        let hidden = if whole { self.hidden(answers) } else { BTreeSet::new() };
        let shown = Shown { answers, hidden: &hidden };
        let given = |key: &str| shown.answer(key).is_some_and(|answer| !answer.is_empty());
        let breaks = |asked: &&Asked<'a>| {
            asked.constraint.as_ref().is_some_and(|expr| {
                given(&asked.field.key)
                    && (whole || expr.keys().iter().all(|key| given(key)))
                    && !expr.eval(&shown)
            })
        };
        self.asked.iter().find(breaks).map(|asked| asked.field)
    }
}
