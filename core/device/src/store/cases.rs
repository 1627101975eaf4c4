//! Cases, their receipted commits, list rows, streams, private answers, drafts.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use yuandian_document::Kind;
use yuandian_model::{CaseId, Code, CommitId, Epoch, PartitionId, UserId};
use yuandian_sync::message::PulledCommit;
use yuandian_sync::{CaseFacts, Cursor, StreamId};

use super::id;
use crate::error::{DeviceError, Result};

/// A case as stored.
pub struct StoredCase {
    /// Cache of its receipted changes.
    pub snapshot: Option<Vec<u8>>,
    /// What the server decided last, or what this phone opened it with.
    pub facts: CaseFacts,
    /// Last branch this phone has written on.
    pub branch: u32,
}

/// One case.
pub fn case(c: &Connection, doc: &CaseId) -> Result<Option<StoredCase>> {
    let row = c
        .prepare_cached("SELECT snapshot, facts, branch FROM cases WHERE id = ?1")?
        .query_row([doc.as_bytes()], |r| {
            Ok((r.get::<_, Option<Vec<u8>>>(0)?, r.get::<_, String>(1)?, r.get(2)?))
        })
        .optional()?;
    row.map(|(snapshot, facts, branch)| {
        Ok(StoredCase { snapshot, facts: serde_json::from_str(&facts)?, branch })
    })
    .transpose()
}

/// Makes a case or replaces what is decided about it.
pub fn put_facts(c: &Connection, doc: &CaseId, facts: &CaseFacts) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO cases (id, facts) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET facts = ?2",
    )?
    .execute(params![doc.as_bytes(), serde_json::to_string(facts)?])?;
    Ok(())
}

/// Replaces the cache of receipted changes.
pub fn put_snapshot(c: &Connection, doc: &CaseId, snapshot: &[u8]) -> Result<()> {
    c.prepare_cached("UPDATE cases SET snapshot = ?2 WHERE id = ?1")?
        .execute(params![doc.as_bytes(), snapshot])?;
    Ok(())
}

/// Remembers the branch last written on.
pub fn put_branch(c: &Connection, doc: &CaseId, branch: u32) -> Result<()> {
    c.prepare_cached("UPDATE cases SET branch = ?2 WHERE id = ?1")?
        .execute(params![doc.as_bytes(), branch])?;
    Ok(())
}

/// Forgets a case and everything pulled of it.
pub fn purge(c: &Connection, doc: &CaseId) -> Result<()> {
    super::search::remove_row(c, doc)?;
    for sql in [
        "DELETE FROM base WHERE doc = ?1",
        "DELETE FROM stored WHERE doc = ?1",
        "DELETE FROM private WHERE doc = ?1",
        "DELETE FROM cases WHERE id = ?1",
    ] {
        c.execute(sql, [doc.as_bytes()])?;
    }
    Ok(())
}

/// A receipted commit as a view needs it.
#[derive(Debug, Clone)]
pub struct BaseCommit {
    /// Its number.
    pub seq: u64,
    /// Content or act.
    pub kind: Kind,
    /// Hash of its change.
    pub change: Option<[u8; 32]>,
    /// Change chunk or act.
    pub body: Vec<u8>,
    /// Author.
    pub user: UserId,
    /// Author's name.
    pub name: String,
    /// Author's wall clock.
    pub wall_ms: i64,
    /// Server's clock.
    pub received_ms: i64,
    /// Outcome.
    pub code: Code,
}

struct RawCommit {
    user: Vec<u8>,
    change: Option<Vec<u8>>,
    code: String,
    commit: BaseCommit,
}

fn raw(row: &Row<'_>) -> rusqlite::Result<RawCommit> {
    let commit = BaseCommit {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        kind: if row.get::<_, i64>(1)? == 0 { Kind::Content } else { Kind::Act },
        change: None,
        body: row.get(3)?,
        user: UserId([0; 16]),
        name: row.get(5)?,
        wall_ms: row.get(6)?,
        received_ms: row.get(7)?,
        code: Code::Ok,
    };
    Ok(RawCommit { change: row.get(2)?, user: row.get(4)?, code: row.get(8)?, commit })
}

/// The query behind every case; its plan is tested.
pub const BASE_SQL: &str = "SELECT seq, kind, change, body, user, name, wall_ms, received_ms, code FROM base WHERE doc = ?1 ORDER BY seq";

/// Every receipted commit of a case, in the server's order.
pub fn base(c: &Connection, doc: &CaseId) -> Result<Vec<BaseCommit>> {
    let mut statement = c.prepare_cached(BASE_SQL)?;
    let rows = statement.query_map([doc.as_bytes()], raw)?;
    rows.map(|row| {
        let RawCommit { user, change, code, commit } = row?;
        Ok(BaseCommit {
            user: id(user, UserId::from_slice)?,
            change: change.and_then(|bytes| bytes.try_into().ok()),
            // A code of a newer server: taken in any case, or it would not be in the base.
            code: code.parse().unwrap_or(Code::Ok),
            ..commit
        })
    })
    .collect()
}

/// Whether a commit is in the base.
pub fn in_base(c: &Connection, commit: &CommitId) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM base WHERE id = ?1")?.exists([commit.as_bytes()])?)
}

/// Adds a pulled commit.
pub fn put_base(c: &Connection, doc: &CaseId, commit: &PulledCommit, change: Option<[u8; 32]>) -> Result<()> {
    c.prepare_cached(
        "INSERT OR IGNORE INTO base (id, doc, seq, kind, change, body, user, name, wall_ms, received_ms, code, facts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        commit.id.as_bytes(),
        doc.as_bytes(),
        commit.seq.cast_signed(),
        i64::from(commit.kind == Kind::Act),
        change,
        commit.body,
        commit.user.as_bytes(),
        commit.name,
        commit.wall_ms,
        commit.received_ms,
        commit.code.id(),
        serde_json::to_string(&commit.facts)?,
    ])?;
    Ok(())
}

/// Keeps a change that the gate refused.
pub fn put_quarantine(c: &Connection, doc: &CaseId, commit: &PulledCommit, reason: &str) -> Result<()> {
    c.prepare_cached("INSERT OR REPLACE INTO quarantine (id, doc, reason, body) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![commit.id.as_bytes(), doc.as_bytes(), reason, commit.body])?;
    Ok(())
}

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

/// Ids of all cases, for short forms that people type.
pub fn ids(c: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached("SELECT id FROM cases ORDER BY id")?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// Streams to hold, with their cursors.
pub fn cursors(c: &Connection) -> Result<Vec<Cursor>> {
    let mut statement = c.prepare_cached("SELECT id, epoch, cursor FROM streams ORDER BY id")?;
    let rows = statement.query_map([], |r| {
        Ok((r.get::<_, String>(0)?, r.get::<_, Option<Vec<u8>>>(1)?, r.get::<_, i64>(2)?))
    })?;
    rows.map(|row| {
        let (stream, epoch, cursor) = row?;
        Ok(Cursor {
            stream: StreamId(stream),
            epoch: epoch.and_then(|bytes| Epoch::from_slice(&bytes)),
            cursor: cursor.cast_unsigned(),
            partition: PartitionId::ONLY,
            lines_only: false,
        })
    })
    .collect()
}

/// Begins to hold a stream; a held one stays where it is.
pub fn add_stream(c: &Connection, stream: &StreamId) -> Result<()> {
    c.prepare_cached("INSERT OR IGNORE INTO streams (id) VALUES (?1)")?.execute([&stream.0])?;
    Ok(())
}

/// Moves a cursor; only ever in the transaction that applies its page.
pub fn put_cursor(c: &Connection, cursor: &Cursor) -> Result<()> {
    c.prepare_cached("UPDATE streams SET epoch = ?2, cursor = ?3 WHERE id = ?1")?.execute(params![
        cursor.stream.0,
        cursor.epoch.map(|e| e.0.to_vec()),
        cursor.cursor.cast_signed()
    ])?;
    Ok(())
}

/// Gives a stream up.
pub fn remove_stream(c: &Connection, stream: &StreamId) -> Result<()> {
    c.prepare_cached("DELETE FROM streams WHERE id = ?1")?.execute([&stream.0])?;
    c.prepare_cached("DELETE FROM held WHERE stream = ?1")?.execute([&stream.0])?;
    Ok(())
}

/// A stream holds a case.
pub fn hold(c: &Connection, doc: &CaseId, stream: &StreamId) -> Result<()> {
    c.prepare_cached("INSERT OR IGNORE INTO held (doc, stream) VALUES (?1, ?2)")?
        .execute(params![doc.as_bytes(), stream.0])?;
    Ok(())
}

/// A stream no longer holds a case.
pub fn unhold(c: &Connection, doc: &CaseId, stream: &StreamId) -> Result<()> {
    c.prepare_cached("DELETE FROM held WHERE doc = ?1 AND stream = ?2")?
        .execute(params![doc.as_bytes(), stream.0])?;
    Ok(())
}

/// Pulled cases that no stream holds, that have nothing on its way, photos included, and that nobody needs to look at.
pub fn unheld(c: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached(
        "SELECT DISTINCT doc FROM base WHERE doc NOT IN (SELECT doc FROM held)
         AND doc NOT IN (SELECT doc FROM outbox) AND doc NOT IN (SELECT doc FROM journal WHERE active = 1)
         AND doc NOT IN (SELECT doc FROM blobs WHERE state = 0) AND doc NOT IN (SELECT doc FROM appeals WHERE state < 2)",
    )?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// Whether a case never reached the server and nothing of it is left to be sent, looked at or answered.
pub fn is_only_here(c: &Connection, doc: &CaseId) -> Result<bool> {
    let found = c
        .prepare_cached(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM base WHERE doc = ?1) OR EXISTS (SELECT 1 FROM outbox WHERE doc = ?1)
             OR EXISTS (SELECT 1 FROM journal WHERE doc = ?1 AND active = 1) OR EXISTS (SELECT 1 FROM held WHERE doc = ?1)
             OR EXISTS (SELECT 1 FROM appeals WHERE doc = ?1 AND state < 2)",
        )?
        .exists([doc.as_bytes()])?;
    Ok(!found)
}

/// Keeps a private answer.
pub fn put_private(c: &Connection, doc: &CaseId, key: &str, value: &str) -> Result<()> {
    c.prepare_cached("INSERT OR REPLACE INTO private (doc, key, value) VALUES (?1, ?2, ?3)")?
        .execute(params![doc.as_bytes(), key, value])?;
    Ok(())
}

/// The query behind the private answers of a case; its plan is tested.
pub const PRIVATE_SQL: &str = "SELECT key, value FROM private WHERE doc = ?1 ORDER BY key";

/// Private answers of a case.
pub fn private(c: &Connection, doc: &CaseId) -> Result<Vec<(String, String)>> {
    let mut statement = c.prepare_cached(PRIVATE_SQL)?;
    let rows = statement.query_map([doc.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))?;
    rows.map(|row| Ok(row?)).collect()
}

/// Saves a draft (JSON).
pub fn put_draft(c: &Connection, draft: &CaseId, json: &str, now_ms: i64) -> Result<()> {
    c.prepare_cached("INSERT OR REPLACE INTO drafts (id, draft, updated_ms) VALUES (?1, ?2, ?3)")?
        .execute(params![draft.as_bytes(), json, now_ms])?;
    Ok(())
}

/// One draft (JSON).
pub fn draft(c: &Connection, draft: &CaseId) -> Result<Option<String>> {
    Ok(c.prepare_cached("SELECT draft FROM drafts WHERE id = ?1")?
        .query_row([draft.as_bytes()], |r| r.get(0))
        .optional()?)
}

/// Drafts, latest first.
pub fn drafts(c: &Connection) -> Result<Vec<(CaseId, String, i64)>> {
    let mut statement =
        c.prepare_cached("SELECT id, draft, updated_ms FROM drafts ORDER BY updated_ms DESC")?;
    let rows = statement.query_map([], |r| Ok((r.get::<_, Vec<u8>>(0)?, r.get(1)?, r.get(2)?)))?;
    rows.map(|row| {
        let (bytes, draft, at) = row?;
        Ok((id(bytes, CaseId::from_slice)?, draft, at))
    })
    .collect()
}

/// Forgets a draft that was finished or given up.
pub fn remove_draft(c: &Connection, draft: &CaseId) -> Result<()> {
    let removed = c.prepare_cached("DELETE FROM drafts WHERE id = ?1")?.execute([draft.as_bytes()])?;
    if removed == 0 { Err(DeviceError::not_found("draft", draft)) } else { Ok(()) }
}
