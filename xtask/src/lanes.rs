//! The lanes of `cargo xtask test`: their order, their clock, their table.
//!
//! A lane that fails does not stop the next one. A lane that cannot run here is told loudly and counted apart; where
//! `CI=true` it counts as failed, because there nobody would notice.

use std::process::ExitCode;
use std::thread::Scope;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::command::{self, Done, Stop};
use crate::{binaries, bindings, gate, kotlin, lint, name_of, photo, python, scenarios, swift, tus};

/// One thing that is tested, by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lane {
    /// Rust sources are formatted.
    Fmt,
    /// Clippy and the checks of the house.
    Lint,
    /// Every Rust test.
    Rust,
    /// Tests of the phone, its facade and its command line, on encrypted homes.
    Encrypted,
    /// The admission gate on hostile and on honest data.
    Gate,
    /// The photo room on good and on hostile files, and a second decoder on what it writes.
    Photo,
    /// The list of scenarios through Rust, then through Python.
    Scenarios,
    /// The Python binding's own tests.
    Python,
    /// The Kotlin binding, compiled and tested on a JVM.
    Kotlin,
    /// The Swift binding, compiled and tested on Linux.
    Swift,
    /// Every I/O operation of a phone's flows, struck.
    Crash,
    /// Real kills of real phones and of the real server.
    Kill,
    /// Exported bundles, altered byte by byte, and the verifier that must notice.
    Evidence,
    /// Resumable uploads: every rule of the protocol, real clients, and a link that dies.
    Tus,
    /// Many simulated worlds, each of which must keep every promise.
    Sim,
    /// The server's durable timers, with crashes and clocks that jump.
    Timers,
    /// Claims of many at once, made without a link.
    Claims,
    /// Many accounts look for the home of somebody who asks for help.
    Stalk,
    /// People of simulated worlds are forgotten, and every disk is looked through for them.
    Erase,
    /// The main job, played and checked.
    Demo,
}

/// What became of a lane.
struct Row {
    lane: Lane,
    took: Duration,
    end: Done,
}

/// The lanes to run: all in order, the quick ones, or those named, always in the order of the list.
pub fn choose(quick: bool, only: Vec<Lane>) -> Vec<Lane> {
    let wanted = match (quick, only) {
        (true, _) => vec![Lane::Fmt, Lane::Lint, Lane::Rust],
        (false, named) if named.is_empty() => Lane::value_variants().to_vec(),
        (false, named) => named,
    };
    Lane::value_variants().iter().copied().filter(|lane| wanted.contains(lane)).collect()
}

/// Runs the lanes, prints the table and the counts on stdout; the exit code is 1 if any failed.
pub fn run(lanes: &[Lane]) -> ExitCode {
    let strict = std::env::var_os("CI").is_some_and(|value| value == "true");
    // The scope ends when what was started ahead has ended: nothing half made is left running behind.
    let rows: Vec<Row> = std::thread::scope(|ahead| {
        prepare(ahead, lanes);
        lanes.iter().map(|&lane| timed(lane, strict)).collect()
    });
    let (table, counts) = summary(&rows);
    println!("{table}\n{counts}");
    if rows.iter().any(|row| matches!(row.end, Err(Stop::Failed(_)))) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Starts beside the first lanes what a later one would wait for and what hardly competes with them: packages come
/// over the network, and the generator's largest crate keeps one core busy for a minute. What goes wrong here goes
/// wrong again in its lane and is told there.
fn prepare<'scope>(ahead: &'scope Scope<'scope, '_>, lanes: &[Lane]) {
    let binds = |lane: &Lane| matches!(lane, Lane::Scenarios | Lane::Python | Lane::Kotlin | Lane::Swift);
    let waits = |wanted: fn(&Lane) -> bool| lanes.iter().skip(1).any(wanted);
    if waits(|lane| *lane == Lane::Swift) {
        ahead.spawn(swift::prepare);
    }
    if waits(binds) {
        ahead.spawn(bindings::prepare);
    }
}

fn timed(lane: Lane, strict: bool) -> Row {
    eprintln!("\n== {} ==", name_of(&lane));
    let start = Instant::now();
    let end = judged(lane.run(), strict);
    if let Err(stop) = &end {
        match stop {
            Stop::Skipped(why) => eprintln!("skipped: {}: {why}", name_of(&lane)),
            Stop::Failed(why) => eprintln!("FAILED: {}: {why}", name_of(&lane)),
        }
    }
    Row { lane, took: start.elapsed(), end }
}

fn judged(end: Done, strict: bool) -> Done {
    match end {
        Err(Stop::Skipped(why)) if strict => Err(Stop::Failed(format!("skipped where CI=true: {why}"))),
        end => end,
    }
}

impl Lane {
    fn run(self) -> Done {
        match self {
            Lane::Fmt => crate::format_sources(true),
            Lane::Lint => lint::run(),
            // Without `-p`: one set of features for the whole workspace, so that every lane shares one build.
            Lane::Rust => command::cargo()?.arg("test").run(),
            Lane::Encrypted => encrypted(),
            Lane::Gate => gate::lane(),
            Lane::Photo => photo::lane(),
            Lane::Scenarios => scenarios::lane(),
            Lane::Python => python::lane(),
            Lane::Kotlin => kotlin::lane(),
            Lane::Swift => swift::lane(),
            Lane::Crash => binaries::crash_lane(),
            Lane::Kill => binaries::kill_lane(),
            Lane::Timers => binaries::timers_lane(),
            Lane::Claims => binaries::claims_lane(),
            Lane::Stalk => binaries::stalk_lane(),
            Lane::Erase => binaries::erase_lane(),
            Lane::Evidence => binaries::evidence_lane(),
            Lane::Tus => tus::lane(),
            Lane::Sim => binaries::sim_lane(),
            Lane::Demo => binaries::demo_lane(),
        }
    }
}

/// What can be encrypted is compiled once more, with SQLCipher in SQLite's place; the kotlin lane uses the same library.
fn encrypted() -> Done {
    command::cargo()?.arg("test").args(bindings::ENCRYPTED).run()
}

/// The table, a line per lane, and the line of counts.
fn summary(rows: &[Row]) -> (String, String) {
    let mut table = String::new();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for row in rows {
        let (word, why) = match &row.end {
            Ok(()) => ("passed", ""),
            Err(Stop::Failed(why)) => ("FAILED", why.as_str()),
            Err(Stop::Skipped(why)) => ("skipped", why.as_str()),
        };
        match &row.end {
            Ok(()) => passed += 1,
            Err(Stop::Failed(_)) => failed += 1,
            Err(Stop::Skipped(_)) => skipped += 1,
        }
        let seconds = row.took.as_secs_f64();
        let why = why.lines().next().unwrap_or_default();
        let line = format!("{:<10} {seconds:>7.1} s  {word:<8}{why}", name_of(&row.lane));
        table.push_str(line.trim_end());
        table.push('\n');
    }
    let total: f64 = rows.iter().map(|row| row.took.as_secs_f64()).sum();
    table.push_str(&format!("{:<10} {total:>7.1} s", "all"));
    (table, format!("{passed} passed, {failed} failed, {skipped} skipped"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_is_what_comes_before_a_commit() {
        assert_eq!(choose(true, vec![]), [Lane::Fmt, Lane::Lint, Lane::Rust]);
    }

    #[test]
    fn nothing_named_is_everything_and_demo_comes_last() {
        let all = choose(false, vec![]);
        assert_eq!(all, Lane::value_variants());
        assert_eq!(all.last(), Some(&Lane::Demo));
    }

    #[test]
    fn named_lanes_run_once_each_in_the_order_of_the_list() {
        let named = vec![Lane::Swift, Lane::Fmt, Lane::Swift];
        assert_eq!(choose(false, named), [Lane::Fmt, Lane::Swift]);
    }

    #[test]
    fn the_counts_stand_alone_on_the_last_line() {
        let row = |lane, end| Row { lane, took: Duration::from_millis(1_250), end };
        let rows = [
            row(Lane::Fmt, Ok(())),
            row(Lane::Lint, Err(Stop::Failed("first line\nsecond".into()))),
            row(Lane::Swift, Err(Stop::Skipped("no root".into()))),
        ];
        let (table, counts) = summary(&rows);
        assert_eq!(counts, "1 passed, 1 failed, 1 skipped");
        assert_eq!(
            table.lines().collect::<Vec<_>>(),
            [
                "fmt            1.2 s  passed",
                "lint           1.2 s  FAILED  first line",
                "swift          1.2 s  skipped no root",
                "all            3.8 s",
            ]
        );
    }

    #[test]
    fn a_lane_left_out_fails_where_nobody_would_notice() {
        let left_out = || Err(Stop::Skipped("no JDK".into()));
        assert_eq!(judged(left_out(), false), left_out());
        assert!(matches!(judged(left_out(), true), Err(Stop::Failed(_))));
        assert_eq!(judged(Ok(()), true), Ok(()));
    }
}
