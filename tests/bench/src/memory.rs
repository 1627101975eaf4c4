//! `memory`: what a phone takes while it receives the lines of 10,000 cases, lists and searches them.
//!
//! Ours is the growth of the process's peak resident memory over what it was with the phone open and empty; the pages that are kept are
//! made one after the other, so that the server's side of them is in it, too, at one page a time. The floor is the growth while the same
//! number of rows is put into a bare SQLite table. One pair: a peak is not measured twice in one process.
//!
//! `ours`, `floor`, `goal` and `samples` are MiB. Further members: `cases`, `resident_mib` (at the end), `searched` (lines read meanwhile).
#![allow(clippy::disallowed_methods, reason = "the system tells a process's memory in a file")]

use std::error::Error;
use std::path::Path;

use rusqlite::{Connection, params};
use serde_json::{Map, json};
use yuandian_device::SearchAsk;

use crate::bench::{Figure, round};
use crate::list::fill;
use crate::phone::grid_worker;

/// Cases received.
const CASES: u32 = 10_000;
/// What must hold, MiB.
const GROWTH_MIB_MAX: f64 = 40.0;

/// Measures.
///
/// # Errors
/// The disk's and the phone's; a system that does not tell.
pub fn measure(dir: &Path) -> Result<Figure, Box<dyn Error>> {
    let folder = tempfile::tempdir_in(dir)?;
    let before = mib("VmHWM:")?;
    raw(&folder.path().join("raw.db"))?;
    let floor = mib("VmHWM:")? - before;
    let mut phone = grid_worker(&folder.path().join("home"))?;
    let before = mib("VmHWM:")?;
    fill(&mut phone, CASES)?;
    let mut searched = 0;
    for text in ["", "垃圾", "桐柏 垃圾", "no1"] {
        searched += phone.search(&SearchAsk { text: text.to_owned(), ..SearchAsk::default() })?.len();
    }
    let ours = mib("VmHWM:")? - before;
    let more = Map::from_iter([
        ("cases".to_owned(), json!(CASES)),
        ("resident_mib".to_owned(), json!(round(mib("VmRSS:")?))),
        ("searched".to_owned(), json!(searched)),
    ]);
    Ok(Figure {
        name: "memory",
        // A page that the allocator had already is no growth: never divided by.
        samples: vec![(ours, floor.max(0.001))],
        goal: GROWTH_MIB_MAX,
        holds: ours <= GROWTH_MIB_MAX && searched > 0,
        more,
        words: format!("peak memory above start while {CASES} lines come and are listed and searched, MiB"),
    })
}

fn raw(path: &Path) -> Result<(), Box<dyn Error>> {
    let mut db = Connection::open(path)?;
    db.execute_batch("CREATE TABLE rows (n INTEGER PRIMARY KEY, title TEXT NOT NULL)")?;
    let tx = db.transaction()?;
    for number in 0..CASES {
        tx.prepare_cached("INSERT INTO rows VALUES (?1, ?2)")?
            .execute(params![number, format!("嵩山路口暴露垃圾 no{number}")])?;
    }
    tx.commit()?;
    Ok(())
}

/// A member of the system's account of this process, MiB.
///
/// # Errors
/// A system that does not tell.
pub fn mib(member: &str) -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(member)).ok_or("the system does not tell")?;
    let kib: u32 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(f64::from(kib) / 1024.0)
}
