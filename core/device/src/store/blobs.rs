//! Photo files of this phone and what is known of everybody's.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{BlobHash, CaseId, PartitionId};
use yuandian_sync::message::PartitionHead;
use yuandian_sync::{Rendition, Transfer};

use super::id;
use crate::error::Result;

/// A file to be kept until the server has it.
pub struct NewBlob<'a> {
    /// SHA-256.
    pub hash: BlobHash,
    /// The case.
    pub doc: CaseId,
    /// Bytes.
    pub size: u64,
    /// MIME type.
    pub mime: &'a str,
    /// Which size.
    pub rendition: Rendition,
    /// Order of capture.
    pub order: u64,
}

fn rendition(number: i64) -> Rendition {
    match number {
        0 => Rendition::Micro,
        1 => Rendition::Thumb,
        2 => Rendition::Medium,
        3 => Rendition::Original,
        _ => Rendition::Attached,
    }
}

/// Pins a captured file for its case. One captured before is where it was: with the server, or on its way; parked in this case, it is
/// offered again.
pub fn pin(c: &Connection, blob: &NewBlob<'_>) -> Result<()> {
    unpark(c, &blob.hash, &blob.doc)?;
    c.prepare_cached(
        "INSERT OR IGNORE INTO blobs (hash, doc, size, mime, rendition, ord, state, sent, url)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, COALESCE(MAX(state), 0), COALESCE(MAX(sent), 0), MAX(url)
         FROM blobs WHERE hash = ?1 AND state IN (0, 1)",
    )?
    .execute(params![
        blob.hash.as_bytes(),
        blob.doc.as_bytes(),
        blob.size.cast_signed(),
        blob.mime,
        blob.rendition as i64,
        blob.order.cast_signed()
    ])?;
    Ok(())
}

/// Files the server does not have yet, whose case has arrived there.
pub fn waiting(c: &Connection) -> Result<Vec<Transfer>> {
    let mut statement = c.prepare_cached(
        "SELECT hash, size, MIN(rendition), MIN(ord), MAX(url) FROM blobs
         WHERE state = 0 AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.doc = blobs.doc AND outbox.state IN (0, 1, 3))
         GROUP BY hash ORDER BY 3, 4",
    )?;
    let rows = statement.query_map([], |r| {
        Ok((
            r.get::<_, Vec<u8>>(0)?,
            r.get::<_, i64>(1)?,
            r.get::<_, i64>(2)?,
            r.get::<_, i64>(3)?,
            r.get(4)?,
        ))
    })?;
    rows.filter(|row| !planted::is(Bug::OriginalNeverSent) || row.as_ref().is_ok_and(|row| row.2 < 3))
        .map(|row| {
            let (hash, size, kind, order, url) = row?;
            Ok(Transfer {
                hash: id(hash, BlobHash::from_slice)?,
                size: size.cast_unsigned(),
                rendition: rendition(kind),
                order: order.cast_unsigned(),
                urgent: false,
                url,
            })
        })
        .collect()
}

/// Remembers where an upload was begun, or that it must begin anew.
pub fn set_url(c: &Connection, hash: &BlobHash, url: Option<&str>) -> Result<()> {
    c.prepare_cached("UPDATE blobs SET url = ?2, sent = 0 WHERE hash = ?1")?
        .execute(params![hash.as_bytes(), url])?;
    Ok(())
}

/// Remembers how far an upload is.
pub fn set_sent(c: &Connection, hash: &BlobHash, sent: u64) -> Result<()> {
    c.prepare_cached("UPDATE blobs SET sent = ?2 WHERE hash = ?1")?
        .execute(params![hash.as_bytes(), sent.cast_signed()])?;
    Ok(())
}

/// The server has it whole.
pub fn set_stored(c: &Connection, hash: &BlobHash) -> Result<()> {
    c.prepare_cached("UPDATE blobs SET state = 1, sent = size WHERE hash = ?1")?
        .execute([hash.as_bytes()])?;
    Ok(())
}

/// Keeps a file without offering it for this case: the commit that named it was refused.
pub fn park(c: &Connection, hash: &BlobHash, doc: &CaseId) -> Result<()> {
    c.prepare_cached("UPDATE blobs SET state = 2 WHERE hash = ?1 AND doc = ?2 AND state = 0")?
        .execute(params![hash.as_bytes(), doc.as_bytes()])?;
    Ok(())
}

/// Offers a parked file again.
pub fn unpark(c: &Connection, hash: &BlobHash, doc: &CaseId) -> Result<()> {
    c.prepare_cached("UPDATE blobs SET state = 0 WHERE hash = ?1 AND doc = ?2 AND state = 2")?
        .execute(params![hash.as_bytes(), doc.as_bytes()])?;
    Ok(())
}

/// Forgets a parked file of a case: nobody wants it any more.
pub fn forget_parked(c: &Connection, hash: &BlobHash, doc: &CaseId) -> Result<()> {
    c.prepare_cached("DELETE FROM blobs WHERE hash = ?1 AND doc = ?2 AND state = 2")?
        .execute(params![hash.as_bytes(), doc.as_bytes()])?;
    Ok(())
}

/// How a file of this phone stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes.
    pub size: u64,
    /// Bytes the server has.
    pub sent: u64,
    /// Whether the server has verified it.
    pub stored: bool,
}

/// How one file stands; `None` where this phone did not take it.
pub fn progress(c: &Connection, hash: &BlobHash) -> Result<Option<Progress>> {
    Ok(c.query_row(
        "SELECT size, MAX(sent), MAX(state = 1) FROM blobs WHERE hash = ?1 GROUP BY hash",
        [hash.as_bytes()],
        |r| {
            Ok(Progress {
                size: r.get::<_, i64>(0)?.cast_unsigned(),
                sent: r.get::<_, i64>(1)?.cast_unsigned(),
                stored: r.get::<_, i64>(2)? == 1,
            })
        },
    )
    .optional()?)
}

/// An original that was taken on this phone, and how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnOriginal {
    /// SHA-256.
    pub hash: BlobHash,
    /// Bytes.
    pub size: u64,
    /// Bytes the server has.
    pub sent: u64,
    /// Whether the server has verified it.
    pub stored: bool,
}

/// Every original taken on this phone that is to be with the server.
pub fn own_originals(c: &Connection) -> Result<Vec<OwnOriginal>> {
    let mut statement = c.prepare_cached(
        "SELECT hash, size, MAX(sent), MAX(state) FROM blobs WHERE rendition = 3 AND state IN (0, 1) GROUP BY hash",
    )?;
    let rows = statement.query_map([], |r| {
        Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, i64>(1)?, r.get::<_, i64>(2)?, r.get::<_, i64>(3)?))
    })?;
    rows.map(|row| {
        let (hash, size, sent, state) = row?;
        Ok(OwnOriginal {
            hash: id(hash, BlobHash::from_slice)?,
            size: size.cast_unsigned(),
            sent: sent.cast_unsigned(),
            stored: state == 1,
        })
    })
    .collect()
}

/// Bytes of a case's own files that the server does not have yet.
pub fn waiting_bytes_of(c: &Connection, doc: &CaseId) -> Result<u64> {
    let sql = "SELECT COALESCE(SUM(MAX(size - sent, 0)), 0) FROM blobs WHERE doc = ?1 AND state = 0";
    Ok(c.prepare_cached(sql)?.query_row([doc.as_bytes()], |r| r.get::<_, i64>(0))?.cast_unsigned())
}

/// Bytes that the server does not have yet, of every file that it is to have.
pub fn waiting_bytes(c: &Connection) -> Result<u64> {
    let sql = "SELECT COALESCE(SUM(left), 0) FROM
         (SELECT MAX(size - sent, 0) AS left FROM blobs WHERE state = 0 GROUP BY hash)";
    Ok(c.prepare_cached(sql)?.query_row([], |r| r.get::<_, i64>(0))?.cast_unsigned())
}

/// The query behind where a case's photos stand; its plan is tested.
pub const UNSENT_SQL: &str = "SELECT hash FROM blobs WHERE doc = ?1 AND state = 0";

/// Own files of a case that the server does not have.
pub fn unsent_of(c: &Connection, doc: &CaseId) -> Result<Vec<BlobHash>> {
    let mut statement = c.prepare_cached(UNSENT_SQL)?;
    let rows = statement.query_map([doc.as_bytes()], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, BlobHash::from_slice)).collect()
}

/// How many originals of own photos of a case the server does not have.
pub fn unsent_originals(c: &Connection, doc: &CaseId) -> Result<u32> {
    let original = Rendition::Original as i64;
    Ok(c.prepare_cached("SELECT count(*) FROM blobs WHERE doc = ?1 AND state = 0 AND rendition = ?2")?
        .query_row(params![doc.as_bytes(), original], |r| r.get(0))?)
}

/// The cases a file belongs to.
pub fn cases_of(c: &Connection, hash: &BlobHash) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached("SELECT doc FROM blobs WHERE hash = ?1 ORDER BY doc")?;
    let rows = statement.query_map([hash.as_bytes()], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// Keeps a micro picture.
pub fn put_micro(c: &Connection, doc: &CaseId, hash: &BlobHash, bytes: &[u8]) -> Result<()> {
    c.prepare_cached("INSERT OR IGNORE INTO micros (hash, doc, bytes) VALUES (?1, ?2, ?3)")?
        .execute(params![hash.as_bytes(), doc.as_bytes(), bytes])?;
    Ok(())
}

/// A micro picture.
pub fn micro(c: &Connection, hash: &BlobHash) -> Result<Option<Vec<u8>>> {
    Ok(c.query_row("SELECT bytes FROM micros WHERE hash = ?1 LIMIT 1", [hash.as_bytes()], |r| r.get(0))
        .optional()?)
}

/// What the server holds of a case's files: all of it, whatever was said before.
pub fn set_held(c: &Connection, doc: &CaseId, held: &BTreeSet<BlobHash>) -> Result<()> {
    let mut known = c.prepare_cached("SELECT hash FROM stored WHERE doc = ?1")?;
    let known = known.query_map([doc.as_bytes()], |r| r.get::<_, Vec<u8>>(0))?;
    let known = known.map(|row| id(row?, BlobHash::from_slice)).collect::<Result<BTreeSet<BlobHash>>>()?;
    for hash in known.difference(held) {
        c.prepare_cached("DELETE FROM stored WHERE hash = ?1 AND doc = ?2")?
            .execute(params![hash.as_bytes(), doc.as_bytes()])?;
    }
    for hash in held.difference(&known) {
        c.prepare_cached("INSERT OR IGNORE INTO stored (hash, doc) VALUES (?1, ?2)")?
            .execute(params![hash.as_bytes(), doc.as_bytes()])?;
    }
    Ok(())
}

/// Whether the server holds a blob of a case.
pub fn is_stored(c: &Connection, doc: &CaseId, hash: &BlobHash) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM stored WHERE hash = ?1 AND doc = ?2")?
        .exists(params![hash.as_bytes(), doc.as_bytes()])?)
}

/// A case goes. Files of it that the server has stay until a backup has them, too; the others are doomed unless another case on this phone
/// names them.
pub fn let_go(c: &Connection, doc: &CaseId, partition: PartitionId) -> Result<()> {
    c.prepare_cached(
        "INSERT OR IGNORE INTO kept_files (hash, doc, size, mime, rendition, ord, partition)
         SELECT hash, doc, size, mime, rendition, ord, ?2 FROM blobs WHERE doc = ?1 AND state = 1
             AND NOT EXISTS (SELECT 1 FROM files WHERE files.hash = blobs.hash AND here = 0)",
    )?
    .execute(params![doc.as_bytes(), partition.0])?;
    c.prepare_cached(
        "INSERT OR IGNORE INTO doomed (hash) SELECT hash FROM blobs AS mine WHERE doc = ?1 AND state <> 1
             AND NOT EXISTS (SELECT 1 FROM blobs AS other WHERE other.hash = mine.hash AND other.doc <> ?1)",
    )?
    .execute([doc.as_bytes()])?;
    c.prepare_cached("DELETE FROM blobs WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}

/// Where a partition stands: what was stored before is in a backup that goes as far. What is in one is doomed unless a case on this phone
/// names it.
pub fn backed_up(c: &Connection, head: &PartitionHead) -> Result<()> {
    super::cache::backed_up(c, head)?;
    if head.head > 0 {
        c.prepare_cached("UPDATE kept_files SET until = ?2 WHERE partition = ?1 AND until IS NULL")?
            .execute(params![head.partition.0, head.head.cast_signed()])?;
    }
    let Some(safe) = head.safe_seq else { return Ok(()) };
    let safe = params![head.partition.0, safe.cast_signed()];
    c.prepare_cached(
        "INSERT OR IGNORE INTO doomed (hash) SELECT hash FROM kept_files WHERE partition = ?1 AND until <= ?2
             AND NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.hash = kept_files.hash)",
    )?
    .execute(safe)?;
    c.prepare_cached("DELETE FROM kept_files WHERE partition = ?1 AND until <= ?2")?.execute(safe)?;
    Ok(())
}

/// Whether a file waits for a backup.
pub fn is_kept(c: &Connection, hash: &BlobHash) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM kept_files WHERE hash = ?1")?.exists([hash.as_bytes()])?)
}

/// A server that was restored may have lost what no backup had: it is offered again, and its case goes once more when that is done.
pub fn offer_kept_again(c: &Connection, partition: PartitionId) -> Result<()> {
    c.prepare_cached(
        "INSERT OR IGNORE INTO blobs (hash, doc, size, mime, rendition, ord)
         SELECT hash, doc, size, mime, rendition, ord FROM kept_files WHERE partition = ?1",
    )?
    .execute([partition.0])?;
    c.prepare_cached("INSERT OR IGNORE INTO leaving (doc) SELECT doc FROM kept_files WHERE partition = ?1")?
        .execute([partition.0])?;
    c.prepare_cached("DELETE FROM kept_files WHERE partition = ?1")?.execute([partition.0])?;
    Ok(())
}

/// The server has lost an own file that it had: it is offered again from its beginning, also of a case that has left, which goes once more
/// when that is done. Gives the cases that show it.
pub fn offer_lost(c: &Connection, hash: &BlobHash) -> Result<Vec<CaseId>> {
    let file = [hash.as_bytes()];
    super::cache::unsafe_again(c, hash)?;
    c.prepare_cached(
        "INSERT OR IGNORE INTO blobs (hash, doc, size, mime, rendition, ord)
         SELECT hash, doc, size, mime, rendition, ord FROM kept_files WHERE hash = ?1",
    )?
    .execute(file)?;
    c.prepare_cached("INSERT OR IGNORE INTO leaving (doc) SELECT doc FROM kept_files WHERE hash = ?1")?
        .execute(file)?;
    c.prepare_cached("DELETE FROM kept_files WHERE hash = ?1")?.execute(file)?;
    let mut offered = c.prepare_cached(
        "UPDATE blobs SET state = 0, url = NULL, sent = 0 WHERE hash = ?1 AND state = 1 RETURNING doc",
    )?;
    let rows = offered.query_map(file, |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// A file that no row names (any more): removed after the transaction that says so.
pub fn doom(c: &Connection, hash: &BlobHash) -> Result<()> {
    c.prepare_cached("INSERT OR IGNORE INTO doomed (hash) VALUES (?1)")?.execute([hash.as_bytes()])?;
    Ok(())
}

/// Files to be removed.
pub fn doomed(c: &Connection) -> Result<Vec<BlobHash>> {
    let mut statement = c.prepare_cached("SELECT hash FROM doomed")?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, BlobHash::from_slice)).collect()
}

/// A file was removed, or is named again.
pub fn spare(c: &Connection, hash: &BlobHash) -> Result<()> {
    c.prepare_cached("DELETE FROM doomed WHERE hash = ?1")?.execute([hash.as_bytes()])?;
    Ok(())
}

/// A server that was restored may have lost any file, also of a case that it still has: every one is offered again, from its beginning.
/// Gives the cases that show them. What the server still has costs one question.
pub fn offer_all_again(c: &Connection) -> Result<Vec<CaseId>> {
    super::cache::distrust(c)?;
    c.prepare_cached("UPDATE blobs SET state = 0, url = NULL, sent = 0 WHERE state IN (0, 1)")?.execute([])?;
    let mut statement = c.prepare_cached("SELECT DISTINCT doc FROM blobs WHERE state = 0 ORDER BY doc")?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}
