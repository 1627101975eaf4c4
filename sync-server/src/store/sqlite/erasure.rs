//! Forgetting a person: what is private of them goes for good, what they wrote about cases stays readable without them.
//!
//! Guarantees: rows go in the transaction that says so; their bytes are overwritten (`secure_delete`). That transaction notes that the person's key
//! is to be destroyed and the log to be cut, which is due until it was done; who was forgotten is remembered by id alone, so that a restored
//! backup is told again.

use std::collections::BTreeSet;

use rusqlite::OptionalExtension;
use yuandian_model::{BlobHash, CaseId, UserId};
use yuandian_sync::Rendition;

use super::membership::Step;
use super::row::case;
use super::writing::Transaction;
use super::{ages, error, files, notifications, partitions, redaction, rights, settings, uploads};
use crate::store::{Forgotten, Going, Judge, StoreError, Whom};

/// What others read in place of the name.
const NOBODY: &str = "已注销用户";
/// Why words go with a person who is forgotten.
const FORGOTTEN: &str = "forgotten";
/// Keys and the log still hold what was erased.
const SCRUB_DUE: &str = "scrub_due";

pub const AUTHORED: &str = "SELECT id FROM case_row WHERE author = ?1 ORDER BY id";
/// Originals of photos that were never shared: their cameras may have written a home's place into them. What the law holds stays.
pub const OWN_ORIGINALS: &str =
    "SELECT r.hash, r.document, r.device FROM blob_ref r JOIN device d ON d.device = r.device
     WHERE d.user = ?1 AND r.shared = 0 AND r.rendition = ?2
         AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.document = r.document)";

/// Erases what is private of a person and ends their account. Doing it again erases what came since. `now_ms`: ms since 1970.
pub fn forget(
    t: &Transaction<'_>,
    user: &UserId,
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<Option<Forgotten>, StoreError> {
    let known = t
        .query_row("SELECT 1 FROM person WHERE user = ?1", [user.0], |_| Ok(()))
        .optional()
        .map_err(error)?;
    if known.is_none() {
        return Ok(None);
    }
    t.execute("INSERT OR IGNORE INTO erased (user, at_ms) VALUES (?1, ?2)", (user.0, now_ms))
        .map_err(error)?;
    rights::shut(t, &Whom::User(*user), now_ms)?;
    t.execute("UPDATE person SET name = ?2 WHERE user = ?1", (user.0, NOBODY)).map_err(error)?;
    notifications::forget(t, user)?;
    t.execute("DELETE FROM apart WHERE user = ?1", [user.0]).map_err(error)?;
    let mut forgotten = Forgotten::default();
    let authored: Vec<CaseId> = t
        .prepare_cached(AUTHORED)
        .and_then(|mut s| s.query_map([user.0], |row| Ok(CaseId(row.get(0)?)))?.collect())
        .map_err(error)?;
    for id in authored {
        let gone = t.execute("DELETE FROM private_record WHERE document = ?1", [id.0]).map_err(error)?;
        t.execute("DELETE FROM private_look WHERE document = ?1", [id.0]).map_err(error)?;
        forgotten.answers += gone as u64;
        forgotten.cases += 1;
        match redaction::redact(t, (&id, &Going::GivenAwayBy(*user)), FORGOTTEN, judge, now_ms) {
            // A document that cannot be read is no reason to keep everything else.
            Err(StoreError::Damaged(reason)) => {
                tracing::error!(case = %id, %reason, "its words stay as they are");
            }
            done => drop(done?),
        }
        // Whoever holds the case hears that there is nothing private in it any more, and of whom it was.
        if let Some(record) = case(t, &id)? {
            let head = partitions::advance(t, record.partition, 1)?;
            let step = Step { partition: record.partition, document: id, seq: head.head, now_ms };
            ages::touch_row(t, &step, (Some(&record), &record), judge.streams(&record.state), judge)?;
        }
    }
    forgotten.files = originals(t, user, now_ms)?;
    due(t)?;
    Ok(Some(forgotten))
}

fn originals(t: &Transaction<'_>, user: &UserId, now_ms: i64) -> Result<u64, StoreError> {
    let named: Vec<(BlobHash, CaseId, [u8; 16])> = t
        .prepare_cached(OWN_ORIGINALS)
        .and_then(|mut s| {
            let row = |row: &rusqlite::Row<'_>| Ok((BlobHash(row.get(0)?), CaseId(row.get(1)?), row.get(2)?));
            s.query_map((user.0, Rendition::Original as i64), row)?.collect()
        })
        .map_err(error)?;
    for (hash, document, device) in &named {
        t.execute(
            "DELETE FROM blob_ref WHERE hash = ?1 AND document = ?2 AND device = ?3",
            (hash.0, document.0, device),
        )
        .map_err(error)?;
        t.execute("DELETE FROM upload WHERE hash = ?1 AND device = ?2", (hash.0, device)).map_err(error)?;
        files::go_now(t, hash, now_ms)?;
    }
    // Also in cases that others opened it is said to be stored no more.
    let cases: BTreeSet<CaseId> = named.iter().map(|(_, document, _)| *document).collect();
    uploads::move_on(t, &cases.into_iter().collect::<Vec<_>>(), now_ms)?;
    Ok(named.len() as u64)
}

/// Everybody who was forgotten, by id, with when, ms since 1970.
pub fn forgotten(t: &Transaction<'_>) -> Result<Vec<(UserId, i64)>, StoreError> {
    t.prepare_cached("SELECT user, at_ms FROM erased ORDER BY user")
        .and_then(|mut s| s.query_map([], |row| Ok((UserId(row.get(0)?), row.get(1)?)))?.collect())
        .map_err(error)
}

/// The log is to be cut.
pub fn due(t: &Transaction<'_>) -> Result<(), StoreError> {
    settings::set(t, SCRUB_DUE, "1")
}

/// Whether somebody was forgotten in this store.
pub fn is_erased(t: &Transaction<'_>, user: &UserId) -> Result<bool, StoreError> {
    t.prepare_cached("SELECT 1 FROM erased WHERE user = ?1")
        .and_then(|mut s| s.exists([user.0]))
        .map_err(error)
}

/// Whether keys or the log still hold what was erased.
pub fn scrub_due(t: &Transaction<'_>) -> Result<bool, StoreError> {
    Ok(settings::get(t, SCRUB_DUE)?.is_some())
}

/// The log was truncated.
pub fn scrubbed(t: &Transaction<'_>) -> Result<(), StoreError> {
    settings::clear(t, SCRUB_DUE)
}
