//! List lines and what finds them. A line's number is its time, so that the list, every filter and every search go through one order
//! without sorting; the index is contentless and keeps no text, only which gram is in which line.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::cases::{CaseRow, row_from};
use super::id;
use crate::error::Result;
use crate::grams::{Grams, Query};
use yuandian_model::CaseId;

/// Bits of a line's number below its time: for lines of one millisecond.
const TIE_BITS: u32 = 20;
/// Latest time that orders lines, ms since 1970 (the year 2109): a clock further off is last word, not a crash.
const TIME_MS_MAX: i64 = (1 << 42) - 1;

/// Which line a case has, and what names its words in the index.
fn old_row(c: &Connection, doc: &CaseId) -> Result<Option<(i64, Option<i64>)>> {
    Ok(c.prepare_cached("SELECT pos, words FROM rows WHERE id = ?1")?
        .query_row([doc.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?)
}

/// Whether a case has a line.
pub fn has_row(c: &Connection, doc: &CaseId) -> Result<bool> {
    Ok(old_row(c, doc)?.is_some())
}

/// Writes a list line and what finds it; without grams, the line of a new case alone, which [`unfound`] then names. `whole` says that the
/// document stands behind it, not the server's line alone.
pub fn put_row(c: &Connection, row: &CaseRow, grams: Option<&Grams>, whole: bool) -> Result<()> {
    let old = old_row(c, &row.id)?;
    let time = row.updated_ms.clamp(0, TIME_MS_MAX);
    let grams = grams.map(Grams::joined);
    let words = grams.as_deref().map(name_of);
    let pos = match old {
        Some((pos, _)) if pos >> TIE_BITS == time => pos,
        _ => free(c, time, &row.id)?,
    };
    if let Some((old, words)) = old.filter(|(old, _)| *old != pos) {
        remove(c, old, words)?;
    }
    c.prepare_cached(
        "INSERT INTO rows (pos, id, service, title, stage, sync, claim, photos, updated_ms, words, whole)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (pos) DO UPDATE SET service = ?3, title = ?4, stage = ?5, sync = ?6, claim = ?7, photos = ?8, updated_ms = ?9,
             words = ?10, whole = ?11",
    )?
    .execute(params![
        pos,
        row.id.as_bytes(),
        row.service,
        row.title,
        row.stage,
        row.sync,
        row.claim,
        row.photos,
        row.updated_ms,
        words,
        whole,
    ])?;
    if old == Some((pos, words)) {
        return Ok(());
    }
    if old.is_some_and(|(old, words)| old == pos && words.is_some()) {
        c.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([pos])?;
    }
    let Some(grams) = grams else { return Ok(()) };
    c.prepare_cached("INSERT INTO search (rowid, grams) VALUES (?1, ?2)")?.execute(params![pos, grams])?;
    Ok(())
}

/// Forgets the line of a case and what found it.
pub fn remove_row(c: &Connection, doc: &CaseId) -> Result<()> {
    old_row(c, doc)?.map_or(Ok(()), |(pos, words)| remove(c, pos, words))
}

fn remove(c: &Connection, pos: i64, words: Option<i64>) -> Result<()> {
    c.prepare_cached("DELETE FROM rows WHERE pos = ?1")?.execute([pos])?;
    if words.is_some() {
        c.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([pos])?;
    }
    Ok(())
}

/// The first free number of a time, beginning where the id says.
fn free(c: &Connection, time: i64, id: &CaseId) -> Result<i64> {
    let [.., a, b, d] = id.0;
    let mut tie = i64::from(u32::from_be_bytes([0, a, b, d])) & ((1 << TIE_BITS) - 1);
    let mut taken = c.prepare_cached("SELECT 1 FROM rows WHERE pos = ?1")?;
    loop {
        let pos = time << TIE_BITS | tie;
        if !taken.exists([pos])? {
            return Ok(pos);
        }
        tie = (tie + 1) & ((1 << TIE_BITS) - 1);
    }
}

/// Tells one text from another.
fn name_of(grams: &str) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(grams)[..8]);
    i64::from_be_bytes(first)
}

/// The query behind every search and filter; its plan is tested.
pub const SEARCH_SQL: &str =
    "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT ?2 OFFSET ?3";
/// The query behind every line found; its plan is tested.
pub const FOUND_SQL: &str =
    "SELECT id, service, title, stage, sync, claim, photos, updated_ms FROM rows WHERE pos = ?1";

/// A page of the lines that a query finds, latest first.
pub fn search(c: &Connection, query: &Query, limit: u32, offset: u32) -> Result<Vec<CaseRow>> {
    let mut statement = c.prepare_cached(SEARCH_SQL)?;
    let found = statement.query_map(params![query.expression(), limit, offset], |r| r.get::<_, i64>(0))?;
    let mut line = c.prepare_cached(FOUND_SQL)?;
    found
        .map(|pos| {
            let (bytes, row) = line.query_row([pos?], row_from)?;
            Ok(CaseRow { id: id(bytes, CaseId::from_slice)?, ..row })
        })
        .collect()
}

/// The query before every search; its plan is tested.
pub const UNFOUND_SQL: &str = "SELECT id FROM rows WHERE words IS NULL ORDER BY pos";

/// Cases that the index has nothing of yet.
pub fn unfound(c: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached(UNFOUND_SQL)?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// The query behind the rest of an index; its plan is tested.
pub const UNREAD_SQL: &str =
    "SELECT id FROM rows WHERE whole = 0 AND EXISTS (SELECT 1 FROM base WHERE base.doc = rows.id)
     ORDER BY pos DESC LIMIT ?1";

/// Lines whose document came and was not read for them yet, latest first.
pub fn unread(c: &Connection, limit: u32) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached(UNREAD_SQL)?;
    let rows = statement.query_map([limit], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// A line stays as it is, whatever its document says.
pub fn leave(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("UPDATE rows SET whole = 1 WHERE id = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}
