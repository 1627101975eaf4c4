//! Cases, their receipted commits, list rows, streams, private answers, drafts.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, params};
use yuandian_document::Kind;
use yuandian_model::{CaseId, Code, DeviceId, Incarnation, UserId};
use yuandian_sync::CaseFacts;
use yuandian_sync::message::{HeadsName, PulledCommit};

use super::id;
use super::outbox::Item;
use crate::error::{DeviceError, Result};

/// A case as stored.
pub struct StoredCase {
    /// Cache of its receipted changes.
    pub snapshot: Option<Vec<u8>>,
    /// What the server decided last, or what this phone opened it with.
    pub facts: CaseFacts,
    /// The branch this phone writes on; `None` before it has written.
    pub branch: Option<u32>,
    /// Whether the document is here, or a line alone.
    pub whole: bool,
    /// What its heads must come to when it is first opened.
    pub heads: Option<HeadsName>,
}

/// One case.
pub fn case(c: &Connection, doc: &CaseId) -> Result<Option<StoredCase>> {
    let row = c
        .prepare_cached("SELECT snapshot, facts, branch, whole, heads FROM cases WHERE id = ?1")?
        .query_row([doc.as_bytes()], |r| {
            let heads = r.get::<_, Option<[u8; 16]>>(4)?.map(HeadsName);
            Ok((r.get(0)?, r.get::<_, String>(1)?, r.get(2)?, r.get(3)?, heads))
        })
        .optional()?;
    row.map(|(snapshot, facts, branch, whole, heads)| {
        let facts = serde_json::from_str(&facts)?;
        Ok(StoredCase { snapshot, facts, branch, whole, heads })
    })
    .transpose()
}

/// What a page needs to know of a case, without its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the document is here.
    pub whole: bool,
    /// Everything of it up to this number is here.
    pub seq: u64,
    /// The generation of its document.
    pub generation: u32,
}

/// How a case stands here; `None` where it is new.
pub fn standing(c: &Connection, doc: &CaseId) -> Result<Option<Standing>> {
    Ok(c.prepare_cached("SELECT whole, seq, generation FROM cases WHERE id = ?1")?
        .query_row([doc.as_bytes()], |r| {
            let seq = r.get::<_, i64>(1)?.cast_unsigned();
            Ok(Standing { whole: r.get(0)?, seq, generation: r.get(2)? })
        })
        .optional()?)
}

/// What the server decided last about a case.
pub fn facts(c: &Connection, doc: &CaseId) -> Result<Option<CaseFacts>> {
    let facts: Option<String> = c
        .prepare_cached("SELECT facts FROM cases WHERE id = ?1")?
        .query_row([doc.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(facts.map(|facts| serde_json::from_str(&facts)).transpose()?)
}

/// Whether a document was received and never looked at.
pub fn is_unproven(c: &Connection, doc: &CaseId) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM cases WHERE id = ?1 AND proven = 0")?.exists([doc.as_bytes()])?)
}

/// Versions of the catalogue that cases here were opened under. Reads every case.
pub fn catalogues(c: &Connection) -> Result<BTreeSet<u32>> {
    let mut statement = c.prepare_cached("SELECT DISTINCT facts ->> '$.catalogue' FROM cases")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Cases that were opened under a version of the catalogue. Reads every case.
pub fn opened_under(c: &Connection, version: u32) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached("SELECT id FROM cases WHERE facts ->> '$.catalogue' = ?1")?;
    let rows = statement.query_map([version], |row| row.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// The branch on which writing goes on in a case `?1` that was here before.
const GOES_ON: &str = "SELECT branch FROM branches WHERE doc = ?1";

/// Makes a case that has a line alone.
pub fn put_line(c: &Connection, doc: &CaseId, facts: &CaseFacts) -> Result<()> {
    c.prepare_cached(&format!(
        "INSERT INTO cases (id, facts, whole, branch) VALUES (?1, ?2, 0, ({GOES_ON}))"
    ))?
    .execute(params![doc.as_bytes(), serde_json::to_string(facts)?])?;
    Ok(())
}

/// The document is here with everything up to a number.
pub fn arrived(c: &Connection, doc: &CaseId, seq: u64) -> Result<()> {
    c.prepare_cached("UPDATE cases SET whole = 1, seq = MAX(seq, ?2) WHERE id = ?1")?
        .execute(params![doc.as_bytes(), seq.cast_signed()])?;
    Ok(())
}

/// Where a commit stands in its author's chain: device, life of its store, number.
pub type Place = (DeviceId, Incarnation, u64);

/// The names of a case's receipted changes, by their places in their authors' chains.
pub fn change_names(c: &Connection, doc: &CaseId) -> Result<Vec<(Place, [u8; 32])>> {
    let mut statement = c.prepare_cached(
        "SELECT device, incarnation, n, change FROM base WHERE doc = ?1 AND change IS NOT NULL",
    )?;
    let rows = statement.query_map([doc.as_bytes()], |r| {
        Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, Vec<u8>>(1)?, r.get::<_, i64>(2)?, r.get(3)?))
    })?;
    rows.map(|row| {
        let (device, incarnation, n, change) = row?;
        let place =
            (id(device, DeviceId::from_slice)?, id(incarnation, Incarnation::from_slice)?, n.cast_unsigned());
        Ok((place, change))
    })
    .collect()
}

/// What is here of a case is of this generation: what did not pass the gate of another goes, and what went is still to be taken out of the log and
/// the index.
pub fn begin_generation(c: &Connection, doc: &CaseId, generation: u32) -> Result<()> {
    c.prepare_cached("UPDATE cases SET generation = ?2 WHERE id = ?1")?
        .execute(params![doc.as_bytes(), generation])?;
    c.prepare_cached("DELETE FROM quarantine WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    super::meta::set(c, super::meta::SCRUB_DUE, &[1])?;
    super::meta::set(c, super::meta::INDEX_DUE, &[1])
}

/// Forgets up to which number a case is here: whatever comes of it next is news.
pub fn unnumber(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("UPDATE cases SET seq = 0 WHERE id = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}

/// Puts a document in place of what was here, as it was received: it is looked at when it is first opened.
pub fn put_received(
    c: &Connection,
    doc: &CaseId,
    snapshot: Option<&[u8]>,
    heads: Option<HeadsName>,
    seq: u64,
) -> Result<()> {
    c.prepare_cached(
        "UPDATE cases SET snapshot = ?2, whole = 1, proven = 0, heads = ?3, seq = ?4 WHERE id = ?1",
    )?
    .execute(params![doc.as_bytes(), snapshot, heads.map(|name| name.0), seq.cast_signed()])?;
    Ok(())
}

/// What was received has passed the gate and came to this.
pub fn put_proven(c: &Connection, doc: &CaseId, snapshot: &[u8]) -> Result<()> {
    c.prepare_cached("UPDATE cases SET snapshot = ?2, proven = 1, heads = NULL WHERE id = ?1")?
        .execute(params![doc.as_bytes(), snapshot])?;
    Ok(())
}

/// A case has its line alone from now on: everything else of it is forgotten.
pub fn shrink(c: &Connection, doc: &CaseId, facts: &CaseFacts) -> Result<()> {
    forget_document(c, doc)?;
    c.prepare_cached(
        "UPDATE cases SET snapshot = NULL, whole = 0, proven = 1, heads = NULL, seq = 0, facts = ?2 WHERE id = ?1",
    )?
    .execute(params![doc.as_bytes(), serde_json::to_string(facts)?])?;
    Ok(())
}

/// Forgets the receipted commits of a case: others take their place.
pub fn forget_base(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("DELETE FROM base WHERE doc = ?1")?.execute([doc.as_bytes()])?;
    Ok(())
}

/// The name of a change that was received without it.
pub fn name_change(c: &Connection, doc: &CaseId, seq: u64, change: &[u8; 32]) -> Result<()> {
    c.prepare_cached("UPDATE base SET change = ?3 WHERE doc = ?1 AND seq = ?2")?.execute(params![
        doc.as_bytes(),
        seq.cast_signed(),
        change
    ])?;
    Ok(())
}

/// Takes a receipted commit out again, into the quarantine: it did not pass the gate when it was looked at.
pub fn quarantine_base(c: &Connection, doc: &CaseId, seq: u64, reason: &str) -> Result<()> {
    c.prepare_cached(
        "INSERT OR REPLACE INTO quarantine (device, incarnation, n, doc, reason, body)
         SELECT device, incarnation, n, doc, ?3, body FROM base WHERE doc = ?1 AND seq = ?2",
    )?
    .execute(params![doc.as_bytes(), seq.cast_signed(), reason])?;
    c.prepare_cached("DELETE FROM base WHERE doc = ?1 AND seq = ?2")?
        .execute(params![doc.as_bytes(), seq.cast_signed()])?;
    Ok(())
}

/// Whether anything of a case is in the quarantine.
pub fn has_quarantined(c: &Connection, doc: &CaseId) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM quarantine WHERE doc = ?1")?.exists([doc.as_bytes()])?)
}

/// Makes a case or replaces what is decided about it.
pub fn put_facts(c: &Connection, doc: &CaseId, facts: &CaseFacts) -> Result<()> {
    c.prepare_cached(&format!(
        "INSERT INTO cases (id, facts, branch) VALUES (?1, ?2, ({GOES_ON}))
         ON CONFLICT (id) DO UPDATE SET facts = ?2"
    ))?
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

/// Forgets a case and everything pulled of it, but not that it was written in here: should it come back, writing goes on on the next
/// branch, because nobody knows what of the last one the server has or will take.
pub fn purge(c: &Connection, doc: &CaseId) -> Result<()> {
    super::rows::remove_row(c, doc)?;
    forget_document(c, doc)?;
    for sql in [
        "INSERT OR REPLACE INTO branches (doc, branch)
             SELECT id, branch + 1 FROM cases WHERE id = ?1 AND branch IS NOT NULL",
        "DELETE FROM wanted WHERE doc = ?1",
        "DELETE FROM leaving WHERE doc = ?1",
        "DELETE FROM cases WHERE id = ?1",
    ] {
        c.prepare_cached(sql)?.execute([doc.as_bytes()])?;
    }
    super::previews::let_case_go(c, doc)?;
    super::cache::let_case_go(c, doc)
}

/// Forgets what a line does not show. Pictures that own commits brought stay until those are in a verified backup.
fn forget_document(c: &Connection, doc: &CaseId) -> Result<()> {
    // Words that go from it later would not be told here: what left is not in the log either.
    super::meta::set(c, super::meta::SCRUB_DUE, &[1])?;
    for sql in [
        "DELETE FROM base WHERE doc = ?1",
        "DELETE FROM stored WHERE doc = ?1",
        "DELETE FROM quarantine WHERE doc = ?1",
        "DELETE FROM micros WHERE doc = ?1 AND NOT EXISTS (SELECT 1 FROM authored WHERE doc = ?1)
             AND NOT EXISTS (SELECT 1 FROM appeals WHERE doc = ?1 AND state <> 2)",
    ] {
        c.prepare_cached(sql)?.execute([doc.as_bytes()])?;
    }
    super::people::forget_told(c, doc)?;
    super::private::forget_case(c, doc)
}

/// What a person is called now is what stands under everything that they wrote in a case.
pub fn rename(c: &Connection, doc: &CaseId, user: &UserId, name: &str) -> Result<()> {
    c.prepare_cached("UPDATE base SET name = ?3 WHERE doc = ?1 AND user = ?2 AND name <> ?3")?
        .execute(params![doc.as_bytes(), user.as_bytes(), name])?;
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
    /// Change chunk or act; empty for a change that the snapshot holds.
    pub body: Vec<u8>,
    /// With incarnation and branch: whose name its change must be under.
    pub device: DeviceId,
    /// The life of the author's store.
    pub incarnation: Incarnation,
    /// The branch.
    pub branch: u32,
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
    /// Whether it is an act that is kept as a note.
    pub noted: bool,
}

struct RawCommit {
    user: Vec<u8>,
    change: Option<Vec<u8>>,
    by: (Vec<u8>, Vec<u8>),
    code: String,
    commit: BaseCommit,
}

/// How the facts of an act that is kept as a note say so, as this store writes them.
const NOTED: &str = r#""kept":"note""#;

fn raw(row: &Row<'_>) -> rusqlite::Result<RawCommit> {
    let commit = BaseCommit {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        kind: if row.get::<_, i64>(1)? == 0 { Kind::Content } else { Kind::Act },
        change: None,
        body: row.get(3)?,
        device: DeviceId([0; 16]),
        incarnation: Incarnation([0; 16]),
        branch: row.get(11)?,
        noted: row.get_ref(12)?.as_str()?.contains(NOTED),
        user: UserId([0; 16]),
        name: row.get(5)?,
        wall_ms: row.get(6)?,
        received_ms: row.get(7)?,
        code: Code::Ok,
    };
    let by = (row.get(9)?, row.get(10)?);
    Ok(RawCommit { change: row.get(2)?, user: row.get(4)?, code: row.get(8)?, by, commit })
}

impl BaseCommit {
    /// Whether it did what it says: an act that is kept as a note stands in the history and did nothing.
    #[must_use]
    pub fn took_effect(&self) -> bool {
        matches!(self.code, Code::Ok | Code::OkLate | Code::RTaken) && !self.noted
    }
}

/// The query behind every case; its plan is tested.
pub const BASE_SQL: &str = "SELECT seq, kind, change, body, user, name, wall_ms, received_ms, code, device, incarnation, branch, facts FROM base WHERE doc = ?1 ORDER BY seq";

/// Every receipted commit of a case, in the server's order.
pub fn base(c: &Connection, doc: &CaseId) -> Result<Vec<BaseCommit>> {
    let mut statement = c.prepare_cached(BASE_SQL)?;
    statement.query_map([doc.as_bytes()], raw)?.map(|row| commit(row?)).collect()
}

/// The query behind a line's claim; its plan is tested.
pub const ACTS_SQL: &str = "SELECT seq, kind, change, body, user, name, wall_ms, received_ms, code, device, incarnation, branch, facts FROM base WHERE doc = ?1 AND kind = 1 AND user = ?2 ORDER BY seq";

/// One person's receipted acts in a case, in the server's order.
pub fn acts_of(c: &Connection, doc: &CaseId, user: &UserId) -> Result<Vec<BaseCommit>> {
    let mut statement = c.prepare_cached(ACTS_SQL)?;
    statement.query_map([doc.as_bytes(), user.as_bytes()], raw)?.map(|row| commit(row?)).collect()
}

fn commit(row: RawCommit) -> Result<BaseCommit> {
    let RawCommit { user, change, code, by, commit } = row;
    Ok(BaseCommit {
        device: id(by.0, DeviceId::from_slice)?,
        incarnation: id(by.1, Incarnation::from_slice)?,
        user: id(user, UserId::from_slice)?,
        change: change.and_then(|bytes| bytes.try_into().ok()),
        // A code of a newer server: taken in any case, or it would not be in the base.
        code: code.parse().unwrap_or(Code::Ok),
        ..commit
    })
}

/// Whether a commit is in the base.
pub fn in_base(c: &Connection, doc: &CaseId, commit: &PulledCommit) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM base WHERE doc = ?1 AND device = ?2 AND incarnation = ?3 AND n = ?4")?
        .exists(params![
            doc.as_bytes(),
            commit.device.as_bytes(),
            commit.incarnation.as_bytes(),
            commit.n.cast_signed()
        ])?)
}

/// Whether an own item is in the base. A copy of this store may have said something else under the same number.
pub fn has_item(c: &Connection, item: &Item) -> Result<bool> {
    let Some(n) = item.n else { return Ok(false) };
    let same =
        "SELECT 1 FROM base WHERE doc = ?1 AND incarnation = ?2 AND n = ?3 AND (body = ?4 OR change = ?5)";
    Ok(c.prepare_cached(same)?.exists(params![
        item.doc.as_bytes(),
        item.incarnation.as_bytes(),
        n.cast_signed(),
        item.body,
        item.change
    ])?)
}

/// Adds a pulled commit.
pub fn put_base(c: &Connection, doc: &CaseId, commit: &PulledCommit, change: Option<[u8; 32]>) -> Result<()> {
    c.prepare_cached(
        "INSERT OR IGNORE INTO base (n, doc, seq, kind, change, body, user, name, wall_ms, received_ms, code, facts,
             device, incarnation, branch)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?
    .execute(params![
        commit.n.cast_signed(),
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
        commit.device.as_bytes(),
        commit.incarnation.as_bytes(),
        commit.branch,
    ])?;
    Ok(())
}

/// Keeps a change that the gate refused.
pub fn put_quarantine(c: &Connection, doc: &CaseId, commit: &PulledCommit, reason: &str) -> Result<()> {
    c.prepare_cached(
        "INSERT OR REPLACE INTO quarantine (device, incarnation, n, doc, reason, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        commit.device.as_bytes(),
        commit.incarnation.as_bytes(),
        commit.n.cast_signed(),
        doc.as_bytes(),
        reason,
        commit.body
    ])?;
    Ok(())
}

/// Ids of all cases, for short forms that people type.
pub fn ids(c: &Connection) -> Result<Vec<CaseId>> {
    let mut statement = c.prepare_cached("SELECT id FROM cases ORDER BY id")?;
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
