//! Every chore of the project as a command: `cargo xtask …`.
//!
//! What people and CI run is the same: a lane of [`lanes`], or one step of it by name. Messages of the builds go to
//! stderr, so that what a command prints on stdout (a line of JSON, mostly) stays pure. The lanes install what they
//! need where they may, and say loudly what they left out and why where they may not.
#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    reason = "chores touch files, start processes and take the time that they took"
)]

mod binaries;
mod bindings;
mod chroot;
mod command;
mod coverage;
mod gate;
mod kotlin;
mod lanes;
mod lint;
mod mirror;
mod mutants;
mod photo;
mod place;
mod python;
mod room;
mod scenarios;
mod size;
mod swift;
mod targets;
mod tools;
mod tus;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::command::{Done, Stop};

/// Every chore of the project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run every test lane in order, or some of them, and end with a table and a line of counts.
    Test {
        /// Only fmt, lint and rust: the lanes to run before each commit.
        #[arg(long, conflicts_with = "only")]
        quick: bool,
        /// Only this lane; may be given several times.
        #[arg(long, value_name = "LANE")]
        only: Vec<lanes::Lane>,
    },
    /// Play the main job on real input, telling it as it happens; Ctrl-C ends it.
    Demo {
        /// End at once when the story is told; exit code 0 only if every statement was true.
        #[arg(long)]
        exit: bool,
    },
    /// Judge each `.change` file of a directory against a base document, alone.
    Gate(GateArgs),
    /// Run simulated worlds by seed, replay one, or find planted bugs: `--seeds N --start S --mix usual|help --json --resume`,
    /// `--replay FILE`, `--plant NAME|all --budget SEEDS --json`.
    Sim {
        /// Given on to the simulator.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Services and workflows as files: `check [DIR]`, `list --find TEXT`, `export DIR`, `keygen`, `sign DIR`, `verify FILE`.
    #[command(disable_help_flag = true)]
    Catalogue(Question),
    /// Workflows as tables and diagrams: `list`, `show W1 --mermaid`, `docs`.
    #[command(disable_help_flag = true)]
    Workflow(Question),
    /// Working time: `windows`, `due --from AT --limit LIMIT`, `days --year YEAR`.
    #[command(disable_help_flag = true)]
    Calendar(Question),
    /// Grids as GeoJSON packs: `check FILE`.
    #[command(disable_help_flag = true)]
    Grid(Question),
    /// Turn a position of one coordinate system into another: `--from wgs84 --to gcj02 LNG,LAT`.
    #[command(disable_help_flag = true)]
    Coords(Question),
    /// Forget the people of simulated worlds and look through every byte of every disk for what was private of them.
    EraseCheck {
        /// How many worlds.
        #[arg(long, default_value_t = 50)]
        seeds: u64,
        /// The first of them.
        #[arg(long, default_value_t = 21)]
        start: u64,
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Let the server's durable timers come by the thousand, with crashes in the middle of ticks and clocks that jump.
    Timers {
        /// How many wait.
        #[arg(long, default_value_t = 10_000)]
        count: usize,
        /// How many seeds.
        #[arg(long, default_value_t = 1)]
        seeds: u64,
        /// The first of them.
        #[arg(long, default_value_t = 0)]
        start: u64,
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Let every volunteer of a street claim every request for help without a link, and look who holds what when all have synced.
    Claims {
        /// How many requests are claimed.
        #[arg(long, default_value_t = 1_000)]
        requests: usize,
        /// By how many volunteers each.
        #[arg(long, default_value_t = 30)]
        claimants: usize,
        /// How many seeds.
        #[arg(long, default_value_t = 1)]
        seeds: u64,
        /// The first of them.
        #[arg(long, default_value_t = 0)]
        start: u64,
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Let many accounts look for the home of somebody who asks for help, by everything that the server tells them.
    Stalk {
        /// How many accounts look.
        #[arg(long, default_value_t = 50)]
        accounts: usize,
        /// For how many days.
        #[arg(long, default_value_t = 30)]
        days: usize,
        /// How many seeds.
        #[arg(long, default_value_t = 1)]
        seeds: u64,
        /// The first of them.
        #[arg(long, default_value_t = 0)]
        start: u64,
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Draw every screen of an app in every main state, test what can be clicked and read in them, and write a sheet of each into `docs/pictures`.
    Screens {
        /// Of which app.
        #[arg(long, value_name = "APP", default_value = "android")]
        only: DrawnApp,
    },
    /// Strike every I/O operation of a phone's flows: killed, cut from power, full, failing.
    Crash {
        /// A flow by its name, or `all`.
        #[arg(long, default_value = "all")]
        flow: String,
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Kill real phones and the real server in random moments under load, and look for what was lost.
    Kill {
        /// How many kills of running processes.
        #[arg(long, default_value_t = 300)]
        count: usize,
        /// Fixes what people do; drawn anew, and printed, where not given.
        #[arg(long)]
        seed: Option<u64>,
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Trials of exported evidence: `mutate --count N --json` alters bytes of real bundles, and `yuandian verify` must notice each.
    Evidence {
        /// Which.
        #[command(subcommand)]
        trial: EvidenceTrial,
    },
    /// Look at every rule of tus 1.0 that a server offers, or our own without a URL; exit code 1 if one does not hold.
    TusCheck(tus::Check),
    /// Start our server with files that it waits for, for whoever wants to try an upload by hand: URL, token and hashes on stdout.
    TusOffer {
        /// Where the files are written.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Upload photos over a link that dies every 200,000 bytes, with kills of the phone and of the server.
    Upload {
        /// How many photos.
        #[arg(long, default_value_t = 200)]
        runs: usize,
        /// Fixes which syncs are killed.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Hostile bytes for the gate, the wire, the photo room or forms; what breaks something is kept in `tests/corpus`.
    Fuzz {
        /// `gate`, `wire`, `photo` or `forms`.
        target: String,
        /// How long, seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Fixes the inputs; drawn anew, and printed, where not given.
        #[arg(long)]
        seed: Option<u64>,
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// How much of a room its own tests come through, by branches and lines; exit code 1 below 95 % of the branches.
    Coverage {
        /// Whose tests.
        room: room::Room,
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// How many small changes of a room's rules, rights and calendar its own tests notice; exit code 1 below 90 %.
    Mutants(mutants::Asked),
    /// What the core makes of each file of a folder as a photograph, alone: verdict, size, time, memory, bytes, warnings.
    Photo {
        /// The folder.
        dir: PathBuf,
        /// A line of JSON per file on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Run a named benchmark; the last line is its result.
    Bench {
        /// Which one (`capture`, `open`, …).
        name: String,
        /// Of `photo`: how large the pictures are.
        #[arg(long)]
        megapixels: Option<u32>,
        /// Machine-readable output on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Run the one list of scenarios through a language's API.
    Scenarios {
        /// Whose API.
        #[arg(long)]
        lang: scenarios::Api,
        /// Only scenarios whose name contains this, or that open a case of a service of this kind, like help.
        #[arg(long, value_name = "WORD")]
        only: Option<String>,
        /// Machine-readable output on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Write a language's binding, and the library beside it, into a directory.
    Bindings {
        /// Which language.
        #[arg(long)]
        lang: bindings::Language,
        /// Where to.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// How large the library is that an app ships (profile `app`): stripped, plain and encrypted. By hand: each build takes minutes.
    LibrarySize {
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Check the types of the core and its facade for phones: Android and iOS, both 64-bit ARM. By hand: the sources of the standard library may have to
    /// be fetched.
    CheckTargets,
    /// Clippy with warnings denied, and the checks of the house.
    Lint,
    /// Format the Rust sources.
    Fmt {
        /// Change nothing; fail where something would change.
        #[arg(long)]
        check: bool,
    },
}

/// An app whose screens can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DrawnApp {
    /// Drawn on the JVM by the same library that draws them on the phone.
    Android,
}

/// A trial of exported evidence.
#[derive(Subcommand)]
enum EvidenceTrial {
    /// Alter random single bytes of bundle members, pack them again and have `yuandian verify` judge them.
    Mutate {
        /// How many alterations.
        #[arg(long, default_value_t = 10_000)]
        count: usize,
        /// Fixes which; drawn anew, and printed, where not given.
        #[arg(long)]
        seed: Option<u64>,
        /// Only a line of JSON on stdout.
        #[arg(long)]
        json: bool,
    },
}

/// A question to `yuandian-domain`.
#[derive(Args)]
struct Question {
    /// Given on as they are.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

#[derive(Args)]
struct GateArgs {
    /// The document that each change applies to.
    #[arg(long, value_name = "FILE")]
    base: PathBuf,
    /// The directory of `.change` files.
    dir: PathBuf,
    /// Leave out policy and actor binding.
    #[arg(long)]
    structure_only: bool,
    /// A line of JSON per file on stdout.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(Cli::parse().chore) {
        Ok(code) => code,
        Err(stop) => {
            eprintln!("xtask: {stop}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result<ExitCode, Stop> {
    match chore {
        Chore::Test { quick, only } => return Ok(lanes::run(&lanes::choose(quick, only))),
        Chore::Coverage { room, json } => return coverage::run(room, json),
        Chore::Mutants(asked) => return mutants::run(&asked),
        Chore::Demo { exit } => binaries::become_demo(exit),
        Chore::Gate(args) => gate::become_gate(&args.base, &args.dir, args.structure_only, args.json),
        Chore::Sim { args } => binaries::become_sim(&args),
        Chore::Catalogue(Question { args }) => binaries::become_domain("catalogue", &args),
        Chore::Workflow(Question { args }) => binaries::become_domain("workflow", &args),
        Chore::Calendar(Question { args }) => binaries::become_domain("calendar", &args),
        Chore::Grid(Question { args }) => binaries::become_domain("grid", &args),
        Chore::Coords(Question { args }) => binaries::become_domain("coords", &args),
        Chore::EraseCheck { seeds, start, json } => binaries::become_erase_check(seeds, start, json),
        Chore::Timers { count, seeds, start, json } => {
            binaries::become_timers(count, &binaries::Seeds { seeds, start }, json)
        }
        Chore::Claims { requests, claimants, seeds, start, json } => {
            binaries::become_claims((requests, claimants), &binaries::Seeds { seeds, start }, json)
        }
        Chore::Stalk { accounts, days, seeds, start, json } => {
            binaries::become_stalk((accounts, days), &binaries::Seeds { seeds, start }, json)
        }
        Chore::Screens { only: DrawnApp::Android } => kotlin::screens(),
        Chore::Crash { flow, json } => binaries::become_crash(&flow, json),
        Chore::Kill { count, seed, json } => binaries::become_kill(count, &binaries::Drawn { seed, json }),
        Chore::Evidence { trial: EvidenceTrial::Mutate { count, seed, json } } => {
            binaries::become_evidence(count, &binaries::Drawn { seed, json })
        }
        Chore::TusCheck(check) => tus::become_check(&check),
        Chore::TusOffer { out } => tus::become_offer(&out),
        Chore::Upload { runs, seed, json } => tus::become_upload(runs, seed, json),
        Chore::Fuzz { target, seconds, seed, json } => {
            binaries::become_fuzz(&target, seconds, &binaries::Drawn { seed, json })
        }
        Chore::Photo { dir, json } => photo::become_photo(&dir, json),
        Chore::Bench { name, megapixels, json } => match name.as_str() {
            "photo" => photo::become_bench(megapixels, json),
            "ffi" => kotlin::become_bench(json),
            "encrypted" => binaries::become_encrypted_bench(json),
            _ => binaries::become_bench(&name, json),
        },
        Chore::Scenarios { lang, only, json } => scenarios::run(lang, only.as_deref(), json),
        Chore::Bindings { lang, out } => bindings::generate(lang, &place::absolute(&out)?).map(drop),
        Chore::LibrarySize { json } => size::print(json),
        Chore::CheckTargets => targets::check(),
        Chore::Lint => lint::run(),
        Chore::Fmt { check } => format_sources(check),
    }
    .map(|()| ExitCode::SUCCESS)
}

/// Formats the Rust sources, or only compares them.
fn format_sources(check: bool) -> Done {
    let mut fmt = command::cargo()?.args(["fmt", "--all"]);
    if check {
        fmt = fmt.arg("--check");
    }
    fmt.run()
}

/// The name by which a value is chosen on the command line.
fn name_of(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |known| known.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_in_order() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_question_is_given_on_as_it_is() {
        let cases: [&[&str]; 7] = [
            &["catalogue", "check", "--json"],
            &["catalogue", "list", "--find", "-x", "--json"],
            &["workflow", "show", "W1", "--mermaid"],
            &["calendar", "due", "--from", "2026-09-30T16:00+08:00", "--limit", "4 work_hour"],
            &["grid", "check", "--help"],
            &["coords", "--from", "wgs84", "--to", "gcj02", "-73.9,40.7"],
            &["coords", "-73.9,40.7", "--", "--from"],
        ];
        for line in cases {
            let chore = Cli::try_parse_from([&["xtask"], line].concat()).map(|cli| cli.chore);
            let Ok(
                Chore::Catalogue(question)
                | Chore::Workflow(question)
                | Chore::Calendar(question)
                | Chore::Grid(question)
                | Chore::Coords(question),
            ) = chore
            else {
                panic!("{line:?} is no question");
            };
            assert_eq!(question.args, line[1..], "{line:?}");
        }
    }
}
