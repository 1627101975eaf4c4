//! Uploads and blobs: what may be sent, what is whole, who may read it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::OptionalExtension;
use yuandian_model::{BlobHash, CaseId, CaseState, DeviceId, PartitionId, UserId};
use yuandian_sync::Rendition;
use yuandian_sync::StreamId;
use yuandian_sync::message::PartitionHead;

use super::membership::{Step, holding, touch};
use super::row::{case, count, signed};
use super::writing::Transaction;
use super::{error, files, partitions, timers};
use crate::limits::UPLOADS_PER_DEVICE_MAX;
use crate::store::{ReadableBlob, StoreError, Upload, UploadId, UploadOutcome};

pub const REFERENCED: &str = "SELECT 1 FROM blob_ref WHERE hash = ?1 AND device = ?2 AND size = ?3";
/// Cases in which a device names a blob that it has not sent until now.
pub const UNPROVEN: &str =
    "SELECT document FROM blob_ref WHERE hash = ?1 AND device = ?2 AND proven = 0 ORDER BY document";
/// Cases through which a person may read a blob, with its media type.
pub const READABLE: &str = "SELECT r.document, r.mime, b.size, r.shared, d.user = ?2, r.rendition
     FROM blob b JOIN blob_ref r ON r.hash = b.hash JOIN device d ON d.device = r.device
     WHERE b.hash = ?1 AND b.lost_ms IS NULL AND r.proven = 1";
pub const MICRO_CASES: &str =
    "SELECT DISTINCT c.document FROM micro m JOIN commit_log c ON c.id = m.commit_id
     WHERE m.hash = ?1 AND c.seq IS NOT NULL";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        id: UploadId(row.get(0)?),
        hash: BlobHash(row.get(1)?),
        device: DeviceId(row.get(2)?),
        size: count(row, 3)?,
        until_ms: row.get(4)?,
        stored: row.get(5)?,
        metadata: row.get(6)?,
    })
}

const COLUMNS: &str = "u.id, u.hash, u.device, u.size, u.until_ms, EXISTS (SELECT 1 FROM blob_ref r WHERE r.hash = u.hash AND r.device = u.device AND r.proven = 1)
     AND EXISTS (SELECT 1 FROM blob b WHERE b.hash = u.hash AND b.lost_ms IS NULL), u.metadata";

pub fn open(t: &Transaction<'_>, wanted: &Upload) -> Result<UploadOutcome, StoreError> {
    let (hash, device) = (wanted.hash.0, wanted.device.0);
    let referenced = t
        .prepare_cached(REFERENCED)
        .and_then(|mut s| s.exists((hash, device, signed(wanted.size))))
        .map_err(error)?;
    if !referenced {
        return Ok(UploadOutcome::NotReferenced);
    }
    // Before anything else, in this very transaction: what somebody is about to send does not go meanwhile.
    files::spare(t, &wanted.hash)?;
    let known = t
        .query_row(
            &format!("SELECT {COLUMNS} FROM upload u WHERE u.device = ?1 AND u.hash = ?2"),
            (device, hash),
            read,
        )
        .optional()
        .map_err(error)?;
    let id = match known {
        // Two entries may promise different sizes for one hash; only one of them can be true, and the last asked for is tried.
        Some(known) if known.size == wanted.size => known.id,
        other => {
            if let Some(other) = other {
                end(t, &other.id)?;
            }
            let unfinished = t
                .query_row(
                    "SELECT count(*) FROM upload u WHERE device = ?1 AND NOT EXISTS
                     (SELECT 1 FROM blob_ref r WHERE r.hash = u.hash AND r.device = u.device AND r.proven = 1)",
                    [device],
                    |row| count(row, 0),
                )
                .map_err(error)?;
            if unfinished >= UPLOADS_PER_DEVICE_MAX {
                return Ok(UploadOutcome::TooMany);
            }
            t.execute(
                "INSERT INTO upload (id, hash, device, size, until_ms, metadata) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (wanted.id.0, hash, device, signed(wanted.size), wanted.until_ms, &wanted.metadata),
            )
            .map_err(error)?;
            wanted.id
        }
    };
    t.execute("UPDATE upload SET until_ms = ?2 WHERE id = ?1", (id.0, wanted.until_ms)).map_err(error)?;
    timers::set(t, timers::UPLOAD, &id.0, wanted.until_ms)?;
    let upload = t
        .query_row(&format!("SELECT {COLUMNS} FROM upload u WHERE u.id = ?1"), [id.0], read)
        .map_err(error)?;
    Ok(UploadOutcome::Open(upload))
}

pub fn find(t: &Transaction<'_>, id: &UploadId, now_ms: i64) -> Result<Option<Upload>, StoreError> {
    t.query_row(
        &format!("SELECT {COLUMNS} FROM upload u WHERE u.id = ?1 AND u.until_ms > ?2"),
        (id.0, now_ms),
        read,
    )
    .optional()
    .map_err(error)
}

pub fn end(t: &Transaction<'_>, id: &UploadId) -> Result<bool, StoreError> {
    timers::clear(t, timers::UPLOAD, &id.0)?;
    let ended = t.execute("DELETE FROM upload WHERE id = ?1", [id.0]).map_err(error)?;
    Ok(ended > 0)
}

pub fn stored(t: &Transaction<'_>, upload: &Upload, now_ms: i64) -> Result<PartitionHead, StoreError> {
    let Upload { hash, device, size, .. } = upload;
    let mut naming: BTreeSet<CaseId> = files::was_lost(t, hash)?.into_iter().collect();
    t.execute(
        "INSERT INTO blob (hash, size, stored_ms) VALUES (?1, ?2, ?3)
         ON CONFLICT (hash) DO UPDATE SET stored_ms = ?3, lost_ms = NULL WHERE lost_ms IS NOT NULL",
        (hash.0, signed(*size), now_ms),
    )
    .map_err(error)?;
    // The cases may have let go of it while it was on its way.
    files::look(t, hash, now_ms)?;
    let unproven: Vec<CaseId> = t
        .prepare_cached(UNPROVEN)
        .and_then(|mut s| s.query_map((hash.0, device.0), |row| Ok(CaseId(row.get(0)?)))?.collect())
        .map_err(error)?;
    t.execute("UPDATE blob_ref SET proven = 1 WHERE hash = ?1 AND device = ?2", (hash.0, device.0))
        .map_err(error)?;
    naming.extend(unproven);
    move_on(t, &naming.into_iter().collect::<Vec<_>>(), now_ms)
}

/// Moves cases on by one number each. Where the only partition stands after it.
pub fn move_on(t: &Transaction<'_>, cases: &[CaseId], now_ms: i64) -> Result<PartitionHead, StoreError> {
    let mut partitions: BTreeMap<PartitionId, Vec<CaseId>> = BTreeMap::new();
    for document in cases {
        if let Some(record) = case(t, document)? {
            partitions.entry(record.partition).or_default().push(*document);
        }
    }
    for (partition, cases) in partitions {
        let head = partitions::advance(t, partition, cases.len() as u64)?;
        let first = head.head - cases.len() as u64 + 1;
        for (document, seq) in cases.into_iter().zip(first..) {
            touch(t, &Step { partition, document, seq, now_ms }, None)?;
            t.prepare_cached("UPDATE case_row SET touched_seq = ?2, touched_ms = ?3 WHERE id = ?1")
                .and_then(|mut s| s.execute((document.0, signed(seq), now_ms)))
                .map_err(error)?;
        }
    }
    partitions::head(t)
}

/// A file as a case names it.
struct Named {
    case: CaseId,
    mime: String,
    size: u64,
    shared: bool,
    own: bool,
    rendition: i64,
}

impl Named {
    /// Whether a look at it is a look at what somebody has captured, as it was.
    fn is_capture(&self) -> bool {
        self.rendition == Rendition::Original as i64 || self.is_attached()
    }

    fn is_attached(&self) -> bool {
        self.rendition == Rendition::Attached as i64
    }
}

pub fn readable(
    t: &Transaction<'_>,
    hash: &BlobHash,
    (reader, reads): (&UserId, &dyn Fn(&CaseState) -> bool),
    streams: &BTreeSet<StreamId>,
) -> Result<Option<ReadableBlob>, StoreError> {
    let mut whole: Vec<Named> = t
        .prepare_cached(READABLE)
        .and_then(|mut s| {
            let named = |row: &rusqlite::Row<'_>| {
                Ok(Named {
                    case: CaseId(row.get(0)?),
                    mime: row.get(1)?,
                    size: count(row, 2)?,
                    shared: row.get(3)?,
                    own: row.get(4)?,
                    rendition: row.get(5)?,
                })
            };
            s.query_map((hash.0, reader.0), named)?.collect()
        })
        .map_err(error)?;
    // What a reader sent is the reader's own, whatever else names it.
    whole.sort_by_key(|named| (!named.own, named.case));
    for named in whole {
        let (captured, attached) = (named.is_capture(), named.is_attached());
        let Named { case: document, mime, size, shared, own, .. } = named;
        if holding(t, &document, streams)?.is_none() {
            continue;
        }
        let by_right = || -> Result<bool, StoreError> {
            let Some(record) = case(t, &document)? else { return Ok(false) };
            let state = &record.state;
            // What is spoken or signed in a request for help is between who asked and who took it.
            let between = attached && (state.author == *reader || state.holders.contains(reader));
            Ok(between || reads(state))
        };
        if own || shared || by_right()? {
            let looked_at = (captured && !own).then_some(document);
            return Ok(Some(ReadableBlob::Whole { mime, size, looked_at }));
        }
    }
    let micro: Vec<CaseId> = t
        .prepare_cached(MICRO_CASES)
        .and_then(|mut s| s.query_map([hash.0], |row| Ok(CaseId(row.get(0)?)))?.collect())
        .map_err(error)?;
    for case in micro {
        if holding(t, &case, streams)?.is_some() {
            let bytes = t
                .query_row("SELECT bytes FROM micro WHERE hash = ?1 LIMIT 1", [hash.0], |row| row.get(0))
                .map_err(error)?;
            return Ok(Some(ReadableBlob::Micro(bytes)));
        }
    }
    Ok(None)
}
