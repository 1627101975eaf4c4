//! Termination.

use super::{Held, Rule, rule, status};
use crate::subject::Subject;

const TERMINATION: Option<&str> = Some("termination");

/// Looked at in this order.
pub const RULES: &[Rule] = &[
    rule(TERMINATION, "DELETE is answered 204", terminated),
    rule(TERMINATION, "what was terminated is answered 404 or 410 to HEAD, PATCH and DELETE", gone),
];

fn terminated(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    status(&upload.piece(0, 1_000).send()?, &[204])?;
    status(&upload.request("DELETE").send()?, &[204])
}

fn gone(subject: &Subject) -> Held<()> {
    let upload = subject.create(subject.file()?)?;
    status(&upload.request("DELETE").send()?, &[204])?;
    status(&upload.request("HEAD").send()?, &[404, 410])?;
    status(&upload.piece(0, 1_000).send()?, &[404, 410])?;
    status(&upload.request("DELETE").send()?, &[404, 410])
}
