//! How many small changes of a room's code its own tests notice: cargo-mutants over what decides about people and time.
//!
//! Two passes. The tests that stand beside the code judge every change in seconds; what they let through is judged by every test of the
//! room, walks and counts of `tests/` included. A change that does not compile tells nothing and is counted apart; one that never ends is
//! noticed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::command::{Stop, failed, io};
use crate::place;
use crate::room::{CargoTool, PROFILE, Room};

/// Changes that the tests of a room must notice, percent.
const GOAL_PERCENT: f64 = 90.0;
/// How long a change may keep the tests beside the code busy, and then all tests, s: many times what they take unchanged.
const TIMEOUTS_S: [u32; 2] = [60, 600];

const CARGO_MUTANTS: CargoTool =
    CargoTool { program: "cargo-mutants", subcommand: "mutants", version: "27.1.0" };

/// What is asked for.
#[derive(Args)]
pub struct Asked {
    /// Whose tests.
    room: Room,
    /// Only this part of the changes, as `1/8`: parts can be run one after the other. The first is 0.
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Only files that match, in place of all that are judged; may be given several times.
    #[arg(long, value_name = "GLOB")]
    file: Vec<String>,
    /// Only a line of JSON on stdout.
    #[arg(long)]
    json: bool,
}

impl Room {
    /// Modules whose changes are judged: each a file, with the folder beside it.
    fn judged(self) -> &'static [&'static str] {
        match self {
            Room::Model => &["authorize", "calendar", "grant", "late", "role", "rules", "sight", "writing"],
        }
    }
}

/// Changes the code, again and again, and prints what the tests noticed; exit code 1 where the goal is missed.
pub fn run(asked: &Asked) -> Result<ExitCode, Stop> {
    let room = asked.room;
    let out = place::target()?.join("mutants");
    place::emptied(&out)?;
    let files = if asked.file.is_empty() { files(room) } else { asked.file.clone() };
    let beside = room.judged().iter().map(|module| format!("{module}::"));
    let mut first = vec!["--cargo-arg=--lib".to_owned()];
    first.extend(files.iter().map(|file| format!("--file={file}")));
    first.extend(asked.shard.iter().map(|shard| format!("--shard={shard}")));
    first.extend(["--", "--"].map(str::to_owned).into_iter().chain(beside));
    let mut found = judge(room, &out.join("beside"), TIMEOUTS_S[0], &first)?;
    let left: Vec<String> = found.missed.iter().chain(&found.timeout).cloned().collect();
    if !left.is_empty() {
        eprintln!("{} of {} changes are left for every test", left.len(), found.count());
        let files: BTreeSet<&str> = left.iter().filter_map(|name| name.split(':').next()).collect();
        let files = files.into_iter().map(|file| format!("--file={file}"));
        let named = left.iter().map(|name| format!("--re=^{}$", escaped(name)));
        // Changes that leave a field out come along unasked: cargo-mutants does not choose them by name.
        let again = judge(room, &out.join("all"), TIMEOUTS_S[1], &files.chain(named).collect::<Vec<_>>())?
            .only(&left);
        if again.count() != left.len() {
            return Err(failed(format!(
                "{} changes were left and {} judged again",
                left.len(),
                again.count()
            )));
        }
        found = found.then(again);
    }
    for name in &found.missed {
        eprintln!("not noticed: {name}");
    }
    let line = found.json(&crate::name_of(&room));
    if asked.json {
        println!("{line}");
    } else {
        println!("{}", found.said());
    }
    Ok(if found.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn files(room: Room) -> Vec<String> {
    let globs = |module: &&str| {
        let path = format!("{}/src/{module}", room.folder());
        [format!("{path}.rs"), format!("{path}/**")]
    };
    room.judged().iter().flat_map(globs).collect()
}

/// One pass: the unchanged code first, then each change by itself.
fn judge(room: Room, out: &Path, timeout_s: u32, asked: &[String]) -> Result<Noticed, Stop> {
    std::fs::create_dir_all(out).map_err(io("create", out))?;
    let call = CARGO_MUTANTS
        .call()?
        .args(["--package", room.package(), "--features", room.features(), "--profile", PROFILE])
        .args(["--jobs", "1", "--no-shuffle", "--timeout", &timeout_s.to_string()])
        .arg("--output")
        .arg(out)
        .args(asked);
    match call.code()? {
        // All noticed; some missed; some never ended.
        0 | 2 | 3 => Noticed::read(&out.join("mutants.out")),
        code => Err(failed(format!("cargo-mutants ended with {code}; its words are in {}", out.display()))),
    }
}

/// Changes by what became of them, each with its file, line and column.
#[derive(Debug, Default, PartialEq, Eq)]
struct Noticed {
    caught: Vec<String>,
    missed: Vec<String>,
    timeout: Vec<String>,
    unviable: Vec<String>,
}

impl Noticed {
    fn read(folder: &Path) -> Result<Self, Stop> {
        let lines = |name: &str| -> Result<Vec<String>, Stop> {
            let path = folder.join(name);
            let text = std::fs::read_to_string(&path).map_err(io("read", &path))?;
            Ok(text.lines().map(str::to_owned).collect())
        };
        Ok(Self {
            caught: lines("caught.txt")?,
            missed: lines("missed.txt")?,
            timeout: lines("timeout.txt")?,
            unviable: lines("unviable.txt")?,
        })
    }

    fn count(&self) -> usize {
        self.caught.len() + self.missed.len() + self.timeout.len() + self.unviable.len()
    }

    /// What became of these alone.
    fn only(mut self, names: &[String]) -> Self {
        for list in [&mut self.caught, &mut self.missed, &mut self.timeout, &mut self.unviable] {
            list.retain(|name| names.contains(name));
        }
        self
    }

    /// What is known when that which was left has been judged again.
    fn then(mut self, again: Self) -> Self {
        self.caught.extend(again.caught);
        self.unviable.extend(again.unviable);
        Self { caught: self.caught, unviable: self.unviable, ..again }
    }

    /// In percent of those that compile.
    #[expect(clippy::cast_precision_loss, reason = "changes of one room are few")]
    fn score(&self) -> f64 {
        let noticed = self.caught.len() + self.timeout.len();
        let all = noticed + self.missed.len();
        if all == 0 { 100.0 } else { 100.0 * noticed as f64 / all as f64 }
    }

    fn holds(&self) -> bool {
        self.score() >= GOAL_PERCENT
    }

    fn json(&self, room: &str) -> Value {
        json!({
            "what": room,
            "caught": self.caught.len(),
            "missed": self.missed.len(),
            "timeout": self.timeout.len(),
            "unviable": self.unviable.len(),
            "score": (self.score() * 100.0).round() / 100.0,
            "goal": GOAL_PERCENT,
            "holds": self.holds(),
        })
    }

    fn said(&self) -> String {
        format!(
            "{:.1} % noticed (goal {GOAL_PERCENT} %): {} caught, {} without end, {} missed; {} do not compile",
            self.score(),
            self.caught.len(),
            self.timeout.len(),
            self.missed.len(),
            self.unviable.len()
        )
    }
}

/// A text as a regular expression that matches it alone.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if r"\.+*?()|[]{}^$".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noticed(caught: usize, missed: usize, timeout: usize, unviable: usize) -> Noticed {
        let of = |count| vec!["x".to_owned(); count];
        Noticed { caught: of(caught), missed: of(missed), timeout: of(timeout), unviable: of(unviable) }
    }

    #[test]
    fn what_does_not_compile_does_not_count_and_what_never_ends_is_noticed() {
        let found = noticed(8, 1, 1, 90);
        assert!((found.score() - 90.0).abs() < 1e-9 && found.holds());
        assert!(!noticed(89, 11, 0, 0).holds());
        let expected = "{\"caught\":8,\"goal\":90.0,\"holds\":true,\"missed\":1,\"score\":90.0,\"timeout\":1,\
            \"unviable\":90,\"what\":\"model\"}";
        assert_eq!(found.json("model").to_string(), expected);
    }

    #[test]
    fn what_was_left_counts_as_it_was_judged_again() {
        assert_eq!(noticed(5, 3, 1, 2).then(noticed(2, 1, 1, 0)), noticed(7, 1, 1, 2));
    }

    #[test]
    fn what_was_not_left_is_not_counted_twice() {
        let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let all = Noticed {
            caught: of(&["a", "b"]),
            missed: of(&["c"]),
            timeout: of(&["d"]),
            unviable: of(&["e"]),
        };
        let left = Noticed { caught: of(&["b"]), missed: of(&["c"]), ..Noticed::default() };
        assert_eq!(all.only(&of(&["b", "c"])), left);
    }

    #[test]
    fn a_change_is_asked_for_by_its_name_alone() {
        assert_eq!(escaped("a.rs:1:2: replace < with || in f"), r"a\.rs:1:2: replace < with \|\| in f");
    }
}
