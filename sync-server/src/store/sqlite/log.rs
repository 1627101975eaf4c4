//! The evidence log as rows: leaves, the nodes of complete subtrees, where it stands. Rows are written once and never changed.
//!
//! A log is one life of this store, named after the epoch of its first partition: a restored store finds none of that name and begins another,
//! whose first leaf is the checkpoint of the one before.

use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};
use yuandian_document::{Purpose, SignedNotice, cbor};
use yuandian_evidence::merkle::{self, Hash, Nodes};
use yuandian_evidence::{Checkpoint, Entry, Handling, LogId};

use super::row::{count, signed};
use super::writing::Transaction;
use super::{error, keys, partitions};
use crate::store::StoreError;

/// A log as far as it has been written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    pub ordinal: i64,
    pub id: LogId,
    pub size: u64,
}

/// The nodes of one log.
struct Rows<'t> {
    t: &'t Transaction<'t>,
    log: i64,
}

pub const NODE: &str = "SELECT hash FROM log_node WHERE log = ?1 AND level = ?2 AND idx = ?3";

impl Nodes for Rows<'_> {
    type Error = StoreError;
    fn node(&self, level: u32, index: u64) -> Result<Hash, StoreError> {
        self.t
            .prepare_cached(NODE)
            .and_then(|mut s| s.query_row((self.log, level, signed(index)), |row| row.get(0)))
            .map_err(error)
    }
}

/// The log of this life; none before anything was entered into it.
pub fn current(t: &Transaction<'_>) -> Result<Option<Log>, StoreError> {
    let id = name(t)?;
    t.prepare_cached("SELECT ordinal, size FROM log WHERE id = ?1")
        .and_then(|mut s| {
            s.query_row([id.0], |row| Ok(Log { ordinal: row.get(0)?, id, size: count(row, 1)? })).optional()
        })
        .map_err(error)
}

fn name(t: &Transaction<'_>) -> Result<LogId, StoreError> {
    let epoch = partitions::head(t)?.epoch;
    let digest = Sha256::new().chain_update(b"yuandian evidence log\0").chain_update(epoch.0).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    Ok(LogId(id))
}

/// The log of this life, begun where it was not.
pub fn begun(t: &Transaction<'_>, now_ms: i64) -> Result<Log, StoreError> {
    if let Some(log) = current(t)? {
        return Ok(log);
    }
    let last: Option<Log> = t
        .query_row("SELECT ordinal, id, size FROM log ORDER BY ordinal DESC LIMIT 1", [], |row| {
            Ok(Log { ordinal: row.get(0)?, id: LogId(row.get(1)?), size: count(row, 2)? })
        })
        .optional()
        .map_err(error)?;
    let previous = last.map(|last| checkpoint(t, &last, now_ms)).transpose()?;
    let id = name(t)?;
    t.execute("INSERT INTO log (id, size, since_ms) VALUES (?1, 0, ?2)", (id.0, now_ms)).map_err(error)?;
    let mut log = Log { ordinal: t.last_insert_rowid(), id, size: 0 };
    append(t, &mut log, &Entry::Began { previous: previous.map(|notice| cbor::encode(&notice).into()) })?;
    Ok(log)
}

/// Enters a leaf: its index.
pub fn append(t: &Transaction<'_>, log: &mut Log, entry: &Entry) -> Result<u64, StoreError> {
    let index = log.size;
    for (level, at, hash) in merkle::append(&Rows { t, log: log.ordinal }, index, entry.hash())? {
        t.prepare_cached("INSERT INTO log_node (log, level, idx, hash) VALUES (?1, ?2, ?3, ?4)")
            .and_then(|mut s| s.execute((log.ordinal, level, signed(at), hash)))
            .map_err(error)?;
    }
    t.prepare_cached("INSERT INTO log_leaf (log, idx, entry) VALUES (?1, ?2, ?3)")
        .and_then(|mut s| s.execute((log.ordinal, signed(index), entry.to_bytes())))
        .map_err(error)?;
    if let Entry::Handled { how, original, document, user, at_ms, .. } = entry {
        t.prepare_cached(
            "INSERT INTO log_handled (document, log, idx, how, original, user, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .and_then(|mut s| {
            s.execute((document.0, log.ordinal, signed(index), *how as i64, original.0, user.0, at_ms))
        })
        .map_err(error)?;
    }
    log.size = index + 1;
    t.prepare_cached("UPDATE log SET size = ?2 WHERE ordinal = ?1")
        .and_then(|mut s| s.execute((log.ordinal, signed(log.size))))
        .map_err(error)?;
    Ok(index)
}

/// A leaf of a log.
pub fn entry(t: &Transaction<'_>, log: &LogId, index: u64) -> Result<Entry, StoreError> {
    let bytes: Vec<u8> = t
        .prepare_cached("SELECT entry FROM log_leaf JOIN log ON log.ordinal = log_leaf.log WHERE log.id = ?1 AND idx = ?2")
        .and_then(|mut s| s.query_row((log.0, signed(index)), |row| row.get(0)))
        .map_err(error)?;
    Entry::from_bytes(&bytes).map_err(|e| StoreError::Damaged(e.to_string()))
}

/// Where a log stands, signed.
pub fn checkpoint(t: &Transaction<'_>, log: &Log, now_ms: i64) -> Result<SignedNotice, StoreError> {
    let root = merkle::root(&Rows { t, log: log.ordinal }, log.size)?;
    let checkpoint = Checkpoint { log: log.id, size: log.size, root, at_ms: now_ms };
    keys::notice(t, Purpose::Checkpoint, cbor::encode(&checkpoint))
}

/// From a leaf to the root over the whole log.
pub fn inclusion(t: &Transaction<'_>, log: &Log, index: u64) -> Result<Vec<Hash>, StoreError> {
    merkle::inclusion(&Rows { t, log: log.ordinal }, index, log.size)
}

/// That the log still begins with its first `old` leaves.
pub fn consistency(t: &Transaction<'_>, log: &Log, old: u64) -> Result<Vec<Hash>, StoreError> {
    merkle::consistency(&Rows { t, log: log.ordinal }, old.min(log.size), log.size)
}

pub const HANDLED: &str =
    "SELECT l.idx, l.entry FROM log_handled h JOIN log_leaf l ON l.log = h.log AND l.idx = h.idx
     WHERE h.document = ?1 AND h.log = ?2 ORDER BY h.idx DESC LIMIT ?3";

/// What was done with the originals of a case in a log, the newest first.
pub fn handled(
    t: &Transaction<'_>,
    log: &Log,
    document: &yuandian_model::CaseId,
    max: usize,
) -> Result<Vec<(u64, Entry)>, StoreError> {
    let rows: Vec<(u64, Vec<u8>)> = t
        .prepare_cached(HANDLED)
        .and_then(|mut s| {
            s.query_map((document.0, log.ordinal, i64::try_from(max).unwrap_or(i64::MAX)), |row| {
                Ok((count(row, 0)?, row.get(1)?))
            })?
            .collect()
        })
        .map_err(error)?;
    let read = |(index, bytes): (u64, Vec<u8>)| {
        let entry = Entry::from_bytes(&bytes).map_err(|e| StoreError::Damaged(e.to_string()))?;
        Ok((index, entry))
    };
    rows.into_iter().map(read).collect()
}

/// How often originals of a case were handled, in every log.
pub fn handled_count(t: &Transaction<'_>, document: &yuandian_model::CaseId) -> Result<u64, StoreError> {
    t.prepare_cached("SELECT count(*) FROM log_handled WHERE document = ?1")
        .and_then(|mut s| s.query_row([document.0], |row| count(row, 0)))
        .map_err(error)
}

pub const LOOKED: &str = "SELECT 1 FROM log_handled WHERE document = ?1 AND how = ?2 AND original = ?3 AND user = ?4 AND at_ms > ?5";

/// Whether somebody's look at an original is in a log already, since a time.
pub fn has_looked(
    t: &Transaction<'_>,
    original: &yuandian_model::BlobHash,
    (document, user): (&yuandian_model::CaseId, &yuandian_model::UserId),
    since_ms: i64,
) -> Result<bool, StoreError> {
    t.prepare_cached(LOOKED)
        .and_then(|mut s| s.exists((document.0, Handling::View as i64, original.0, user.0, since_ms)))
        .map_err(error)
}

/// Enters what somebody did with originals of a case.
pub fn enter_handled(
    t: &Transaction<'_>,
    how: Handling,
    originals: &[yuandian_model::BlobHash],
    (document, user, device): (yuandian_model::CaseId, yuandian_model::UserId, yuandian_model::DeviceId),
    now_ms: i64,
) -> Result<(), StoreError> {
    let mut log = begun(t, now_ms)?;
    for original in originals {
        let entry = Entry::Handled { how, original: *original, document, user, device, at_ms: now_ms };
        append(t, &mut log, &entry)?;
    }
    Ok(())
}
