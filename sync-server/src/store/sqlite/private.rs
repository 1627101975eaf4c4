//! Private answers: one row a key, written by the case's author alone, read by right alone. They stand in no document, log or error. What is
//! kept is sealed before it comes here.

use std::collections::BTreeSet;

use rusqlite::OptionalExtension;
use yuandian_model::planted::{self, Bug};
use yuandian_model::{CaseId, Code, UserId};
use yuandian_sync::limits::PRIVATE_BYTES_MAX;
use yuandian_sync::message::{PrivateField, PrivateReceipt};

use super::membership::Step;
use super::row::{case, count, signed};
use super::writing::Transaction;
use super::{ages, consents, erasure, error, partitions, retention, settings};
use crate::seal::SEALED_MORE_BYTES;
use crate::store::{CaseRecord, Judge, Opened, PrivateAsk, Receiver, SealedAnswer, SealedRecord, StoreError};

pub const OF_CASE: &str =
    "SELECT key, value, version FROM private_record WHERE document = ?1 AND value <> x'' ORDER BY key";
pub const STORED: &str = "SELECT version, value FROM private_record WHERE document = ?1 AND key = ?2";
pub const ENDED: &str = "SELECT ended FROM case_row WHERE id = ?1";

/// Answers may be plain: an older version of this program kept them.
const PLAIN: &str = "private_plain";

/// Every answer of a case that somebody may read now: its author, and others by right while it has not ended. What no key opens is left out; its
/// author is then told nothing at all, nor is anybody while the keys cannot be read: whoever has the answers keeps them.
pub fn readable(
    t: &Transaction<'_>,
    record: &CaseRecord,
    receiver: &Receiver<'_>,
) -> Result<Option<Vec<PrivateField>>, StoreError> {
    let own = record.state.author == receiver.user;
    if !own {
        let ended: bool = t
            .prepare_cached(ENDED)
            .and_then(|mut s| s.query_row([record.id.0], |row| row.get(0)))
            .map_err(error)?;
        let waits = planted::is(Bug::PrivateAnswerToTheLine) && record.state.waiting.contains(&receiver.user);
        if ended || !((receiver.reads)(&record.state) || waits) {
            return Ok(Some(Vec::new()));
        }
    }
    let mut statement = t.prepare_cached(OF_CASE).map_err(error)?;
    let mut kept = statement.query([record.id.0]).map_err(error)?;
    let mut fields = Vec::new();
    while let Some(row) = kept.next().map_err(error)? {
        let (key, version): (String, u64) =
            row.get(0).and_then(|key| Ok((key, count(row, 2)?))).map_err(error)?;
        let value = row.get_ref(1).and_then(|value| Ok(value.as_blob()?)).map_err(error)?;
        let answer = SealedAnswer { author: &record.state.author, case: &record.id, key: &key, value };
        match (receiver.opens)(&answer) {
            Opened::Answer(value) => fields.push(PrivateField { key, value, version }),
            Opened::Lost if !own => {}
            Opened::Lost | Opened::Later => return Ok(None),
        }
    }
    Ok(Some(fields))
}

/// Keeps answers; the cases that they change move on.
pub fn put(
    t: &Transaction<'_>,
    ask: &PrivateAsk<'_>,
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<Vec<PrivateReceipt>, StoreError> {
    let mut changed: BTreeSet<CaseId> = BTreeSet::new();
    let mut receipts = Vec::with_capacity(ask.records.len());
    for record in ask.records {
        let code = one(t, ask, record, judge)?;
        if code == Code::Ok {
            consents::add(t, &ask.account.user, record, now_ms)?;
            changed.insert(record.document);
        }
        receipts.push(PrivateReceipt {
            document: record.document,
            key: record.key.clone(),
            version: record.version,
            code,
        });
    }
    for id in changed {
        if let Some(record) = case(t, &id)? {
            let head = partitions::advance(t, record.partition, 1)?;
            let step = Step { partition: record.partition, document: id, seq: head.head, now_ms };
            ages::touch_row(t, &step, (Some(&record), &record), judge.streams(&record.state), judge)?;
            if judge.has_ended(&record.state) {
                retention::turn(t, &record, judge)?;
            }
        }
    }
    Ok(receipts)
}

fn one(
    t: &Transaction<'_>,
    ask: &PrivateAsk<'_>,
    record: &SealedRecord,
    judge: &dyn Judge,
) -> Result<Code, StoreError> {
    if record.value.len() > PRIVATE_BYTES_MAX + SEALED_MORE_BYTES {
        return Ok(Code::RLimit);
    }
    // The case may be on its way, or not brought back yet.
    let Some(known) = case(t, &record.document)? else {
        return Ok(Code::RetryLater);
    };
    if known.state.author != ask.account.user {
        return Ok(Code::RRole);
    }
    // On another phone, since this one was let in.
    if erasure::is_erased(t, &ask.account.user)? {
        return Ok(Code::RRevoked);
    }
    if !judge.is_private(&known.state, &record.key) {
        return Ok(Code::RSchema);
    }
    let newer = |version: u64, value: &[u8]| {
        let readable = value.is_empty() || (ask.opens)(&record.document, &record.key, value);
        version >= record.version && readable
    };
    let is_known = t
        .prepare_cached(STORED)
        .and_then(|mut s| {
            s.query_row((record.document.0, &record.key), |row| {
                Ok(newer(count(row, 0)?, row.get_ref(1)?.as_blob()?))
            })
            .optional()
        })
        .map_err(error)?;
    if is_known == Some(true) {
        return Ok(Code::Dup);
    }
    t.prepare_cached(
        "INSERT INTO private_record (document, key, value, version) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (document, key) DO UPDATE SET value = ?3, version = ?4",
    )
    .and_then(|mut s| s.execute((record.document.0, &record.key, &record.value, signed(record.version))))
    .map_err(error)?;
    Ok(Code::Ok)
}

/// Everybody of whom answers are kept.
pub fn subjects(t: &Transaction<'_>) -> Result<BTreeSet<UserId>, StoreError> {
    t.prepare(
        "SELECT DISTINCT c.author FROM private_record p JOIN case_row c ON c.id = p.document WHERE p.value <> x''",
    )
    .and_then(|mut s| s.query_map([], |row| Ok(UserId(row.get(0)?)))?.collect())
    .map_err(error)
}

/// Every answer with its author, where some may be plain.
pub fn plain(t: &Transaction<'_>) -> Result<Vec<(UserId, SealedRecord)>, StoreError> {
    if settings::get(t, PLAIN)?.is_none() {
        return Ok(Vec::new());
    }
    t.prepare(
        "SELECT c.author, p.document, p.key, p.value, p.version FROM private_record p JOIN case_row c ON c.id = p.document
         WHERE p.value <> x''",
    )
    .and_then(|mut s| {
        s.query_map([], |row| {
            let (document, key, value) = (CaseId(row.get(1)?), row.get(2)?, row.get(3)?);
            Ok((UserId(row.get(0)?), SealedRecord { document, key, value, version: count(row, 4)? }))
        })?
        .collect()
    })
    .map_err(error)
}

/// Puts sealed answers in place of the plain ones of the same version; what the log has of those is to be cut.
pub fn seal(t: &Transaction<'_>, sealed: &[SealedRecord]) -> Result<(), StoreError> {
    for record in sealed {
        t.prepare_cached(
            "UPDATE private_record SET value = ?3 WHERE document = ?1 AND key = ?2 AND version = ?4",
        )
        .and_then(|mut s| s.execute((record.document.0, &record.key, &record.value, signed(record.version))))
        .map_err(error)?;
    }
    settings::clear(t, PLAIN)?;
    erasure::due(t)
}
