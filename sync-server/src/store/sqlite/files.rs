//! Rows of stored files: lost and found, named by nobody, condemned, gone; and cases that are held.

use rusqlite::OptionalExtension;
use yuandian_model::{BlobHash, CaseId, DeviceId};

use super::row::{case, count};
use super::uploads::move_on;
use super::writing::Transaction;
use super::{SqliteStore, error, timers};
use crate::limits::{CONDEMNED_MS, GOING_RETRY_MS, HOLD_LOOK_MS, UNNAMED_MS};
use crate::store::files::{FileRow, Files, FilesOutcome};
use crate::store::{StoreError, UploadId};

pub const NAMED: &str = "SELECT 1 FROM blob_ref WHERE hash = ?1";
/// Whether a held case named a file once.
pub const HELD: &str =
    "SELECT 1 FROM blob_once o JOIN legal_hold h ON h.document = o.document WHERE o.hash = ?1";
/// Whether an upload of a file has not ended yet.
pub const UPLOADED: &str = "SELECT 1 FROM upload WHERE hash = ?1";
/// Lost files of a device. Every greeting asks: the index holds what is lost and nothing else.
pub const LOST_OF: &str = "SELECT hash FROM blob INDEXED BY blob_lost WHERE lost_ms IS NOT NULL
     AND EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = blob.hash AND r.device = ?1) ORDER BY hash LIMIT ?2";
/// Cases whose people were told that a file is stored.
pub const TOLD: &str = "SELECT DISTINCT document FROM blob_ref WHERE hash = ?1 AND proven = 1";
pub const OF_CASE: &str = "SELECT DISTINCT hash FROM blob_ref WHERE document = ?1";

/// Nobody names it.
const UNNAMED: &str = "unnamed";
/// It goes unless somebody asks for it.
const CONDEMNED: &str = "condemned";
/// Its row is gone, its bytes follow.
const GOING: &str = "going";

fn exists(t: &Transaction<'_>, sql: &str, key: &[u8]) -> Result<bool, StoreError> {
    t.prepare_cached(sql).and_then(|mut s| s.exists([key])).map_err(error)
}

fn fate(t: &Transaction<'_>, hash: &BlobHash) -> Result<Option<String>, StoreError> {
    t.query_row("SELECT state FROM blob_fate WHERE hash = ?1", [hash.0], |row| row.get(0))
        .optional()
        .map_err(error)
}

fn set_fate(t: &Transaction<'_>, hash: &BlobHash, state: &str, due_ms: i64) -> Result<(), StoreError> {
    t.prepare_cached(
        "INSERT INTO blob_fate (hash, state) VALUES (?1, ?2) ON CONFLICT (hash) DO UPDATE SET state = ?2",
    )
    .and_then(|mut s| s.execute((hash.0, state)))
    .map_err(error)?;
    timers::set(t, timers::FILE, &hash.0, due_ms)
}

/// Somebody names a file or sends it: it stays.
pub fn spare(t: &Transaction<'_>, hash: &BlobHash) -> Result<(), StoreError> {
    let spared = t.execute("DELETE FROM blob_fate WHERE hash = ?1", [hash.0]).map_err(error)?;
    if spared > 0 { timers::clear(t, timers::FILE, &hash.0) } else { Ok(()) }
}

/// A file that nobody names begins to wait; one that somebody names stays. `now_ms`: server's clock, ms since 1970.
pub fn look(t: &Transaction<'_>, hash: &BlobHash, now_ms: i64) -> Result<(), StoreError> {
    if exists(t, NAMED, &hash.0)? {
        return spare(t, hash);
    }
    set_fate(t, hash, UNNAMED, now_ms.saturating_add(UNNAMED_MS))
}

/// A file that must not wait for its time: it goes with the next tick, unless somebody else names it.
pub fn go_now(t: &Transaction<'_>, hash: &BlobHash, now_ms: i64) -> Result<(), StoreError> {
    if exists(t, NAMED, &hash.0)? {
        return Ok(());
    }
    t.execute("DELETE FROM blob WHERE hash = ?1", [hash.0]).map_err(error)?;
    set_fate(t, hash, GOING, now_ms)
}

/// A file's time has come: the next step of its way. Gives the hash whose bytes are to go now.
pub fn turn(t: &Transaction<'_>, hash: &BlobHash, now_ms: i64) -> Result<Option<BlobHash>, StoreError> {
    let Some(state) = fate(t, hash)? else {
        timers::clear(t, timers::FILE, &hash.0)?;
        return Ok(None);
    };
    if state == GOING {
        // The bytes did not go the last time: the disk was away, or the server stopped.
        timers::set(t, timers::FILE, &hash.0, now_ms.saturating_add(GOING_RETRY_MS))?;
        return Ok(Some(*hash));
    }
    if exists(t, NAMED, &hash.0)? {
        spare(t, hash)?;
        return Ok(None);
    }
    if exists(t, HELD, &hash.0)? || exists(t, UPLOADED, &hash.0)? {
        timers::set(t, timers::FILE, &hash.0, now_ms.saturating_add(HOLD_LOOK_MS))?;
        return Ok(None);
    }
    if state == UNNAMED {
        set_fate(t, hash, CONDEMNED, now_ms.saturating_add(CONDEMNED_MS))?;
        return Ok(None);
    }
    t.execute("DELETE FROM blob WHERE hash = ?1", [hash.0]).map_err(error)?;
    set_fate(t, hash, GOING, now_ms.saturating_add(GOING_RETRY_MS))?;
    Ok(Some(*hash))
}

fn release(t: &Transaction<'_>, document: &CaseId, now_ms: i64) -> Result<FilesOutcome, StoreError> {
    if case(t, document)?.is_none() {
        return Ok(FilesOutcome::Unknown);
    }
    if exists(t, "SELECT 1 FROM legal_hold WHERE document = ?1", &document.0)? {
        return Ok(FilesOutcome::Held);
    }
    let named: Vec<BlobHash> = t
        .prepare_cached(OF_CASE)
        .and_then(|mut s| s.query_map([document.0], |row| Ok(BlobHash(row.get(0)?)))?.collect())
        .map_err(error)?;
    if named.is_empty() {
        return Ok(FilesOutcome::Unchanged);
    }
    for hash in &named {
        t.execute("INSERT OR IGNORE INTO blob_once (hash, document) VALUES (?1, ?2)", (hash.0, document.0))
            .map_err(error)?;
    }
    t.execute("DELETE FROM blob_ref WHERE document = ?1", [document.0]).map_err(error)?;
    for hash in &named {
        if exists(t, "SELECT 1 FROM blob WHERE hash = ?1", &hash.0)? {
            look(t, hash, now_ms)?;
        }
    }
    move_on(t, &[*document], now_ms)?;
    Ok(FilesOutcome::Done)
}

fn hold(t: &Transaction<'_>, document: &CaseId, held: bool, now_ms: i64) -> Result<FilesOutcome, StoreError> {
    if case(t, document)?.is_none() {
        return Ok(FilesOutcome::Unknown);
    }
    let changed = if held {
        t.execute(
            "INSERT OR IGNORE INTO legal_hold (document, since_ms) VALUES (?1, ?2)",
            (document.0, now_ms),
        )
    } else {
        t.execute("DELETE FROM legal_hold WHERE document = ?1", [document.0])
    };
    Ok(if changed.map_err(error)? > 0 { FilesOutcome::Done } else { FilesOutcome::Unchanged })
}

fn told(t: &Transaction<'_>, hash: &BlobHash) -> Result<Vec<CaseId>, StoreError> {
    t.prepare_cached(TOLD)
        .and_then(|mut s| s.query_map([hash.0], |row| Ok(CaseId(row.get(0)?)))?.collect())
        .map_err(error)
}

/// Marks a file as lost or as found. The cases that name it move on.
fn mark(t: &Transaction<'_>, hash: &BlobHash, lost: bool, now_ms: i64) -> Result<bool, StoreError> {
    let changed = t
        .execute(
            "UPDATE blob SET lost_ms = CASE WHEN ?2 THEN ?3 END WHERE hash = ?1 AND (lost_ms IS NULL) = ?2",
            (hash.0, lost, now_ms),
        )
        .map_err(error)?;
    if changed > 0 {
        move_on(t, &told(t, hash)?, now_ms)?;
    }
    Ok(changed > 0)
}

/// Whether a file was lost; asked before it is stored again, and then the cases that have to be told.
pub fn was_lost(t: &Transaction<'_>, hash: &BlobHash) -> Result<Vec<CaseId>, StoreError> {
    let lost = exists(t, "SELECT 1 FROM blob WHERE hash = ?1 AND lost_ms IS NOT NULL", &hash.0)?;
    if lost { told(t, hash) } else { Ok(Vec::new()) }
}

fn stray(t: &Transaction<'_>, hash: &BlobHash, now_ms: i64) -> Result<bool, StoreError> {
    if exists(t, "SELECT 1 FROM blob WHERE hash = ?1", &hash.0)?
        || exists(t, UPLOADED, &hash.0)?
        || fate(t, hash)?.is_some()
    {
        return Ok(false);
    }
    set_fate(t, hash, UNNAMED, now_ms.saturating_add(UNNAMED_MS))?;
    Ok(true)
}

impl Files for SqliteStore {
    fn describe_upload(&self, id: &UploadId, metadata: Option<&str>) -> Result<bool, StoreError> {
        self.write(|t| {
            t.execute("UPDATE upload SET metadata = ?2 WHERE id = ?1", (id.0, metadata))
                .map(|changed| changed > 0)
                .map_err(error)
        })
    }
    fn release_files(&self, case: &CaseId, now_ms: i64) -> Result<FilesOutcome, StoreError> {
        self.write(|t| release(t, case, now_ms))
    }
    fn hold_case(&self, case: &CaseId, held: bool, now_ms: i64) -> Result<FilesOutcome, StoreError> {
        self.write(|t| hold(t, case, held, now_ms))
    }
    fn held_cases(&self) -> Result<Vec<CaseId>, StoreError> {
        self.read(|t| {
            t.prepare_cached("SELECT document FROM legal_hold ORDER BY document")
                .and_then(|mut s| s.query_map([], |row| Ok(CaseId(row.get(0)?)))?.collect())
                .map_err(error)
        })
    }
    fn is_going(&self, hash: &BlobHash) -> Result<bool, StoreError> {
        self.read(|t| Ok(fate(t, hash)?.as_deref() == Some(GOING)))
    }
    fn blob_gone(&self, hash: &BlobHash) -> Result<(), StoreError> {
        self.write(|t| {
            t.execute("DELETE FROM blob_once WHERE hash = ?1", [hash.0]).map_err(error)?;
            spare(t, hash)
        })
    }
    fn files(&self, after: Option<&BlobHash>, limit: u32) -> Result<Vec<FileRow>, StoreError> {
        // Below every hash: the empty one.
        let after = after.map_or(&[][..], |hash| &hash.0);
        self.read(|t| {
            t.prepare_cached("SELECT hash, size, lost_ms FROM blob WHERE hash > ?1 ORDER BY hash LIMIT ?2")
                .and_then(|mut s| {
                    let row = |row: &rusqlite::Row<'_>| {
                        Ok(FileRow {
                            hash: BlobHash(row.get(0)?),
                            size: count(row, 1)?,
                            lost_ms: row.get(2)?,
                        })
                    };
                    s.query_map((after, limit), row)?.collect()
                })
                .map_err(error)
        })
    }
    fn lost_of(&self, device: &DeviceId, limit: u32) -> Result<Vec<BlobHash>, StoreError> {
        self.read(|t| {
            t.prepare_cached(LOST_OF)
                .and_then(|mut s| s.query_map((device.0, limit), |row| Ok(BlobHash(row.get(0)?)))?.collect())
                .map_err(error)
        })
    }
    fn blob_lost(&self, hash: &BlobHash, now_ms: i64) -> Result<bool, StoreError> {
        self.write(|t| mark(t, hash, true, now_ms))
    }
    fn blob_found(&self, hash: &BlobHash, now_ms: i64) -> Result<bool, StoreError> {
        self.write(|t| mark(t, hash, false, now_ms))
    }
    fn blob_stray(&self, hash: &BlobHash, now_ms: i64) -> Result<bool, StoreError> {
        self.write(|t| stray(t, hash, now_ms))
    }
}
