//! `server-commits`: what the server needs for a commit, with 100 devices that push at the same time.
//!
//! Everything is signed before it is measured. Each PUSH brings one commit, half of them changes of documents with 15 changes, half acts; so
//! many threads push as the server has workers. Ours is the time for all of a round, the floor the slower of two: the gate alone on as many
//! changes with two threads, and the same bytes in a bare SQLite file in full synchronisation, one transaction for each wave of workers.
//! Rounds of the three alternate, so that a busy machine slows all; each is long enough that how it begins and ends, with half of the workers
//! idle, weighs little: the figure is of a server under load.
//!
//! `goal` is for the ratio of durable commits a second, ours by the floor's, in the middle one of the rounds. Further members:
//! `cpu_ms_content`, `cpu_ms_act` (of the process, a commit, each kind alone), `p99_ms` (of a PUSH in all rounds), and of the middle round
//! `commits_s`, `gate_only_s`, `raw_full_s`.
#![allow(clippy::disallowed_methods, reason = "a benchmark owns files, threads and the clock")]

use std::collections::VecDeque;
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
const CASES: u32 = 2 * ALONE + PER_ROUND * ROUNDS;
/// Cases of each for content alone, and as many for acts alone.
const ALONE: u32 = 4;
/// Rounds of both, each with so many cases of each device: half have their content changed, half an act.
const ROUNDS: u32 = 5;
const PER_ROUND: u32 = 10;
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
    /// The last first.
    rounds: Vec<Vec<PushItem>>,
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
    let alone = f64::from(DEVICES * ALONE);
    taken(&city, |work| std::mem::take(&mut work.warm), &mut works)?;
    let (_, _, content_cpu) = taken(&city, |work| std::mem::take(&mut work.content), &mut works)?;
    let (_, _, act_cpu) = taken(&city, |work| std::mem::take(&mut work.acts), &mut works)?;
    let (content, act) = (content_cpu / alone, act_cpu / alone);

    let (mut waits, mut rounds) = (Vec::new(), Vec::new());
    for number in 0..ROUNDS {
        let round = |work: &mut Work| work.rounds.pop().unwrap_or_default();
        let sizes = |items: &Vec<PushItem>| items.iter().map(|i| i.commit.envelope.len()).collect::<Vec<_>>();
        let bytes: Vec<usize> = works.iter().filter_map(|work| work.rounds.last()).flat_map(sizes).collect();
        let (waited, wall_ms, _) = taken(&city, round, &mut works)?;
        waits.extend(waited);
        // Its own changes, once for each commit of the round: half of those are acts.
        let changes = gate.rchunks(bytes.len() / 2).nth((ROUNDS - 1 - number) as usize).unwrap_or_default();
        let gate_ms = gate_only(changes)? + gate_only(changes)?;
        let raw_ms = raw(&folder.path().join(format!("raw-{number}.db")), &bytes)?;
        rounds.push([wall_ms, gate_ms, raw_ms]);
    }
    waits.sort_by(f64::total_cmp);
    let count = waits.len();
    let p99 = waits.get(count * 99 / 100).copied().unwrap_or(f64::NAN);
    rounds.sort_by(|a, b| (a[0] / a[1].max(a[2])).total_cmp(&(b[0] / b[1].max(b[2]))));
    let [wall_ms, gate_ms, raw_ms] = rounds[rounds.len() / 2];
    let per_round = f64::from(DEVICES * PER_ROUND);
    let rate = |ms: f64| json!(round(per_round / ms * 1e3));
    let more = Map::from_iter([
        ("cpu_ms_content".to_owned(), json!(round(content))),
        ("cpu_ms_act".to_owned(), json!(round(act))),
        ("p99_ms".to_owned(), json!(round(p99))),
        ("commits_s".to_owned(), rate(wall_ms)),
        ("gate_only_s".to_owned(), rate(gate_ms)),
        ("raw_full_s".to_owned(), rate(raw_ms)),
        ("commits".to_owned(), json!(count)),
    ]);
    Ok(Figure {
        name: "server-commits",
        samples: rounds.iter().map(|[ours, gate, raw]| (*ours, gate.max(*raw))).collect(),
        goal: RATE_MIN,
        holds: RATE_MIN * wall_ms <= gate_ms.max(raw_ms)
            && content <= CPU_MS_CONTENT_MAX
            && act <= CPU_MS_ACT_MAX
            && p99 <= P99_MS_MAX,
        more,
        words: format!("{count} commits of {DEVICES} devices, half acts, documents of {CHANGES} changes"),
    })
}

/// Pushes what `queued` takes out of the work of each device: ms of each push, of all, and of CPU.
fn taken(
    city: &City,
    queued: impl Fn(&mut Work) -> Vec<PushItem>,
    works: &mut [Work],
) -> Result<(Vec<f64>, f64, f64), Fault> {
    let queue: Vec<Vec<PushItem>> = works.iter_mut().map(queued).collect();
    let before = cpu_ms()?;
    let (waits, wall_ms) = push_all(city, works, queue)?;
    Ok((waits, wall_ms, cpu_ms()? - before))
}

/// A device with its cases, each of 15 changes, and what it pushes when it counts: content alone, acts alone, and rounds of both.
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
    let (mut content, mut acts, mut rounds, mut warm) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in CASES..CASES + WARM {
        warm.push(write(&mut device, n, &mut Vec::new())?);
        let case = device.case(n);
        warm.push(device.act(case, "self_handle"));
    }
    for n in 0..ALONE {
        content.push(write(&mut device, n, gate)?);
    }
    for n in ALONE..2 * ALONE {
        let case = device.case(n);
        acts.push(device.act(case, "self_handle"));
    }
    for first in (2 * ALONE..CASES).step_by(PER_ROUND as usize) {
        let mut items = Vec::new();
        for at in 0..PER_ROUND {
            // Half of the devices begin with an act: at every moment there are both.
            let (n, writes) = (first + at, (at + number).is_multiple_of(2));
            items.push(if writes {
                write(&mut device, n, gate)?
            } else {
                let case = device.case(n);
                device.act(case, "self_handle")
            });
        }
        rounds.push(items);
    }
    rounds.reverse();
    Ok(Work { device, content, acts, rounds, warm })
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

/// Every device's items in its own order, devices in turn on as many threads as the server has workers; ms of each push, and of all.
fn push_all(city: &City, works: &[Work], queue: Vec<Vec<PushItem>>) -> Result<(Vec<f64>, f64), Fault> {
    let items = queue.into_iter().map(Vec::into_iter);
    let jobs: VecDeque<_> = works.iter().map(|work| &work.device).zip(items).collect();
    let jobs = Mutex::new(jobs);
    let start = Instant::now();
    let waits = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let mut waits = Vec::new();
                    loop {
                        let job = jobs.lock().map_err(|_| "a thread failed")?.pop_front();
                        let Some((device, mut items)) = job else { return Ok::<_, Fault>(waits) };
                        let Some(item) = items.next() else { continue };
                        let ((), ms) = timed(|| city.push(device, vec![item]))?;
                        waits.push(ms);
                        jobs.lock().map_err(|_| "a thread failed")?.push_back((device, items));
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
