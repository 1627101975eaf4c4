//! Carries notifications into a file, a line of JSON each: for trials, and for whatever passes them on to a vendor's push or to SMS.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use yuandian_model::words::Words;
use yuandian_model::{CaseId, UserId};

use crate::hub::{Message, Notifier, NotifyError};

/// A file that notifications are appended to.
pub struct FileSender {
    path: PathBuf,
    words: Words,
    writing: Mutex<()>,
}

/// A line of the file.
#[derive(Serialize)]
struct Line<'m> {
    to: UserId,
    why: &'static str,
    cases: &'m [CaseId],
    zh: String,
    en: String,
    at_ms: i64,
}

impl FileSender {
    /// A sender into this file, which is made with the first line.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, words: Words::embedded(), writing: Mutex::default() }
    }
}

impl Notifier for FileSender {
    fn carry(&self, message: &Message) -> Result<(), NotifyError> {
        let count = message.cases.len().to_string();
        let words =
            self.words.notification(message.why.id(), (&message.service.0, &message.service.1), &count);
        let line = Line {
            to: message.user,
            why: message.why.id(),
            cases: &message.cases,
            zh: words.zh,
            en: words.en,
            at_ms: message.at_ms,
        };
        let mut text = serde_json::to_vec(&line).map_err(|error| NotifyError::Failed(error.to_string()))?;
        text.push(b'\n');
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let file = OpenOptions::new().create(true).append(true).open(&self.path);
        file.and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_data()))
            .map_err(|error| NotifyError::Failed(error.to_string()))
    }
}
