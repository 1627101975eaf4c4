//! How much of a room its own tests come through: by branches, and by lines.
//!
//! Counted is the code that ships. Files of tests are left out, and in other files what stands below `#[cfg(test)]`; nothing else is, and
//! no attribute takes code out of the count. A condition is two branches, one for each way that it may go; code that is compiled for
//! several types is counted once. `match` and `?` are lines to the compiler, not branches.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::command::{Call, Stop, failed, io, skipped};
use crate::place;
use crate::room::{CargoTool, PROFILE, Room};
use crate::tools::Tool;

/// Branches that the tests of a room must come through, percent.
const GOAL_PERCENT: f64 = 95.0;
/// Files that are named: those with most left.
const WORST_FILES: usize = 10;

const LLVM_COV: CargoTool = CargoTool { program: "cargo-llvm-cov", subcommand: "llvm-cov", version: "0.9.1" };

/// Runs the room's tests, counts, and prints the count; exit code 1 where the goal is missed.
pub fn run(room: Room, as_json: bool) -> Result<ExitCode, Stop> {
    let report = place::target()?.join("coverage.lcov");
    let [cov, profdata] = llvm()?;
    LLVM_COV
        .call()?
        .args(["test", "--package", room.package(), "--features", room.features(), "--profile", PROFILE])
        .args(["--branch", "--lcov", "--output-path"])
        .quiet_arg(&report)
        .env("LLVM_COV", cov)
        .env("LLVM_PROFDATA", profdata)
        // Branches are counted by a switch that is not stable yet. This asks the project's own compiler for it; another one would count
        // another program.
        .env("RUSTC_BOOTSTRAP", "1")
        .run()?;
    let text = std::fs::read_to_string(&report).map_err(io("read", &report))?;
    let counted = Counted::of(&text, &place::root().join(room.folder()), |path| {
        std::fs::read_to_string(path).map_err(io("read", path))
    })?;
    let name = crate::name_of(&room);
    if as_json {
        println!("{}", counted.json(&name));
    } else {
        println!("{}", counted.table(&name));
    }
    Ok(if counted.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `llvm-cov` and `llvm-profdata` that read what this compiler writes: of its own LLVM, or of the same number.
fn llvm() -> Result<[String; 2], Stop> {
    const NAMES: [&str; 2] = ["llvm-cov", "llvm-profdata"];
    let said = Call::new("rustc").arg("-vV").stdout()?;
    let word = |key: &str| said.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let (Some(host), Some(version)) = (word("host:"), word("LLVM version:")) else {
        return Err(failed("rustc does not say its host and its LLVM"));
    };
    let number = version.split('.').next().unwrap_or_default();
    let sysroot = Call::new("rustc").args(["--print", "sysroot"]).stdout()?;
    let own = Path::new(sysroot.trim()).join("lib/rustlib").join(host).join("bin");
    let of_component = || {
        let paths = NAMES.map(|name| own.join(name));
        paths.iter().all(|path| path.is_file()).then(|| paths.map(|path| path.to_string_lossy().into_owned()))
    };
    if let Some(paths) = of_component() {
        return Ok(paths);
    }
    let names = NAMES.map(|name| format!("{name}-{number}"));
    let package = format!("llvm-{number}");
    let debian = Tool { name: &names[0], program: &names[0], probe: &["--version"], packages: &[&package] };
    let Err(why) = debian.ensure() else { return Ok(names) };
    eprintln!("{why}; asking rustup for the component");
    let added = Call::new("rustup").args(["component", "add", "llvm-tools"]).run();
    of_component().ok_or_else(|| {
        let of_rustup = added.err().map_or_else(String::new, |stop| format!("; {stop}"));
        skipped(format!(
            "no {} that reads what LLVM {number} of this rustc writes: {why}{of_rustup}",
            NAMES[0]
        ))
    })
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Part {
    covered: usize,
    count: usize,
}

impl Part {
    fn add(&mut self, is_covered: bool) {
        self.covered += usize::from(is_covered);
        self.count += 1;
    }

    fn left(self) -> usize {
        self.count - self.covered
    }

    /// In percent; of nothing everything.
    #[expect(clippy::cast_precision_loss, reason = "lines of one room are few")]
    fn percent(self) -> f64 {
        if self.count == 0 { 100.0 } else { 100.0 * self.covered as f64 / self.count as f64 }
    }

    fn json(self) -> Value {
        let percent = (self.percent() * 100.0).round() / 100.0;
        json!({ "covered": self.covered, "count": self.count, "percent": percent })
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>5} of {:>5}  {:>6.2} %", self.covered, self.count, self.percent())
    }
}

/// A room, counted.
#[derive(Debug, Default)]
struct Counted {
    branches: Part,
    lines: Part,
    /// Files with branches left, by their path in the room, those with most left first.
    files: Vec<(String, Part)>,
}

impl Counted {
    /// Counts a report of llvm-cov (LCOV: `SF` a file, `DA` a line, `BRDA` a branch); `source` gives the text of a file.
    fn of(report: &str, folder: &Path, source: impl Fn(&Path) -> Result<String, Stop>) -> Result<Self, Stop> {
        let mut counted = Self::default();
        // The file that is read, where it is of the room, and the line of its tests.
        let mut file: Option<(String, usize, Part)> = None;
        for line in report.lines() {
            let (kind, rest) = line.split_once(':').unwrap_or((line, ""));
            match (kind, &mut file) {
                ("SF", _) => {
                    let path = Path::new(rest).strip_prefix(folder).ok().filter(|path| !is_of_tests(path));
                    file = match path {
                        None => None,
                        Some(path) => {
                            let tests = first_line_of_tests(&source(Path::new(rest))?);
                            Some((path.to_string_lossy().into_owned(), tests, Part::default()))
                        }
                    };
                }
                ("DA" | "BRDA", Some((_, tests, branches))) => {
                    let (at, times) = at_and_times(rest).ok_or_else(|| nonsense(line))?;
                    if at < *tests {
                        let part = if kind == "DA" { &mut counted.lines } else { branches };
                        part.add(times > 0);
                    }
                }
                ("end_of_record", Some(_)) => {
                    let (path, _, branches) = file.take().unwrap_or_default();
                    counted.branches.covered += branches.covered;
                    counted.branches.count += branches.count;
                    if branches.left() > 0 {
                        counted.files.push((path, branches));
                    }
                }
                _ => {}
            }
        }
        if counted.lines.count == 0 {
            return Err(failed("the report of llvm-cov names no line of the room"));
        }
        counted.files.sort_by_key(|(path, branches)| (std::cmp::Reverse(branches.left()), path.clone()));
        Ok(counted)
    }

    fn holds(&self) -> bool {
        self.branches.percent() >= GOAL_PERCENT
    }

    fn json(&self, room: &str) -> Value {
        let worst = self.files.iter().take(WORST_FILES).map(
            |(path, branches)| json!({ "file": path, "covered": branches.covered, "count": branches.count }),
        );
        json!({
            "what": room,
            "branches": self.branches.json(),
            "lines": self.lines.json(),
            "goal": GOAL_PERCENT,
            "holds": self.holds(),
            "files": worst.collect::<Vec<_>>(),
        })
    }

    fn table(&self, room: &str) -> String {
        let mut text = format!("{room}: branches {}\n{room}: lines    {}", self.branches, self.lines);
        for (path, branches) in self.files.iter().take(WORST_FILES) {
            text.push_str(&format!("\n{:>5} left of {:>5}  {path}", branches.left(), branches.count));
        }
        let word = if self.holds() { "holds" } else { "is missed" };
        text.push_str(&format!("\nthe goal of {GOAL_PERCENT} % of the branches {word}"));
        text
    }
}

/// Whether a file of the room holds nothing but tests.
fn is_of_tests(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.file_name() == Some("tests.rs".as_ref())
}

/// The line from which a file's own tests stand, which is its end in this house.
fn first_line_of_tests(source: &str) -> usize {
    let lines: Vec<&str> = source.lines().collect();
    let tests = lines
        .windows(2)
        .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{'));
    tests.map_or(usize::MAX, |index| index + 1)
}

/// Where something stands and how often it was come to; `-` stands where the condition around a branch never was.
fn at_and_times(rest: &str) -> Option<(usize, usize)> {
    let ((at, _), (_, times)) = (rest.split_once(',')?, rest.rsplit_once(',')?);
    Some((at.parse().ok()?, if times == "-" { 0 } else { times.parse().ok()? }))
}

fn nonsense(line: &str) -> Stop {
    failed(format!("llvm-cov wrote a line that is none of LCOV: {line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "SF:/r/core/model/src/a.rs\nDA:1,4\nDA:2,0\nDA:9,0\nBRDA:1,0,0,3\nBRDA:1,0,1,0\nBRDA:2,0,0,-\nBRDA:9,0,0,-\n\
        end_of_record\nSF:/r/core/model/src/b.rs\nDA:1,1\nBRDA:1,0,0,1\nend_of_record\n\
        SF:/r/core/model/src/a/tests.rs\nDA:1,0\nend_of_record\nSF:/r/core/model/tests/t.rs\nDA:1,0\nend_of_record\n\
        SF:/r/core/sync/src/a.rs\nDA:1,0\nBRDA:1,0,0,-\nend_of_record\n";

    fn counted(report: &str) -> Result<Counted, Stop> {
        let source = |path: &Path| {
            let tests = path.ends_with("a.rs").then_some("\n\n\n\n#[cfg(test)]\nmod tests {\n\n\n\n}\n");
            Ok(tests.unwrap_or("fn b() {}\n").to_owned())
        };
        Counted::of(report, Path::new("/r/core/model"), source)
    }

    #[test]
    fn what_ships_is_counted_and_tests_and_other_rooms_are_not() {
        let counted = counted(REPORT).unwrap();
        assert_eq!(counted.lines, Part { covered: 2, count: 3 });
        assert_eq!(counted.branches, Part { covered: 2, count: 4 });
        assert_eq!(counted.files, [("src/a.rs".to_owned(), Part { covered: 1, count: 3 })]);
        let expected = "{\"branches\":{\"count\":4,\"covered\":2,\"percent\":50.0},\
            \"files\":[{\"count\":3,\"covered\":1,\"file\":\"src/a.rs\"}],\"goal\":95.0,\"holds\":false,\
            \"lines\":{\"count\":3,\"covered\":2,\"percent\":66.67},\"what\":\"model\"}";
        assert_eq!(counted.json("model").to_string(), expected);
        assert!(counted.table("model").ends_with("the goal of 95 % of the branches is missed"));
    }

    #[test]
    fn a_report_that_says_nothing_or_nonsense_is_no_good_report() {
        assert!(counted("").is_err());
        assert!(counted("SF:/r/core/sync/src/a.rs\nDA:1,1\nend_of_record\n").is_err());
        assert!(counted("SF:/r/core/model/src/a.rs\nDA:x,1\nend_of_record\n").is_err());
    }

    #[test]
    fn the_goal_holds_at_it_and_not_below() {
        let holds =
            |covered| Counted { branches: Part { covered, count: 100 }, ..Counted::default() }.holds();
        assert_eq!([holds(94), holds(95), holds(100)], [false, true, true]);
    }
}
