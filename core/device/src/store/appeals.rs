//! Refused commits that their author wants a person to look at: queued, sent, answered.

use rusqlite::{Connection, OptionalExtension, params};
use yuandian_model::{BlobHash, CaseId, CommitId};

use super::id;
use crate::error::Result;

/// An appeal on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The commit it is about.
    pub commit: CommitId,
    /// The commit as it was sent, canonical CBOR.
    pub signed: Vec<u8>,
    /// Micro pictures it brought.
    pub micros: Vec<BlobHash>,
    /// Why, in the person's words.
    pub reason: String,
}

/// Queues an appeal against the answer of a journal entry. False where the entry has no bytes that could be shown to anybody.
pub fn queue(c: &Connection, entry: i64, reason: &str) -> Result<bool> {
    let queued = c
        .prepare_cached(
            "INSERT INTO appeals (commit_id, doc, signed, micros, reason)
             SELECT commit_id, doc, signed, micros, ?2 FROM journal
             WHERE id = ?1 AND commit_id IS NOT NULL AND signed IS NOT NULL
             ON CONFLICT (commit_id) DO UPDATE SET reason = excluded.reason, state = 0",
        )?
        .execute(params![entry, reason])?;
    Ok(queued > 0)
}

/// The query behind every run; its plan is tested.
pub const NEXT_SQL: &str =
    "SELECT commit_id, signed, micros, reason FROM appeals WHERE state = 0 ORDER BY id LIMIT 1";

/// The oldest appeal that the server does not have.
pub fn next(c: &Connection) -> Result<Option<Waiting>> {
    let row = c
        .prepare_cached(NEXT_SQL)?
        .query_row([], |r| {
            Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, Vec<u8>>(1)?, r.get::<_, String>(2)?, r.get(3)?))
        })
        .optional()?;
    row.map(|(commit, signed, micros, reason)| {
        let commit = id(commit, CommitId::from_slice)?;
        Ok(Waiting { commit, signed, micros: serde_json::from_str(&micros)?, reason })
    })
    .transpose()
}

/// The server has it, under a number.
pub fn sent(c: &Connection, commit: &CommitId, ticket: u64) -> Result<()> {
    c.prepare_cached("UPDATE appeals SET state = 1, ticket = ?2 WHERE commit_id = ?1 AND state = 0")?
        .execute(params![commit.as_bytes(), ticket.cast_signed()])?;
    Ok(())
}

/// A person has answered. Gives the case where this is news.
pub fn answered(c: &Connection, commit: &CommitId, granted: bool) -> Result<Option<CaseId>> {
    let doc = c
        .prepare_cached("UPDATE appeals SET state = 2 + ?2 WHERE commit_id = ?1 AND state < 2 RETURNING doc")?
        .query_row(params![commit.as_bytes(), granted], |r| r.get::<_, Vec<u8>>(0))
        .optional()?;
    doc.map(|doc| id(doc, CaseId::from_slice)).transpose()
}

/// Asks a restored server again: it may have lost the question, or the answer and what it took in with it. A denial has been heard. Gives the
/// commits, those that were never asked about included.
pub fn ask_again(c: &Connection) -> Result<Vec<CommitId>> {
    let mut statement =
        c.prepare_cached("UPDATE appeals SET state = 0 WHERE state <> 2 RETURNING commit_id")?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CommitId::from_slice)).collect()
}
