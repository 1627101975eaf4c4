//! `photo`: a camera's JPEG to upright medium, thumb, micro and SHA-256, against libvips making the same two sizes and the hash in one process.
//!
//! Both sides run as processes of their own, in turn, each on two photographs in every round. A process first takes a
//! photograph of 64 x 48 the same way, then counts its CPU time (user and system, of all its threads) and the peak of its resident memory from
//! before it opens the file to after the last picture is written into memory. What a process takes to start is
//! printed and in neither figure. libvips runs with one worker and without its cache, which is how it takes least.
//!
//! Above 12 megapixels the photographs are enlarged in the run (Lanczos, quality 93, 4:2:0, the same EXIF).
//!
//! Quality is SSIMULACRA2 against a reference: full decode by libjpeg-turbo, Lanczos by Pillow, never compressed.
//!
//! `ours`, `floor` and `samples` are ms of CPU time, libvips the floor. `goal` is for `ratio`. `holds` where the ratio, the memory (ours at
//! most libvips') and the quality of both sizes of every photograph (ours at most [`POINTS_BELOW_MAX`] points below) hold. Further members:
//! `megapixels`; `ours_side` and `libvips_side`, each with `peak_kib`, `start_ms` (medians), `bytes` (of medium and thumb), `quality` (by photograph
//! and size), `version`; `photos` (ratio by photograph); `rounds`.
#![allow(clippy::disallowed_methods, reason = "a benchmark writes files and starts processes")]

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value, json};
use ssimulacra2::{ColorPrimaries, Rgb, TransferCharacteristic, compute_frame_ssimulacra2};
use yuandian_photo::{AllRenditions, Preview, develop};

use crate::bench::{Figure, median, medians, round};
use crate::child::{peak_kib, reset_peak};
use crate::peer;

/// Photographs of 12 megapixels.
const PHOTOS: [&str; 2] = ["picos12_o8.jpg", "seeding12_o6.jpg"];
/// Goes through each process first.
const WARM: &str = "tiny.jpg";
/// Rounds: each side once on each photograph.
const ROUNDS: usize = 11;
/// What their size is, megapixels.
const CAMERA_MEGAPIXELS: u32 = 12;
/// CPU time by libvips' that we would not exceed …
const RATIO_MAX: f64 = 1.0;
/// … and for larger pictures.
const RATIO_MAX_LARGE: f64 = 1.2;
/// Points of SSIMULACRA2 that ours may lie below.
const POINTS_BELOW_MAX: f64 = 1.0;

#[derive(Args)]
pub struct Work {
    warm: PathBuf,
    file: PathBuf,
}

/// What one process took.
struct Took {
    cpu_ms: f64,
    start_ms: f64,
    peak_kib: f64,
    bytes: u64,
    sha256: String,
    version: String,
}

/// Does our side's work in this process and prints what it took.
///
/// # Errors
/// When a file cannot be read or rendered.
pub fn work(work: &Work) -> Result<(), Box<dyn Error>> {
    made(&work.warm)?;
    reset_peak();
    let (level, start) = (peak_kib().ok_or(NOT_TOLD)?, cpu());
    let (hash, renditions) = made(&work.file)?;
    let took = cpu() - start;
    let peak = peak_kib().ok_or(NOT_TOLD)?;
    let sha256: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    println!(
        "{}",
        json!({
            "cpu_ms": ms(took), "start_ms": ms(start), "peak_kib": peak - level, "sha256": sha256,
            "bytes": renditions.medium.bytes.len() + renditions.thumb.bytes.len(),
            "version": concat!("yuandian-photo ", env!("CARGO_PKG_VERSION")),
        })
    );
    Ok(())
}

const NOT_TOLD: &str = "this system does not tell a process its memory";

fn made(file: &Path) -> Result<([u8; 32], AllRenditions), Box<dyn Error>> {
    let developed = develop(&fs::read(file)?)?;
    match developed.renditions {
        Preview::Ready(renditions) => Ok((developed.examined.original_hash, renditions)),
        Preview::Unavailable(reason) => Err(reason.code().into()),
    }
}

/// CPU time of this process so far.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Measures.
///
/// # Errors
/// The disk's; an interpreter without pyvips and Pillow; a picture that one side does not take.
pub fn measure(dir: &Path, megapixels: u32, python: &Path) -> Result<Figure, Box<dyn Error>> {
    let folder = tempfile::tempdir_in(dir)?;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/photos");
    let peer = Peer { python, script: Path::new(env!("CARGO_MANIFEST_DIR")).join("python/photo_peer.py") };
    let warm = data.join(WARM);
    let program = std::env::current_exe()?;
    let mut files = vec![];
    for name in PHOTOS {
        files.push(if megapixels == CAMERA_MEGAPIXELS {
            data.join(name)
        } else {
            let larger = folder.path().join(name);
            peer.say(&[
                "enlarge".as_ref(),
                data.join(name).as_ref(),
                megapixels.to_string().as_ref(),
                larger.as_ref(),
            ])?;
            larger
        });
    }
    let mut runs: Vec<(usize, Took, Took)> = vec![];
    for _ in 0..ROUNDS {
        for (number, file) in files.iter().enumerate() {
            let ours = took(&peer::said(&program, &["photo-work".as_ref(), warm.as_ref(), file.as_ref()])?)?;
            let theirs = took(&peer.say(&["libvips".as_ref(), warm.as_ref(), file.as_ref()])?)?;
            if ours.sha256 != theirs.sha256 {
                return Err("the two sides read different files".into());
            }
            runs.push((number, ours, theirs));
        }
    }
    let quality = files
        .iter()
        .map(|file| qualities(file, &warm, &peer, folder.path()))
        .collect::<Result<Vec<[[f64; 2]; 2]>, _>>()?;
    Ok(figure(megapixels, &runs, &quality))
}

fn figure(megapixels: u32, runs: &[(usize, Took, Took)], quality: &[[[f64; 2]; 2]]) -> Figure {
    let samples: Vec<(f64, f64)> =
        runs.iter().map(|(_, ours, theirs)| (ours.cpu_ms, theirs.cpu_ms)).collect();
    let (ours, theirs) = medians(&samples);
    let goal = if megapixels > CAMERA_MEGAPIXELS { RATIO_MAX_LARGE } else { RATIO_MAX };
    let peak = |side: fn(&(usize, Took, Took)) -> &Took| median(runs.iter().map(|run| side(run).peak_kib));
    let (our_peak, their_peak) = (peak(|run| &run.1), peak(|run| &run.2));
    let is_good = quality.iter().flatten().all(|[ours, theirs]| theirs - ours <= POINTS_BELOW_MAX);
    let side = |of: fn(&(usize, Took, Took)) -> &Took, column: usize| {
        let points: Map<String, Value> = PHOTOS
            .iter()
            .zip(quality)
            .map(|(name, [medium, thumb])| {
                ((*name).to_owned(), json!({"medium": round(medium[column]), "thumb": round(thumb[column])}))
            })
            .collect();
        json!({
            "peak_kib": median(runs.iter().map(|run| of(run).peak_kib)),
            "start_ms": round(median(runs.iter().map(|run| of(run).start_ms))),
            "bytes": runs.iter().take(PHOTOS.len()).map(|run| of(run).bytes).collect::<Vec<_>>(),
            "quality": points,
            "version": runs.first().map(|run| of(run).version.clone()),
        })
    };
    let photos: Map<String, Value> = PHOTOS
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let of: Vec<(f64, f64)> =
                runs.iter().filter(|run| run.0 == number).map(|run| (run.1.cpu_ms, run.2.cpu_ms)).collect();
            let (ours, theirs) = medians(&of);
            ((*name).to_owned(), json!(round(ours / theirs)))
        })
        .collect();
    Figure {
        name: "photo",
        goal,
        holds: ours / theirs <= goal && our_peak <= their_peak && is_good,
        more: Map::from_iter([
            ("megapixels".to_owned(), json!(megapixels)),
            ("ours_side".to_owned(), side(|run| &run.1, 0)),
            ("libvips_side".to_owned(), side(|run| &run.2, 1)),
            ("photos".to_owned(), Value::Object(photos)),
            ("rounds".to_owned(), json!(ROUNDS)),
        ]),
        samples,
        words: format!(
            "{megapixels} MP JPEG to upright medium, thumb, micro and hash against libvips without the micro, ms of CPU time"
        ),
    }
}

struct Peer<'a> {
    python: &'a Path,
    script: PathBuf,
}

impl Peer<'_> {
    fn say(&self, arguments: &[&OsStr]) -> Result<Value, Box<dyn Error>> {
        peer::said(self.python, &[&[self.script.as_os_str()], arguments].concat())
    }
}

fn took(line: &Value) -> Result<Took, Box<dyn Error>> {
    let number = |member: &str| line[member].as_f64().ok_or_else(|| format!("no {member} in {line}"));
    let text = |member: &str| {
        line[member].as_str().map(str::to_owned).ok_or_else(|| format!("no {member} in {line}"))
    };
    Ok(Took {
        cpu_ms: number("cpu_ms")?,
        start_ms: number("start_ms")?,
        peak_kib: number("peak_kib")?,
        bytes: line["bytes"].as_u64().unwrap_or(0),
        sha256: text("sha256")?,
        version: text("version")?,
    })
}

/// Points of medium and thumb, ours and theirs.
fn qualities(
    file: &Path,
    warm: &Path,
    peer: &Peer<'_>,
    folder: &Path,
) -> Result<[[f64; 2]; 2], Box<dyn Error>> {
    let (_, ours) = made(file)?;
    peer.say(&["libvips".as_ref(), warm.as_ref(), file.as_ref(), folder.as_ref()])?;
    peer.say(&["reference".as_ref(), file.as_ref(), folder.as_ref()])?;
    let points = |name: &str, ours: &[u8]| -> Result<[f64; 2], Box<dyn Error>> {
        let reference = fs::read(folder.join(format!("reference-{name}.png")))?;
        let theirs = fs::read(folder.join(format!("libvips-{name}.jpg")))?;
        Ok([score(&reference, ours)?, score(&reference, &theirs)?])
    };
    Ok([points("medium", &ours.medium.bytes)?, points("thumb", &ours.thumb.bytes)?])
}

fn score(reference: &[u8], picture: &[u8]) -> Result<f64, Box<dyn Error>> {
    Ok(compute_frame_ssimulacra2(linear(reference)?, linear(picture)?)?)
}

fn linear(bytes: &[u8]) -> Result<Rgb, Box<dyn Error>> {
    let picture = image::load_from_memory(bytes)?.into_rgb32f();
    let (width, height) = picture.dimensions();
    let pixels = picture.pixels().map(|pixel| pixel.0).collect();
    Ok(Rgb::new(
        pixels,
        width as usize,
        height as usize,
        TransferCharacteristic::SRGB,
        ColorPrimaries::BT709,
    )?)
}
