//! `shutter`: from the shutter to "saved": a 4 MB original of a draft, against the same bytes written raw to the same disk.
//!
//! Ours is [`Phone::capture`]: SHA-256 and the walk through the file, the original durable under its name, the signed capture record and the
//! draft's row. The floor is what no phone can do without: the bytes written beside, synced, renamed, the folder synced, and one row
//! committed with `synchronous=FULL`. In interleaved pairs, turn about.
//!
//! `goal` is for the ratio of the medians; `holds` at [`RATIO_MAX`]. Further members: `original_bytes`, `hash_ms` (SHA-256 of the same bytes
//! alone), `examine_ms` (hash, walk and metadata, no disk).

#![allow(clippy::disallowed_methods, reason = "a benchmark writes the file that it measures against")]

use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use rusqlite::Connection;
use serde_json::{Map, json};
use yuandian_device::{CaptureInfo, Draft, Phone, PhoneFix, Source};

use crate::bench::{Figure, median, medians, round, timed};
use crate::phone::grid_worker;

/// Pairs measured.
const PAIRS: usize = 60;
/// Pairs before them that are not.
const WARM_UP: usize = 6;
/// What must hold, ours by the floor's.
const RATIO_MAX: f64 = 1.3;
/// A camera's picture of 12 megapixels, 4.2 MB.
const PHOTO: &[u8] = include_bytes!("../../data/photos/picos12_o8.jpg");
/// Bytes of the row.
const ROW_BYTES: usize = 1_000;

/// Measures.
///
/// # Errors
/// The disk's and the phone's.
pub fn measure(dir: &Path) -> Result<Figure, Box<dyn Error>> {
    let folder = tempfile::tempdir_in(dir)?;
    let mut phone = grid_worker(&folder.path().join("home"))?;
    let raw = Raw::new(folder.path())?;
    let mut samples = Vec::with_capacity(PAIRS);
    let (mut hashes, mut examines) = (Vec::new(), Vec::new());
    for number in 0..WARM_UP + PAIRS {
        let original = picture(number);
        let draft = Draft { service: "case.snap".to_owned(), ..Draft::default() };
        let id = phone.save_draft(None, &draft)?;
        let ours = |phone: &mut Phone| timed(|| phone.capture(&id, &original, &info())).map(|(_, ms)| ms);
        let floor = || timed(|| raw.write(number, &original)).map(|(_, ms)| ms);
        let pair = if number % 2 == 0 {
            let ours = ours(&mut phone)?;
            (ours, floor()?)
        } else {
            let floor = floor()?;
            (ours(&mut phone)?, floor)
        };
        if number >= WARM_UP {
            samples.push(pair);
            let alone = |work: &dyn Fn()| {
                timed(|| {
                    work();
                    Ok::<(), std::convert::Infallible>(())
                })
            };
            let Ok((_, hash)) = alone(&|| {
                let _ = std::hint::black_box(yuandian_photo::original_hash(&original));
            });
            let Ok((_, examine)) = alone(&|| drop(yuandian_photo::examine(&original)));
            hashes.push(hash);
            examines.push(examine);
        }
        phone.discard_draft(&id)?;
    }
    let (ours, floor) = medians(&samples);
    let more = Map::from_iter([
        ("original_bytes".to_owned(), json!(PHOTO.len())),
        ("hash_ms".to_owned(), json!(round(median(hashes)))),
        ("examine_ms".to_owned(), json!(round(median(examines)))),
    ]);
    Ok(Figure {
        name: "shutter",
        samples,
        goal: RATIO_MAX,
        holds: ours / floor <= RATIO_MAX,
        more,
        words: format!(
            "{PAIRS} originals of 4.2 MB captured, recorded and saved, against the bare writes of the same bytes"
        ),
    })
}

/// The photograph with a comment behind its beginning: each has a hash of its own.
fn picture(number: usize) -> Vec<u8> {
    let comment = format!("picture {number:08}");
    let length = u16::try_from(comment.len() + 2).unwrap_or(u16::MAX);
    let mut bytes = PHOTO[..2].to_vec();
    bytes.extend_from_slice(&[0xff, 0xfe]);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(comment.as_bytes());
    bytes.extend_from_slice(&PHOTO[2..]);
    bytes
}

fn info() -> CaptureInfo {
    let fix = PhoneFix {
        lng: 113.613_25,
        lat: 34.752_16,
        accuracy_m: Some(8),
        provider: "gps".to_owned(),
        mock: Some(false),
    };
    CaptureInfo { source: Source::Camera, fix: Some(fix) }
}

/// What no phone can do without.
struct Raw {
    folder: std::path::PathBuf,
    db: Connection,
}

impl Raw {
    fn new(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let files = folder.join("raw");
        fs::create_dir_all(&files)?;
        let db = Connection::open(folder.join("raw.db"))?;
        for (name, value, _) in yuandian_device::PRAGMAS {
            db.pragma_update(None, name, value)?;
        }
        db.execute_batch("CREATE TABLE raw (id INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT")?;
        Ok(Self { folder: files, db })
    }

    fn write(&self, number: usize, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
        let (beside, named) = (self.folder.join("part"), self.folder.join(number.to_string()));
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &named)?;
        File::open(&self.folder)?.sync_all()?;
        self.db.execute("INSERT INTO raw (payload) VALUES (?1)", [vec![7; ROW_BYTES]])?;
        Ok(())
    }
}
