//! List lines. A line's number is its time, so that the list, every filter and every search go through one order without sorting. What
//! finds a line is written with it: the index is contentless and keeps no text, only which gram is in which line.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use yuandian_model::CaseId;
use yuandian_model::place::Frame;
use yuandian_model::rules::clock::Timer;

use super::id;
use crate::error::{DeviceError, Result};
use crate::grams::Grams;
use crate::search::Order;

/// Bits of a line's number below its time: for lines of one millisecond.
const TIE_BITS: u32 = 20;
/// Latest time that orders lines, ms since 1970 (the year 2109): a clock further off is last word, not a crash.
const TIME_MS_MAX: i64 = (1 << 42) - 1;

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// What it says beside.
    pub facts: LineFacts,
}

/// What a line says of its case beside its words. All of it follows from what is decided, without the document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineFacts {
    /// Whether this person opened it.
    pub own: bool,
    /// When it was opened, server's clock, ms since 1970.
    pub opened_ms: i64,
    /// Whether it has not ended.
    pub open: bool,
    /// The nearest of its limits; none where none runs.
    pub due: Option<Due>,
    /// Where it is as far as it is shared: longitude, latitude (degrees WGS-84), radius (metres).
    pub place: Option<(f64, f64, Option<u32>)>,
}

/// A limit that runs, and when it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Due {
    /// When it ends, server's clock, ms since 1970.
    pub at_ms: i64,
    /// What tells how it stands.
    pub timed: Timed,
}

/// A limit with the version of the catalogue whose calendar it goes by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// The version.
    pub catalogue: u32,
    /// The limit.
    pub timer: Timer,
}

/// A query that reads whole lines; what is given says where from and which.
macro_rules! lines {
    ($rest:literal) => {
        concat!(
            "SELECT id, service, title, stage, sync, claim, photos, updated_ms, own, opened_ms, open, due_ms, timer, lng, lat, radius_m FROM ",
            $rest
        )
    };
}
pub(super) use lines;

/// The query behind every list; its plan is tested.
pub const LIST_SQL: &str = lines!("rows ORDER BY pos DESC LIMIT ?1 OFFSET ?2");
/// The query behind a list of what has not ended; its plan is tested.
pub const OPEN_SQL: &str = lines!("rows WHERE open = 1 ORDER BY pos DESC LIMIT ?1 OFFSET ?2");
/// The query behind a list by limits, of all (`?3` is 0) or of what has not ended (1); its plan is tested.
pub const DUE_SQL: &str =
    lines!("rows WHERE open >= ?3 ORDER BY due_ms NULLS LAST, open DESC, pos DESC LIMIT ?1 OFFSET ?2");
/// The query behind what is near and alike; its plan is tested.
pub const NEAR_SQL: &str =
    lines!("rows WHERE open = 1 AND service = ?1 AND lat BETWEEN ?2 AND ?3 AND lng BETWEEN ?4 AND ?5");
const ROW_SQL: &str = lines!("rows WHERE id = ?1");
/// The query behind telling lines again; its plan is tested.
pub const OPEN_IDS_SQL: &str = "SELECT id FROM rows WHERE open = 1 ORDER BY pos";

/// Lines that a query of [`lines!`] gives, in its order.
pub(super) fn read(c: &Connection, sql: &str, asked: impl Params) -> Result<Vec<CaseRow>> {
    let mut statement = c.prepare_cached(sql)?;
    let rows = statement.query_map(asked, raw)?;
    rows.map(|row| row_of(row?)).collect()
}

/// A line as it is stored: its id and its limit are still to be read.
type Raw = (Vec<u8>, CaseRow, Option<(i64, String)>);

fn raw(r: &Row<'_>) -> rusqlite::Result<Raw> {
    let due = r.get::<_, Option<i64>>(11)?.zip(r.get(12)?);
    let at = r.get::<_, Option<f64>>(13)?.zip(r.get(14)?);
    let radius_m = r.get(15)?;
    let row = CaseRow {
        id: CaseId([0; 16]),
        service: r.get(1)?,
        title: r.get(2)?,
        stage: r.get(3)?,
        sync: r.get(4)?,
        claim: r.get(5)?,
        photos: r.get(6)?,
        updated_ms: r.get(7)?,
        facts: LineFacts {
            own: r.get(8)?,
            opened_ms: r.get(9)?,
            open: r.get(10)?,
            due: None,
            place: at.map(|(lng, lat)| (lng, lat, radius_m)),
        },
    };
    Ok((r.get(0)?, row, due))
}

fn row_of((bytes, row, due): Raw) -> Result<CaseRow> {
    let due =
        due.map(|(at_ms, timed)| Ok::<_, DeviceError>(Due { at_ms, timed: serde_json::from_str(&timed)? }));
    let facts = LineFacts { due: due.transpose()?, ..row.facts };
    Ok(CaseRow { id: id(bytes, CaseId::from_slice)?, facts, ..row })
}

/// A page of the list, latest first.
pub fn list(c: &Connection, limit: u32, offset: u32) -> Result<Vec<CaseRow>> {
    read(c, LIST_SQL, [limit, offset])
}

/// A page in an order, of all or of what has not ended.
pub fn page(
    c: &Connection,
    (order, open_only): (Order, bool),
    limit: u32,
    offset: u32,
) -> Result<Vec<CaseRow>> {
    match (order, open_only) {
        (Order::Latest, false) => list(c, limit, offset),
        (Order::Latest, true) => read(c, OPEN_SQL, [limit, offset]),
        (Order::Due, open_only) => read(c, DUE_SQL, params![limit, offset, open_only]),
    }
}

/// Lines of what has not ended, of one service, inside a frame; in no order.
pub fn near(c: &Connection, service: &str, frame: Frame) -> Result<Vec<CaseRow>> {
    let Frame { lat, lng } = frame;
    read(c, NEAR_SQL, params![service, lat.0, lat.1, lng.0, lng.1])
}

/// The list line of one case.
pub fn row(c: &Connection, doc: &CaseId) -> Result<Option<CaseRow>> {
    Ok(read(c, ROW_SQL, [doc.as_bytes()])?.pop())
}

/// Cases whose line says that they have not ended, the oldest first.
pub fn open_ids(c: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached(OPEN_IDS_SQL)?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
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
    let [own, opened_ms, open, due_ms, timer, lng, lat, radius_m] = values(&row.facts)?;
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
        "INSERT INTO rows (pos, id, service, title, stage, sync, claim, photos, updated_ms, words, whole, own, opened_ms, open, due_ms,
             timer, lng, lat, radius_m)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
         ON CONFLICT (pos) DO UPDATE SET service = ?3, title = ?4, stage = ?5, sync = ?6, claim = ?7, photos = ?8, updated_ms = ?9,
             words = ?10, whole = ?11, own = ?12, opened_ms = ?13, open = ?14, due_ms = ?15, timer = ?16, lng = ?17, lat = ?18,
             radius_m = ?19",
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
        own,
        opened_ms,
        open,
        due_ms,
        timer,
        lng,
        lat,
        radius_m,
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

/// What a line says beside its words, in the order of its columns.
fn values(facts: &LineFacts) -> Result<[Value; 8]> {
    let timer = facts.due.as_ref().map(|due| serde_json::to_string(&due.timed)).transpose()?;
    let (lng, lat, radius_m) = match facts.place {
        Some((lng, lat, radius_m)) => (Some(lng), Some(lat), radius_m),
        None => (None, None, None),
    };
    Ok([
        facts.own.into(),
        facts.opened_ms.into(),
        facts.open.into(),
        facts.due.as_ref().map(|due| due.at_ms).into(),
        timer.into(),
        lng.into(),
        lat.into(),
        radius_m.into(),
    ])
}

/// Tells a line again what it says beside its words.
pub fn put_facts(c: &Connection, doc: &CaseId, facts: &LineFacts) -> Result<()> {
    let [own, opened_ms, open, due_ms, timer, lng, lat, radius_m] = values(facts)?;
    c.prepare_cached(
        "UPDATE rows SET own = ?2, opened_ms = ?3, open = ?4, due_ms = ?5, timer = ?6, lng = ?7, lat = ?8, radius_m = ?9 WHERE id = ?1",
    )?
    .execute(params![doc.as_bytes(), own, opened_ms, open, due_ms, timer, lng, lat, radius_m])?;
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
