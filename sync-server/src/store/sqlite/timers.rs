//! Durable timers: what is due runs once, after a restart too, in the transaction that forgets it.

use rusqlite::OptionalExtension;
use yuandian_model::{BlobHash, CaseId, UserId};

use super::writing::Transaction;
use super::{ages, copies, error, files, membership, rights};
use crate::limits::TIMERS_PER_TICK_MAX;
use crate::store::{StoreError, Swept, UploadId};

/// A nonce ends; the subject is its device.
pub const NONCE: &str = "nonce";
/// A token ends; the subject is its hash.
pub const TOKEN: &str = "token";
/// An upload ends; the subject is its id.
pub const UPLOAD: &str = "upload";
/// Rows of cases that went are old enough to be forgotten; no subject.
pub const GONE: &str = "gone";
/// A case ended long ago; the subject is its id.
pub const AGE: &str = "age";

/// A right of a person begins or ends; the subject is the person.
pub const RIGHT: &str = "right";

/// A commit that waits is judged for the last time; the subject is its id. The hub does it: it needs the gate.
pub const HELD: &str = "held";

/// Somebody may hear of a request; the subject is the case. The hub does it: it needs the rule.
pub const RING: &str = "ring";

/// The server's own act in a case is due; the subject is the case. The hub does it: it needs the rule.
pub const OWN: &str = "own";

/// A case was merged into another, which the people of the first are to follow; the subject is the first. The hub does it: it needs the rule.
pub const JOIN: &str = "join";

/// A file that nobody names takes the next step on its way; the subject is its hash.
pub const FILE: &str = "file";

/// Private answers of a case that ended are to go, or to be told when; the subject is the case. The hub does it: it needs the rule.
pub const RETAIN: &str = "retain";

/// A copy of the store is due; no subject.
pub const BACKUP: &str = "backup";

/// Sets or moves a timer.
pub fn set(t: &Transaction<'_>, kind: &str, subject: &[u8], due_ms: i64) -> Result<(), StoreError> {
    t.prepare_cached(
        "INSERT INTO timer (kind, subject, due_ms) VALUES (?1, ?2, ?3)
         ON CONFLICT (kind, subject) DO UPDATE SET due_ms = ?3",
    )
    .and_then(|mut statement| statement.execute((kind, subject, due_ms)))
    .map(|_| ())
    .map_err(error)
}

/// Sets a timer where there is none.
pub fn set_first(t: &Transaction<'_>, kind: &str, subject: &[u8], due_ms: i64) -> Result<(), StoreError> {
    t.prepare_cached("INSERT INTO timer (kind, subject, due_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
        .and_then(|mut statement| statement.execute((kind, subject, due_ms)))
        .map(|_| ())
        .map_err(error)
}

/// Whether a timer's time has come.
pub fn is_due(t: &Transaction<'_>, kind: &str, subject: &[u8], now_ms: i64) -> Result<bool, StoreError> {
    t.prepare_cached("SELECT 1 FROM timer WHERE kind = ?1 AND subject = ?2 AND due_ms <= ?3")
        .and_then(|mut statement| statement.exists((kind, subject, now_ms)))
        .map_err(error)
}

/// Forgets a timer.
pub fn clear(t: &Transaction<'_>, kind: &str, subject: &[u8]) -> Result<(), StoreError> {
    t.prepare_cached("DELETE FROM timer WHERE kind = ?1 AND subject = ?2")
        .and_then(|mut statement| statement.execute((kind, subject)))
        .map(|_| ())
        .map_err(error)
}

pub const DUE: &str = "SELECT kind, subject FROM timer WHERE due_ms <= ?1 AND kind NOT IN ('held', 'own', 'join', 'ring', 'retain') ORDER BY due_ms LIMIT ?2";

pub fn sweep(t: &Transaction<'_>, now_ms: i64) -> Result<Swept, StoreError> {
    let due: Vec<(String, Vec<u8>)> = t
        .prepare_cached(DUE)
        .and_then(|mut statement| {
            statement
                .query_map((now_ms, TIMERS_PER_TICK_MAX), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .map_err(error)?;
    let mut swept = Swept::default();
    for (kind, subject) in due {
        let sql = match kind.as_str() {
            NONCE => "DELETE FROM nonce WHERE device = ?1 AND until_ms <= ?2",
            TOKEN => "DELETE FROM token WHERE hash = ?1 AND until_ms <= ?2",
            UPLOAD => "DELETE FROM upload WHERE id = ?1 AND until_ms <= ?2",
            GONE => {
                // Sets its own next time.
                membership::forget(t, now_ms)?;
                continue;
            }
            RIGHT => {
                // Sets its own next time.
                clear(t, &kind, &subject)?;
                if let Some(user) = UserId::from_slice(&subject) {
                    rights::turn(t, &user, now_ms)?;
                }
                continue;
            }
            BACKUP => {
                copies::due(t, now_ms)?;
                swept.backup_due = true;
                continue;
            }
            FILE => {
                // Sets its own next time.
                match BlobHash::from_slice(&subject) {
                    Some(hash) => swept.going.extend(files::turn(t, &hash, now_ms)?),
                    None => clear(t, &kind, &subject)?,
                }
                continue;
            }
            AGE => {
                if let Some(document) = CaseId::from_slice(&subject) {
                    ages::age_out(t, document, now_ms)?;
                }
                clear(t, &kind, &subject)?;
                continue;
            }
            other => return Err(StoreError::Damaged(format!("no timer {other}"))),
        };
        let gone = t.prepare_cached(sql).and_then(|mut s| s.execute((&subject, now_ms))).map_err(error)?;
        if kind == UPLOAD
            && gone > 0
            && let Ok(id) = subject.as_slice().try_into()
        {
            swept.uploads.push(UploadId(id));
        }
        clear(t, &kind, &subject)?;
    }
    swept.next_due_ms = t
        .query_row("SELECT due_ms FROM timer ORDER BY due_ms LIMIT 1", [], |row| row.get(0))
        .optional()
        .map_err(error)?;
    Ok(swept)
}
