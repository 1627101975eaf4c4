//! Running the other side of a figure: a program that prints one line of JSON.

#![allow(clippy::disallowed_methods, reason = "starts processes")]

use std::error::Error;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Runs a program and reads the last line it prints; null where it prints nothing.
///
/// # Errors
/// When it cannot be started, or ends badly: with the end of what it said about that.
pub fn said(program: &Path, arguments: &[&OsStr]) -> Result<Value, Box<dyn Error>> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let last = words.lines().last().unwrap_or("it said nothing");
        return Err(format!("{} ended with {}: {last}", program.display(), output.status).into());
    }
    let printed = String::from_utf8(output.stdout)?;
    Ok(match printed.lines().last() {
        Some(line) => serde_json::from_str(line)?,
        None => Value::Null,
    })
}
