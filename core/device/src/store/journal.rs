//! Outcomes that a person should know, until settled. Active ones are never pruned.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use yuandian_document::Kind;
use yuandian_model::{CaseId, Code};

use super::id;
use super::outbox::Intent;
use crate::error::Result;

/// One outcome.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number.
    pub id: i64,
    /// The case.
    pub doc: CaseId,
    /// The outcome.
    pub code: Code,
    /// Its facts.
    pub facts: BTreeMap<String, String>,
    /// What was meant: kept, whatever came of it.
    pub intent: Intent,
    /// When the answer came, phone's wall clock.
    pub at_ms: i64,
}

/// Writes an outcome down.
pub fn add(
    c: &Connection,
    doc: &CaseId,
    intent: &Intent,
    (code, facts): (Code, &BTreeMap<String, String>),
    at_ms: i64,
) -> Result<()> {
    let act = match intent {
        Intent::Act(act) => Some(act.name.as_str()),
        Intent::Content(_) => None,
    };
    c.execute(
        "INSERT INTO journal (doc, kind, act, code, facts, intent, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            doc.as_bytes(),
            i64::from(intent.kind() == Kind::Act),
            act,
            code.id(),
            serde_json::to_string(facts)?,
            serde_json::to_string(intent)?,
            at_ms
        ],
    )?;
    Ok(())
}

fn select(c: &Connection, tail: &str, params: impl rusqlite::Params) -> Result<Vec<Entry>> {
    let mut statement = c.prepare_cached(&format!(
        "SELECT id, doc, code, facts, intent, at_ms FROM journal WHERE active = 1 {tail}"
    ))?;
    let rows = statement.query_map(params, |r| {
        Ok((
            r.get::<_, i64>(0)?,
            r.get::<_, Vec<u8>>(1)?,
            r.get::<_, String>(2)?,
            r.get::<_, String>(3)?,
            r.get::<_, String>(4)?,
            r.get::<_, i64>(5)?,
        ))
    })?;
    rows.map(|row| {
        let (number, doc, code, facts, intent, at_ms) = row?;
        Ok(Entry {
            id: number,
            doc: id(doc, CaseId::from_slice)?,
            // A code of a newer server still shows as a refusal.
            code: code.parse().unwrap_or(Code::RSchema),
            facts: serde_json::from_str(&facts)?,
            intent: serde_json::from_str(&intent)?,
            at_ms,
        })
    })
    .collect()
}

/// What needs the person, oldest first.
pub fn active(c: &Connection) -> Result<Vec<Entry>> {
    select(c, "ORDER BY id", [])
}

/// The tail of the query behind every case; its plan is tested.
pub const OF_CASE_SQL: &str = "AND doc = ?1 ORDER BY id";

/// What needs the person in one case.
pub fn active_of(c: &Connection, doc: &CaseId) -> Result<Vec<Entry>> {
    select(c, OF_CASE_SQL, [doc.as_bytes()])
}

/// Settles an outcome, saying how.
pub fn settle(c: &Connection, number: i64, how: &str) -> Result<()> {
    c.execute("UPDATE journal SET active = 0, settled = ?2 WHERE id = ?1", params![number, how])?;
    Ok(())
}

/// Brings the facts of an outcome up to date (a place in the line).
pub fn put_facts(c: &Connection, number: i64, facts: &BTreeMap<String, String>) -> Result<()> {
    c.execute("UPDATE journal SET facts = ?2 WHERE id = ?1", params![number, serde_json::to_string(facts)?])?;
    Ok(())
}
