//! `yuandian-crash --flow all|NAME`: every I/O operation of every flow of a phone, struck by everything that can happen to it.
//!
//! The last line is `{"flows","io_ops","runs","lost_acks","non_atomic","corrupt","seconds"}`; the exit code is 1 unless the three are 0.
#![allow(
    clippy::disallowed_methods,
    reason = "a command reads test data, runs threads and takes the time that it took"
)]

mod flows;
mod home;
mod look;
mod server;
mod trial;

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clap::Parser;
use serde_json::json;

use crate::flows::FLOWS;
use crate::trial::{Finding, Plan, STRIKES, Strike, Wrong};

/// Findings that are told in words.
const TOLD_MAX: usize = 12;

/// Every I/O operation of every flow of a phone: killed, cut from power, full, failing.
#[derive(Parser)]
#[command(name = "yuandian-crash", version)]
struct Options {
    /// A flow by its name, or `all`.
    #[arg(long, default_value = "all")]
    flow: String,
    /// Only the operation of this number.
    #[arg(long)]
    operation: Option<u64>,
    /// Only the line of JSON on standard output.
    #[arg(long)]
    json: bool,
}

/// A flow, an operation, a strike.
type Trial = (usize, u64, Strike);

fn main() -> ExitCode {
    let options = Options::parse();
    let chosen: Vec<_> =
        FLOWS.iter().filter(|(name, _)| options.flow == "all" || options.flow == *name).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = FLOWS.iter().map(|(name, _)| *name).collect();
        eprintln!("yuandian-crash: no flow {:?}: all, {}", options.flow, names.join(", "));
        return ExitCode::from(2);
    }
    let began = Instant::now();
    let plans = match chosen.iter().map(|(_, make)| Plan::of(make())).collect::<Result<Vec<Plan>, String>>() {
        Ok(plans) => plans,
        Err(words) => {
            eprintln!("yuandian-crash: {words}");
            return ExitCode::FAILURE;
        }
    };
    let trials = trials(&plans, options.operation);
    let found = run(&plans, &trials);
    report(&options, &plans, trials.len(), &found, began)
}

fn trials(plans: &[Plan], only: Option<u64>) -> Vec<Trial> {
    let operations = |plan: &Plan| (0..plan.operations).filter(move |at| only.is_none_or(|only| only == *at));
    let of = |(number, plan): (usize, &Plan)| -> Vec<Trial> {
        operations(plan).flat_map(|at| STRIKES.map(|strike| (number, at, strike))).collect()
    };
    plans.iter().enumerate().flat_map(of).collect()
}

/// All trials, on every core.
fn run(plans: &[Plan], trials: &[Trial]) -> Vec<Finding> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(vec![]));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|all| {
        for _ in 0..threads {
            all.spawn(|| {
                while let Some((plan, operation, strike)) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let findings = plans[*plan].strike(*operation, *strike);
                    found.lock().unwrap_or_else(PoisonError::into_inner).extend(findings);
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort();
    found
}

fn report(options: &Options, plans: &[Plan], runs: usize, found: &[Finding], began: Instant) -> ExitCode {
    for (wrong, words) in found.iter().take(TOLD_MAX) {
        eprintln!("{wrong:?}: {words}");
    }
    if !options.json {
        for plan in plans {
            println!("{:<14} {:>5} operations", plan.flow.name, plan.operations);
        }
    }
    let count = |kind: Wrong| found.iter().filter(|(wrong, _)| *wrong == kind).count();
    let operations: u64 = plans.iter().map(|plan| plan.operations).sum();
    let seconds = (began.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    println!(
        "{}",
        json!({
            "flows": plans.len(), "io_ops": operations, "runs": runs, "lost_acks": count(Wrong::LostAck),
            "non_atomic": count(Wrong::NonAtomic), "corrupt": count(Wrong::Corrupt), "seconds": seconds,
        })
    );
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(name: &str) -> Plan {
        let (_, make) = FLOWS.iter().find(|(flow, _)| *flow == name).unwrap();
        Plan::of(make()).unwrap()
    }

    #[test]
    fn a_short_flow_survives_every_strike() {
        let plans = [plan("enrol")];
        let trials = trials(&plans, None);
        assert_eq!(trials.len() as u64, plans[0].operations * STRIKES.len() as u64);
        assert_eq!(run(&plans, &trials), []);
    }

    #[test]
    fn a_flow_that_does_not_show_what_its_name_says_is_no_flow() {
        let (_, make) = FLOWS.iter().find(|(flow, _)| *flow == "enrol").unwrap();
        let flow = flows::Flow { shows: &["person 2"], ..make() };
        assert!(Plan::of(flow).is_err_and(|words| words.contains("does not show person 2")));
    }

    #[test]
    fn a_command_that_says_done_and_writes_nothing_is_a_lost_acknowledgement() {
        let plan = plan("enrol");
        let held = |strike: Strike| plan.strike(plan.operations, strike);
        // Nothing is struck: all is held. With the command taken out, what it said is missing.
        assert_eq!(held(Strike::Kill), []);
        let empty: flows::Step = std::sync::Arc::new(|_| Ok(()));
        let found = plan.forgetting(empty).strike(0, Strike::Kill);
        assert!(found.iter().all(|(wrong, _)| *wrong == Wrong::LostAck) && !found.is_empty(), "{found:?}");
    }
}
