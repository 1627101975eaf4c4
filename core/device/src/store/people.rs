//! What is kept of people beside documents: what the author of a case is told, own hours, and what was given in private.

use rusqlite::{Connection, OptionalExtension, params};
use yuandian_model::{CaseId, UserId};
use yuandian_sync::{CaseFacts, OwnTold};

use super::id;
use crate::error::Result;

/// Keeps what the author of a case is told, in place of what was told before.
pub fn put_told(c: &Connection, doc: &CaseId, own: Option<&OwnTold>) -> Result<()> {
    match own {
        None => {
            c.prepare_cached("DELETE FROM told WHERE doc = ?1")?.execute([doc.as_bytes()])?;
            Ok(())
        }
        Some(own) => {
            c.prepare_cached(
                "INSERT INTO told (doc, own) VALUES (?1, ?2) ON CONFLICT (doc) DO UPDATE SET own = ?2",
            )?
            .execute(params![doc.as_bytes(), serde_json::to_string(own)?])?;
            Ok(())
        }
    }
}

/// The query behind what the author of a case was told; its plan is tested.
pub const TOLD_SQL: &str = "SELECT own FROM told WHERE doc = ?1";

/// What was told of a case.
pub fn told(c: &Connection, doc: &CaseId) -> Result<OwnTold> {
    let kept: Option<String> =
        c.prepare_cached(TOLD_SQL)?.query_row([doc.as_bytes()], |row| row.get(0)).optional()?;
    Ok(kept.map(|own| serde_json::from_str(&own)).transpose()?.unwrap_or_default())
}

/// A case goes from this phone.
pub fn forget_told(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("DELETE FROM told WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    c.prepare_cached("DELETE FROM heard WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}

/// The stage of a case that this person was told of.
pub fn heard(c: &Connection, doc: &CaseId) -> Result<Option<String>> {
    let stage = c
        .prepare_cached("SELECT stage FROM heard WHERE doc = ?1")?
        .query_row([doc.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(stage)
}

/// This person was told of this stage.
pub fn hear(c: &Connection, doc: &CaseId, stage: &str) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO heard (doc, stage) VALUES (?1, ?2) ON CONFLICT (doc) DO UPDATE SET stage = ?2",
    )?
    .execute(params![doc.as_bytes(), stage])?;
    Ok(())
}

/// An own stay that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// The case.
    pub doc: CaseId,
    /// When this person came, ms since 1970.
    pub from_ms: i64,
    /// When they left.
    pub to_ms: i64,
    /// Minutes that count.
    pub minutes: u32,
    /// The service.
    pub service: String,
    /// Where the case lay.
    pub grid: String,
    /// When it was confirmed, server's clock, ms since 1970.
    pub confirmed_ms: i64,
}

/// Keeps this person's stays of a case that count.
pub fn earn(c: &Connection, doc: &CaseId, facts: &CaseFacts, me: &UserId) -> Result<()> {
    let Some(progress) = &facts.progress else { return Ok(()) };
    for stay in progress.stays.iter().filter(|stay| stay.user == *me) {
        let Some(minutes) = stay.minutes.filter(|minutes| *minutes > 0) else { continue };
        c.prepare_cached(
            "INSERT OR IGNORE INTO hours (doc, from_ms, to_ms, minutes, service, grid, confirmed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            doc.as_bytes(),
            stay.in_ms,
            stay.out_ms.unwrap_or(stay.in_ms),
            minutes,
            facts.service,
            facts.grid.as_str(),
            progress.since_ms().unwrap_or(facts.touched_ms),
        ])?;
    }
    Ok(())
}

/// This person's stays that count, the first first.
pub fn hours(c: &Connection) -> Result<Vec<Hours>> {
    let mut statement = c.prepare_cached(
        "SELECT doc, from_ms, to_ms, minutes, service, grid, confirmed_ms FROM hours ORDER BY from_ms, doc",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((
            row.get::<_, Vec<u8>>(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
            row.get(6)?,
        ))
    })?;
    rows.map(|row| {
        let (doc, from_ms, to_ms, minutes, service, grid, confirmed_ms) = row?;
        Ok(Hours { doc: id(doc, CaseId::from_slice)?, from_ms, to_ms, minutes, service, grid, confirmed_ms })
    })
    .collect()
}

/// Something that was given in private, or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The case.
    pub doc: CaseId,
    /// Its service.
    pub service: String,
    /// The question's key.
    pub key: String,
    /// Whether it was given.
    pub given: bool,
    /// When, this phone's clock, ms since 1970.
    pub at_ms: i64,
}

/// Keeps that an answer was given, or taken back.
pub fn consent(c: &Connection, consent: &Consent) -> Result<()> {
    let Consent { doc, service, key, given, at_ms } = consent;
    c.prepare_cached("INSERT INTO consents (doc, service, key, given, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![doc.as_bytes(), service, key, given, at_ms])?;
    Ok(())
}

/// What was given and taken back, the first first.
pub fn consents(c: &Connection) -> Result<Vec<Consent>> {
    let mut statement =
        c.prepare_cached("SELECT doc, service, key, given, at_ms FROM consents ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    })?;
    rows.map(|row| {
        let (doc, service, key, given, at_ms) = row?;
        Ok(Consent { doc: id(doc, CaseId::from_slice)?, service, key, given, at_ms })
    })
    .collect()
}
