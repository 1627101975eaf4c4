//! `photo`: what the core makes of each file of a folder, one process per file.
//!
//! A line per entry, by name, exactly
//! `{"file","verdict":"ok|refuse","code","width","height","ms","peak_kib","medium_bytes","thumb_bytes","micro_bytes","warnings":[…]}`: `code` is null
//! where the photograph is good, sizes are upright and null where nobody knows them, bytes of renditions are null where there are
//! none. `ms` and `peak_kib` are the process's own: from before the file is opened to the last rendition, and its peak memory above
//! what it was then. What is no file, cannot be read, or changes while it is read is refused in its line; the exit code is 0
//! when every entry was judged.
//!
//! `warnings` holds the codes of [`Warning`](yuandian_photo::Warning), then those of [`EditHint`](yuandian_photo::EditHint), then
//! `needs_platform` where only the platform can make the renditions.
//!
//! Beside the codes of [`PhotoError`](yuandian_photo::PhotoError) there are `not_a_file`, `unreadable`, and of a process that did not answer `crashed` and `no_end`.
#![allow(clippy::disallowed_methods, reason = "a command that reads files and measures time")]

use std::error::Error;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde::{Deserialize, Serialize};
use yuandian_photo::{Developed, PhotoError, Preview, develop, limits};

use crate::bench::round;
use crate::child::{Heard, of_child, peak_kib, reset_peak};

#[derive(Args)]
pub struct Arguments {
    /// The folder whose files are judged
    directory: PathBuf,
    /// One line of JSON per file instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct One {
    file: PathBuf,
}

/// One line of the answer.
#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Line {
    file: String,
    verdict: Verdict,
    code: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    ms: Option<f64>,
    peak_kib: Option<u64>,
    medium_bytes: Option<usize>,
    thumb_bytes: Option<usize>,
    micro_bytes: Option<usize>,
    warnings: Vec<String>,
}

#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Refuse,
}

impl Line {
    fn refused(file: &Path, code: &str) -> Self {
        Self {
            file: name(file),
            verdict: Verdict::Refuse,
            code: Some(code.to_owned()),
            width: None,
            height: None,
            ms: None,
            peak_kib: None,
            medium_bytes: None,
            thumb_bytes: None,
            micro_bytes: None,
            warnings: vec![],
        }
    }
}

/// Judges every entry of a folder, each in its own process, and prints the answers by name.
///
/// # Errors
/// When the folder cannot be listed: then nothing was judged.
pub fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let directory = &arguments.directory;
    let entries = fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    files.sort();
    let mut out = io::stdout().lock();
    let (mut good, mut refused) = (0, 0);
    for file in &files {
        let line = match of_child(&["photo-one".as_ref()], file)? {
            Heard::Said(line) => line,
            Heard::Crashed(_) => Line::refused(file, "crashed"),
            Heard::NoEnd => Line::refused(file, "no_end"),
        };
        match line.verdict {
            Verdict::Ok => good += 1,
            Verdict::Refuse => refused += 1,
        }
        if arguments.json {
            writeln!(out, "{}", serde_json::to_string(&line)?)?;
        } else {
            writeln!(out, "{}", row(&line))?;
        }
    }
    if !arguments.json {
        writeln!(out, "{} judged: {good} good, {refused} refused", files.len())?;
    }
    Ok(())
}

/// Judges one file in this process and prints what the parent reads.
///
/// # Errors
/// None but those of its output: whatever is wrong with the file stands in the line.
pub fn run_one(one: &One) -> Result<(), Box<dyn Error>> {
    // A caught panic is an ordinary refusal here; its message on stderr would look like a crash.
    std::panic::set_hook(Box::new(|_| {}));
    reset_peak();
    let level = peak_kib();
    let start = Instant::now();
    let judged = judge(&one.file);
    let ms = start.elapsed().as_secs_f64() * 1e3;
    let peak = peak_kib();
    let line = Line {
        ms: Some(round(ms)),
        peak_kib: level.zip(peak).map(|(level, peak)| peak.saturating_sub(level)),
        ..judged
    };
    println!("{}", serde_json::to_string(&line)?);
    Ok(())
}

fn judge(file: &Path) -> Line {
    let original = match read(file) {
        Ok(original) => original,
        Err(refusal) => return Line::refused(file, refusal.code()),
    };
    let Developed { examined, renditions } = match develop(&original) {
        Ok(developed) => developed,
        Err(refusal) => return Line::refused(file, refusal.code()),
    };
    let size = examined.upright_dimensions();
    let odd = examined.warnings.iter().map(|warning| warning.code());
    let hints = examined.edit_hints.iter().map(|hint| hint.code());
    let mut warnings: Vec<String> = odd.chain(hints).map(str::to_owned).collect();
    let bytes = match &renditions {
        Preview::Ready(made) => [&made.medium, &made.thumb, &made.micro].map(|r| Some(r.bytes.len())),
        Preview::Unavailable(reason) => {
            warnings.push(reason.code().to_owned());
            [None; 3]
        }
    };
    let [medium_bytes, thumb_bytes, micro_bytes] = bytes;
    Line {
        file: name(file),
        verdict: Verdict::Ok,
        code: None,
        width: size.map(|size| size.width),
        height: size.map(|size| size.height),
        ms: None,
        peak_kib: None,
        medium_bytes,
        thumb_bytes,
        micro_bytes,
        warnings,
    }
}

/// Why a file has no bytes to judge.
#[derive(Debug, PartialEq)]
enum Unread {
    NotAFile,
    Unreadable,
    Refused(PhotoError),
}

impl Unread {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAFile => "not_a_file",
            Self::Unreadable => "unreadable",
            Self::Refused(refusal) => refusal.code(),
        }
    }
}

/// Reads a file whose size is within the cap, and sees whether it changed meanwhile.
fn read(file: &Path) -> Result<Vec<u8>, Unread> {
    let unreadable = |_| Unread::Unreadable;
    // Asked before opening: to open a pipe is to wait for who writes into it.
    if !fs::metadata(file).map_err(unreadable)?.is_file() {
        return Err(Unread::NotAFile);
    }
    let mut opened = File::open(file).map_err(unreadable)?;
    let before = opened.metadata().map_err(unreadable)?;
    let bytes = read_whole(&mut opened, before.len())?;
    let after = opened.metadata().map_err(unreadable)?;
    if is_the_same(&before, &after) { Ok(bytes) } else { Err(Unread::Refused(PhotoError::Changed)) }
}

/// The bytes, which are `length` unless the file changes while it is read.
fn read_whole(opened: &mut impl Read, length: u64) -> Result<Vec<u8>, Unread> {
    let limit = limits::ORIGINAL_BYTES_MAX;
    let too_large = |bytes| Unread::Refused(PhotoError::TooLarge { bytes, limit });
    let expected = usize::try_from(length).map_err(|_| too_large(usize::MAX))?;
    if expected > limit {
        return Err(too_large(expected));
    }
    let mut bytes = Vec::with_capacity(expected + 1);
    // One more than there should be: a file that grows is noticed, and never followed.
    opened.take(length + 1).read_to_end(&mut bytes).map_err(|_| Unread::Unreadable)?;
    if bytes.len() == expected { Ok(bytes) } else { Err(Unread::Refused(PhotoError::Changed)) }
}

fn is_the_same(before: &Metadata, after: &Metadata) -> bool {
    before.len() == after.len() && before.modified().ok() == after.modified().ok()
}

fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn row(line: &Line) -> String {
    let or_dash = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let size = line.width.zip(line.height).map(|(width, height)| format!("{width} x {height}"));
    let bytes =
        [line.medium_bytes, line.thumb_bytes, line.micro_bytes].map(|b| or_dash(b.map(|b| b.to_string())));
    format!(
        "{:<28} {:<18} {:>13} {:>9} ms {:>7} KiB  {}  {}",
        line.file,
        line.code.as_deref().unwrap_or("ok"),
        or_dash(size),
        or_dash(line.ms.map(|ms| format!("{ms:.1}"))),
        or_dash(line.peak_kib.map(|kib| kib.to_string())),
        bytes.join(" / "),
        line.warnings.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_exactly_the_members_that_were_asked_for() {
        let line = Line {
            ms: Some(1.5),
            peak_kib: Some(7),
            ..Line::refused(Path::new("folder/a.jpg"), "truncated")
        };
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"file":"a.jpg","verdict":"refuse","code":"truncated","width":null,"height":null,"ms":1.5,"peak_kib":7,"medium_bytes":null,"thumb_bytes":null,"micro_bytes":null,"warnings":[]}"#
        );
    }

    #[test]
    fn a_file_that_grows_or_shrinks_while_it_is_read_is_refused() {
        let changed = Err(Unread::Refused(PhotoError::Changed));
        let read = |bytes: &[u8], length| read_whole(&mut &bytes[..], length);
        assert_eq!(read(b"four", 4), Ok(b"four".to_vec()));
        assert_eq!(read(b"fours", 4), changed);
        assert_eq!(read(b"for", 4), changed);
    }

    #[test]
    fn the_cap_is_applied_before_a_byte_is_read() {
        struct Never;
        impl Read for Never {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("read although it is too large")
            }
        }
        let length = limits::ORIGINAL_BYTES_MAX as u64 + 1;
        assert_eq!(read_whole(&mut Never, length).unwrap_err().code(), "too_large");
        assert_eq!(read_whole(&mut Never, u64::MAX).unwrap_err().code(), "too_large");
    }

    #[test]
    fn what_is_no_file_has_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("a folder.jpg")).unwrap();
        fs::write(at("empty.jpg"), b"").unwrap();
        fs::write(at("photo.txt"), include_bytes!("../../data/photos/tiny.png")).unwrap();
        let code = |name: &str| judge(&at(name)).code;
        assert_eq!(code("a folder.jpg").as_deref(), Some("not_a_file"));
        assert_eq!(code("nowhere.jpg").as_deref(), Some("unreadable"));
        assert_eq!(code("empty.jpg").as_deref(), Some("empty"));
        // Names prove nothing: a PNG that says it is text is a PNG.
        assert_eq!(code("photo.txt"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_may_not_be_read_has_its_line() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("locked.jpg");
        fs::write(&file, b"\xFF\xD8\xFF").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
        // Root reads whatever it likes: there is nothing to see then.
        if File::open(&file).is_err() {
            assert_eq!(judge(&file).code.as_deref(), Some("unreadable"));
        }
    }

    #[test]
    fn a_heic_is_good_and_says_what_it_needs() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/photos");
        let heic = judge(&Path::new(folder).join("tiny.heic"));
        assert_eq!((heic.verdict, heic.code, heic.medium_bytes), (Verdict::Ok, None, None));
        assert_eq!(heic.warnings, ["needs_platform"]);
        let photo = judge(&Path::new(folder).join("tiny.jpg"));
        assert_eq!((photo.width, photo.height), (Some(48), Some(64)));
        assert!(photo.micro_bytes.is_some_and(|bytes| bytes <= limits::MICRO_BYTES_MAX));
    }
}
