//! `yuandian-timers --count N --seeds N`: the server's durable timers by the thousand. `cargo xtask timers` builds and becomes it.
//!
//! The last line is `{"seeds","timers","crashes","jumps","fired","twice","early","missed","tick_reads_ratio"}`; the exit code is 1 unless every
//! timer fired once and in time, and a tick reads no more where more wait.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use yuandian_sim::timers::waiting::waiting;
use yuandian_sim::timers::{FEW, Report, reads_ratio, run};

/// The server's durable timers, with crashes and clocks that jump.
#[derive(Parser)]
#[command(name = "yuandian-timers", version)]
struct Options {
    /// How many timers wait.
    #[arg(long, default_value_t = 10_000)]
    count: usize,
    /// How many seeds to run.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    start: u64,
    /// Only the line of JSON on standard output.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match all(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(words) => {
            eprintln!("timers: {words}");
            ExitCode::FAILURE
        }
    }
}

fn all(options: &Options) -> Result<bool, String> {
    let (few, many) = (waiting(FEW)?, waiting(options.count)?);
    let mut report =
        Report { timers: options.count, tick_reads_ratio: reads_ratio(&few, &many)?, ..Report::default() };
    for seed in options.start..options.start + options.seeds {
        let one = run(&many, seed)?;
        if !options.json {
            println!("seed {seed}: {} fired, {} crashes, {} jumps", one.fired, one.crashes, one.jumps);
        }
        if one.twice + one.early + one.missed > 0 {
            eprintln!("seed {seed}: {} twice, {} early, {} missed", one.twice, one.early, one.missed);
        }
        report.add(&one);
    }
    println!("{}", serde_json::to_string(&report).map_err(|e| e.to_string())?);
    Ok(report.holds())
}
