//! Whether the world finds what was planted: the first seed on which a promise breaks with a defect and holds without it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use serde::Serialize;
use yuandian_model::planted::Bug;

use crate::input::{Size, of_seed};
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

/// Where a search begins unless it is told: among the small worlds, whose failures are small.
pub const FIRST_SEED: u64 = 21;

/// Looks for many bugs, as many at a time as there are threads. `told` hears of each when it is done.
///
/// # Errors
/// The corpus folder's.
pub fn search_all(
    bugs: &[Bug],
    (start, budget): (u64, u64),
    threads: usize,
    record: Option<u32>,
    told: &(dyn Fn(&Found) + Sync),
) -> std::io::Result<Vec<Found>> {
    // Each bug has a core for itself, until there are fewer bugs than cores.
    let (at_a_time, each) = (threads.min(bugs.len()).max(1), threads / bugs.len().max(1));
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                while let Some(bug) = bugs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = search(*bug, (start, budget), each.max(1), record);
                    if let Ok(found) = &found {
                        told(found);
                    }
                    if let Ok(mut all) = all.lock() {
                        all.push(found);
                    }
                }
            });
        }
    });
    all.into_inner().unwrap_or_default().into_iter().collect()
}

/// The middle one of the seeds that were needed; none where nothing was found.
#[must_use]
pub fn median(found: &[Found]) -> Option<u64> {
    let mut seeds: Vec<u64> = found.iter().filter(|one| one.found).map(|one| one.seeds).collect();
    seeds.sort_unstable();
    seeds.get(seeds.len().checked_sub(1)? / 2).copied()
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
                    // A large world takes as long as a hundred small ones.
                    if Size::of(seed) == Size::Large {
                        continue;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_of_what_was_found() {
        let of = |seeds: &[u64]| -> Option<u64> {
            let one = |seeds: &u64| Found { bug: "x", found: *seeds > 0, seeds: *seeds, broken: None };
            median(&seeds.iter().map(one).collect::<Vec<_>>())
        };
        assert_eq!((of(&[]), of(&[0])), (None, None));
        assert_eq!((of(&[7]), of(&[9, 1, 5]), of(&[4, 1, 0])), (Some(7), Some(5), Some(1)));
    }
}
