//! Every rule of tus 1.0 that can be seen from outside: <https://tus.io/protocols/resumable-upload>.

mod checksum;
mod core;
mod creation;
mod expiration;
mod termination;

use yuandian_programs::Stop;

use crate::http::{Answer, Request};
use crate::subject::{Offers, Subject};

/// Why a rule is not called held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Not {
    /// It does not hold; what was seen.
    Failed(String),
    /// It cannot be looked at here; why.
    Skipped(String),
}

impl From<Stop> for Not {
    fn from(stop: Stop) -> Self {
        Not::Failed(stop.0)
    }
}

/// What looking at a rule gives.
pub type Held<T> = Result<T, Not>;

/// A rule.
pub struct Rule {
    /// The extension that it is of; none for the core.
    pub of: Option<&'static str>,
    /// What must hold.
    pub words: &'static str,
    look: fn(&Subject) -> Held<()>,
}

/// A rule of the core or of an extension.
const fn rule(of: Option<&'static str>, words: &'static str, look: fn(&Subject) -> Held<()>) -> Rule {
    Rule { of, words, look }
}

/// A rule and what was seen of it.
pub struct Seen {
    /// The rule's extension, `core` for the core.
    pub of: &'static str,
    /// The rule.
    pub words: &'static str,
    /// What was seen.
    pub held: Held<()>,
}

/// Looks at every rule. What uploads a file whole comes last, for a file that was given can be uploaded only once.
pub fn look(subject: &mut Subject) -> Vec<Seen> {
    let options = Request::new("OPTIONS", &subject.url).send();
    if let Ok(answer) = &options {
        subject.offers = Offers::of(answer);
    }
    let parts =
        [core::RULES, creation::RULES, checksum::RULES, expiration::RULES, termination::RULES, core::LAST];
    let mut seen = Vec::new();
    for rule in parts.into_iter().flatten() {
        let offered = rule.of.is_none_or(|extension| subject.offers.has(extension));
        let held = if offered {
            (rule.look)(subject)
        } else {
            Err(Not::Skipped("the server does not offer it".into()))
        };
        seen.push(Seen { of: rule.of.unwrap_or("core"), words: rule.words, held });
    }
    seen
}

/// Failed with these words unless it is so.
fn need(is: bool, otherwise: impl FnOnce() -> String) -> Held<()> {
    if is { Ok(()) } else { Err(Not::Failed(otherwise())) }
}

/// That an answer has one of these statuses.
fn status(answer: &Answer, wanted: &[u16]) -> Held<()> {
    need(wanted.contains(&answer.status), || {
        format!("the status is {} and not {}", answer.status, listed(wanted))
    })
}

fn listed(statuses: &[u16]) -> String {
    statuses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

/// That a request was refused.
fn refused(answer: &Answer) -> Held<()> {
    need((400..500).contains(&answer.status), || format!("the status is {} and not 4xx", answer.status))
}

#[cfg(test)]
mod tests;
