//! Clippy with warnings denied, and what clippy cannot see: the checks of the house over every file that is, or is
//! about to be, tracked.

use std::path::Path;

use crate::command::{self, Call, Done, Stop, failed, io};
use crate::place;

/// Larger files are data, not text that somebody wrote.
const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Where data copied from elsewhere lies: it may say what it likes.
const DATA: &str = "tests/data/";
/// The only registry that the lock file may name.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The one crate with lints of its own: SQLite calls a VFS through raw pointers, which the workspace's lints forbid.
const UNSAFE_CRATE: &str = "tests/vfs/Cargo.toml";

/// Words that must not be tracked, with the reason. Written in two halves, or this file would be its own finding.
const BANNED: &[(&str, &str, &str)] = &[
    ("/wo", "rk/", "a path of one machine"),
    ("/ro", "ot/", "a path of one machine"),
    ("/ho", "me/", "a path of one machine"),
    ("/Us", "ers/", "a path of one machine"),
    ("..", "/shared", "a path of one machine"),
    ("TO", "DO", "unfinished work: finish it, or describe it where work is planned"),
    ("FIX", "ME", "unfinished work: finish it, or describe it where work is planned"),
    ("todo", "!(", "unfinished work: finish it, or describe it where work is planned"),
    ("sub", "agent", "talk about how the text came to be"),
    ("lorem", " ipsum", "filler"),
    ("<<<<", "<<< ", "a merge that was not finished"),
];

/// Runs clippy, then the checks of the house; the house is checked even where clippy fails.
pub fn run() -> Done {
    let clippy =
        command::cargo()?.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run();
    let house = house();
    clippy.and(house)
}

fn house() -> Done {
    let mut findings = Vec::new();
    for path in tracked_files()? {
        let full = place::root().join(&path);
        // A file deleted and not yet committed is still listed.
        if !full.is_file() || path.starts_with(DATA) {
            continue;
        }
        let bytes = std::fs::read(&full).map_err(io("read", &full))?;
        if let Some(text) = text_of(&bytes) {
            findings.extend(findings_in(&path, text));
        }
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        count => Err(failed(format!("{count} findings of the house; the first: {}", findings[0]))),
    }
}

/// Tracked files, and new ones that are not ignored: a finding should come before the commit.
fn tracked_files() -> Result<Vec<String>, Stop> {
    let listed =
        Call::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).stdout()?;
    Ok(listed.split_terminator('\0').map(str::to_owned).collect())
}

fn text_of(bytes: &[u8]) -> Option<&str> {
    if bytes.len() > TEXT_BYTES_MAX || bytes.contains(&0) { None } else { std::str::from_utf8(bytes).ok() }
}

/// Everything the house has against one file, as `path:line: reason`.
fn findings_in(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (head, tail, reason) in BANNED {
            if has_word(line, &[*head, *tail].concat()) {
                findings.push(format!("{path}:{}: {head}{tail}: {reason}", number + 1));
            }
        }
        if path == "Cargo.lock" && line.starts_with("source = ") && !line.contains(REGISTRY) {
            findings.push(format!("{path}:{}: another source than crates.io: {line}", number + 1));
        }
    }
    let is_manifest = Path::new(path).file_name() == Some("Cargo.toml".as_ref());
    if is_manifest && path != UNSAFE_CRATE && text.contains("[package]") && !inherits_lints(text) {
        findings.push(format!("{path}: the crate does not take the workspace's lints"));
    }
    if path.ends_with(".rs") && text.lines().any(|line| line.ends_with([' ', '\t'])) {
        findings.push(format!("{path}: a line ends in blanks"));
    }
    findings
}

/// Whether the word stands there by itself, not inside a longer name, and a path not inside a longer path.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().filter(|&letter| joins(letter));
        let after = line[at + word.len()..].chars().next().filter(|&letter| joins(letter));
        let open_start = !word.starts_with(joins) && !word.starts_with('/');
        let open_end = !word.ends_with(joins);
        (before.is_none() || open_start) && (after.is_none() || open_end)
    })
}

fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
    lines
        .by_ref()
        .take_while(|line| !line.starts_with('['))
        .any(|line| line.replace(' ', "") == "workspace=true")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(path: &str, text: &str) -> usize {
        findings_in(path, text).len()
    }

    #[test]
    fn each_banned_word_is_found_and_names_its_line() {
        for (head, tail, reason) in BANNED {
            let text = format!("fine\nsee {head}{tail}x here\nsee {head}{tail} here\n");
            let found = findings_in("README.md", &text);
            assert!(
                found.iter().any(|finding| finding.starts_with("README.md:") && finding.ends_with(reason)),
                "{head}"
            );
        }
    }

    #[test]
    fn a_word_inside_another_is_no_finding() {
        let text = ["autoTO", "DOne and network", "/ro", "ot/x of src/ho", "me/page"].concat();
        assert_eq!(reasons("README.md", &text), 0);
    }

    #[test]
    fn a_crate_takes_the_lints_of_the_workspace() {
        let package = "[package]\nname = \"x\"\n";
        assert_eq!(reasons("core/x/Cargo.toml", package), 1);
        assert_eq!(
            reasons("core/x/Cargo.toml", &format!("{package}[lints]\n[dependencies]\nworkspace = true\n")),
            1
        );
        assert_eq!(reasons("core/x/Cargo.toml", &format!("{package}[lints]\nworkspace = true\n")), 0);
        assert_eq!(reasons("Cargo.toml", "[workspace]\n"), 0);
        assert_eq!(reasons(UNSAFE_CRATE, package), 0);
    }

    #[test]
    fn the_lock_file_names_one_registry() {
        assert_eq!(reasons("Cargo.lock", &format!("source = \"{REGISTRY}\"\n")), 0);
        assert_eq!(reasons("Cargo.lock", "source = \"registry+https://other.test/index\"\n"), 1);
    }

    #[test]
    fn data_and_long_files_are_not_read_as_text() {
        assert_eq!(text_of(b"a\0b"), None);
        assert_eq!(text_of(&vec![b'a'; TEXT_BYTES_MAX]).map(str::len), Some(TEXT_BYTES_MAX));
        assert_eq!(text_of(&vec![b'a'; TEXT_BYTES_MAX + 1]), None);
    }
}
