//! This program again for one file, so that a file which gets the better of it takes its own process with it, and so that time and the
//! peak of memory are that file's own.

#![allow(
    clippy::disallowed_methods,
    reason = "starts processes, waits for them, and reads what the system tells of them"
)]

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, io, thread};

use serde::de::DeserializeOwned;

/// What takes longer has not ended: the process is killed.
const CHILD_SECONDS_MAX: u64 = 20;

/// What was heard of the process.
pub enum Heard<T> {
    /// It ended well and printed this.
    Said(T),
    /// It ended otherwise; how, in words.
    Crashed(String),
    /// It did not end.
    NoEnd,
}

/// Starts this program with `arguments` and then the file, and reads the one value of JSON that it prints. Whatever becomes of the
/// child, the parent has an answer.
///
/// # Errors
/// When a process cannot be started, or says something else.
pub fn of_child<T: DeserializeOwned>(arguments: &[&OsStr], file: &Path) -> io::Result<Heard<T>> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .arg("--")
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut said = String::new();
        let read = stdout.read_to_string(&mut said);
        // The parent no longer listens only when it has given up on the child.
        let _ = sender.send(read.map(|_| said));
    });
    let said = receiver.recv_timeout(Duration::from_secs(CHILD_SECONDS_MAX));
    if said.is_err() {
        child.kill()?;
    }
    let status = child.wait()?;
    let _ = reader.join();
    Ok(match said {
        Err(_) => Heard::NoEnd,
        Ok(said) if status.success() => Heard::Said(serde_json::from_str(&said?)?),
        Ok(_) => Heard::Crashed(status.to_string()),
    })
}

/// Asks Linux to count the peak of resident memory anew from the present level. Elsewhere nothing happens.
pub fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The peak of resident memory in KiB, where the system tells.
pub fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
