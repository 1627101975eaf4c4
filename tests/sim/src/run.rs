//! One run from bytes to a verdict, and its shrinking.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use yuandian_model::planted::{self, Bug};

use crate::fault::Fault;
use crate::input::RECORD;
use crate::invariant::{Broken, Invariant};
use crate::situation::Situations;
use crate::world::World;

/// What a run was.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The promise that broke, if one did.
    pub broken: Option<Broken>,
    /// Steps.
    pub steps: u64,
    /// Virtual time that passed, ms.
    pub virtual_ms: i64,
    /// Faults that struck.
    pub faults: BTreeMap<Fault, u64>,
    /// Situations reached.
    pub situations: Situations,
    /// Digest of everything that happened.
    pub digest: [u8; 32],
    /// The story, where it was kept.
    pub lines: Vec<String>,
}

/// Runs the bytes with a planted bug.
#[must_use]
pub fn run_planted(bytes: &[u8], bug: Bug) -> Outcome {
    planted::plant(Some(bug));
    let outcome = run(bytes, false);
    planted::plant(None);
    outcome
}

/// Runs the bytes to their end. `kept` keeps the story.
#[must_use]
pub fn run(bytes: &[u8], kept: bool) -> Outcome {
    let mut world = None;
    let ran = catch_unwind(AssertUnwindSafe(|| {
        world = Some(World::new(bytes, kept)?);
        world.as_mut().map_or(Ok(()), World::run)
    }));
    let broken = match ran {
        Ok(ran) => ran.err(),
        Err(panic) => {
            let words = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            Some(Broken::new(Invariant::NoPanic, words.unwrap_or_default()))
        }
    };
    match world {
        Some(world) => Outcome {
            broken,
            steps: world.steps,
            virtual_ms: world.now_ms,
            faults: world.faults.struck().clone(),
            digest: world.trace.digest(),
            lines: world.trace.lines().to_vec(),
            situations: world.situations,
        },
        None => Outcome {
            broken,
            steps: 0,
            virtual_ms: 0,
            faults: BTreeMap::new(),
            situations: Situations::default(),
            digest: [0; 32],
            lines: Vec::new(),
        },
    }
}

/// Takes away and zeroes what a failure of a promise does not need, in at most so many runs.
#[must_use]
pub fn shrink(bytes: &[u8], wanted: Invariant, runs: u32) -> Vec<u8> {
    shrink_by(bytes, runs, &|candidate| {
        run(candidate, false).broken.is_some_and(|broken| broken.invariant == wanted)
    })
}

/// Takes away and zeroes what a failure does not need, in at most so many runs.
#[must_use]
pub fn shrink_by(bytes: &[u8], runs: u32, fails: &dyn Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut best = bytes.to_vec();
    // Records go first, in ever smaller rows, from the end.
    let mut row = (best.len() / RECORD / 2).max(1);
    let mut tries = 0;
    while row >= 1 && tries < runs {
        let mut end = best.len().div_ceil(RECORD);
        while end > 0 && tries < runs {
            let start = end.saturating_sub(row);
            let mut candidate = best[..start * RECORD].to_vec();
            candidate.extend_from_slice(&best[(end * RECORD).min(best.len())..]);
            tries += 1;
            if fails(&candidate) {
                best = candidate;
            }
            end = start;
        }
        if row == 1 {
            break;
        }
        row /= 2;
    }
    // Then single bytes become zeros.
    for at in 0..best.len() {
        if tries >= runs {
            break;
        }
        if at % RECORD == 0 || best[at] == 0 {
            continue;
        }
        let before = std::mem::replace(&mut best[at], 0);
        tries += 1;
        if !fails(&best) {
            best[at] = before;
        }
    }
    best
}
