//! What a command says on stdout, and how it ends.

use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

/// An answer: lines for stdout, and whether what was asked about is good.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    /// Without the last line break; nothing is printed where it is empty.
    pub text: String,
    /// Exit code 0, or 1.
    pub good: bool,
}

impl Said {
    /// An answer about something good.
    pub fn good(text: impl Into<String>) -> Self {
        Self { text: text.into(), good: true }
    }

    /// Prints it.
    pub fn print(&self) -> Result<ExitCode, String> {
        if !self.text.is_empty() {
            writeln!(std::io::stdout(), "{}", self.text)
                .map_err(|e| format!("cannot write the answer: {e}"))?;
        }
        Ok(if self.good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// One line of JSON.
pub fn one_line(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).expect("answers are plain texts and numbers")
}
