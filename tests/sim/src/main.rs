//! `yuandian-sim`: runs seeds, replays an input, finds planted bugs. `cargo xtask sim` builds and becomes it.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "a command reads and writes files")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use yuandian_model::planted::Bug;
use yuandian_sim::erase::{Erased, erase};
use yuandian_sim::fault::{Fault, exclude};
use yuandian_sim::input::Mix;
use yuandian_sim::plant::{FIRST_SEED, Found, median, search_all};
use yuandian_sim::report::{Plan, Report, run_all};
use yuandian_sim::run::run;

/// The simulated world.
#[derive(Parser)]
struct Args {
    /// How many seeds to run.
    #[arg(long, default_value_t = 1_605)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    start: u64,
    /// Which cases people open: `usual`, a little of everything, or `help`, help between neighbours, orders for the elderly and alarms.
    #[arg(long, default_value = "usual", value_parser = mix_of, conflicts_with_all = ["replay", "erase", "plant"])]
    mix: Mix,
    /// Only machine-readable output on stdout.
    #[arg(long)]
    json: bool,
    /// Go on where an interrupted run of the same start stopped.
    #[arg(long)]
    resume: bool,
    /// Fail also where a situation was never reached.
    #[arg(long)]
    all_situations: bool,
    /// A fault that no world has; may be given several times, and again with --replay.
    #[arg(long, value_name = "FAULT")]
    without: Vec<String>,
    /// Run the input in this file, telling its story.
    #[arg(long, value_name = "FILE", conflicts_with = "seeds")]
    replay: Option<PathBuf>,
    /// Forget the people of each world and look through every disk for what was private of them.
    #[arg(long, conflicts_with_all = ["replay", "plant"])]
    erase: bool,
    /// Look for this planted bug, or for all.
    #[arg(long, value_name = "NAME|all", conflicts_with = "replay")]
    plant: Option<String>,
    /// Seeds that the search for a planted bug may take.
    #[arg(long, default_value_t = 4_000)]
    budget: u64,
    /// Keep the input that kills a planted bug, made small, in `tests/corpus/planted`.
    #[arg(long, requires = "plant")]
    record: bool,
    /// Runs that making a recorded input small may take.
    #[arg(long, default_value_t = 60)]
    shrink: u32,
    /// Where failures and progress are kept.
    #[arg(long, value_name = "DIR", default_value = "target/sim")]
    folder: PathBuf,
    /// Threads; by default one for each core.
    #[arg(long)]
    threads: Option<usize>,
}

fn mix_of(name: &str) -> Result<Mix, String> {
    Mix::ALL.into_iter().find(|mix| mix.name() == name).ok_or_else(|| "there are: usual, help".to_owned())
}

fn main() -> ExitCode {
    // A panic of a world is caught, counted and told; its backtrace would only drown the others.
    std::panic::set_hook(Box::new(|_| {}));
    match start(&Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("sim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(args: &Args) -> std::io::Result<ExitCode> {
    for name in &args.without {
        if !Fault::ALL.iter().any(|fault| fault.name() == name) {
            let known: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
            eprintln!("sim: no fault {name:?}; there are: {}", known.join(", "));
            return Ok(ExitCode::FAILURE);
        }
    }
    exclude(Fault::ALL.iter().copied().filter(|fault| args.without.iter().any(|name| name == fault.name())));
    if let Some(file) = &args.replay {
        return replay(&std::fs::read(file)?);
    }
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    if let Some(name) = &args.plant {
        return planted(args, name, args.threads.unwrap_or(cores));
    }
    if args.erase {
        return erased(args);
    }
    let plan = Plan {
        start: args.start,
        seeds: args.seeds,
        mix: args.mix,
        folder: args.folder.clone(),
        resume: args.resume,
        threads: args.threads.unwrap_or(cores),
    };
    let mut told = 0;
    let mut note = |report: &Report| {
        if !args.json {
            for failure in report.failures.iter().skip(told) {
                println!("{failure}");
            }
        }
        told = report.failures.len();
        eprintln!("{} seeds, {} failed, {:.0} s", report.seeds, report.failed, report.seconds);
    };
    let report = run_all(&plan, &mut note)?;
    if args.json {
        report.failures.iter().for_each(|failure| eprintln!("{failure}"));
    }
    let unreached = report.unreached(args.mix);
    if args.all_situations && !unreached.is_empty() {
        eprintln!("never reached: {}", unreached.join(", "));
    }
    println!("{}", serde_json::to_string(&report)?);
    let failed = report.failed > 0 || (args.all_situations && !unreached.is_empty());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn replay(bytes: &[u8]) -> std::io::Result<ExitCode> {
    let outcome = run(bytes, true);
    outcome.lines.iter().for_each(|line| println!("{line}"));
    Ok(match outcome.broken {
        Some(broken) => {
            println!("BROKEN {}: {}", broken.invariant.name(), broken.detail);
            ExitCode::FAILURE
        }
        None => {
            println!("every promise holds, {} steps", outcome.steps);
            ExitCode::SUCCESS
        }
    })
}

/// Counts over all seeds what was found before and after; fails where something is left, or where there was nothing to be found.
fn erased(args: &Args) -> std::io::Result<ExitCode> {
    let mut all = Erased::default();
    for seed in args.start..args.start + args.seeds {
        match erase(seed, &mut |place| eprintln!("seed {seed}: left on {}", place.escape_debug())) {
            Ok(one) => {
                all.seeds += one.seeds;
                all.canaries_before += one.canaries_before;
                all.canaries_after += one.canaries_after;
            }
            Err(words) => {
                eprintln!("erase-check: {words}");
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    println!("{}", serde_json::to_string(&all)?);
    let gone = all.canaries_before > 0 && all.canaries_after == 0;
    Ok(if gone { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn planted(args: &Args, name: &str, threads: usize) -> std::io::Result<ExitCode> {
    let bugs: Vec<Bug> = Bug::of_worlds().filter(|bug| name == "all" || bug.id() == name).collect();
    if bugs.is_empty() {
        let known: Vec<&str> = Bug::of_worlds().map(|bug| bug.id()).collect();
        eprintln!("sim: no bug {name:?}; there are: {}", known.join(", "));
        return Ok(ExitCode::FAILURE);
    }
    let start = if args.start == 0 { FIRST_SEED } else { args.start };
    let told = |found: &Found| match serde_json::to_string(found) {
        Ok(line) => println!("{line}"),
        Err(error) => eprintln!("sim: {error}"),
    };
    let record = args.record.then_some(args.shrink);
    let found = search_all(&bugs, (start, args.budget), threads, record, &told)?;
    let count = found.iter().filter(|one| one.found).count();
    eprintln!("{count} of {} found, median {} seeds", found.len(), median(&found).unwrap_or_default());
    Ok(if count == found.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
