//! `server-commits`: what the server needs for a commit, with 100 devices that push at the same time.
//!
//! Everything is signed before it is measured. Each PUSH brings one commit, half of them changes of documents with 15 changes, half acts; so
//! many threads push as the server has workers. Ours is the time for all of them, the floor the slower of two: the gate alone on the same
//! changes with two threads, and the same bytes in a bare SQLite file in full synchronisation, one transaction for each wave of workers.
//!
//! `goal` is for the ratio of durable commits a second, ours by the floor's. Further members: `cpu_ms_content`, `cpu_ms_act` (of the process, a
//! commit, each kind alone), `p99_ms` (of a PUSH in the mixed run), `commits_s`, `gate_only_s`, `raw_full_s`.
#![allow(clippy::disallowed_methods, reason = "a benchmark owns files, threads and the clock")]

use std::error::Error;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use rusqlite::Connection;
use serde_json::{Map, json};
use yuandian_sync::message::PushItem;

use crate::bench::{Figure, round, timed};
use crate::city::{City, Device};

const DEVICES: u32 = 100;
/// Cases of each: every content commit meets a document of its own with [`CHANGES`] changes.
const CASES: u32 = 12;
/// Cases of each whose commits are not counted: with them every worker opens its connection and reads the tables.
const WARM: u32 = 1;
const CHANGES: u32 = 15;
const GRID: &str = "410102001";
/// Requests at the same time.
const THREADS: usize = yuandian_server::limits::WORKERS_MAX;
const CPU_MS_CONTENT_MAX: f64 = 1.2;
const CPU_MS_ACT_MAX: f64 = 0.4;
const P99_MS_MAX: f64 = 250.0;
/// Durable commits a second, ours by the floor's.
const RATE_MIN: f64 = 0.5;

type Fault = Box<dyn Error + Send + Sync>;

/// Pushes of one device, in order.
struct Work {
    device: Device,
    content: Vec<PushItem>,
    acts: Vec<PushItem>,
    mixed: Vec<PushItem>,
    warm: Vec<PushItem>,
}

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
    let mut works = Vec::new();
    let mut gate = Vec::new();
    for number in 0..DEVICES {
        works.push(prepare(&city, number, &mut gate)?);
        city.pass(1_000);
    }
    let third = u64::from(DEVICES * CASES / 3);
    let taken = |kind: fn(&mut Work) -> &mut Vec<PushItem>, works: &mut Vec<Work>| -> Result<_, Fault> {
        let queue: Vec<Vec<PushItem>> = works.iter_mut().map(|work| std::mem::take(kind(work))).collect();
        let before = cpu_ms()?;
        let (waits, wall_ms) = push_all(&city, works, queue)?;
        Ok((waits, wall_ms, cpu_ms()? - before))
    };
    taken(|work| &mut work.warm, &mut works)?;
    let (_, _, content_cpu) = taken(|work| &mut work.content, &mut works)?;
    let (_, _, act_cpu) = taken(|work| &mut work.acts, &mut works)?;
    let bytes: Vec<usize> = works.iter().flat_map(|w| &w.mixed).map(|i| i.commit.envelope.len()).collect();
    let (mut waits, wall_ms, _) = taken(|work| &mut work.mixed, &mut works)?;
    waits.sort_by(f64::total_cmp);
    let count = waits.len();
    let p99 = waits.get(count * 99 / 100).copied().unwrap_or(f64::NAN);

    let gate_ms = gate_only(&gate)?;
    let raw_ms = raw(&folder.path().join("raw.db"), &bytes)?;
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let (count, third, gated) = (count as f64, third as f64, gate.len() as f64);
    let rate = |n: f64, ms: f64| n / ms * 1e3;
    let (ours, gate_rate, raw_rate) = (rate(count, wall_ms), rate(gated, gate_ms), rate(count, raw_ms));
    let floor = gate_rate.min(raw_rate);
    let (content, act) = (content_cpu / third, act_cpu / third);
    let more = Map::from_iter([
        ("cpu_ms_content".to_owned(), json!(round(content))),
        ("cpu_ms_act".to_owned(), json!(round(act))),
        ("p99_ms".to_owned(), json!(round(p99))),
        ("commits_s".to_owned(), json!(round(ours))),
        ("gate_only_s".to_owned(), json!(round(gate_rate))),
        ("raw_full_s".to_owned(), json!(round(raw_rate))),
        ("commits".to_owned(), json!(count)),
    ]);
    Ok(Figure {
        name: "server-commits",
        samples: vec![(wall_ms, count / floor * 1e3)],
        goal: RATE_MIN,
        holds: ours >= RATE_MIN * floor
            && content <= CPU_MS_CONTENT_MAX
            && act <= CPU_MS_ACT_MAX
            && p99 <= P99_MS_MAX,
        more,
        words: format!("{count} commits of {DEVICES} devices, half acts, documents of {CHANGES} changes"),
    })
}

/// A device with its cases, each of 15 changes, and what it pushes when it counts: content, acts and both, a third of the cases each.
fn prepare(city: &City, number: u32, gate: &mut Vec<(Vec<u8>, Gated)>) -> Result<Work, Fault> {
    let mut device = city.device(number, GRID)?;
    for n in 0..CASES + WARM {
        let case = device.case(n);
        let mut items = vec![device.report(case, GRID)?];
        for change in 1..=CHANGES {
            items.push(device.describe(case, &format!("路灯坏了,第 {change} 次看,编号 {n}"))?.0);
        }
        city.push(&device, items)?;
    }
    let (mut content, mut acts, mut mixed, mut warm) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in CASES..CASES + WARM {
        warm.push(write(&mut device, n, &mut Vec::new())?);
        let case = device.case(n);
        warm.push(device.act(case, "self_handle"));
    }
    let third = CASES / 3;
    for n in 0..third {
        content.push(write(&mut device, n, gate)?);
    }
    for n in third..2 * third {
        let case = device.case(n);
        acts.push(device.act(case, "self_handle"));
    }
    for n in 2 * third..CASES {
        mixed.push(write(&mut device, n, gate)?);
        let case = device.case(n);
        mixed.push(device.act(case, "self_handle"));
    }
    Ok(Work { device, content, acts, mixed, warm })
}

/// What the gate alone is asked: the document, and as whom.
type Gated = (yuandian_document::Content, yuandian_document::ActorId);

fn write(device: &mut Device, n: u32, gate: &mut Vec<(Vec<u8>, Gated)>) -> Result<PushItem, Fault> {
    let case = device.case(n);
    let before = device.document(case);
    let (item, change) = device.describe(case, &format!("路灯坏了,已经三天没有修,编号 {n}"))?;
    gate.push((change, before));
    Ok(item)
}

/// Every device's items in its own order, devices side by side on as many threads as the server has workers; ms of each push, and of all.
fn push_all(city: &City, works: &[Work], queue: Vec<Vec<PushItem>>) -> Result<(Vec<f64>, f64), Fault> {
    let jobs: Vec<_> = works.iter().map(|work| &work.device).zip(queue).collect();
    let jobs = Mutex::new(jobs);
    let start = Instant::now();
    let waits = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let mut waits = Vec::new();
                    loop {
                        let job = jobs.lock().map_err(|_| "a thread failed")?.pop();
                        let Some((device, items)) = job else { return Ok::<_, Fault>(waits) };
                        for item in items {
                            let ((), ms) = timed(|| city.push(device, vec![item]))?;
                            waits.push(ms);
                        }
                    }
                })
            })
            .collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a thread failed")??);
        }
        Ok::<_, Fault>(all)
    })?;
    Ok((waits, start.elapsed().as_secs_f64() * 1e3))
}

/// The gate alone, on two threads, ms.
fn gate_only(gate: &[(Vec<u8>, Gated)]) -> Result<f64, Fault> {
    let half = gate.len() / 2;
    let start = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = [&gate[..half], &gate[half..]]
            .map(|part| {
                scope.spawn(move || {
                    part.iter().all(|(change, (document, by))| document.clone().admit(change, by).is_ok())
                })
            })
            .into_iter()
            .collect();
        for thread in threads {
            if !thread.join().unwrap_or(false) {
                return Err("the gate refused".into());
            }
        }
        Ok::<_, Fault>(())
    })?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

/// The same bytes in a bare file, a wave of workers in each transaction, ms.
fn raw(path: &Path, bytes: &[usize]) -> Result<f64, Fault> {
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.execute_batch("CREATE TABLE rows (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")?;
    let start = Instant::now();
    for wave in bytes.chunks(THREADS) {
        let tx = db.transaction()?;
        for size in wave {
            tx.prepare_cached("INSERT INTO rows (bytes) VALUES (?1)")?.execute([vec![7_u8; *size]])?;
        }
        tx.commit()?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

/// CPU time of this process, user and system, ms.
fn cpu_ms() -> Result<f64, Fault> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit_once(") ").ok_or("the system does not tell")?.1;
    let fields: Vec<&str> = after.split(' ').collect();
    let ticks = |index: usize| -> Result<u32, Fault> {
        Ok(fields.get(index).ok_or("the system does not tell")?.parse()?)
    };
    // The kernel counts in hundredths of a second.
    Ok(f64::from(ticks(11)? + ticks(12)?) * 10.0)
}
