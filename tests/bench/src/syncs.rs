//! `idle-sync`, `delta`, `first-sync`: what a phone's runs cost, in bytes of bodies and in time, against the hub in process.
//!
//! | figure | ours | floor |
//! |---|---|---|
//! | `idle-sync` | bytes of bodies both ways of a run with nothing to do, 10,000 cases held | the goal, 400 bytes |
//! | `delta` | bytes of PUSH of 100 edits over 100 cases | one zstd frame of the bare changes, and 64 bytes a signature |
//! | `first-sync` | ms until 10,000 cases are durable on a new phone | ms in which the same bodies are inserted into a bare SQLite file |
//!
//! Further members of `idle-sync`: `requests`, `sent_bytes`, `received_bytes`, `header_bytes` (estimated, HTTP/1.1), `cases`. Of `delta`:
//! `frame_bytes`, `pull_bytes`, `pull_ratio` (to the frame), `edits`. Of `first-sync`: `list_ms` (until the first page is kept),
//! `bytes_a_case`, `requests`, `cases`, `memory_mib` (growth of the process's peak, the server's part included).
#![allow(clippy::disallowed_methods, reason = "a benchmark owns files")]

use std::error::Error;
use std::path::Path;

use rusqlite::Connection;
use serde_json::{Map, json};
use yuandian_device::Phone;
use yuandian_device::platform::open_home;
use yuandian_sync::limits::PUSH_COMMITS_MAX;

use crate::bench::{Figure, round, timed};
use crate::city::City;
use crate::memory::mib;
use crate::phone::GRID;
use crate::runs::{Traffic, enroll, run};

/// Cases of the grid.
const CASES: u32 = 10_000;
/// Cases that are edited.
const EDITS: usize = 100;
/// Bytes of a run with nothing to do.
const IDLE_BYTES_MAX: f64 = 400.0;
/// Bytes of edits over those of their bare changes.
const DELTA_RATIO_MAX: f64 = 1.3;
/// Bytes of a signature.
const SIGNATURE_BYTES: usize = 64;
/// Until everything is durable, ms.
const FIRST_MS_MAX: f64 = 3_000.0;
/// Until the list stands, ms.
const LIST_MS_MAX: f64 = 500.0;
/// Bytes of a case.
const CASE_BYTES_MAX: f64 = 3_000.0;
/// Compression of the floor's frame: that of the wire.
const LEVEL: i32 = 3;

type Fault = Box<dyn Error + Send + Sync>;
type Measured = Result<Figure, Box<dyn Error>>;

/// A run with nothing to do.
///
/// # Errors
/// The disk's, the phone's and the server's.
pub fn idle(dir: &Path) -> Measured {
    let measure = || -> Result<Figure, Fault> {
        let folder = tempfile::tempdir_in(dir)?;
        let city = city(folder.path(), CASES)?;
        let mut phone = member(&city, &folder.path().join("phone"), 2)?;
        run(&city, &mut phone)?;
        let idle = run(&city, &mut phone)?;
        let more = Map::from_iter([
            ("requests".to_owned(), json!(idle.requests)),
            ("sent_bytes".to_owned(), json!(idle.sent)),
            ("received_bytes".to_owned(), json!(idle.received)),
            ("header_bytes".to_owned(), json!(idle.header_bytes())),
            ("cases".to_owned(), json!(held(&phone)?)),
        ]);
        let bytes = number(idle.body_bytes());
        Ok(Figure {
            name: "idle-sync",
            samples: vec![(bytes, IDLE_BYTES_MAX)],
            goal: IDLE_BYTES_MAX,
            holds: bytes <= IDLE_BYTES_MAX && idle.requests == 1 && held(&phone)? == u64::from(CASES),
            more,
            words: format!("bytes of bodies of a run with nothing to do, {CASES} cases held"),
        })
    };
    measure().map_err(|fault| -> Box<dyn Error> { fault })
}

/// A hundred edits over a hundred cases, out and in.
///
/// # Errors
/// The disk's, the phones' and the server's.
pub fn delta(dir: &Path) -> Measured {
    let measure = || -> Result<Figure, Fault> {
        let folder = tempfile::tempdir_in(dir)?;
        let city = city(folder.path(), u32::try_from(EDITS)?)?;
        let mut one = member(&city, &folder.path().join("one"), 2)?;
        let mut two = member(&city, &folder.path().join("two"), 3)?;
        run(&city, &mut one)?;
        run(&city, &mut two)?;
        for line in one.list(u32::try_from(EDITS)?, 0)? {
            let case = line.id.parse()?;
            one.edit(&case, &[("severity".to_owned(), "high".to_owned())], None)?;
        }
        let out = run(&city, &mut one)?;
        let back = run(&city, &mut two)?;
        let (frame, edits) = frame(&out)?;
        if edits != EDITS || back.report.pulled != EDITS as u64 {
            return Err(format!("{edits} edits went and {} cases came", back.report.pulled).into());
        }
        let floor = number((frame + edits * SIGNATURE_BYTES) as u64);
        let ours = number(out.pushed.0);
        let pull_ratio = number(back.paged) / number(frame as u64);
        let more = Map::from_iter([
            ("frame_bytes".to_owned(), json!(frame)),
            ("pull_bytes".to_owned(), json!(back.paged)),
            ("pull_ratio".to_owned(), json!(round(pull_ratio))),
            ("edits".to_owned(), json!(edits)),
        ]);
        Ok(Figure {
            name: "delta",
            samples: vec![(ours, floor)],
            goal: DELTA_RATIO_MAX,
            holds: ours / floor <= DELTA_RATIO_MAX && pull_ratio <= DELTA_RATIO_MAX,
            more,
            words: format!(
                "bytes of {EDITS} edits over {EDITS} cases against their bare changes in one frame"
            ),
        })
    };
    measure().map_err(|fault| -> Box<dyn Error> { fault })
}

/// A new phone's first run.
///
/// # Errors
/// The disk's, the phone's and the server's.
pub fn first(dir: &Path) -> Measured {
    let measure = || -> Result<Figure, Fault> {
        let folder = tempfile::tempdir_in(dir)?;
        let city = city(folder.path(), CASES)?;
        let mut phone = member(&city, &folder.path().join("phone"), 2)?;
        let before = peak()?;
        let (traffic, ms) = timed(|| run(&city, &mut phone))?;
        let memory = peak()? - before;
        if held(&phone)? != u64::from(CASES) || phone.sync_state()?.wanted != 0 {
            return Err("the phone does not hold them all".into());
        }
        let list_ms = traffic.listed_ms.ok_or("no page came")?;
        let floor = raw(&folder.path().join("raw.db"), &traffic.bodies)?;
        let a_case = number(traffic.received) / f64::from(CASES);
        let more = Map::from_iter([
            ("list_ms".to_owned(), json!(round(list_ms))),
            ("bytes_a_case".to_owned(), json!(round(a_case))),
            ("requests".to_owned(), json!(traffic.requests)),
            ("cases".to_owned(), json!(CASES)),
            ("memory_mib".to_owned(), json!(round(memory))),
        ]);
        Ok(Figure {
            name: "first-sync",
            samples: vec![(ms, floor)],
            goal: FIRST_MS_MAX,
            holds: ms <= FIRST_MS_MAX && list_ms <= LIST_MS_MAX && a_case <= CASE_BYTES_MAX,
            more,
            words: format!("a new phone receives {CASES} cases"),
        })
    };
    measure().map_err(|fault| -> Box<dyn Error> { fault })
}

/// A server with so many cases of three changes in one grid.
fn city(folder: &Path, cases: u32) -> Result<City, Fault> {
    let home = folder.join("server");
    std::fs::create_dir_all(&home)?;
    let city = City::new(&home)?;
    let mut author = city.device(1, GRID)?;
    let mut items = Vec::new();
    for n in 0..cases {
        let case = author.case(n);
        items.push(author.report(case, GRID)?);
        for text in [
            "东门外公交站旁有暴露垃圾",
            "东门外公交站旁有暴露垃圾,约三袋,已有异味",
            "东门外公交站旁有暴露垃圾,约三袋,已有异味,已通知环卫",
        ] {
            items.push(author.describe(case, &format!("{text}。编号 {n}"))?.0);
        }
        if items.len() + 4 > PUSH_COMMITS_MAX || n + 1 == cases {
            // A device may push so much in a minute.
            city.pass(60_000);
            city.greet(&mut author)?;
            city.push(&author, std::mem::take(&mut items))?;
        }
    }
    Ok(city)
}

fn member(city: &City, home: &Path, number: u32) -> Result<Phone, Fault> {
    let mut phone = open_home(home, None)?;
    enroll(city, &mut phone, number, GRID)?;
    Ok(phone)
}

/// Cases held by the grid's stream.
fn held(phone: &Phone) -> Result<u64, Fault> {
    Ok(phone.sync_state()?.streams.iter().filter(|s| s.stream.starts_with("grid:")).map(|s| s.held).sum())
}

/// One frame of the bare changes of a run, bytes, and how many they are.
fn frame(traffic: &Traffic) -> Result<(usize, usize), Fault> {
    let mut bare = Vec::new();
    let mut count = 0;
    for item in traffic.pushed.1.iter().flat_map(|push| &push.items) {
        bare.extend(item.commit.open()?.body);
        count += 1;
    }
    Ok((zstd::bulk::compress(&bare, LEVEL)?.len(), count))
}

fn raw(path: &Path, bodies: &[Vec<u8>]) -> Result<f64, Fault> {
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch("CREATE TABLE rows (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
    let ((), ms) = timed(|| -> Result<(), Fault> {
        let tx = db.transaction()?;
        for body in bodies {
            tx.prepare_cached("INSERT INTO rows (bytes) VALUES (?1)")?.execute([body])?;
        }
        Ok(tx.commit()?)
    })?;
    Ok(ms)
}

fn peak() -> Result<f64, Fault> {
    mib("VmHWM:").map_err(|error| error.to_string().into())
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}
