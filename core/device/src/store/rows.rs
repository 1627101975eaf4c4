//! List lines. A line's number is its time, so that the list, every filter and every search go through one order without sorting. What
//! finds a line is written with it: the index is contentless and keeps no text, only which gram is in which line.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use yuandian_model::CaseId;

use super::id;
use crate::error::Result;
use crate::grams::Grams;

/// Bits of a line's number below its time: for lines of one millisecond.
const TIE_BITS: u32 = 20;
/// Latest time that orders lines, ms since 1970 (the year 2109): a clock further off is last word, not a crash.
const TIME_MS_MAX: i64 = (1 << 42) - 1;

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRow {
    /// The case, or the draft.
    pub id: CaseId,
    /// Service id.
    pub service: String,
    /// Its first words.
    pub title: String,
    /// Stage id.
    pub stage: String,
    /// Where one's work stands: `draft`, `saved`, `uploading`, `delivered`, `attention`, `conflict`.
    pub sync: String,
    /// `none`, `pending`, `won`, `waiting`, `lost`.
    pub claim: String,
    /// Number of photos.
    pub photos: u32,
    /// Last change that this phone knows, ms since 1970.
    pub updated_ms: i64,
}

/// The query behind every list; its plan is tested.
pub const LIST_SQL: &str = "SELECT id, service, title, stage, sync, claim, photos, updated_ms FROM rows ORDER BY pos DESC LIMIT ?1 OFFSET ?2";

pub(super) fn row_from(r: &Row<'_>) -> rusqlite::Result<(Vec<u8>, CaseRow)> {
    let row = CaseRow {
        id: CaseId([0; 16]),
        service: r.get(1)?,
        title: r.get(2)?,
        stage: r.get(3)?,
        sync: r.get(4)?,
        claim: r.get(5)?,
        photos: r.get(6)?,
        updated_ms: r.get(7)?,
    };
    Ok((r.get(0)?, row))
}

/// A page of the list, latest first.
pub fn list(c: &Connection, limit: u32, offset: u32) -> Result<Vec<CaseRow>> {
    let mut statement = c.prepare_cached(LIST_SQL)?;
    let rows = statement.query_map([limit, offset], row_from)?;
    rows.map(|row| {
        let (bytes, line) = row?;
        Ok(CaseRow { id: id(bytes, CaseId::from_slice)?, ..line })
    })
    .collect()
}

/// The list line of one case.
pub fn row(c: &Connection, doc: &CaseId) -> Result<Option<CaseRow>> {
    let found = c
        .query_row(
            "SELECT id, service, title, stage, sync, claim, photos, updated_ms FROM rows WHERE id = ?1",
            [doc.as_bytes()],
            row_from,
        )
        .optional()?;
    Ok(found.map(|(_, line)| CaseRow { id: *doc, ..line }))
}

/// Which line a case has, and what names its words in the index.
fn old_row(c: &Connection, doc: &CaseId) -> Result<Option<(i64, Option<i64>)>> {
    Ok(c.prepare_cached("SELECT pos, words FROM rows WHERE id = ?1")?
        .query_row([doc.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?)
}

/// How many of the latest cases are of each service.
pub fn most_used(c: &Connection, latest: u32) -> Result<BTreeMap<String, u64>> {
    let mut statement = c.prepare_cached(
        "SELECT service, count(*) FROM (SELECT service FROM rows ORDER BY pos DESC LIMIT ?1) GROUP BY service",
    )?;
    let rows =
        statement.query_map([latest], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many lines stand where.
pub fn counts(c: &Connection) -> Result<BTreeMap<String, u32>> {
    let mut statement = c.prepare_cached("SELECT sync, count(*) FROM rows GROUP BY sync")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
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
