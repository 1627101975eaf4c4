//! Many runs, counted together, on as many threads as there are cores.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::input::{Mix, of_seed_in};
use crate::invariant::{Broken, Invariant};
use crate::run::{Outcome, run, shrink};
use crate::situation::{HELP, RARE, Situation};

/// Seeds of which one runs twice.
const TWICE_OF: u64 = 20;
/// Runs that shrinking a failure may take.
const SHRINK_RUNS: u32 = 40;
/// Failures of a run that are shrunk; there is no end to what one bug breaks.
const SHRUNK_MAX: u64 = 3;
/// Seeds between two notes of how far a long run is.
const BATCH: u64 = 250;

/// What many runs were.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    /// Seeds run.
    pub seeds: u64,
    /// Seeds that broke a promise.
    pub failed: u64,
    /// Steps of all.
    pub steps: u64,
    /// Virtual hours of all.
    pub virtual_hours: f64,
    /// How often each fault struck.
    pub faults: BTreeMap<String, u64>,
    /// How often each situation was reached.
    pub sometimes: BTreeMap<String, u64>,
    /// Real time, seconds.
    pub seconds: f64,
    /// Failures as they are told.
    #[serde(skip)]
    pub failures: Vec<String>,
}

impl Report {
    /// Nothing run yet: every name at zero.
    #[must_use]
    pub fn empty() -> Self {
        let zero = |name: &str| (name.to_owned(), 0);
        Self {
            faults: Fault::ALL.iter().map(|fault| zero(fault.name())).collect(),
            sometimes: Situation::ALL.iter().map(|situation| zero(situation.name())).collect(),
            ..Self::default()
        }
    }

    fn add(&mut self, outcome: &Outcome) {
        self.seeds += 1;
        self.steps += outcome.steps;
        self.virtual_hours += outcome.virtual_ms as f64 / 3_600_000.0;
        for (fault, count) in &outcome.faults {
            *self.faults.entry(fault.name().to_owned()).or_default() += count;
        }
        for situation in Situation::ALL {
            *self.sometimes.entry(situation.name().to_owned()).or_default() +=
                outcome.situations.count(*situation);
        }
    }

    /// Situations that are asked of a mix and were never reached.
    #[must_use]
    pub fn unreached(&self, mix: Mix) -> Vec<&str> {
        let asked = |situation: &&Situation| match mix {
            Mix::Usual => !RARE.contains(situation) && !HELP.contains(situation),
            Mix::Help => HELP.contains(situation) && !RARE.contains(situation),
        };
        Situation::ALL
            .iter()
            .filter(asked)
            .map(|s| s.name())
            .filter(|name| self.sometimes.get(*name).is_none_or(|n| *n == 0))
            .collect()
    }
}

/// Which seeds, and where their traces go.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The first seed.
    pub start: u64,
    /// How many.
    pub seeds: u64,
    /// Which cases people open.
    pub mix: Mix,
    /// Folder for failures and progress.
    pub folder: PathBuf,
    /// Go on where an interrupted run of the same start stopped.
    pub resume: bool,
    /// Threads.
    pub threads: usize,
}

/// Runs all seeds of a plan. `note` is called after each batch.
///
/// # Errors
/// The folder's.
pub fn run_all(plan: &Plan, note: &mut dyn FnMut(&Report)) -> std::io::Result<Report> {
    std::fs::create_dir_all(&plan.folder)?;
    let progress = plan.folder.join(format!("progress{}-{}.json", marked(plan.mix), plan.start));
    let before = if plan.resume { read(&progress) } else { None };
    let mut report = before.unwrap_or_else(Report::empty);
    let started = std::time::Instant::now();
    let took_before = report.seconds;
    while report.seeds < plan.seeds {
        let first = plan.start + report.seeds;
        let last = (first + BATCH).min(plan.start + plan.seeds);
        run_batch(first..last, plan, &mut report)?;
        report.seconds = took_before + started.elapsed().as_secs_f64();
        std::fs::write(&progress, serde_json::to_vec(&report)?)?;
        note(&report);
    }
    std::fs::remove_file(&progress).ok();
    Ok(report)
}

/// What stands in the names of a mix's files.
fn marked(mix: Mix) -> String {
    if mix == Mix::Usual { String::new() } else { format!("-{}", mix.name()) }
}

fn read(progress: &Path) -> Option<Report> {
    serde_json::from_slice(&std::fs::read(progress).ok()?).ok()
}

fn run_batch(seeds: std::ops::Range<u64>, plan: &Plan, report: &mut Report) -> std::io::Result<()> {
    let next = AtomicU64::new(seeds.start);
    let outcomes = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..plan.threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let outcome = run_seed(seed, plan.mix);
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.insert(seed, outcome);
                    }
                }
            });
        }
    });
    for (seed, outcome) in outcomes.into_inner().unwrap_or_default() {
        report.add(&outcome);
        if let Some(broken) = &outcome.broken {
            report.failed += 1;
            let told = keep_failure((seed, plan.mix), broken, &plan.folder, report.failed <= SHRUNK_MAX)?;
            report.failures.push(told);
        }
    }
    Ok(())
}

/// One seed; some run twice, and must be the same both times.
fn run_seed(seed: u64, mix: Mix) -> Outcome {
    let bytes = of_seed_in(seed, mix);
    let mut outcome = run(&bytes, false);
    if seed % TWICE_OF == 7 && outcome.broken.is_none() {
        let again = run(&bytes, false);
        if again.digest != outcome.digest {
            let detail = "two runs of the same bytes differ".to_owned();
            outcome.broken = Some(Broken::new(Invariant::Deterministic, detail));
        }
    }
    outcome
}

/// Shrinks a failure and keeps its bytes; gives the words for people.
fn keep_failure(
    (seed, mix): (u64, Mix),
    broken: &Broken,
    folder: &Path,
    small: bool,
) -> std::io::Result<String> {
    let file = folder.join(format!("failed{}-{seed}.bin", marked(mix)));
    let bytes = of_seed_in(seed, mix);
    // Kept whole first: shrinking takes its time.
    std::fs::write(&file, &bytes)?;
    let shrunk = if small { shrink(&bytes, broken.invariant, SHRINK_RUNS) } else { bytes };
    std::fs::write(&file, &shrunk)?;
    Ok(format!(
        "seed {seed} breaks {}: {}\n  {} bytes in {}\n  replay: cargo xtask sim --replay {}",
        broken.invariant.name(),
        broken.detail,
        shrunk.len(),
        file.display(),
        file.display()
    ))
}
