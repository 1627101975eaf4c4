//! `yuandian-demo`: the main job on real input, told as it happens.
//!
//! Six phones and a server, each the real program in a process of its own, with a link between them that can be made bad. Every
//! sentence that the demo prints with a ✓ was measured just then; the exit code is 0 only if every chapter was played to its end and
//! every statement in it was true. What a phone or the server does wrong shows as ✗ and is never smoothed over here.
#![allow(clippy::disallowed_methods, reason = "a demo runs real programs, in real time, on real files")]

mod chapters;
mod stage;
mod story;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;

use crate::story::Story;

/// The main job of Yuandian, played on real input and checked as it happens.
#[derive(Debug, Parser)]
#[command(name = "yuandian-demo", version)]
struct Options {
    /// Folder with the programs `yuandian` and `yuandian-server`.
    #[arg(long, value_name = "DIR")]
    bin_dir: PathBuf,
    /// End after the last chapter instead of leaving the server up.
    #[arg(long)]
    exit: bool,
    /// The photograph of chapter 2, a JPEG; a 12-megapixel one of the test data where not given.
    #[arg(long, value_name = "FILE")]
    photo: Option<PathBuf>,
    /// Fixes the order in which the volunteers come back; drawn anew each time where not given.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(from_the_clock);
    let mut story = Story::to_stdout();
    let world = chapters::play(&mut story, &options, seed);
    let good = story.end();
    // One chapter may have been untrue and the others worth looking at: what stands, stays up.
    let stayed = world.is_none_or(|mut world| world.stay().is_ok());
    if good && stayed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Four digits are enough for six orders, and short enough to type again.
fn from_the_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::from(since.subsec_nanos()) % 10_000)
}
