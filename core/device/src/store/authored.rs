//! Own commits that the server has numbered, until they are in a verified backup: a server that was restored gets them again.
//!
//! An epoch is one life of one partition's log, so it says in which partition a number was given. Where the case lies by now does not.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use yuandian_model::{CaseId, CommitId, Epoch, Incarnation};

use super::id;
use crate::error::Result;

const SHARED: &str =
    "n, doc, grp, kind, intent, incarnation, branch, change, body, micros, captured, signed, receipt";

/// The epoch of what was taken in a life that is over and has not come by a page.
pub const BEFORE: Epoch = Epoch([0; 8]);

/// Moves an item out of the outbox: it has its number. One that was never signed here is only taken out.
pub fn archive(c: &Connection, local_id: i64, (epoch, seq): (Epoch, u64)) -> Result<()> {
    c.prepare_cached(&format!(
        "INSERT OR REPLACE INTO authored (commit_id, local_id, epoch, seq, {SHARED})
         SELECT commit_id, local_id, ?2, ?3, {SHARED} FROM outbox
         WHERE local_id = ?1 AND commit_id IS NOT NULL AND signed IS NOT NULL"
    ))?
    .execute(params![local_id, epoch.0, seq.cast_signed()])?;
    c.prepare_cached("DELETE FROM outbox WHERE local_id = ?1")?.execute([local_id])?;
    Ok(())
}

/// Lets go of own commits of a case that are not what its base says of them any more: words went from them.
pub fn let_old_words_go(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached(
        "DELETE FROM authored WHERE doc = ?1 AND EXISTS (
             SELECT 1 FROM base b WHERE b.doc = ?1 AND b.incarnation = authored.incarnation AND b.n = authored.n
                 AND CASE WHEN authored.change IS NULL THEN b.body <> authored.body ELSE b.change <> authored.change END)",
    )?
    .execute([doc.as_bytes()])?;
    Ok(())
}

/// Lets go of all that was written into a case: words went from it, and nobody says here from which commits.
pub fn let_content_go(c: &Connection, doc: &CaseId) -> Result<()> {
    c.prepare_cached("DELETE FROM authored WHERE doc = ?1 AND change IS NOT NULL")?
        .execute([doc.as_bytes()])?;
    Ok(())
}

/// Forgets what is in a verified backup.
pub fn prune(c: &Connection, epoch: Epoch, safe_seq: u64) -> Result<()> {
    c.prepare_cached("DELETE FROM authored WHERE epoch = ?1 AND seq <= ?2")?
        .execute(params![epoch.0, safe_seq.cast_signed()])?;
    Ok(())
}

struct Kept {
    commit: CommitId,
    local_id: i64,
    incarnation: Incarnation,
    n: i64,
}

/// The server was restored: what it numbered in lives of logs that no partition lives any more goes into the outbox again, in the order of
/// the chains, before all that is new. Gives the cases.
pub fn refill(c: &Connection) -> Result<Vec<CaseId>> {
    let mut kept = Vec::new();
    {
        let mut statement = c.prepare_cached(
            "SELECT commit_id, local_id, incarnation, n FROM authored
             WHERE epoch NOT IN (SELECT epoch FROM partitions) ORDER BY local_id",
        )?;
        let rows = statement.query_map([], |r| {
            Ok((r.get::<_, Vec<u8>>(0)?, r.get(1)?, r.get::<_, Vec<u8>>(2)?, r.get(3)?))
        })?;
        for row in rows {
            let (commit, local_id, incarnation, n) = row?;
            let commit = id(commit, CommitId::from_slice)?;
            kept.push(Kept { commit, local_id, incarnation: id(incarnation, Incarnation::from_slice)?, n });
        }
    }
    let mut lives: BTreeMap<Incarnation, i64> = BTreeMap::new();
    for item in &kept {
        let first = lives.entry(item.incarnation).or_insert(item.local_id);
        *first = (*first).min(item.local_id);
    }
    kept.sort_by_key(|item| (lives.get(&item.incarnation).copied(), item.n));
    let first: i64 =
        c.query_row("SELECT MIN(0, COALESCE(MIN(local_id), 0)) FROM outbox", [], |r| r.get(0))?;
    let before = first - i64::try_from(kept.len()).unwrap_or(i64::MAX);
    for (place, item) in (before..).zip(&kept) {
        c.prepare_cached(&format!(
            "INSERT OR IGNORE INTO outbox (local_id, state, commit_id, {SHARED})
             SELECT ?2, 1, commit_id, {SHARED} FROM authored WHERE commit_id = ?1"
        ))?
        .execute(params![item.commit.as_bytes(), place])?;
        c.prepare_cached("DELETE FROM authored WHERE commit_id = ?1")?.execute([item.commit.as_bytes()])?;
    }
    let mut statement = c.prepare_cached("SELECT DISTINCT doc FROM outbox WHERE local_id < ?1")?;
    let docs = statement.query_map([first], |r| r.get::<_, Vec<u8>>(0))?;
    docs.map(|doc| id(doc?, CaseId::from_slice)).collect()
}

/// Whether own commits of a case are kept.
pub fn has(c: &Connection, doc: &CaseId) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM authored WHERE doc = ?1")?.exists([doc.as_bytes()])?)
}

/// How many own commits are not in a verified backup.
pub fn count(c: &Connection) -> Result<u64> {
    let count: i64 = c.query_row("SELECT count(*) FROM authored", [], |r| r.get(0))?;
    Ok(count.cast_unsigned())
}
