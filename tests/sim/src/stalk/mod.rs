//! Whether many accounts together find out where somebody lives who asks for help.
//!
//! A world (the real hub over the real store on a disk in memory, an injected clock, drawn randomness) is played once for each of nine
//! places in one 500 m cell where the person looked for may live, one in each ninth of it, drawn anew for every seed; all else is equal: seed, ids, randomness, and who does what when. Everything
//! that the attackers' accounts see is written down with its virtual time: the bytes of each reply, each problem, what `WAIT` tells of the heads
//! minute by minute, and each notification that reaches one of them.
//!
//! This bounds every attacker that does what the script does. Whatever somebody infers, by whatever model, with whatever knowledge, is a
//! function of what they saw; places that make the same transcript, byte for byte, cannot be told apart by any function of it. So the places with the transcript of
//! the true one are what is left to guess from: their share of the nine times the cell's area, told as the radius of a circle
//! of that area. A whole cell is 282 m: sqrt(500 · 500 / π). Every place is taken for the true one, and the smallest counts.
//!
//! Not in it: how long the machine takes for an answer, what a network sees of lengths outside the attackers' own connections, and what people say.

pub mod account;
pub mod script;
pub mod town;
pub mod transcript;

use std::collections::BTreeMap;
use std::thread;

use serde::{Serialize, Serializer};
use yuandian_device::ports::Randomness;
use yuandian_model::planted::{Bug, plant};
use yuandian_model::{Cell500, Wgs84};

use crate::machine::Drawn;
use town::Town;

/// Edge of a cell, metres.
const CELL_M: f64 = 500.0;
/// The cell is cut into so many rows of as many tiles, with a place in each.
const ROWS: u8 = 3;
/// How near a place may come to the edge of its tile, as a share of it: the cell's own edge is in degrees, and the tiles are in metres.
const EDGE: f64 = 0.05;
/// Metres of one degree of latitude.
const DEGREE_M: f64 = 111_320.0;
/// Where the cell lies.
const NEAR: (f64, f64) = (113.613_25, 34.752_1);

/// What was found over all seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Report {
    /// Seeds run.
    pub seeds: u64,
    /// What is left to guess from before anybody takes the request, and for all who do not: the smallest over seeds and places, as a radius.
    #[serde(serialize_with = "rounded")]
    pub radius_m: f64,
    /// The same with an account more, at home in the cell.
    #[serde(serialize_with = "rounded")]
    pub inside_m: f64,
    /// The same with an account more that takes a request and is told: the largest, so that one place that it does not see shows.
    #[serde(serialize_with = "rounded")]
    pub accepted_m: f64,
    /// Requests that the hub answered.
    pub calls: u64,
    /// Replies that told private answers of somebody else.
    pub looks: u64,
    /// Of these, those that the log does not say.
    pub unlogged: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn rounded<S: Serializer>(metres: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    #[expect(clippy::cast_possible_truncation, reason = "below a kilometre")]
    serializer.serialize_i64(metres.round() as i64)
}

impl Default for Report {
    fn default() -> Self {
        let whole = radius_m(1.0);
        Self { seeds: 0, radius_m: whole, inside_m: whole, accepted_m: 0.0, calls: 0, looks: 0, unlogged: 0 }
    }
}

impl Report {
    /// Whether nothing but the cell is known, everything once it is told, and each look stands in the log.
    #[must_use]
    pub fn holds(&self) -> bool {
        let whole = |radius: f64| (radius - radius_m(1.0)).abs() < 0.5;
        whole(self.radius_m)
            && whole(self.inside_m)
            && self.accepted_m < CELL_M / 4.0
            && self.looks > 0
            && self.unlogged == 0
    }

    /// Counts one seed's.
    pub fn add(&mut self, one: &Self) {
        self.seeds += one.seeds;
        self.radius_m = self.radius_m.min(one.radius_m);
        self.inside_m = self.inside_m.min(one.inside_m);
        self.accepted_m = self.accepted_m.max(one.accepted_m);
        self.calls += one.calls;
        self.looks += one.looks;
        self.unlogged += one.unlogged;
    }
}

/// A share of the cell, as the radius of a circle of that area, metres.
fn radius_m(share: f64) -> f64 {
    (share * CELL_M * CELL_M / std::f64::consts::PI).sqrt()
}

/// The middle of the cell.
pub(crate) fn middle() -> Wgs84 {
    let (lng, lat) = NEAR;
    Wgs84::new(lng, lat).map_or_else(|_| unreachable!("a place on the earth"), Cell500::of).centre()
}

/// A place so many metres east and north of the middle.
pub(crate) fn degrees(east: f64, north: f64) -> Wgs84 {
    let middle = middle();
    let width = DEGREE_M * middle.lat().to_radians().cos();
    let place = Wgs84::new(middle.lng() + east / width, middle.lat() + north / DEGREE_M);
    place.unwrap_or(middle)
}

/// The places where the person looked for may live: one in each tile of the cell, where in it is drawn.
fn places(seed: u64) -> Vec<Wgs84> {
    let mut drawn = Drawn::new("stalk places", seed, 0);
    let tile = CELL_M / f64::from(ROWS);
    let mut metres = |number: u8| {
        let mut byte = [0];
        drawn.fill(&mut byte);
        let within = EDGE + (1.0 - 2.0 * EDGE) * f64::from(byte[0]) / f64::from(u8::MAX);
        (f64::from(number) + within) * tile - CELL_M / 2.0
    };
    (0..ROWS * ROWS).map(|k| degrees(metres(k % ROWS), metres(k / ROWS))).collect()
}

/// What was seen in one world.
struct Seen {
    outside: [u8; 32],
    inside: [u8; 32],
    taker: [u8; 32],
    calls: u64,
    looks: u64,
    unlogged: u64,
    #[cfg(test)]
    kinds: BTreeMap<&'static str, u64>,
}

fn world(seed: u64, many: (usize, usize), bug: Option<Bug>, home: Wgs84) -> Result<Seen, String> {
    plant(bug);
    let mut town = Town::new(seed)?;
    script::play(&mut town, many, seed, home)?;
    Ok(Seen {
        outside: town.outside.name(),
        inside: town.inside.name(),
        taker: town.taker.name(),
        calls: town.calls,
        looks: town.looks,
        unlogged: town.unlogged,
        #[cfg(test)]
        kinds: town.outside.kinds,
    })
}

/// The share of the smallest, and of the largest, set of worlds that look the same.
fn shares<T: Ord>(names: impl Iterator<Item = T>) -> (f64, f64) {
    let mut alike: BTreeMap<T, u32> = BTreeMap::new();
    names.for_each(|name| *alike.entry(name).or_default() += 1);
    let all = f64::from(alike.values().sum::<u32>().max(1));
    let share = |n: Option<&u32>| f64::from(n.copied().unwrap_or_default()) / all;
    (share(alike.values().min()), share(alike.values().max()))
}

/// All worlds of a seed, so many attackers for so many days; with a planted defect, or none.
///
/// # Errors
/// Words, where the server does not do its part in one of them.
pub fn run(seed: u64, many: (usize, usize), bug: Option<Bug>) -> Result<Report, String> {
    worlds(seed, many, bug).map(|worlds| compare(&worlds))
}

fn worlds(seed: u64, many: (usize, usize), bug: Option<Bug>) -> Result<Vec<Seen>, String> {
    let places = places(seed);
    let cell = Cell500::of(middle());
    if places.iter().any(|place| Cell500::of(*place) != cell) {
        return Err("a place is in another cell".to_owned());
    }
    let at_a_time = thread::available_parallelism().map_or(1, usize::from);
    let mut worlds = Vec::new();
    for places in places.chunks(at_a_time) {
        // A thread for each world: what is planted, and what it keeps, is a thread's own.
        let played: Vec<Result<Seen, String>> = thread::scope(|scope| {
            let started: Vec<_> =
                places.iter().map(|home| scope.spawn(move || world(seed, many, bug, *home))).collect();
            let ended = started.into_iter();
            ended.map(|one| one.join().unwrap_or_else(|_| Err("a world panicked".to_owned()))).collect()
        });
        for one in played {
            worlds.push(one?);
        }
    }
    Ok(worlds)
}

fn compare(worlds: &[Seen]) -> Report {
    let outside = shares(worlds.iter().map(|seen| seen.outside));
    let inside = shares(worlds.iter().map(|seen| (seen.outside, seen.inside)));
    let taker = shares(worlds.iter().map(|seen| (seen.outside, seen.inside, seen.taker)));
    let sum = |of: fn(&Seen) -> u64| worlds.iter().map(of).sum();
    Report {
        seeds: 1,
        radius_m: radius_m(outside.0),
        inside_m: radius_m(inside.0),
        accepted_m: radius_m(taker.1),
        calls: sum(|seen| seen.calls),
        looks: sum(|seen| seen.looks),
        unlogged: sum(|seen| seen.unlogged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: (usize, usize) = (6, 2);

    fn found(bug: Bug) -> f64 {
        let report = compare(&worlds(1, SMALL, Some(bug)).unwrap());
        assert!(!report.holds(), "{bug:?}: {report:?}");
        assert_eq!(report.unlogged, 0);
        println!("{}: {:.0} m", bug.id(), report.radius_m);
        report.radius_m
    }

    #[test]
    fn an_honest_server_tells_the_cell_and_no_more() {
        let worlds = worlds(1, SMALL, None).unwrap();
        let report = compare(&worlds);
        assert!(report.holds(), "{report:?}");
        let line = serde_json::to_string(&report).unwrap();
        assert!(line.starts_with(r#"{"seeds":1,"radius_m":282,"inside_m":282,"accepted_m":94,"#), "{line}");
        let kinds = &worlds[0].kinds;
        println!("{kinds:?}");
        let calls = [
            "enrolled",
            "nonce",
            "hello",
            "push",
            "pull",
            "docs",
            "manifest",
            "fetch",
            "evidence",
            "blob",
            "catalogue",
            "appeal",
            "heads",
            "message",
        ];
        let refused =
            ["unauthorized", "case_unknown", "blob_unknown", "blob_not_referenced", "r_role", "r_schema"];
        let missing: Vec<_> =
            calls.iter().chain(&refused).filter(|kind| !kinds.contains_key(*kind)).collect();
        assert!(missing.is_empty(), "never seen: {missing:?}");
    }

    #[test]
    fn places_lie_all_over_the_cell_and_elsewhere_for_every_seed() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let places = places(seed);
            assert_eq!(places.len(), 9);
            for place in places {
                assert_eq!(Cell500::of(place), Cell500::of(middle()));
                seen.insert(format!("{place:?}"));
            }
        }
        assert!(seen.len() > 445, "{}", seen.len());
    }

    #[test]
    fn a_list_in_the_order_of_distance_tells() {
        assert!(found(Bug::ListByDistance) < 282.0);
    }

    #[test]
    fn an_exact_place_in_a_list_tells() {
        assert!(found(Bug::ExactPlaceListed) < 100.0);
    }

    #[test]
    fn the_time_of_a_poke_tells() {
        assert!(found(Bug::PokeByDistance) < 282.0);
    }

    #[test]
    fn a_refusal_tells() {
        assert!(found(Bug::RefusalTellsDistance) < 282.0);
    }

    #[test]
    fn rings_by_the_exact_place_tell() {
        assert!(found(Bug::RingsByExactPlace) < 282.0);
    }

    #[test]
    fn every_defect_that_tells_a_place_is_looked_for() {
        assert_eq!(Bug::ALL.iter().filter(|bug| bug.area() == "places").count(), 5);
    }
}
