//! Prints how long it takes to find the grid of a position in a synthetic city of 24,000 grids and 48,000 micro-grids.
//!
//! `cargo run --release -p yuandian-model --example grid_lookup`; with `--features packs` also how long judging such a pack takes.
#![forbid(unsafe_code)]
#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::time::Instant;

use yuandian_model::grid::{Found, GridIndex, Layer, Reach, synthetic};

fn main() {
    let grids = synthetic::city(160, 150, 1);
    #[cfg(feature = "packs")]
    judge(&grids);
    let began = Instant::now();
    let index = GridIndex::new(grids, Reach::default());
    println!("built from {} grids in {:?}", index.grids().len(), began.elapsed());
    let positions = synthetic::positions(200_000, 2);
    for (name, layer) in [("third-level grids", Layer::L3), ("micro-grids", Layer::L4)] {
        let began = Instant::now();
        let mut counts = [0_u32; 3];
        for position in &positions {
            let which = match index.at(*position, layer, None) {
                Found::In(_) => 0,
                Found::Border(_) => 1,
                Found::Nowhere { .. } => 2,
            };
            counts[which] += 1;
        }
        let each = began.elapsed().as_nanos() / positions.len() as u128;
        let [held, border, nowhere] = counts;
        println!("{name}: {each} ns a lookup ({held} in one, {border} on a border, {nowhere} nowhere)");
    }
}

#[cfg(feature = "packs")]
fn judge(grids: &[yuandian_model::grid::Grid]) {
    let text = synthetic::pack(grids);
    let began = Instant::now();
    let judged = yuandian_model::grid::check::check(&text, &yuandian_model::grid::PackRules::default());
    let found: std::collections::BTreeSet<_> = judged.findings.iter().map(|f| f.fault.code()).collect();
    println!(
        "{} bytes judged in {:?}: {} findings {found:?}",
        text.len(),
        began.elapsed(),
        judged.findings.len()
    );
}
