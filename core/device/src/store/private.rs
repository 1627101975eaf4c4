//! Private answers: they go to the platform and to those whom the service names, and to nobody else.

use rusqlite::{Connection, OptionalExtension, params};
use yuandian_model::CaseId;
use yuandian_sync::message::{PrivateField, PrivateRecord};

use super::{id, meta};
use crate::error::Result;

/// Keeps a private answer that was given on this phone; an empty one takes it back.
pub fn put(c: &Connection, doc: &CaseId, key: &str, value: &str) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO private (doc, key, value, version, own, pending) VALUES (?1, ?2, ?3, 1, 1, 1)
         ON CONFLICT (doc, key) DO UPDATE SET value = ?3, version = version + 1, own = 1, pending = 1",
    )?
    .execute(params![doc.as_bytes(), key, value])?;
    Ok(())
}

/// The query behind the private answers of a case; its plan is tested.
pub const OF_CASE_SQL: &str = "SELECT key, value FROM private WHERE doc = ?1 AND value <> '' ORDER BY key";

/// Private answers of a case.
pub fn of_case(c: &Connection, doc: &CaseId) -> Result<Vec<(String, String)>> {
    let mut statement = c.prepare_cached(OF_CASE_SQL)?;
    let rows = statement.query_map([doc.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))?;
    rows.map(|row| Ok(row?)).collect()
}

/// Answers that the platform does not have in this version, of cases whose opening is with the platform or on its way there.
pub fn pending(c: &Connection) -> Result<Vec<PrivateRecord>> {
    let mut statement =
        c.prepare_cached("SELECT doc, key, value, version FROM private WHERE pending = 1 ORDER BY doc, key")?;
    let rows = statement.query_map([], |r| {
        Ok((r.get::<_, Vec<u8>>(0)?, r.get(1)?, r.get(2)?, r.get::<_, i64>(3)?.cast_unsigned()))
    })?;
    rows.map(|row| {
        let (doc, key, value, version) = row?;
        Ok(PrivateRecord { document: id(doc, CaseId::from_slice)?, key, value, version })
    })
    .collect()
}

/// The platform has this version.
pub fn acknowledged(c: &Connection, doc: &CaseId, key: &str, version: u64) -> Result<()> {
    c.prepare_cached("UPDATE private SET pending = 0 WHERE doc = ?1 AND key = ?2 AND version = ?3")?
        .execute(params![doc.as_bytes(), key, version.cast_signed()])?;
    Ok(())
}

/// The platform does not take this version: it is not this person's to give.
pub fn refused(c: &Connection, doc: &CaseId, key: &str, version: u64) -> Result<()> {
    let gone = c
        .prepare_cached("DELETE FROM private WHERE doc = ?1 AND key = ?2 AND version = ?3")?
        .execute(params![doc.as_bytes(), key, version.cast_signed()])?;
    erased(c, gone)
}

/// What this person may read now replaces what was here; answers on their way stay. `own`: whether this person gave them.
pub fn replace(c: &Connection, doc: &CaseId, fields: &[PrivateField], own: bool) -> Result<()> {
    let mut here = c.prepare_cached("SELECT key, value FROM private WHERE doc = ?1 AND pending = 0")?;
    let here: Vec<(String, String)> =
        here.query_map([doc.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    let stays = |(key, value): &&(String, String)| {
        fields.iter().any(|field| field.key == *key && field.value == *value)
    };
    erased(c, here.iter().filter(|known| !stays(known)).count())?;
    c.prepare_cached("DELETE FROM private WHERE doc = ?1 AND pending = 0")?.execute([doc.as_bytes()])?;
    for field in fields {
        let waiting: Option<i64> = c
            .prepare_cached("SELECT version FROM private WHERE doc = ?1 AND key = ?2")?
            .query_row(params![doc.as_bytes(), field.key], |r| r.get(0))
            .optional()?;
        let known = field.version.cast_signed();
        if waiting.is_some() {
            // A newer one of another phone of this person: what waits here is said after it.
            c.prepare_cached("UPDATE private SET version = MAX(version, ?3 + 1) WHERE doc = ?1 AND key = ?2 AND version <= ?3")?
                .execute(params![doc.as_bytes(), field.key, known])?;
        } else {
            c.prepare_cached(
                "INSERT INTO private (doc, key, value, version, own, pending) VALUES (?1, ?2, ?3, ?4, ?5, 0)",
            )?
            .execute(params![doc.as_bytes(), field.key, field.value, known, own])?;
        }
    }
    Ok(())
}

/// Cases with answers here that somebody else gave.
pub fn of_others(c: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached("SELECT DISTINCT doc FROM private WHERE own = 0")?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// This person may not read what somebody else gave any more.
pub fn forget(c: &Connection, doc: &CaseId) -> Result<()> {
    let gone =
        c.prepare_cached("DELETE FROM private WHERE doc = ?1 AND own = 0")?.execute([doc.as_bytes()])?;
    erased(c, gone)
}

/// An answer's time has come.
pub fn expire(c: &Connection, doc: &CaseId, key: &str) -> Result<()> {
    let gone = c
        .prepare_cached("DELETE FROM private WHERE doc = ?1 AND key = ?2")?
        .execute(params![doc.as_bytes(), key])?;
    erased(c, gone)
}

/// Every answer that is here: its case, its key, and whether this person gave it.
pub fn all(c: &Connection) -> Result<Vec<(CaseId, String, bool)>> {
    let mut statement = c.prepare_cached("SELECT doc, key, own FROM private ORDER BY doc, key")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get(2)?)))?;
    rows.map(|row| {
        let (doc, key, own) = row?;
        Ok((id(doc, CaseId::from_slice)?, key, own))
    })
    .collect()
}

/// A case goes from this phone, and what is private of it.
pub fn forget_case(c: &Connection, doc: &CaseId) -> Result<()> {
    let gone = c.prepare_cached("DELETE FROM private WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    erased(c, gone)
}

/// This person wants to be forgotten: nothing private is here any more.
pub fn forget_all(c: &Connection) -> Result<()> {
    c.prepare_cached("DELETE FROM told")?.execute([])?;
    let gone = c.prepare_cached("DELETE FROM private")?.execute([])?;
    erased(c, gone)
}

/// So many answers are gone: the log of the store is to be cut before anything else is called done.
fn erased(c: &Connection, answers: usize) -> Result<()> {
    if answers > 0 { meta::set(c, meta::SCRUB_DUE, &[1]) } else { Ok(()) }
}

/// Everything that was given here is offered again: the platform was restored.
pub fn offer_again(c: &Connection) -> Result<()> {
    c.prepare_cached("UPDATE private SET pending = 1 WHERE own = 1")?.execute([])?;
    Ok(())
}
