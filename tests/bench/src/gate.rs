//! `gate`: the very function that PUSH and PULL call, on files.
//!
//! One process per file, so that a change which gets the better of the gate takes its own process with it, and so that the
//! peak of memory is that file's own.

#![allow(clippy::disallowed_methods, reason = "a command that reads files and measures time")]

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{fs, io, panic};

use automerge::Automerge;
use clap::Args;
use serde::{Deserialize, Serialize};
use yuandian_document::gate::{CasePolicy, Checks, admit};
use yuandian_document::{ActorId, Content, Edit, NoteEntry};
use yuandian_model::EntryId;
use yuandian_model::form::SharedAnswer;

use crate::child::{Heard, of_child, peak_kib, reset_peak};

#[derive(Args)]
pub struct Arguments {
    /// The document that every change is judged against
    #[arg(long)]
    base: PathBuf,
    /// The directory whose .change files are judged
    directory: PathBuf,
    /// Leave the case policy out. A file has no envelope: the actor binding is always left out here
    #[arg(long)]
    structure_only: bool,
    /// One line of JSON per file instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct One {
    #[arg(long)]
    base: PathBuf,
    #[arg(long)]
    structure_only: bool,
    file: PathBuf,
}

/// One line of the answer.
#[derive(Serialize, Deserialize)]
struct Line {
    file: String,
    verdict: Verdict,
    /// `ok`, a receipt code, or for a crash what became of the process.
    code: String,
    /// Wall time of the judgement, in milliseconds. None after a crash.
    ms: Option<f64>,
    /// Growth of the process's peak over its level with the base loaded, in KiB. None after a crash and where the system
    /// does not tell.
    peak_kib: Option<u64>,
}

/// What a child tells its parent: the line, and for the table the gate's own word for the reason.
#[derive(Serialize, Deserialize)]
struct Judged {
    #[serde(flatten)]
    line: Line,
    detail: String,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Accept,
    Refuse,
    Crash,
}

/// Judges every file, each in its own process, and prints the answers by file name.
///
/// # Errors
/// When the directory or the base cannot be read, or holds no change: then nothing was judged.
pub fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    load(&arguments.base)?;
    let files = change_files(&arguments.directory)?;
    let mut out = io::stdout().lock();
    if files.is_empty() {
        return Err(format!("no .change file in {}", arguments.directory.display()).into());
    }
    let mut judged = Vec::new();
    for file in &files {
        let one = judge_in_child(arguments, file)?;
        if arguments.json {
            writeln!(out, "{}", serde_json::to_string(&one.line)?)?;
        } else {
            writeln!(out, "{}", row(&one))?;
        }
        judged.push(one);
    }
    if !arguments.json {
        writeln!(out, "{}", summary(&judged))?;
        writeln!(out, "{}", honest_case()?)?;
    }
    Ok(())
}

/// Judges one file in this process and prints what the parent reads.
///
/// # Errors
/// When a file cannot be read, or when the base changed under the gate, which must never be.
pub fn run_one(one: &One) -> Result<(), Box<dyn Error>> {
    let base = load(&one.base)?;
    let before = (base.get_heads(), base.save());
    let raw = fs::read(&one.file)?;
    // A caught panic is an ordinary refusal here; its message on stderr would look like a crash.
    panic::set_hook(Box::new(|_| {}));
    let checks = if one.structure_only {
        Checks::structure_only()
    } else {
        Checks { binding: None, policy: Some(&CasePolicy) }
    };
    reset_peak();
    let level = peak_kib();
    let start = Instant::now();
    let outcome = admit(&base, &raw, &checks);
    let ms = start.elapsed().as_secs_f64() * 1e3;
    let peak = peak_kib();
    if (base.get_heads(), base.save()) != before {
        return Err("the base has changed".into());
    }
    let (verdict, code, detail) = match &outcome {
        Ok(_) => (Verdict::Accept, "ok", ""),
        Err(refusal) => (Verdict::Refuse, refusal.code().as_str(), refusal.detail()),
    };
    let line = Line {
        file: name(&one.file),
        verdict,
        code: code.to_owned(),
        ms: Some((ms * 1e3).round() / 1e3),
        peak_kib: level.zip(peak).map(|(level, peak)| peak.saturating_sub(level)),
    };
    println!("{}", serde_json::to_string(&Judged { line, detail: detail.to_owned() })?);
    Ok(())
}

fn load(base: &Path) -> Result<Automerge, Box<dyn Error>> {
    let bytes = fs::read(base).map_err(|error| format!("{}: {error}", base.display()))?;
    Ok(Automerge::load(&bytes).map_err(|error| format!("{}: {error}", base.display()))?)
}

/// The `.change` files of a directory, by name.
fn change_files(directory: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    let mut files: Vec<PathBuf> = paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "change"))
        .collect();
    files.sort();
    Ok(files)
}

/// Starts this program again for one file. Whatever becomes of the child, the parent has a line to print.
fn judge_in_child(arguments: &Arguments, file: &Path) -> Result<Judged, Box<dyn Error>> {
    let mut command = vec!["gate-one".as_ref(), "--base".as_ref(), arguments.base.as_os_str()];
    if arguments.structure_only {
        command.push("--structure-only".as_ref());
    }
    let crash = |code: String| Judged {
        line: Line { file: name(file), verdict: Verdict::Crash, code, ms: None, peak_kib: None },
        detail: String::new(),
    };
    Ok(match of_child(&command, file)? {
        Heard::Said(judged) => judged,
        Heard::Crashed(status) => crash(status),
        Heard::NoEnd => crash("timeout".to_owned()),
    })
}

fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn row(judged: &Judged) -> String {
    let Line { file, verdict, code, ms, peak_kib } = &judged.line;
    let verdict = match verdict {
        Verdict::Accept => "accept",
        Verdict::Refuse => "refuse",
        Verdict::Crash => "CRASH",
    };
    let ms = ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.3}"));
    let peak = peak_kib.map_or_else(|| "-".to_owned(), |peak| peak.to_string());
    format!(
        "{file:<24} {verdict:<7} {code:<12} {detail:<16} {ms:>9} ms {peak:>7} KiB",
        detail = judged.detail
    )
}

fn summary(judged: &[Judged]) -> String {
    let count = |wanted| judged.iter().filter(|one| one.line.verdict == wanted).count();
    let (median, longest) = median_and_longest(judged.iter().filter_map(|one| one.line.ms).collect());
    let peak = judged.iter().filter_map(|one| one.line.peak_kib).max().unwrap_or_default();
    format!(
        "{} judged: {} admitted, {} refused, {} crashed; median {median:.3} ms, longest {longest:.3} ms, highest peak {peak} KiB",
        judged.len(),
        count(Verdict::Accept),
        count(Verdict::Refuse),
        count(Verdict::Crash),
    )
}

fn median_and_longest(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    (median, times.last().copied().unwrap_or_default())
}

/// What an honest change costs by every step on a case of a usual length: 50 changes by five people, one more by each.
fn honest_case() -> Result<String, Box<dyn Error>> {
    const CHANGES: u8 = 50;
    const JUDGED: u8 = 60;
    let author = |number: u8| ActorId::from([number % 5 + 1; 16]);
    let mut content = Content::default();
    for number in 1..CHANGES {
        write_one(&mut content, number, &author(number))?;
    }
    let base = Automerge::load(&content.save())?;
    let mut times = Vec::new();
    for number in 0..JUDGED {
        let actor = author(number);
        let raw = write_one(&mut content.clone(), CHANGES + number, &actor)?;
        let start = Instant::now();
        let outcome = admit(&base, &raw, &Checks::case(&actor));
        times.push(start.elapsed().as_secs_f64() * 1e3);
        outcome?;
    }
    let (median, longest) = median_and_longest(times);
    Ok(format!(
        "a case of {CHANGES} changes: {JUDGED} honest ones by every step, median {median:.3} ms, longest {longest:.3} ms"
    ))
}

/// One honest change: a longer description, an answer, or a note.
fn write_one(content: &mut Content, number: u8, actor: &ActorId) -> Result<Vec<u8>, Box<dyn Error>> {
    let edit = match number % 3 {
        0 => Edit::Describe(format!("{}第{number}次核实：垃圾仍在。", content.view().description)),
        1 => Edit::Answer {
            key: format!("field_{}", number % 7),
            value: SharedAnswer::standing(format!("第{number}次")),
        },
        _ => Edit::Note(EntryId([number; 16]), NoteEntry::of("已到现场，拍照上报。", 0)),
    };
    let heads = content.heads();
    let written = content.write(&heads, actor, &[edit], 1_780_000_000_000)?;
    Ok(written.ok_or("an honest edit writes something")?.1)
}
