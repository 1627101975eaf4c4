//! Own commits on their way: queued, sent, taken or held. An item leaves only together with its outcome.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use yuandian_document::{Act, Edit, Kind, cbor};
use yuandian_model::{BlobHash, CaseId, CommitId, Epoch, GroupId, Incarnation};
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::message::Receipt;

use super::id;
use crate::error::Result;

/// What the person meant, kept beside the bytes so that it can be said again on other ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Something written.
    Content(Vec<Edit>),
    /// Something done.
    Act(Act),
}

impl Intent {
    /// Content or act.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Intent::Content(_) => Kind::Content,
            Intent::Act(_) => Kind::Act,
        }
    }
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemState {
    /// Not sent yet: may still be written anew.
    Queued = 0,
    /// Chained, signed and kept; its id is final.
    Sent = 1,
    /// Taken by the server, not in the base yet.
    Taken = 2,
    /// The server waits for something before it.
    Held = 3,
}

impl ItemState {
    fn of(number: i64) -> Self {
        match number {
            0 => ItemState::Queued,
            1 => ItemState::Sent,
            2 => ItemState::Taken,
            _ => ItemState::Held,
        }
    }
}

/// An item.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name until it has a commit id. Also its order.
    pub local_id: i64,
    /// The case.
    pub doc: CaseId,
    /// What one command wrote shares this.
    pub group: GroupId,
    /// What was meant.
    pub intent: Intent,
    /// Life of the store it was written in.
    pub incarnation: Incarnation,
    /// Branch it was written on.
    pub branch: u32,
    /// Hash of its change.
    pub change: Option<[u8; 32]>,
    /// Change chunk or act.
    pub body: Vec<u8>,
    /// Micro pictures it brings.
    pub micros: Vec<BlobHash>,
    /// Canonical CBOR of [`yuandian_document::Captured`].
    pub captured: Vec<u8>,
    /// How far it is.
    pub state: ItemState,
    /// Its number in the chain of its life, once sent.
    pub n: Option<u64>,
    /// Final id, once sent.
    pub commit: Option<CommitId>,
    /// Canonical CBOR of the signed commit, once sent.
    pub signed: Option<Vec<u8>>,
    /// How often it was written anew after a refusal.
    pub tries: u32,
    /// The refused or held commit that it replaces.
    pub supersedes: Option<CommitId>,
    /// The server's signed word about it.
    pub receipt: Option<Vec<u8>>,
    /// Its number in the epoch of the receipt.
    pub seq: Option<u64>,
}

impl Item {
    /// The server's word about it, once it came.
    pub fn answer(&self) -> Option<Receipt> {
        cbor::decode("receipt", self.receipt.as_ref()?, MESSAGE_BYTES_MAX).ok()
    }

    /// In which life of a log it was numbered, and how, once it is taken.
    pub fn numbered(&self) -> Option<(Epoch, u64)> {
        let receipt = self.answer().filter(|_| self.state == ItemState::Taken)?;
        Some((receipt.epoch, receipt.seq?))
    }
}

/// A new item, before it has a number.
pub struct NewItem<'a> {
    /// The case.
    pub doc: CaseId,
    /// Its group.
    pub group: GroupId,
    /// What was meant.
    pub intent: &'a Intent,
    /// Life of the store.
    pub incarnation: Incarnation,
    /// Branch.
    pub branch: u32,
    /// Hash of its change.
    pub change: Option<[u8; 32]>,
    /// Body.
    pub body: &'a [u8],
    /// Micro pictures.
    pub micros: &'a [BlobHash],
    /// When.
    pub captured: &'a [u8],
    /// The commit that it replaces.
    pub supersedes: Option<CommitId>,
}

/// Queues an item.
pub fn push(c: &Connection, item: &NewItem<'_>) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO outbox (doc, grp, kind, intent, incarnation, branch, change, body, micros, captured, supersedes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        item.doc.as_bytes(),
        item.group.as_bytes(),
        i64::from(item.intent.kind() == Kind::Act),
        serde_json::to_string(item.intent)?,
        item.incarnation.as_bytes(),
        item.branch,
        item.change,
        item.body,
        serde_json::to_string(item.micros)?,
        item.captured,
        item.supersedes.map(|commit| commit.0),
    ])?;
    Ok(c.last_insert_rowid())
}

const COLUMNS: &str = "local_id, doc, grp, intent, incarnation, branch, change, body, micros, captured, state, commit_id, signed, tries, supersedes, receipt, seq, n";

struct RawItem {
    local_id: i64,
    doc: Vec<u8>,
    group: Vec<u8>,
    intent: String,
    incarnation: Vec<u8>,
    branch: u32,
    change: Option<Vec<u8>>,
    body: Vec<u8>,
    micros: String,
    captured: Vec<u8>,
    state: i64,
    commit: Option<Vec<u8>>,
    signed: Option<Vec<u8>>,
    tries: u32,
    supersedes: Option<Vec<u8>>,
    receipt: Option<Vec<u8>>,
    seq: Option<i64>,
    n: Option<i64>,
}

fn raw(r: &Row<'_>) -> rusqlite::Result<RawItem> {
    Ok(RawItem {
        local_id: r.get(0)?,
        doc: r.get(1)?,
        group: r.get(2)?,
        intent: r.get(3)?,
        incarnation: r.get(4)?,
        branch: r.get(5)?,
        change: r.get(6)?,
        body: r.get(7)?,
        micros: r.get(8)?,
        captured: r.get(9)?,
        state: r.get(10)?,
        commit: r.get(11)?,
        signed: r.get(12)?,
        tries: r.get(13)?,
        supersedes: r.get(14)?,
        receipt: r.get(15)?,
        seq: r.get(16)?,
        n: r.get(17)?,
    })
}

fn select(c: &Connection, tail: &str, params: impl rusqlite::Params) -> Result<Vec<Item>> {
    let mut statement = c.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox {tail}"))?;
    let rows = statement.query_map(params, raw)?;
    rows.map(|row| {
        let row = row?;
        Ok(Item {
            local_id: row.local_id,
            doc: id(row.doc, CaseId::from_slice)?,
            group: id(row.group, GroupId::from_slice)?,
            intent: serde_json::from_str(&row.intent)?,
            incarnation: id(row.incarnation, Incarnation::from_slice)?,
            branch: row.branch,
            change: row.change.and_then(|bytes| bytes.try_into().ok()),
            body: row.body,
            micros: serde_json::from_str(&row.micros)?,
            captured: row.captured,
            state: ItemState::of(row.state),
            commit: row.commit.and_then(|bytes| CommitId::from_slice(&bytes)),
            signed: row.signed,
            tries: row.tries,
            supersedes: row.supersedes.and_then(|bytes| CommitId::from_slice(&bytes)),
            receipt: row.receipt,
            seq: row.seq.map(i64::cast_unsigned),
            n: row.n.map(i64::cast_unsigned),
        })
    })
    .collect()
}

/// Everything on its way, oldest first.
pub fn all(c: &Connection) -> Result<Vec<Item>> {
    select(c, "ORDER BY local_id", [])
}

/// The tail of the query behind every case; its plan is tested.
pub const OF_CASE_SQL: &str = "WHERE doc = ?1 ORDER BY local_id";

/// Cases of which something is on its way or needs the person: their lines are made from everything that is known.
pub fn busy(c: &Connection) -> Result<std::collections::BTreeSet<CaseId>> {
    let mut statement = c.prepare_cached(
        "SELECT doc FROM outbox UNION SELECT doc FROM journal WHERE active = 1 UNION SELECT doc FROM blobs WHERE state = 0",
    )?;
    let rows = statement.query_map([], |r| r.get::<_, Vec<u8>>(0))?;
    rows.map(|row| id(row?, CaseId::from_slice)).collect()
}

/// What is on its way of one case, oldest first.
pub fn of_case(c: &Connection, doc: &CaseId) -> Result<Vec<Item>> {
    select(c, OF_CASE_SQL, [doc.as_bytes()])
}

/// The next items to send: queued and sent, oldest first.
pub fn to_send(c: &Connection, limit: usize) -> Result<Vec<Item>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    select(c, "WHERE state IN (0, 1) ORDER BY local_id LIMIT ?1", [limit])
}

/// The item of a commit.
pub fn of_commit(c: &Connection, commit: &CommitId) -> Result<Option<Item>> {
    Ok(select(c, "WHERE commit_id = ?1", [commit.as_bytes()])?.pop())
}

/// The item with a number in the chain of a life of this store.
pub fn of_number(c: &Connection, incarnation: &Incarnation, n: u64) -> Result<Option<Item>> {
    Ok(select(c, OF_NUMBER_SQL, params![n.cast_signed(), incarnation.as_bytes()])?.pop())
}

/// The tail of the query behind every own commit that comes; its plan is tested.
pub const OF_NUMBER_SQL: &str = "WHERE n = ?1 AND incarnation = ?2";

/// Keeps the final form before it is sent.
pub fn mark_sent(c: &Connection, local_id: i64, n: u64, commit: &CommitId, signed: &[u8]) -> Result<()> {
    c.prepare_cached("UPDATE outbox SET state = 1, n = ?4, commit_id = ?2, signed = ?3 WHERE local_id = ?1")?
        .execute(params![local_id, commit.as_bytes(), signed, n.cast_signed()])?;
    Ok(())
}

/// Moves an item on.
pub fn set_state(c: &Connection, local_id: i64, state: ItemState) -> Result<()> {
    c.prepare_cached("UPDATE outbox SET state = ?2 WHERE local_id = ?1")?
        .execute(params![local_id, state as i64])?;
    Ok(())
}

/// The server has taken an item: what it said, and its number.
pub fn taken(c: &Connection, local_id: i64, receipt: &[u8], seq: Option<u64>) -> Result<()> {
    c.prepare_cached("UPDATE outbox SET state = 2, receipt = ?2, seq = ?3 WHERE local_id = ?1")?
        .execute(params![local_id, receipt, seq.map(u64::cast_signed)])?;
    Ok(())
}

/// Every item taken of a case whose page will not come.
pub fn taken_of(c: &Connection, doc: &CaseId) -> Result<Vec<Item>> {
    select(c, "WHERE doc = ?1 AND state = 2 ORDER BY local_id", [doc.as_bytes()])
}

/// A new run: held items are offered again.
pub fn offer_held_again(c: &Connection) -> Result<()> {
    c.prepare_cached("UPDATE outbox SET state = 1 WHERE state = 3")?.execute([])?;
    Ok(())
}

/// What an item is written anew as.
pub struct Rewritten<'a> {
    /// Life of the store.
    pub incarnation: Incarnation,
    /// Branch.
    pub branch: u32,
    /// Hash of its change.
    pub change: Option<[u8; 32]>,
    /// Body.
    pub body: &'a [u8],
    /// The intent, without what turned out to be there already.
    pub intent: &'a Intent,
}

/// Writes an item anew: it is queued again and has no id.
pub fn rewrite(c: &Connection, local_id: i64, new: &Rewritten<'_>) -> Result<()> {
    c.prepare_cached(
        "UPDATE outbox SET incarnation = ?2, branch = ?3, change = ?4, body = ?5, intent = ?6,
                state = 0, supersedes = COALESCE(commit_id, supersedes), commit_id = NULL, n = NULL, signed = NULL,
                receipt = NULL, seq = NULL, tries = tries + 1
         WHERE local_id = ?1",
    )?
    .execute(params![
        local_id,
        new.incarnation.as_bytes(),
        new.branch,
        new.change,
        new.body,
        serde_json::to_string(new.intent)?
    ])?;
    Ok(())
}

/// Takes out what a copy of this phone has said; gives whether there was anything.
pub fn remove_said(c: &Connection, doc: &CaseId, group: &GroupId, kind: Kind) -> Result<bool> {
    let removed = c
        .prepare_cached("DELETE FROM outbox WHERE doc = ?1 AND grp = ?2 AND kind = ?3")?
        .execute(params![doc.as_bytes(), group.as_bytes(), i64::from(kind == Kind::Act)])?;
    Ok(removed > 0)
}

/// Takes an item out; its outcome is written in the same transaction.
pub fn remove(c: &Connection, local_id: i64) -> Result<()> {
    c.prepare_cached("DELETE FROM outbox WHERE local_id = ?1")?.execute([local_id])?;
    Ok(())
}
