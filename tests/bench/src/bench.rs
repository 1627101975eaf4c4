//! `bench NAME`: runs one figure and prints it.

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use crate::{
    capture, commits, encrypted, list, memory, open, photo_figure, reconnect, rules, shutter, syncs,
};

#[derive(Args)]
pub struct Arguments {
    /// Which figure
    figure: Name,
    /// One line of JSON and nothing else
    #[arg(long)]
    json: bool,
    /// A folder on the disk to be measured. The system's folder for temporary files where not given
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Of `photo`: how large the pictures are, megapixels; above 12 they are enlarged in the run
    #[arg(long, default_value_t = 12)]
    megapixels: u32,
    /// Of `photo`: an interpreter that knows pyvips and Pillow. `cargo xtask` brings one
    #[arg(long, default_value = "python3")]
    python: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// Durable capture of a case against a raw commit of the same bytes
    Capture,
    /// From the shutter to "saved": an original of 4 MB against bare writes of the same bytes
    Shutter,
    /// A cold case of 15 changes against loading and reading its document bare
    Open,
    /// Lists, filters and searches of 100,000 cases against reading bare rows
    List,
    /// Peak memory of a phone that receives, lists and searches 10,000 cases
    Memory,
    /// Commits of 100 devices against the gate alone and bare durable rows
    ServerCommits,
    /// Bytes of a run with nothing to do, 10,000 cases held
    IdleSync,
    /// Bytes of 100 edits over 100 cases against their bare changes
    Delta,
    /// A new phone that receives 10,000 cases against bare rows
    FirstSync,
    /// Verdicts of the rule, loading the catalogue, finding a position's grid
    Rules,
    /// 2,000 devices that come back three days behind, while others write
    Reconnect,
    /// Capture, page, opening and photo of an encrypted home against those of a plain one
    Encrypted,
    /// Medium, thumb, micro and hash of a photograph against libvips: CPU time, memory, quality
    Photo,
}

/// A figure: pairs of ours and the floor's, and what is judged.
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// Ours and the floor's, ms.
    pub samples: Vec<(f64, f64)>,
    /// What `holds` is judged by.
    pub goal: f64,
    /// Whether this run met it.
    pub holds: bool,
    /// Further members.
    pub more: Map<String, Value>,
    /// One line of words: what was measured.
    pub words: String,
}

impl Figure {
    fn json(&self) -> Value {
        let (ours, floor) = medians(&self.samples);
        let samples: Vec<[f64; 2]> = self.samples.iter().map(|(o, f)| [round(*o), round(*f)]).collect();
        let mut line = Map::new();
        line.insert("name".into(), json!(self.name));
        line.insert("ours".into(), json!(round(ours)));
        line.insert("floor".into(), json!(round(floor)));
        line.insert("ratio".into(), json!(round(ours / floor)));
        line.insert("goal".into(), json!(self.goal));
        line.insert("holds".into(), json!(self.holds));
        line.extend(self.more.clone());
        line.insert("samples".into(), json!(samples));
        Value::Object(line)
    }
}

/// Measures a figure and prints it.
///
/// # Errors
/// When the folder cannot be used or the phone refuses what it is given: then nothing was measured.
pub fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let dir = arguments.dir.clone().unwrap_or_else(std::env::temp_dir);
    let figure = match arguments.figure {
        Name::Capture => capture::measure(&dir)?,
        Name::Shutter => shutter::measure(&dir)?,
        Name::Open => open::measure(&dir)?,
        Name::List => list::measure(&dir)?,
        Name::Memory => memory::measure(&dir)?,
        Name::ServerCommits => commits::measure(&dir)?,
        Name::IdleSync => syncs::idle(&dir)?,
        Name::Delta => syncs::delta(&dir)?,
        Name::FirstSync => syncs::first(&dir)?,
        Name::Rules => rules::measure()?,
        Name::Reconnect => reconnect::measure(&dir)?,
        Name::Encrypted => encrypted::measure(&dir)?,
        Name::Photo => photo_figure::measure(&dir, arguments.megapixels, &arguments.python)?,
    };
    let line = figure.json();
    if !arguments.json {
        println!("{}", figure.words);
        for (name, value) in line.as_object().into_iter().flatten().filter(|(name, _)| *name != "samples") {
            println!("  {name:<24} {value}");
        }
    }
    println!("{line}");
    Ok(())
}

/// How long some work takes, ms, and what came of it.
#[allow(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(T, f64), E> {
    let start = Instant::now();
    let done = work()?;
    Ok((done, ms(start.elapsed())))
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Three decimals: a microsecond.
pub fn round(ms: f64) -> f64 {
    (ms * 1e3).round() / 1e3
}

/// The middle one; the mean of the two in the middle where there is none.
pub fn median(times: impl IntoIterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.into_iter().collect();
    times.sort_by(f64::total_cmp);
    match times.as_slice() {
        [] => f64::NAN,
        sorted if sorted.len() % 2 == 1 => sorted[sorted.len() / 2],
        sorted => f64::midpoint(sorted[sorted.len() / 2 - 1], sorted[sorted.len() / 2]),
    }
}

/// Medians of ours and of the floor's.
pub fn medians(samples: &[(f64, f64)]) -> (f64, f64) {
    (median(samples.iter().map(|s| s.0)), median(samples.iter().map(|s| s.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_and_the_mean_of_two_middles() {
        assert_eq!(median([3.0, 1.0, 2.0]).to_bits(), 2.0_f64.to_bits());
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]).to_bits(), 2.5_f64.to_bits());
        assert!(median([]).is_nan());
    }

    #[test]
    fn the_line_has_every_member_that_readers_rely_on() {
        let figure = Figure {
            name: "capture",
            samples: vec![(2.0, 1.0), (4.0, 2.0)],
            goal: 0.25,
            holds: true,
            more: Map::from_iter([("bare_fsync_ms".to_owned(), json!(0.5))]),
            words: String::new(),
        };
        let expected = json!({
            "name": "capture", "ours": 3.0, "floor": 1.5, "ratio": 2.0, "goal": 0.25, "holds": true,
            "bare_fsync_ms": 0.5, "samples": [[2.0, 1.0], [4.0, 2.0]],
        });
        assert_eq!(figure.json(), expected);
    }
}
