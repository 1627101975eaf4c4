//! `reconnect`: 2,000 devices come back at once, three days behind, while others write.
//!
//! Each says HELLO and pulls until nothing is left, on as many threads as the server has workers; beside them one device pushes all the
//! time. Ours is the time until the last has caught up. The floor is what greetings alone must keep: two durable transactions a device in a
//! bare SQLite file.
//!
//! `goal` is for `ours`, ms: five minutes. Further members: `devices`, `cases_sent`, `mib_sent` (as they travel), `memory_mib` (growth of the
//! process's peak meanwhile), `writer_p99_ms`, `writer_pushes`.
#![allow(clippy::disallowed_methods, reason = "a benchmark owns files, threads and the clock")]

use std::error::Error;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use rusqlite::Connection;
use serde_json::{Map, json};

use crate::bench::{Figure, round, timed};
use crate::city::{City, Device};
use crate::memory;

const DEVICES: u32 = 2_000;
/// Streets whose workers they are.
const GRIDS: [&str; 8] =
    ["410102001", "410102002", "410102003", "410102004", "410102005", "410102006", "410102007", "410102008"];
/// Cases of each street that everybody has.
const CASES: u32 = 100;
/// Of them those that moved meanwhile, and new ones beside them.
const MOVED: u32 = 40;
const NEW: u32 = 20;
const THREE_DAYS_MS: i64 = 3 * 24 * 60 * 60 * 1000;
const GOAL_MS: f64 = 300_000.0;
/// Growth that still is flat, MiB.
const MEMORY_MIB_MAX: f64 = 256.0;
/// A writer that waits longer starves, ms.
const WRITER_P99_MS_MAX: f64 = 1_000.0;
const THREADS: usize = yuandian_server::limits::WORKERS_MAX;

type Fault = Box<dyn Error + Send + Sync>;

/// Measures.
///
/// # Errors
/// The disk's and the server's: then nothing was measured.
pub fn measure(dir: &Path) -> Result<Figure, Box<dyn Error>> {
    run(dir).map_err(|fault| -> Box<dyn Error> { fault })
}

fn run(dir: &Path) -> Result<Figure, Fault> {
    let folder = tempfile::tempdir_in(dir)?;
    let city = City::new(folder.path())?;
    let mut authors = GRIDS.iter().zip(0..).map(|(g, n)| city.device(n, g)).collect::<Result<Vec<_>, _>>()?;
    for (author, grid) in authors.iter_mut().zip(GRIDS) {
        open(&city, author, grid, 0..CASES)?;
    }
    let mut devices = Vec::new();
    for (number, grid) in (1_000..1_000 + DEVICES).zip(GRIDS.iter().cycle()) {
        let mut device = city.device(number, grid)?;
        city.catch_up(&mut device)?;
        devices.push(device);
    }
    city.pass(THREE_DAYS_MS);
    for (author, grid) in authors.iter_mut().zip(GRIDS) {
        city.greet(author)?;
        for n in 0..MOVED {
            let case = author.case(n);
            let items = vec![author.describe(case, &format!("三天后再看,编号 {n}"))?.0];
            city.push(author, items)?;
        }
        open(&city, author, grid, CASES..CASES + NEW)?;
    }
    let mut writer = city.device(900, GRIDS[0])?;
    let pushes = written(&mut writer)?;
    let before = peak_mib()?;
    let found = reconnect(&city, devices, &writer, pushes)?;
    let memory = peak_mib()? - before;
    let mut waits = found.writer;
    waits.sort_by(f64::total_cmp);
    let p99 = waits.get(waits.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    let floor = raw(&folder.path().join("raw.db"))?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let mib_sent = found.bytes as f64 / 1024.0 / 1024.0;
    let more = Map::from_iter([
        ("devices".to_owned(), json!(DEVICES)),
        ("cases_sent".to_owned(), json!(found.cases)),
        ("mib_sent".to_owned(), json!(round(mib_sent))),
        ("memory_mib".to_owned(), json!(round(memory))),
        ("writer_p99_ms".to_owned(), json!(round(p99))),
        ("writer_pushes".to_owned(), json!(waits.len())),
    ]);
    Ok(Figure {
        name: "reconnect",
        samples: vec![(found.ms, floor)],
        goal: GOAL_MS,
        holds: found.ms <= GOAL_MS && memory <= MEMORY_MIB_MAX && p99 <= WRITER_P99_MS_MAX,
        more,
        words: format!("{DEVICES} devices catch up with three days of {} streets", GRIDS.len()),
    })
}

fn open(city: &City, author: &mut Device, grid: &str, cases: std::ops::Range<u32>) -> Result<(), Fault> {
    for n in cases {
        let case = author.case(n);
        let items = vec![author.report(case, grid)?, author.describe(case, &format!("路灯坏了,编号 {n}"))?.0];
        city.push(author, items)?;
    }
    Ok(())
}

/// More pushes than a writer gets done meanwhile.
fn written(writer: &mut Device) -> Result<Vec<yuandian_sync::message::PushItem>, Fault> {
    (0..4_000).map(|n| writer.report(writer.case(n), GRIDS[0])).collect()
}

/// What came of it.
struct Found {
    ms: f64,
    cases: u64,
    bytes: u64,
    writer: Vec<f64>,
}

fn reconnect(
    city: &City,
    devices: Vec<Device>,
    writer: &Device,
    pushes: Vec<yuandian_sync::message::PushItem>,
) -> Result<Found, Fault> {
    let devices = Mutex::new(devices);
    let (cases, bytes, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let start = Instant::now();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut waits = Vec::new();
            for push in pushes {
                if done.load(Ordering::SeqCst) {
                    break;
                }
                let ((), ms) = timed(|| city.push(writer, vec![push]))?;
                waits.push(ms);
            }
            Ok::<_, Fault>(waits)
        });
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let device = devices.lock().map_err(|_| "a thread failed")?.pop();
                        let Some(mut device) = device else { return Ok::<_, Fault>(()) };
                        city.greet(&mut device)?;
                        let (n, sent) = city.catch_up(&mut device)?;
                        cases.fetch_add(n, Ordering::SeqCst);
                        bytes.fetch_add(sent, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        let mut ended = Ok(());
        for thread in threads {
            ended = ended.and(thread.join().map_err(|_| "a thread failed")?);
        }
        let ms = start.elapsed().as_secs_f64() * 1e3;
        done.store(true, Ordering::SeqCst);
        let writer = writing.join().map_err(|_| "the writer failed")??;
        ended?;
        Ok(Found { ms, cases: cases.load(Ordering::SeqCst), bytes: bytes.load(Ordering::SeqCst), writer })
    })
}

fn peak_mib() -> Result<f64, Fault> {
    memory::mib("VmHWM:").map_err(|error| error.to_string().into())
}

/// Two durable transactions a device, bare, ms.
fn raw(path: &Path) -> Result<f64, Fault> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch("CREATE TABLE rows (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
    let start = Instant::now();
    for _ in 0..2 * DEVICES {
        db.prepare_cached("INSERT INTO rows (bytes) VALUES (?1)")?.execute([vec![7_u8; 64]])?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e3)
}
