//! Judging packs: what sides do to each other, inside a grid and between grids. For those who make packs or take them in.

mod crossing;
mod overlap;
mod rings;

use super::finding::Finding;
use super::pack::{GridPack, Judged, PackRules, judge_with};

/// Judges a file, with everything that can be said about it.
#[must_use]
pub fn check(text: &str, rules: &PackRules) -> Judged {
    judge_with(text, rules, |drafts, findings| {
        for draft in drafts {
            if findings.full() {
                return;
            }
            rings::judge(draft, findings);
        }
        overlap::judge(drafts, rules.overlap_tolerance_m2, findings);
    })
}

impl GridPack {
    /// Reads and judges a pack.
    ///
    /// # Errors
    /// Every error, in the order of the features.
    pub fn parse(text: &str, rules: &PackRules) -> Result<Self, Vec<Finding>> {
        check(text, rules).into_pack()
    }
}

#[cfg(test)]
mod tests;
