//! Whether the world finds what was planted: the first seed on which a promise breaks with a defect and holds without it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use yuandian_model::planted::Bug;

use crate::input::of_seed;
use crate::run::{run, run_planted, shrink_by};

/// What became of the search for one bug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Its name.
    pub bug: &'static str,
    /// Whether a promise broke.
    pub found: bool,
    /// Seeds that it took, or all that were given.
    pub seeds: u64,
    /// Which promise broke first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<&'static str>,
}

/// Where the recorded inputs lie in the repository.
#[must_use]
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/planted")
}

/// The file of a bug's recorded input.
#[must_use]
pub fn recorded(bug: Bug) -> PathBuf {
    corpus().join(format!("{}.bin", bug.id()))
}

/// Whether these bytes kill the bug: a promise breaks with it, and none without it.
#[must_use]
pub fn kills(bytes: &[u8], bug: Bug) -> bool {
    run_planted(bytes, bug).broken.is_some() && run(bytes, false).broken.is_none()
}

/// Looks for a bug in so many seeds from `start` on; `record` keeps the input, made small
/// in so many runs.
///
/// # Errors
/// The corpus folder's.
pub fn search(
    bug: Bug,
    (start, budget): (u64, u64),
    threads: usize,
    record: Option<u32>,
) -> std::io::Result<Found> {
    let next = AtomicU64::new(start);
    let first: Mutex<Option<u64>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let enough = first.lock().is_ok_and(|found| found.is_some_and(|found| found < seed));
                    if seed >= start + budget || enough {
                        return;
                    }
                    if run_planted(&of_seed(seed), bug).broken.is_some()
                        && run(&of_seed(seed), false).broken.is_none()
                        && let Ok(mut found) = first.lock()
                    {
                        *found = Some(found.map_or(seed, |before| before.min(seed)));
                    }
                }
            });
        }
    });
    let Some(seed) = first.into_inner().unwrap_or_default() else {
        return Ok(Found { bug: bug.id(), found: false, seeds: budget, broken: None });
    };
    let bytes = of_seed(seed);
    let broken = run_planted(&bytes, bug).broken.map(|broken| broken.invariant.name());
    if let Some(runs) = record {
        let small = shrink_by(&bytes, runs, &|candidate| kills(candidate, bug));
        std::fs::create_dir_all(corpus())?;
        std::fs::write(recorded(bug), small)?;
    }
    Ok(Found { bug: bug.id(), found: true, seeds: seed - start + 1, broken })
}
