//! The one list of scenarios, through the Rust API: real phones, each in a home of its own, against the real server process.
//!
//! Each scenario is held to the answers written in it, and ends in a digest of everything that was observed, with ids and times
//! replaced. Every other language runs the same list and must come to the same digest.

mod observe;
mod scenario;
mod stage;
mod steps;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::json;

use crate::scenario::{Count, Scenario};
use crate::stage::Stage;

/// Runs the list of scenarios through the Rust API.
#[derive(Parser)]
struct Cli {
    /// A line of JSON per scenario on stdout.
    #[arg(long)]
    json: bool,
    /// The folder with `yuandian-server`; this program's own where it is not given.
    #[arg(long, value_name = "DIR")]
    bin_dir: Option<PathBuf>,
    /// Only scenarios whose name contains this, or that open a case of a service of this kind: `help` means `help.errand` and its like.
    #[arg(long, value_name = "WORD")]
    only: Option<String>,
    #[command(subcommand)]
    chore: Option<Chore>,
}

#[derive(Subcommand)]
enum Chore {
    /// Writes the lives of `tests/scenarios/lives` anew from the tables of the catalogue.
    Generate,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let out = &mut std::io::stdout();
    match run(&cli, out) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failed) => {
            let _ = writeln!(std::io::stderr(), "{failed} scenarios failed");
            ExitCode::FAILURE
        }
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "scenarios: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli, out: &mut impl std::io::Write) -> Result<usize, String> {
    if let Some(Chore::Generate) = cli.chore {
        for path in Scenario::write_lives()? {
            writeln!(out, "{}", path.display()).map_err(|e| e.to_string())?;
        }
        return Ok(0);
    }
    let bin_dir = match &cli.bin_dir {
        Some(dir) => dir.clone(),
        None => std::env::current_exe()
            .map_err(|e| e.to_string())?
            .parent()
            .map(PathBuf::from)
            .unwrap_or_default(),
    };
    let (mut failed, mut ran, mut lived) = (0, 0, Count::default());
    let (list, lives) = Scenario::all()?;
    let told = list.into_iter().map(|scenario| (scenario, false));
    for (scenario, is_lives) in told.chain(lives.into_iter().map(|scenario| (scenario, true))) {
        if cli.only.as_ref().is_some_and(|word| !scenario.is_about(word)) {
            continue;
        }
        ran += 1;
        let ended = Stage::set(&scenario, &bin_dir).and_then(|mut stage| steps::play(&mut stage, &scenario));
        let (ok, digest, why) = match ended {
            Ok(digest) => (true, digest, String::new()),
            Err(why) => (false, String::new(), why),
        };
        failed += usize::from(!ok);
        if ok && is_lives {
            lived += scenario.count();
        }
        let line = if cli.json {
            json!({"scenario": scenario.name, "ok": ok, "digest": digest, "why": why}).to_string()
        } else if ok {
            format!("ok      {}  {}", &digest[..16], scenario.name)
        } else {
            format!("FAILED  {}: {why}", scenario.name)
        };
        writeln!(out, "{line}").map_err(|e| e.to_string())?;
    }
    if !cli.json {
        let Count { lives, acts, refusals } = lived;
        writeln!(out, "{lives} lives, {acts} acts, {refusals} refusals").map_err(|e| e.to_string())?;
    }
    // An empty run is no success.
    if ran == 0 { Err("no scenario was chosen".into()) } else { Ok(failed) }
}
