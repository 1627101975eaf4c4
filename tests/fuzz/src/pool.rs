//! Inputs to draw from: those to begin with, and every one that ended in a way that none before it did.

use std::collections::BTreeMap;

use yuandian_programs::seed::Seed;

use crate::{Target, mutate};

/// Inputs kept for one way of ending.
const PER_WAY_MAX: u32 = 24;

/// Inputs to draw from.
pub struct Pool {
    inputs: Vec<Vec<u8>>,
    ways: BTreeMap<String, usize>,
}

impl Pool {
    /// A target's own inputs.
    pub fn of(target: &dyn Target) -> Self {
        Self { inputs: target.seeds(), ways: BTreeMap::new() }
    }

    /// The next input: one of the pool, changed once or several times.
    pub fn draw(&self, target: &dyn Target, seed: &mut Seed) -> Vec<u8> {
        let pick = |seed: &mut Seed| seed.pick(&self.inputs).map(Vec::as_slice).unwrap_or_default();
        let (input, other) = (pick(seed), pick(seed));
        let mut mutant = target.mutate(input, other, seed);
        while seed.percent(20) {
            mutant = target.mutate(&mutant, other, seed);
        }
        mutant.truncate(mutate::INPUT_BYTES_MAX);
        mutant
    }

    /// Tells how an input ended. One that ended in a new way, or in a rare one, is ground for more.
    pub fn ended(&mut self, input: Vec<u8>, way: String) {
        let seen = self.ways.entry(way).or_default();
        *seen += 1;
        // The first, the second, the fourth …: ways that come often do not fill the pool.
        if seen.is_power_of_two() && seen.ilog2() < PER_WAY_MAX {
            self.inputs.push(input);
        }
    }

    /// Ways of ending, with how often each came.
    pub fn ways(&self) -> &BTreeMap<String, usize> {
        &self.ways
    }
}
