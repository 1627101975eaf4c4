//! `yuandian-evidence-trial`: bundles that a real phone exported from a real server, one random byte of one random member altered, packed again
//! into a valid archive so that no checksum of the archive helps, and judged by `yuandian verify` in a process of its own.
//!
//! An alteration is *detected* when the verifier says that the bundle does not hold and names the member that was altered. Honest bundles,
//! also packed anew by another program, must hold. The last line is `{"count","detected",…}`; the exit code is 1 unless every one was detected
//! and every honest bundle holds.
#![allow(clippy::disallowed_methods, reason = "real programs, in real time, on real files")]

mod archive;
mod honest;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};
use yuandian_programs::process::run;
use yuandian_programs::seed::Seed;
use yuandian_programs::{Played, Stop};

use crate::archive::{Members, members, packed};

/// How long one check may take.
const CHECK: Duration = Duration::from_secs(20);
/// Findings that are shown of alterations that were not detected.
const SHOWN: usize = 5;

#[derive(Debug, Parser)]
#[command(name = "yuandian-evidence-trial", version)]
struct Options {
    #[command(subcommand)]
    trial: Trial,
}

#[derive(Debug, Subcommand)]
enum Trial {
    /// Alter random bytes of bundle members.
    Mutate(Mutate),
}

#[derive(Debug, Args)]
struct Mutate {
    /// Folder with the programs `yuandian` and `yuandian-server`.
    #[arg(long, value_name = "DIR")]
    bin_dir: PathBuf,
    /// How many alterations.
    #[arg(long, default_value_t = 10_000)]
    count: usize,
    /// Fixes which; drawn anew where not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Only the line of JSON on standard output.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let Trial::Mutate(options) = Options::parse().trial;
    match mutate(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(stop) => {
            eprintln!("yuandian-evidence-trial: {stop}");
            ExitCode::FAILURE
        }
    }
}

/// The verifier as a stranger would use it.
struct Verifier {
    program: PathBuf,
    file: PathBuf,
}

impl Verifier {
    /// Its exit code and its answer.
    fn judge(&self, bundle: &[u8]) -> Played<(Option<i32>, Value)> {
        std::fs::write(&self.file, bundle)?;
        let mut command = Command::new(&self.program);
        let ran = run(command.arg("verify").arg(&self.file).arg("--json"), CHECK)?;
        let said = serde_json::from_str(&ran.stdout)
            .map_err(|e| Stop(format!("`yuandian verify` did not answer in JSON: {e}: {}", ran.stderr)))?;
        Ok((ran.code, said))
    }
}

fn mutate(options: &Mutate) -> Played<bool> {
    let seed = options.seed.unwrap_or_else(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |now| u64::from(now.subsec_nanos()))
    });
    let folder = tempfile::tempdir()?;
    let bundles = honest::bundles(&options.bin_dir, folder.path())?;
    let verifier =
        Verifier { program: options.bin_dir.join("yuandian"), file: folder.path().join("judged.zip") };
    let mut honest = 0;
    for bundle in &bundles {
        for bytes in [bundle.bytes.clone(), packed(&bundle.members)?] {
            let (code, said) = verifier.judge(&bytes)?;
            if code == Some(0) && verdict(&said) == "holds" {
                honest += 1;
            } else {
                eprintln!("an honest bundle does not hold: {said}");
            }
        }
    }
    let mut choices = Seed::new(seed);
    let mut detected = 0;
    let mut missed = 0;
    for number in 0..options.count {
        let bundle = &bundles[choices.below(bundles.len())];
        let (altered, what) = altered(&bundle.members, &mut choices);
        let (code, said) = verifier.judge(&packed(&altered)?)?;
        if code == Some(6) && names(&said, &what.member) {
            detected += 1;
        } else {
            missed += 1;
            if missed <= SHOWN {
                eprintln!("not detected: byte {} of {}: {said}", what.byte, what.member);
            }
        }
        if !options.json && (number + 1) % 1_000 == 0 {
            println!("{} of {} altered, {detected} detected", number + 1, options.count);
        }
    }
    let expected = bundles.len() * 2;
    let line = json!({
        "count": options.count, "detected": detected, "honest": expected, "honest_hold": honest, "seed": seed,
    });
    println!("{line}");
    Ok(detected == options.count && honest == expected)
}

/// What was altered.
struct Altered {
    member: String,
    byte: usize,
}

/// One byte of one member becomes another. Every member is as likely as any other, however small.
fn altered(honest: &Members, choices: &mut Seed) -> (Members, Altered) {
    let mut members = honest.clone();
    let at = choices.below(members.len());
    let (name, bytes) = &mut members[at];
    let byte = choices.below(bytes.len());
    if let Some(value) = bytes.get_mut(byte) {
        let by = 1 + choices.below(255);
        *value ^= u8::try_from(by).unwrap_or(1);
    }
    let what = Altered { member: name.clone(), byte };
    (members, what)
}

fn verdict(said: &Value) -> &str {
    said.get("verdict").and_then(Value::as_str).unwrap_or_default()
}

/// Whether something is said to be broken in this member.
fn names(said: &Value, member: &str) -> bool {
    let photos = said.get("photos").and_then(Value::as_array).into_iter().flatten();
    let lists = std::iter::once(said).chain(photos);
    let mut findings = lists.filter_map(|list| list.get("findings")).filter_map(Value::as_array).flatten();
    findings.any(|finding| {
        let text = |name: &str| finding.get(name).and_then(Value::as_str);
        text("level") == Some("broken") && text("member") == Some(member)
    })
}

/// A bundle as it was exported.
pub struct Bundle {
    bytes: Vec<u8>,
    members: Members,
}

impl Bundle {
    fn read(file: &Path) -> Played<Self> {
        let bytes = std::fs::read(file)?;
        let members = members(&bytes)?;
        Ok(Self { bytes, members })
    }
}
