//! Photographs on files: the command, the figure against libvips, and the lane.
//!
//! The lane holds the room to its verdicts and its memory on the photographs and hostile files of the tests, and lets a second decoder
//! (libjpeg-turbo, through Pillow) read every picture that the room writes. Times are printed, never asserted: they belong to the machine.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::binaries;
use crate::command::{Call, Done, Stop, failed, io, skipped};
use crate::{place, tools};

/// Memory that refusing a file may take above the start, KiB.
const REFUSAL_PEAK_KIB_MAX: u64 = 20 * 1024;
/// Memory that making all pictures of a file may take above the start, KiB: the largest of the lane has 12 MP.
const PEAK_KIB_MAX: u64 = 40 * 1024;

/// What the environment of Python holds; another list makes it anew.
const PACKAGES: [&str; 3] = ["pillow==13.0.0", "pyvips==3.2.0", "pyvips-binary==8.18.7"];

/// Builds, then becomes the judge of a folder.
pub fn become_photo(dir: &Path, json: bool) -> Done {
    Err(photo(&place::absolute(dir)?, json)?.become_it())
}

/// Builds, then becomes the figure against libvips.
pub fn become_bench(megapixels: Option<u32>, json: bool) -> Done {
    let python = python()?;
    let mut call = binaries::program(&binaries::build()?, "yuandian-bench")?.args(["bench", "photo"]);
    call = call.arg("--python").arg(python);
    if let Some(megapixels) = megapixels {
        call = call.arg("--megapixels").arg(megapixels.to_string());
    }
    Err(if json { call.arg("--json") } else { call }.become_it())
}

/// Every good photograph is accepted and every hostile one refused within its memory, and a second decoder agrees with what is written.
pub fn lane() -> Done {
    let data = place::root().join("tests/data");
    for (folder, wanted, peak_kib_max) in
        [("photos", "ok", PEAK_KIB_MAX), ("hostile-photos", "refuse", REFUSAL_PEAK_KIB_MAX)]
    {
        let dir = data.join(folder);
        let files = std::fs::read_dir(&dir).map_err(io("list", &dir))?.count();
        let said = photo(&dir, true)?.stdout()?;
        let told =
            judged(&said, wanted, files, peak_kib_max).map_err(|why| failed(format!("{folder}: {why}")))?;
        eprintln!("{folder}: {told}");
    }
    let bench = binaries::build()?.join("yuandian-bench");
    Call::new(python()?)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(place::root().join("tests/bench/python/second_decoder.py"))
        .arg(bench)
        .arg(data.join("photos"))
        .run()
}

fn photo(dir: &Path, json: bool) -> Result<Call, Stop> {
    let call = binaries::program(&binaries::build()?, "yuandian-bench")?.arg("photo").arg(dir);
    Ok(if json { call.arg("--json") } else { call })
}

/// An interpreter with [`PACKAGES`], in an environment of its own that outlives a clone.
fn python() -> Result<PathBuf, Stop> {
    tools::PYTHON.ensure()?;
    let folder = place::cache()?.join("photo-python");
    let _held = place::lock(&place::cache()?.join("photo-python.lock"))?;
    let (interpreter, list) = (folder.join("bin/python"), folder.join("packages"));
    let wanted = PACKAGES.join("\n");
    if interpreter.is_file() && std::fs::read_to_string(&list).is_ok_and(|held| held == wanted) {
        return Ok(interpreter);
    }
    eprintln!("making an environment of Python with {}", PACKAGES.join(" "));
    let made = if Call::new("python3").args(["-m", "venv", "--clear"]).arg(&folder).succeeds() {
        Ok(())
    } else {
        // Debian keeps what an environment is made with in a package of its own.
        tools::PYTHON_VENV
            .ensure()
            .and_then(|()| Call::new("python3").args(["-m", "venv", "--clear"]).arg(&folder).run())
    };
    made.and_then(|()| {
        let log = place::cache()?.join("photo-python.log");
        Call::new(&interpreter).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES).run_into(&log)
    })
    .map_err(|stop| skipped(format!("no Python with pillow and pyvips here: {stop}")))?;
    std::fs::write(&list, wanted).map_err(io("write", &list))?;
    Ok(interpreter)
}

/// Holds the lines to the wanted verdict; the good answer is a sentence, the bad one says what is wrong.
fn judged(lines: &str, wanted: &str, files: usize, peak_kib_max: u64) -> Result<String, String> {
    let (mut count, mut slowest_ms, mut peak_kib) = (0, 0.0_f64, 0);
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let row: Value = serde_json::from_str(line).map_err(|error| format!("not JSON ({error}): {line}"))?;
        let peak = row["peak_kib"].as_u64().ok_or_else(|| format!("no peak_kib: {line}"))?;
        let ms = row["ms"].as_f64().ok_or_else(|| format!("no ms: {line}"))?;
        if row["verdict"] != wanted {
            return Err(format!("wanted {wanted}: {line}"));
        }
        if row["code"].is_null() != (wanted == "ok") {
            return Err(format!("a refusal has a code, and nothing else has: {line}"));
        }
        if peak > peak_kib_max {
            return Err(format!("more than {peak_kib_max} KiB: {line}"));
        }
        (count, slowest_ms, peak_kib) = (count + 1, slowest_ms.max(ms), peak_kib.max(peak));
    }
    if count == 0 || count != files {
        return Err(format!("{files} files and {count} verdicts"));
    }
    Ok(format!("{count} × {wanted}, the slowest {slowest_ms:.1} ms, the largest {peak_kib} KiB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(verdict: &str, code: &str, peak_kib: u64) -> String {
        format!(
            "{{\"file\":\"a\",\"verdict\":\"{verdict}\",\"code\":{code},\"ms\":1.5,\"peak_kib\":{peak_kib}}}\n"
        )
    }

    #[test]
    fn each_file_needs_the_wanted_verdict_and_a_refusal_its_code() {
        let refused = line("refuse", "\"empty\"", 10);
        assert_eq!(
            judged(&refused, "refuse", 1, 20),
            Ok("1 × refuse, the slowest 1.5 ms, the largest 10 KiB".into())
        );
        assert!(judged(&refused, "ok", 1, 20).is_err());
        assert!(judged(&line("refuse", "null", 10), "refuse", 1, 20).is_err());
        assert!(judged(&line("ok", "null", 10), "ok", 1, 20).is_ok());
    }

    #[test]
    fn a_file_without_a_verdict_is_noticed() {
        let one = line("ok", "null", 10);
        assert!(judged(&one, "ok", 2, 20).is_err());
        assert!(judged("", "ok", 0, 20).is_err());
        assert!(judged("boom\n", "ok", 1, 20).is_err());
    }

    #[test]
    fn memory_is_held_at_the_limit() {
        assert!(judged(&line("ok", "null", 20), "ok", 1, 20).is_ok());
        assert!(judged(&line("ok", "null", 21), "ok", 1, 20).is_err());
    }
}
