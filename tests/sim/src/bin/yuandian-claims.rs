//! `yuandian-claims --requests N --claimants N --seeds N`: claims of many at once, made without a link. `cargo xtask claims` builds and becomes
//! it.
//!
//! The last line is `{"seeds","requests","unclaimed","claims","winners_wrong","losers_untold","promotions","promotions_apart","ownerless"}`; the
//! exit code is 1 unless every request has whom it must have and everybody was told.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use yuandian_sim::claims::{Report, run};

/// Claims whose outcome was not shown that are told in words.
const TOLD_MAX: usize = 12;

/// Requests for help, each claimed by every volunteer of a street.
#[derive(Parser)]
#[command(name = "yuandian-claims", version)]
struct Options {
    /// How many requests are claimed.
    #[arg(long, default_value_t = 1_000)]
    requests: usize,
    /// By how many volunteers each.
    #[arg(long, default_value_t = 30)]
    claimants: usize,
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
            eprintln!("claims: {words}");
            ExitCode::FAILURE
        }
    }
}

fn all(options: &Options) -> Result<bool, String> {
    let mut report = Report::default();
    for seed in options.start..options.start + options.seeds {
        let mut words = 0;
        let mut told = |untold: &str| {
            words += 1;
            if words <= TOLD_MAX {
                eprintln!("seed {seed}: {untold}");
            }
        };
        let one = run(seed, (options.requests, options.claimants), &mut told)?;
        if !options.json {
            println!("seed {seed}: {} claims, {} promotions", one.claims, one.promotions);
        }
        if !one.holds() {
            eprintln!("seed {seed}: {one:?}");
        }
        report.add(&one);
    }
    println!("{}", serde_json::to_string(&report).map_err(|e| e.to_string())?);
    Ok(report.holds())
}
