//! `yuandian-stalk --accounts N --days N --seeds N`: many accounts look for the home of somebody who asks for help. `cargo xtask stalk` builds and
//! becomes it.
//!
//! The last line is `{"seeds","radius_m","inside_m","accepted_m","calls","looks","unlogged"}`; the exit code is 1 unless nothing but the cell is
//! known before a request is taken.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use yuandian_model::planted::Bug;
use yuandian_sim::stalk::{Report, run};

/// Many accounts look for the home of somebody who asks for help.
#[derive(Parser)]
#[command(name = "yuandian-stalk", version)]
struct Options {
    /// How many accounts look.
    #[arg(long, default_value_t = 50)]
    accounts: usize,
    /// For how many days.
    #[arg(long, default_value_t = 30)]
    days: usize,
    /// How many seeds to run.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    start: u64,
    /// With this planted defect.
    #[arg(long, value_name = "NAME", value_parser = bug_of)]
    plant: Option<Bug>,
    /// Only the line of JSON on standard output.
    #[arg(long)]
    json: bool,
}

fn bug_of(name: &str) -> Result<Bug, String> {
    let known = || Bug::ALL.iter().copied().filter(|bug| bug.area() == "places");
    let names: Vec<&str> = known().map(Bug::id).collect();
    known().find(|bug| bug.id() == name).ok_or_else(|| format!("one of {}", names.join(", ")))
}

fn main() -> ExitCode {
    match all(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(words) => {
            eprintln!("stalk: {words}");
            ExitCode::FAILURE
        }
    }
}

fn all(options: &Options) -> Result<bool, String> {
    let mut report = Report::default();
    for seed in options.start..options.start + options.seeds {
        let one = run(seed, (options.accounts, options.days), options.plant)?;
        if !options.json {
            println!("seed {seed}: {} calls, {} looks", one.calls, one.looks);
        }
        if !one.holds() {
            eprintln!("seed {seed}: {one:?}");
        }
        report.add(&one);
    }
    println!("{}", serde_json::to_string(&report).map_err(|e| e.to_string())?);
    Ok(report.holds())
}
