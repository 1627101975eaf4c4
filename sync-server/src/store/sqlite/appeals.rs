//! Appeals: a refused commit that a person wants somebody to look at, and the answer.

use rusqlite::OptionalExtension;
use yuandian_document::SignedCommit;
use yuandian_document::keys::Signature;
use yuandian_model::{CaseId, CommitId, DeviceId, UserId};
use yuandian_sync::message::AppealAnswer;

use super::held::{micros, micros_blob};
use super::row::{count, signed};
use super::writing::Transaction;
use super::{error, rights};
use crate::limits::APPEALS_PER_DEVICE_MAX;
use crate::store::{Account, AppealLine, AppealOutcome, NewAppeal, StoreError};

pub const OPEN: &str = "SELECT count(*) FROM appeal WHERE device = ?1 AND answered_ms IS NULL";
pub const ANSWERS: &str = "SELECT commit_id, granted, words FROM appeal WHERE device = ?1 AND answered_ms >= ?2 ORDER BY answered_ms";

pub fn keep(
    t: &Transaction<'_>,
    account: &Account,
    appeal: &NewAppeal,
    now_ms: i64,
) -> Result<AppealOutcome, StoreError> {
    let known = t
        .query_row("SELECT ticket FROM appeal WHERE commit_id = ?1", [appeal.id.0], |row| count(row, 0))
        .optional()
        .map_err(error)?;
    if let Some(ticket) = known {
        // Whoever asks again has not heard the answer, or heard it of a server that was restored: it is told once more.
        let told = t
            .execute(
                "UPDATE appeal SET answered_ms = ?2 WHERE ticket = ?1 AND answered_ms IS NOT NULL",
                (signed(ticket), now_ms),
            )
            .map_err(error)?;
        if told > 0 {
            rights::changed(t, &account.user)?;
        }
        return Ok(AppealOutcome::Kept(ticket));
    }
    let open = t.query_row(OPEN, [account.device.0], |row| count(row, 0)).map_err(error)?;
    if open >= APPEALS_PER_DEVICE_MAX {
        return Ok(AppealOutcome::TooMany);
    }
    t.query_row(
        "INSERT INTO appeal (commit_id, document, device, user, received_ms, reason, words, envelope, signature, micros)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, '', ?7, ?8, ?9) RETURNING ticket",
        rusqlite::params![
            appeal.id.0,
            appeal.document.0,
            account.device.0,
            account.user.0,
            now_ms,
            appeal.reason,
            appeal.commit.envelope,
            appeal.commit.signature.0,
            micros_blob(appeal.micros.iter().map(Vec::as_slice)),
        ],
        |row| count(row, 0),
    )
    .map(AppealOutcome::Kept)
    .map_err(error)
}

pub fn list(t: &Transaction<'_>) -> Result<Vec<AppealLine>, StoreError> {
    t.prepare_cached(
        "SELECT ticket, commit_id, document, device, user, received_ms, reason, granted, words, envelope, signature, micros
         FROM appeal ORDER BY ticket",
    )
    .and_then(|mut s| {
        s.query_map([], |row| {
            let commit = SignedCommit { envelope: row.get(9)?, signature: Signature(row.get(10)?) };
            Ok(AppealLine {
                ticket: count(row, 0)?,
                commit: CommitId(row.get(1)?),
                document: CaseId(row.get(2)?),
                device: DeviceId(row.get(3)?),
                user: UserId(row.get(4)?),
                received_ms: row.get(5)?,
                reason: row.get(6)?,
                granted: row.get(7)?,
                words: row.get(8)?,
                kept: (commit, micros(row, 11)?),
            })
        })?
        .collect()
    })
    .map_err(error)
}

pub fn answer(
    t: &Transaction<'_>,
    ticket: u64,
    granted: bool,
    words: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let user: Option<[u8; 16]> = t
        .query_row(
            "UPDATE appeal SET granted = ?2, words = ?3, answered_ms = ?4 WHERE ticket = ?1 AND answered_ms IS NULL
             RETURNING user",
            (signed(ticket), granted, words, now_ms),
            |row| row.get(0),
        )
        .optional()
        .map_err(error)?;
    // The answer is told in a greeting: the person's phones are asked for one.
    user.map_or(Ok(false), |user| rights::changed(t, &UserId(user)).map(|()| true))
}

pub fn answers(
    t: &Transaction<'_>,
    device: &DeviceId,
    since_ms: i64,
) -> Result<Vec<AppealAnswer>, StoreError> {
    t.prepare_cached(ANSWERS)
        .and_then(|mut s| {
            s.query_map((device.0, since_ms), |row| {
                Ok(AppealAnswer { commit: CommitId(row.get(0)?), granted: row.get(1)?, words: row.get(2)? })
            })?
            .collect()
        })
        .map_err(error)
}
