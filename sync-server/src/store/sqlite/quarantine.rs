//! The operator's list: what was refused and may matter, what was taken and should be looked at.

use super::writing::Transaction;
use yuandian_document::keys::Signature;
use yuandian_document::{Envelope, SignedCommit};
use yuandian_model::{CaseId, Code, CommitId, DeviceId, UserId};

use super::error;
use super::held::micros;
use super::row::{count, damaged, parsed, signed};
use crate::limits::QUARANTINE_PER_DEVICE_MAX;
use crate::store::{Concern, Quarantined, StoreError};

/// What a line is about.
pub struct Subject<'a> {
    pub commit: CommitId,
    pub envelope: &'a Envelope,
    pub user: UserId,
    pub code: Code,
    /// The commit and its micro pictures as a column, where nothing else keeps them.
    pub kept: Option<(&'a SignedCommit, Vec<u8>)>,
}

pub const COUNT: &str = "SELECT count(*) FROM quarantine WHERE device = ?1";

/// Puts a line on the list. Beyond a device's limit it is only said in the log.
pub fn put(
    t: &Transaction<'_>,
    subject: &Subject<'_>,
    concern: Concern,
    detail: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let device = subject.envelope.device;
    let lines = t
        .prepare_cached(COUNT)
        .and_then(|mut s| s.query_row([device.0], |row| count(row, 0)))
        .map_err(error)?;
    if lines >= QUARANTINE_PER_DEVICE_MAX {
        tracing::warn!(%device, concern = concern.id(), "the operator's list of a device is full");
        return Ok(());
    }
    let (envelope, signature, micros) = match &subject.kept {
        Some((commit, micros)) => (Some(&commit.envelope), Some(commit.signature.0), Some(micros)),
        None => (None, None, None),
    };
    t.prepare_cached(
        "INSERT INTO quarantine (concern, commit_id, document, device, user, at_ms, code, detail, envelope, signature, micros)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )
    .and_then(|mut s| {
        s.execute(rusqlite::params![
            concern.id(),
            subject.commit.0,
            subject.envelope.document.0,
            device.0,
            subject.user.0,
            now_ms,
            subject.code.id(),
            detail,
            envelope,
            signature,
            micros,
        ])
    })
    .map(|_| ())
    .map_err(error)
}

/// The whole list, oldest first.
pub fn list(t: &Transaction<'_>) -> Result<Vec<Quarantined>, StoreError> {
    t.prepare_cached(
        "SELECT id, concern, commit_id, document, device, user, at_ms, code, detail, envelope, signature, micros
         FROM quarantine ORDER BY id",
    )
    .and_then(|mut s| {
        s.query_map([], |row| {
            let word = row.get_ref(1)?.as_str()?;
            let concern = Concern::ALL.into_iter().find(|concern| concern.id() == word);
            let kept = match row.get::<_, Option<Vec<u8>>>(9)? {
                Some(envelope) => {
                    let commit = SignedCommit { envelope, signature: Signature(row.get(10)?) };
                    Some((commit, micros(row, 11)?))
                }
                None => None,
            };
            Ok(Quarantined {
                id: count(row, 0)?,
                concern: concern.ok_or_else(|| damaged(1, "concern"))?,
                commit: CommitId(row.get(2)?),
                document: CaseId(row.get(3)?),
                device: DeviceId(row.get(4)?),
                user: UserId(row.get(5)?),
                at_ms: row.get(6)?,
                code: parsed(row, 7, "code")?,
                detail: row.get(8)?,
                kept,
            })
        })?
        .collect()
    })
    .map_err(error)
}

pub fn settle(t: &Transaction<'_>, id: u64) -> Result<bool, StoreError> {
    t.execute("DELETE FROM quarantine WHERE id = ?1", [signed(id)]).map(|gone| gone > 0).map_err(error)
}
