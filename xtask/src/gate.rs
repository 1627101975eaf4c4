//! The admission gate on files: the command, and the lane that holds it to hostile and honest data.
//!
//! The lane asserts verdicts and memory. Times are printed, never asserted: they belong to the machine.

use std::path::Path;

use serde_json::Value;

use crate::binaries;
use crate::command::{Call, Done, Stop, failed, io};
use crate::place;

/// Memory a judgement may take above the start, KiB.
const PEAK_KIB_MAX: u64 = 64 * 1024;

/// Builds, then becomes the gate.
pub fn become_gate(base: &Path, dir: &Path, structure_only: bool, json: bool) -> Done {
    Err(gate(&place::absolute(base)?, &place::absolute(dir)?, structure_only, json)?.become_it())
}

/// Every hostile change is refused, every honest one accepted, each within the memory limit.
pub fn lane() -> Done {
    let data = place::root().join("tests/data");
    let base = data.join("hostile-changes/base.automerge");
    for (folder, wanted) in [("hostile-changes", "refuse"), ("honest-changes", "accept")] {
        let dir = data.join(folder);
        let said = gate(&base, &dir, true, true)?.stdout()?;
        let told =
            judged(&said, wanted, changes_in(&dir)?).map_err(|why| failed(format!("{folder}: {why}")))?;
        eprintln!("{folder}: {told}");
    }
    Ok(())
}

fn gate(base: &Path, dir: &Path, structure_only: bool, json: bool) -> Result<Call, Stop> {
    let mut call = binaries::program(&binaries::build()?, "yuandian-bench")?;
    call = call.arg("gate").arg("--base").arg(base).arg(dir);
    if structure_only {
        call = call.arg("--structure-only");
    }
    Ok(if json { call.arg("--json") } else { call })
}

fn changes_in(dir: &Path) -> Result<usize, Stop> {
    let entries = std::fs::read_dir(dir).map_err(io("list", dir))?;
    let count = entries.flatten().filter(|entry| entry.path().extension() == Some("change".as_ref())).count();
    if count == 0 { Err(failed(format!("{} holds no changes", dir.display()))) } else { Ok(count) }
}

/// Holds the gate's lines to the wanted verdict; the good answer is a sentence, the bad one says what is wrong.
fn judged(lines: &str, wanted: &str, files: usize) -> Result<String, String> {
    let (mut count, mut slowest_ms, mut peak_kib) = (0, 0.0_f64, 0);
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let row: Value = serde_json::from_str(line).map_err(|error| format!("not JSON ({error}): {line}"))?;
        let verdict = row["verdict"].as_str().ok_or_else(|| format!("no verdict: {line}"))?;
        let peak = row["peak_kib"].as_u64().ok_or_else(|| format!("no peak_kib: {line}"))?;
        let ms = row["ms"].as_f64().ok_or_else(|| format!("no ms: {line}"))?;
        if verdict != wanted {
            return Err(format!("wanted {wanted}: {line}"));
        }
        if peak > PEAK_KIB_MAX {
            return Err(format!("more than {PEAK_KIB_MAX} KiB: {line}"));
        }
        (count, slowest_ms, peak_kib) = (count + 1, slowest_ms.max(ms), peak_kib.max(peak));
    }
    if count != files {
        return Err(format!("{files} files and {count} verdicts"));
    }
    Ok(format!("{count} × {wanted}, the slowest {slowest_ms:.1} ms, the largest {peak_kib} KiB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(verdict: &str, peak_kib: u64) -> String {
        format!(
            "{{\"file\":\"a\",\"verdict\":\"{verdict}\",\"code\":\"x\",\"ms\":1.5,\"peak_kib\":{peak_kib}}}\n"
        )
    }

    #[test]
    fn each_file_needs_the_wanted_verdict() {
        let two = line("refuse", 10) + &line("refuse", 20);
        assert_eq!(
            judged(&two, "refuse", 2),
            Ok("2 × refuse, the slowest 1.5 ms, the largest 20 KiB".into())
        );
        assert!(judged(&two, "accept", 2).is_err());
        assert!(judged(&(two + &line("accept", 1)), "refuse", 3).is_err());
    }

    #[test]
    fn a_file_without_a_verdict_is_noticed() {
        assert!(judged(&line("refuse", 10), "refuse", 2).is_err());
        assert!(judged("{\"file\":\"a\"}\n", "refuse", 1).is_err());
        assert!(judged("boom\n", "refuse", 1).is_err());
    }

    #[test]
    fn memory_is_held_at_the_limit() {
        assert!(judged(&line("refuse", PEAK_KIB_MAX - 1), "refuse", 1).is_ok());
        assert!(judged(&line("refuse", PEAK_KIB_MAX), "refuse", 1).is_ok());
        assert!(judged(&line("refuse", PEAK_KIB_MAX + 1), "refuse", 1).is_err());
    }
}
