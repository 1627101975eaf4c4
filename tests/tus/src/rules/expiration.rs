//! Expiration. That an upload really ends cannot be waited for here.

use chrono::NaiveDateTime;

use super::{Held, Not, Rule, need, rule, status};
use crate::http::Answer;
use crate::subject::Subject;

const EXPIRATION: Option<&str> = Some("expiration");

/// Looked at in this order.
pub const RULES: &[Rule] =
    &[rule(EXPIRATION, "Upload-Expires of an unfinished upload is a date of RFC 9110, to come", expires)];

fn expires(subject: &Subject) -> Held<()> {
    let file = subject.file()?;
    let created = subject.creation(&file).send()?;
    let upload = subject.created(&created, file)?;
    let patched = upload.piece(0, 1_000).send()?;
    status(&patched, &[204])?;
    let mut told = 0;
    for answer in [&created, &patched] {
        if let Some(text) = answer.header("upload-expires") {
            told += 1;
            is_to_come(text, answer)?;
        }
    }
    if told == 0 { Err(Not::Skipped("this upload does not end".into())) } else { Ok(()) }
}

fn is_to_come(text: &str, answer: &Answer) -> Held<()> {
    const FORM: &str = "%a, %d %b %Y %H:%M:%S GMT";
    let read = |text: &str| NaiveDateTime::parse_from_str(text, FORM).ok();
    let Some(until) = read(text) else {
        return need(false, || format!("{text:?} is no such date"));
    };
    // By the server's own clock, where it tells it.
    match answer.header("date").and_then(read) {
        Some(now) => need(until > now, || format!("{text} is over")),
        None => Ok(()),
    }
}
