//! `capture`: a case without a photo made durable, against a raw SQLite commit of the same bytes with the same settings on the same disk.
//!
//! Ours is [`Phone::finish`] of a saved draft (Automerge change, outbox items with their intents, case, list line; one transaction) and the
//! signatures of its commits. The phone signs when it first sends, so they are measured apart: the very envelopes that were sent are
//! encoded and signed again in memory, and their median is added to every sample. The floor is one INSERT of one row with as many bytes
//! as the phone keeps for one capture.
//!
//! `goal` is for the median of the differences of the pairs, ms; `holds` at [`DIFFERENCE_MS_MAX`], and, where a bare fsync takes 1 ms or
//! more, only where the ratio is at most [`RATIO_MAX`]: below that the disk is too fast for a ratio to say anything. Further members:
//! `median_difference_ms`, `difference_ms_max`, `ratio_max`, `ratio_judged`, `bare_fsync_ms` (the same bytes appended to a file and
//! synced), `signature_ms` (added to `ours`), `with_signature` (capture and first sending as they run on a phone, signing and a second durable commit
//! included, ms, median), `payload_bytes`.

#![allow(clippy::disallowed_methods, reason = "a benchmark writes the file whose sync it measures")]

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use rusqlite::Connection;
use serde_json::{Map, json};
use yuandian_device::{CaseId, Draft, Phone, Position};
use yuandian_document::DeviceKey;
use yuandian_sync::message::Push;
use yuandian_sync::{Load, Loaded};

use crate::bench::{Figure, median, medians, round, timed};
use crate::phone::grid_worker;

/// Pairs measured.
const PAIRS: usize = 200;
/// Pairs before them that are not: caches fill, the log reaches its usual length.
const WARM_UP: usize = 20;
/// Captures that are sent at once.
const SENT: usize = 20;
/// What we would like, ms.
const GOAL_MS: f64 = 0.25;
/// What must hold, ms.
const DIFFERENCE_MS_MAX: f64 = 0.5;
/// What must hold where a bare fsync takes this or more, ms …
const SLOW_FSYNC_MS: f64 = 1.0;
/// … by ratio.
const RATIO_MAX: f64 = 1.5;

/// Measures.
///
/// # Errors
/// The disk's and the phone's.
pub fn measure(dir: &Path) -> Result<Figure, Box<dyn Error>> {
    let folder = tempfile::tempdir_in(dir)?;
    let home = folder.path().join("home");
    let payload = vec![0x5a; kept_by_one_capture(&home)?];
    let mut phone = grid_worker(&home)?;
    let raw = raw_store(&folder.path().join("raw.db"))?;
    let mut file = File::create(folder.path().join("fsync"))?;
    let mut samples = Vec::with_capacity(PAIRS);
    let mut fsyncs = Vec::with_capacity(PAIRS);
    for number in 0..WARM_UP + PAIRS {
        let id = phone.save_draft(None, &draft(number))?;
        // Turn about, so that neither has always just woken the disk.
        let (ours, floor) = if number % 2 == 0 {
            let (_, ours) = timed(|| phone.finish(&id))?;
            let (_, floor) = timed(|| insert(&raw, &payload))?;
            (ours, floor)
        } else {
            let (_, floor) = timed(|| insert(&raw, &payload))?;
            let (_, ours) = timed(|| phone.finish(&id))?;
            (ours, floor)
        };
        let (_, fsync) = timed(|| file.write_all(&payload).and_then(|()| file.sync_data()))?;
        if number >= WARM_UP {
            samples.push((ours, floor));
            fsyncs.push(fsync);
        }
    }
    let signature = signature(&mut phone)?;
    let with_signature = with_signature(dir)?;
    for (ours, _) in &mut samples {
        *ours += signature;
    }
    let difference = median(samples.iter().map(|(ours, floor)| ours - floor));
    let fsync = median(fsyncs);
    let (ours, floor) = medians(&samples);
    let judged = fsync >= SLOW_FSYNC_MS;
    let more = Map::from_iter([
        ("median_difference_ms".to_owned(), json!(round(difference))),
        ("difference_ms_max".to_owned(), json!(DIFFERENCE_MS_MAX)),
        ("ratio_max".to_owned(), json!(RATIO_MAX)),
        ("ratio_judged".to_owned(), json!(judged)),
        ("bare_fsync_ms".to_owned(), json!(round(fsync))),
        ("signature_ms".to_owned(), json!(round(signature))),
        ("with_signature".to_owned(), json!(round(with_signature))),
        ("payload_bytes".to_owned(), json!(payload.len())),
    ]);
    Ok(Figure {
        name: "capture",
        samples,
        goal: GOAL_MS,
        holds: difference <= DIFFERENCE_MS_MAX && (!judged || ours / floor <= RATIO_MAX),
        more,
        words: format!(
            "{PAIRS} captures (change, outbox, projections, signatures added) against raw commits of as many bytes"
        ),
    })
}

fn draft(number: usize) -> Draft {
    let answer = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    Draft {
        service: "case.city.E06010".to_owned(),
        position: Some(Position { lng: 113.613_25, lat: 34.752_16, accuracy_m: Some(12) }),
        text: format!("第{number}件：林山寨街道东门外有暴露垃圾，约三袋，已有异味，请尽快清运。"),
        answers: vec![
            answer("address", "东门外公交站旁"),
            answer("amount", "三袋"),
            answer("severity", "normal"),
        ],
        no_photo: Some("天黑拍不清".to_owned()),
        ..Draft::default()
    }
}

/// Bytes in every column of every row that one capture leaves.
fn kept_by_one_capture(home: &Path) -> Result<usize, Box<dyn Error>> {
    let mut phone = grid_worker(home)?;
    let id = phone.save_draft(None, &draft(0))?;
    let case = phone.finish(&id)?;
    drop(phone);
    let db = Connection::open(home.join("phone.db"))?;
    let tables = [("cases", "id"), ("outbox", "doc"), ("rows", "id"), ("private", "doc"), ("blobs", "doc")];
    let bytes = tables.iter().map(|(table, key)| bytes_of(&db, table, key, &case));
    Ok(bytes.sum::<Result<usize, _>>()?)
}

fn bytes_of(db: &Connection, table: &str, key: &str, case: &CaseId) -> rusqlite::Result<usize> {
    let mut statement = db.prepare(&format!("SELECT * FROM {table} WHERE {key} = ?1"))?;
    let columns = statement.column_count();
    let mut rows = statement.query([case.as_bytes()])?;
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            bytes += match row.get_ref(column)? {
                rusqlite::types::ValueRef::Text(part) | rusqlite::types::ValueRef::Blob(part) => part.len(),
                rusqlite::types::ValueRef::Null => 0,
                _ => 8,
            };
        }
    }
    Ok(bytes)
}

/// A store with one table and the phone's own settings.
fn raw_store(path: &Path) -> Result<Connection, Box<dyn Error>> {
    let raw = Connection::open(path)?;
    for (name, value, _) in yuandian_device::PRAGMAS {
        raw.pragma_update(None, name, value)?;
    }
    raw.execute_batch("CREATE TABLE raw (id INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT")?;
    Ok(raw)
}

fn insert(raw: &Connection, payload: &[u8]) -> rusqlite::Result<usize> {
    raw.prepare_cached("INSERT INTO raw (payload) VALUES (?1)")?.execute([payload])
}

fn batch(phone: &mut Phone) -> Result<Push, Box<dyn Error>> {
    match phone.load(&Load::Batch)? {
        Loaded::Batch(push) => Ok(push),
        _ => Err("the phone gave something else than a batch".into()),
    }
}

/// Median of encoding and signing both envelopes of a capture in memory, ms.
fn signature(phone: &mut Phone) -> Result<f64, Box<dyn Error>> {
    let push = batch(phone)?;
    let key = DeviceKey::from_seed(&[7; 32]);
    let envelopes = push.items.iter().map(|item| item.commit.open()).collect::<Result<Vec<_>, _>>()?;
    let mut times = Vec::new();
    for capture in envelopes.chunks_exact(2) {
        let (_, ms) = timed(|| {
            std::hint::black_box(capture.iter().map(|envelope| envelope.sign(&key).id()).collect::<Vec<_>>());
            Ok::<_, Box<dyn Error>>(())
        })?;
        times.push(ms);
    }
    Ok(median(times))
}

/// Median of a capture together with its first sending, ms.
fn with_signature(dir: &Path) -> Result<f64, Box<dyn Error>> {
    let mut times = Vec::new();
    for number in 0..SENT {
        let folder = tempfile::tempdir_in(dir)?;
        let mut phone = grid_worker(folder.path())?;
        let id = phone.save_draft(None, &draft(number))?;
        let (push, ms) = timed(|| {
            phone.finish(&id)?;
            batch(&mut phone)
        })?;
        if push.items.len() != 2 {
            return Err("a capture is a report and its content".into());
        }
        times.push(ms);
    }
    Ok(median(times))
}
