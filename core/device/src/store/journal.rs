//! Outcomes that a person should know, until settled. Active ones are never pruned.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use yuandian_document::Kind;
use yuandian_model::{CaseId, Code, CommitId};

use super::id;
use super::outbox::{Intent, Item};
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
    /// The commit that was answered; none where the phone itself could not say it.
    pub commit: Option<CommitId>,
    /// How it was settled; none while it needs the person.
    pub settled: Option<String>,
}

/// An outcome to be written down.
pub struct NewEntry<'a> {
    /// The item it is about: its case, intent, commit, bytes and pictures are kept.
    item: &'a Item,
    code: Code,
    facts: &'a BTreeMap<String, String>,
    at_ms: i64,
}

impl<'a> NewEntry<'a> {
    /// The outcome of an item.
    pub fn of(item: &'a Item, code: Code, facts: &'a BTreeMap<String, String>, at_ms: i64) -> Self {
        Self { item, code, facts, at_ms }
    }
}

/// Writes an outcome down.
pub fn add(c: &Connection, new: &NewEntry<'_>) -> Result<()> {
    let act = match &new.item.intent {
        Intent::Act(act) => Some(act.name.as_str()),
        Intent::Content(_) => None,
    };
    c.prepare_cached(
        "INSERT INTO journal (doc, kind, act, code, facts, intent, at_ms, commit_id, signed, micros)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        new.item.doc.as_bytes(),
        i64::from(new.item.intent.kind() == Kind::Act),
        act,
        new.code.id(),
        serde_json::to_string(new.facts)?,
        serde_json::to_string(&new.item.intent)?,
        new.at_ms,
        new.item.commit.map(|commit| commit.0),
        new.item.signed,
        serde_json::to_string(&new.item.micros)?,
    ])?;
    Ok(())
}

const COLUMNS: &str = "id, doc, code, facts, intent, at_ms, commit_id, settled";

fn select(c: &Connection, tail: &str, params: impl rusqlite::Params) -> Result<Vec<Entry>> {
    let mut statement = c.prepare_cached(&format!("SELECT {COLUMNS} FROM journal WHERE {tail}"))?;
    let rows = statement.query_map(params, |r| {
        Ok((
            (r.get::<_, i64>(0)?, r.get::<_, i64>(5)?),
            (r.get::<_, Vec<u8>>(1)?, r.get::<_, Option<Vec<u8>>>(6)?),
            r.get::<_, String>(2)?,
            r.get::<_, String>(3)?,
            r.get::<_, String>(4)?,
            r.get::<_, Option<String>>(7)?,
        ))
    })?;
    rows.map(|row| {
        let ((number, at_ms), (doc, commit), code, facts, intent, settled) = row?;
        Ok(Entry {
            id: number,
            doc: id(doc, CaseId::from_slice)?,
            // A code of a newer server still shows as a refusal.
            code: code.parse().unwrap_or(Code::RSchema),
            facts: serde_json::from_str(&facts)?,
            intent: serde_json::from_str(&intent)?,
            at_ms,
            commit: commit.and_then(|bytes| CommitId::from_slice(&bytes)),
            settled,
        })
    })
    .collect()
}

/// The tail of the query behind the 需处理 list; its plan is tested.
pub const ACTIVE_SQL: &str = "active = 1 ORDER BY id";

/// What needs the person, oldest first.
pub fn active(c: &Connection) -> Result<Vec<Entry>> {
    select(c, ACTIVE_SQL, [])
}

/// One outcome, settled or not.
pub fn entry(c: &Connection, number: i64) -> Result<Option<Entry>> {
    Ok(select(c, "id = ?1", [number])?.pop())
}

/// The outcome of a commit.
pub fn of_commit(c: &Connection, commit: &CommitId) -> Result<Option<Entry>> {
    Ok(select(c, "commit_id = ?1 ORDER BY id", [commit.as_bytes()])?.pop())
}

/// The tail of the query behind every case; its plan is tested.
pub const OF_CASE_SQL: &str = "active = 1 AND doc = ?1 ORDER BY id";

/// What needs the person in one case.
pub fn active_of(c: &Connection, doc: &CaseId) -> Result<Vec<Entry>> {
    select(c, OF_CASE_SQL, [doc.as_bytes()])
}

/// Settles an outcome, saying how.
pub fn settle(c: &Connection, number: i64, how: &str) -> Result<()> {
    c.execute("UPDATE journal SET active = 0, settled = ?2 WHERE id = ?1", params![number, how])?;
    Ok(())
}

/// Opens a settled outcome again, with what is known since.
pub fn open_again(c: &Connection, number: i64, facts: &BTreeMap<String, String>) -> Result<()> {
    c.prepare_cached("UPDATE journal SET active = 1, settled = NULL, facts = ?2 WHERE id = ?1")?
        .execute(params![number, serde_json::to_string(facts)?])?;
    Ok(())
}

/// Brings the facts of an outcome up to date (a place in the line).
pub fn put_facts(c: &Connection, number: i64, facts: &BTreeMap<String, String>) -> Result<()> {
    c.execute("UPDATE journal SET facts = ?2 WHERE id = ?1", params![number, serde_json::to_string(facts)?])?;
    Ok(())
}
