//! Photo files on this phone: which are here, which may be let go, which are in trouble, and whose are still to be fetched.
//!
//! What is still to be sent is in [`super::blobs`]; a file may be let go only where both say so.

use rusqlite::{Connection, OptionalExtension, params};
use yuandian_model::{BlobHash, CaseId, PartitionId};
use yuandian_sync::Rendition;
use yuandian_sync::message::PartitionHead;

use super::{blobs, id};
use crate::error::Result;

/// The tables of this module.
pub const TABLES: &str = "
-- Photo files that this phone has or had. here: 0 let go, a reference is left, 1 on disk, 2 gone or damaged behind the phone's back.
-- shown_ms: when it was last shown, wall clock.
CREATE TABLE files (
    hash BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    rendition INTEGER NOT NULL,
    here INTEGER NOT NULL,
    shown_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- What is held in all, and what goes first: answered by the index alone.
CREATE INDEX files_by_age ON files (here, rendition DESC, shown_ms, size);

-- Own files that the server has verified, until a verified backup holds them. until: a number of the partition that was given after the
-- file was stored; safe: 1 a backup goes as far.
CREATE TABLE safe_files (
    hash BLOB NOT NULL, partition INTEGER NOT NULL, until INTEGER, safe INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (hash, partition)
) STRICT, WITHOUT ROWID;

-- Own files that cannot be sent as they are, and why: until they are stored all the same, or their author has seen to it.
CREATE TABLE file_troubles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL, doc BLOB NOT NULL, why TEXT NOT NULL, at_ms INTEGER NOT NULL,
    UNIQUE (hash, doc)
) STRICT;
CREATE INDEX file_troubles_by_case ON file_troubles (doc);

-- Which cases others' files were fetched for: they go with the last of them.
CREATE TABLE fetched (hash BLOB NOT NULL, doc BLOB NOT NULL, PRIMARY KEY (doc, hash)) STRICT, WITHOUT ROWID;
CREATE INDEX fetched_by_hash ON fetched (hash);

-- Small pictures of others' photos that the server has and this phone has not: fetched in idle moments, the newest first.
CREATE TABLE wanted_files (
    hash BLOB PRIMARY KEY, doc BLOB NOT NULL, size INTEGER NOT NULL, at_ms INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX wanted_files_order ON wanted_files (tries, at_ms DESC, hash, doc, size);
";

/// Where a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// Let go: the server has it.
    LetGo,
    /// On disk.
    OnDisk,
    /// It was here and is not, or not as it was.
    Broken,
}

/// A file is on disk (again). One that is known keeps when it was shown, unless this is later.
pub fn put(c: &Connection, hash: &BlobHash, size: u64, rendition: Rendition, shown_ms: i64) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO files (hash, size, rendition, here, shown_ms) VALUES (?1, ?2, ?3, 1, ?4)
         ON CONFLICT (hash) DO UPDATE SET here = 1, rendition = MIN(rendition, ?3), shown_ms = MAX(shown_ms, ?4)",
    )?
    .execute(params![hash.as_bytes(), size.cast_signed(), rendition as i64, shown_ms])?;
    blobs::spare(c, hash)?;
    c.prepare_cached("DELETE FROM wanted_files WHERE hash = ?1")?.execute([hash.as_bytes()])?;
    Ok(())
}

/// Where a file is; `None` of one that this phone never had.
pub fn here(c: &Connection, hash: &BlobHash) -> Result<Option<Here>> {
    let here: Option<i64> = c
        .prepare_cached("SELECT here FROM files WHERE hash = ?1")?
        .query_row([hash.as_bytes()], |r| r.get(0))
        .optional()?;
    Ok(here.map(|here| match here {
        0 => Here::LetGo,
        1 => Here::OnDisk,
        _ => Here::Broken,
    }))
}

/// A file was found to be where it is.
pub fn set_here(c: &Connection, hash: &BlobHash, here: Here) -> Result<()> {
    let here = match here {
        Here::LetGo => 0,
        Here::OnDisk => 1,
        Here::Broken => 2,
    };
    c.prepare_cached("UPDATE files SET here = ?2 WHERE hash = ?1")?
        .execute(params![hash.as_bytes(), here])?;
    Ok(())
}

/// A file was shown.
pub fn shown(c: &Connection, hash: &BlobHash, at_ms: i64) -> Result<()> {
    c.prepare_cached("UPDATE files SET shown_ms = MAX(shown_ms, ?2) WHERE hash = ?1")?
        .execute(params![hash.as_bytes(), at_ms])?;
    Ok(())
}

/// Nothing on this phone names a file any more.
pub fn forget(c: &Connection, hash: &BlobHash) -> Result<()> {
    c.prepare_cached("DELETE FROM files WHERE hash = ?1")?.execute([hash.as_bytes()])?;
    c.prepare_cached("DELETE FROM safe_files WHERE hash = ?1")?.execute([hash.as_bytes()])?;
    Ok(())
}

/// Bytes of the files that are here.
pub fn held_bytes(c: &Connection) -> Result<u64> {
    let sql = "SELECT COALESCE(SUM(size), 0) FROM files WHERE here = 1";
    Ok(c.prepare_cached(sql)?.query_row([], |r| r.get::<_, i64>(0))?.cast_unsigned())
}

/// The query behind what may be let go; its plan is tested. Never a file that the server has not verified, that waits for a backup, or that a
/// refused commit needs; of own ones only those that a verified backup holds. Thumbs stay.
pub const LET_GO_SQL: &str = "SELECT hash, size FROM files WHERE here = 1 AND rendition >= 2
     AND NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.hash = files.hash AND blobs.state <> 1)
     AND NOT EXISTS (SELECT 1 FROM kept_files WHERE kept_files.hash = files.hash)
     AND (NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.hash = files.hash)
          OR EXISTS (SELECT 1 FROM safe_files WHERE safe_files.hash = files.hash AND safe = 1))
     ORDER BY rendition DESC, shown_ms";

/// Files that may be let go, with their bytes: originals first, then the medium ones, of each those first that were not shown for longest.
pub fn may_go(c: &Connection) -> Result<Vec<(BlobHash, u64)>> {
    let mut statement = c.prepare_cached(LET_GO_SQL)?;
    let rows = statement.query_map([], |r| Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, i64>(1)?)))?;
    rows.map(|row| {
        let (hash, size) = row?;
        Ok((id(hash, BlobHash::from_slice)?, size.cast_unsigned()))
    })
    .collect()
}

/// Lets a file go: its bytes are removed after the transaction. What is this phone's own leaves a reference.
pub fn let_go(c: &Connection, hash: &BlobHash) -> Result<()> {
    if blobs::progress(c, hash)?.is_some() {
        set_here(c, hash, Here::LetGo)?;
    } else {
        forget(c, hash)?;
        c.prepare_cached("DELETE FROM fetched WHERE hash = ?1")?.execute([hash.as_bytes()])?;
    }
    blobs::doom(c, hash)
}

/// The server has verified an own file of a case in this partition: a backup will hold it.
pub fn stored(c: &Connection, hash: &BlobHash, partition: PartitionId) -> Result<()> {
    c.prepare_cached("INSERT OR IGNORE INTO safe_files (hash, partition) VALUES (?1, ?2)")?
        .execute(params![hash.as_bytes(), partition.0])?;
    over(c, hash)?;
    // What is broken here can be fetched again.
    c.prepare_cached("UPDATE files SET here = 0 WHERE hash = ?1 AND here = 2")?.execute([hash.as_bytes()])?;
    Ok(())
}

/// Where a partition stands: see [`blobs::backed_up`].
pub fn backed_up(c: &Connection, head: &PartitionHead) -> Result<()> {
    if head.head > 0 {
        c.prepare_cached("UPDATE safe_files SET until = ?2 WHERE partition = ?1 AND until IS NULL")?
            .execute(params![head.partition.0, head.head.cast_signed()])?;
    }
    let Some(safe) = head.safe_seq else { return Ok(()) };
    c.prepare_cached("UPDATE safe_files SET safe = 1 WHERE partition = ?1 AND until <= ?2 AND safe = 0")?
        .execute(params![head.partition.0, safe.cast_signed()])?;
    Ok(())
}

/// A server that was restored may have lost what no backup of its new life has: nothing is safe until it says so again.
pub fn distrust(c: &Connection) -> Result<()> {
    c.prepare_cached("DELETE FROM safe_files")?.execute([])?;
    Ok(())
}

/// The server does not have a file any more that it had: no backup is known to.
pub fn unsafe_again(c: &Connection, hash: &BlobHash) -> Result<()> {
    c.prepare_cached("DELETE FROM safe_files WHERE hash = ?1")?.execute([hash.as_bytes()])?;
    Ok(())
}

/// An own file that cannot be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its number.
    pub id: i64,
    /// The file.
    pub hash: BlobHash,
    /// The case that shows it.
    pub doc: CaseId,
    /// Why: `missing`, `damaged`, `too_large`, `refused`.
    pub why: String,
    /// When it was found, wall clock ms.
    pub at_ms: i64,
}

/// Writes down that a file of every case that waits for it cannot be sent; what was found first stays. Gives the cases to which this is new.
pub fn trouble(c: &Connection, hash: &BlobHash, why: &str, at_ms: i64) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached(
        "INSERT INTO file_troubles (hash, doc, why, at_ms) SELECT hash, doc, ?2, ?3 FROM blobs WHERE hash = ?1 AND state = 0
         ON CONFLICT DO NOTHING RETURNING doc",
    )?;
    let rows = statement.query_map(params![hash.as_bytes(), why, at_ms], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// Every trouble, oldest first.
pub fn troubles(c: &Connection) -> Result<Vec<Trouble>> {
    let mut statement =
        c.prepare_cached("SELECT id, hash, doc, why, at_ms FROM file_troubles ORDER BY id")?;
    let rows = statement.query_map([], |r| {
        Ok((r.get(0)?, r.get::<_, Vec<u8>>(1)?, r.get::<_, Vec<u8>>(2)?, r.get(3)?, r.get(4)?))
    })?;
    rows.map(|row| {
        let (number, hash, doc, why, at_ms) = row?;
        let (hash, doc) = (id(hash, BlobHash::from_slice)?, id(doc, CaseId::from_slice)?);
        Ok(Trouble { id: number, hash, doc, why, at_ms })
    })
    .collect()
}

/// The query behind whether a case has a file in trouble; its plan is tested.
pub const TROUBLED_SQL: &str = "SELECT 1 FROM file_troubles WHERE doc = ?1";

/// Whether a file of a case is in trouble.
pub fn is_troubled(c: &Connection, doc: &CaseId) -> Result<bool> {
    Ok(c.prepare_cached(TROUBLED_SQL)?.exists([doc.as_bytes()])?)
}

/// What is wrong with a file, in any of its cases.
pub fn trouble_of(c: &Connection, hash: &BlobHash) -> Result<Option<String>> {
    Ok(c.prepare_cached("SELECT why FROM file_troubles WHERE hash = ?1 LIMIT 1")?
        .query_row([hash.as_bytes()], |r| r.get(0))
        .optional()?)
}

/// The troubles of a file are over. Gives the cases that had them.
pub fn over(c: &Connection, hash: &BlobHash) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached("DELETE FROM file_troubles WHERE hash = ?1 RETURNING doc")?;
    let rows = statement.query_map([hash.as_bytes()], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// The person has seen to it.
pub fn settle(c: &Connection, trouble: i64) -> Result<()> {
    c.prepare_cached("DELETE FROM file_troubles WHERE id = ?1")?.execute([trouble])?;
    Ok(())
}

/// A file to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// SHA-256 of its bytes.
    pub hash: BlobHash,
    /// A case that shows it.
    pub doc: CaseId,
    /// Bytes.
    pub size: u64,
}

/// A small picture that is to be fetched when there is time.
pub fn want(c: &Connection, wanted: &Wanted, at_ms: i64) -> Result<()> {
    c.prepare_cached(
        "INSERT OR IGNORE INTO wanted_files (hash, doc, size, at_ms) SELECT ?1, ?2, ?3, ?4
         WHERE NOT EXISTS (SELECT 1 FROM files WHERE hash = ?1 AND here = 1)",
    )?
    .execute(params![
        wanted.hash.as_bytes(),
        wanted.doc.as_bytes(),
        wanted.size.cast_signed(),
        at_ms
    ])?;
    Ok(())
}

/// The query behind what is fetched next; its plan is tested.
pub const WANTED_SQL: &str =
    "SELECT hash, doc, size FROM wanted_files WHERE tries < ?1 ORDER BY tries, at_ms DESC LIMIT ?2";

/// What is to be fetched, what was never tried first, then the newest.
pub fn wanted(c: &Connection, tries_max: u32, most: u32) -> Result<Vec<Wanted>> {
    let mut statement = c.prepare_cached(WANTED_SQL)?;
    let rows = statement.query_map(params![tries_max, most], |r| {
        Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, Vec<u8>>(1)?, r.get::<_, i64>(2)?))
    })?;
    rows.map(|row| {
        let (hash, doc, size) = row?;
        let (hash, doc) = (id(hash, BlobHash::from_slice)?, id(doc, CaseId::from_slice)?);
        Ok(Wanted { hash, doc, size: size.cast_unsigned() })
    })
    .collect()
}

/// It did not come: others are tried first.
pub fn tried(c: &Connection, hash: &BlobHash) -> Result<()> {
    c.prepare_cached("UPDATE wanted_files SET tries = tries + 1 WHERE hash = ?1")?
        .execute([hash.as_bytes()])?;
    Ok(())
}

/// A file was fetched for a case.
pub fn fetched(c: &Connection, hash: &BlobHash, doc: &CaseId) -> Result<()> {
    c.prepare_cached("INSERT OR IGNORE INTO fetched (hash, doc) VALUES (?1, ?2)")?
        .execute(params![hash.as_bytes(), doc.as_bytes()])?;
    Ok(())
}

/// Whether a case that is here has fetched a file.
pub fn is_fetched(c: &Connection, hash: &BlobHash) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM fetched WHERE hash = ?1")?.exists([hash.as_bytes()])?)
}

/// A case goes: nothing of it is fetched, no file of it is in trouble any more, and what was fetched for it alone is doomed.
pub fn let_case_go(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("DELETE FROM wanted_files WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    c.prepare_cached("DELETE FROM file_troubles WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    c.prepare_cached(
        "INSERT OR IGNORE INTO doomed (hash) SELECT hash FROM fetched AS mine WHERE doc = ?1
             AND NOT EXISTS (SELECT 1 FROM fetched AS other WHERE other.hash = mine.hash AND other.doc <> ?1)",
    )?
    .execute([doc.as_bytes()])?;
    c.prepare_cached("DELETE FROM fetched WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}
