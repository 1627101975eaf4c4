//! Private answers: one row a key, written by the case's author alone, read by right alone. They stand in no document, log or error.

use std::collections::BTreeSet;

use rusqlite::OptionalExtension;
use yuandian_model::planted::{self, Bug};
use yuandian_model::{CaseId, Code};
use yuandian_sync::limits::PRIVATE_BYTES_MAX;
use yuandian_sync::message::{PrivateField, PrivateReceipt, PrivateRecord};

use super::membership::Step;
use super::row::{case, count, signed};
use super::writing::Transaction;
use super::{ages, error, partitions};
use crate::store::{Account, CaseRecord, Judge, Receiver, StoreError};

pub const OF_CASE: &str =
    "SELECT key, value, version FROM private_record WHERE document = ?1 AND value <> '' ORDER BY key";
pub const ENDED: &str = "SELECT ended FROM case_row WHERE id = ?1";

/// Every answer of a case that somebody may read now: its author, and others by right while it has not ended.
pub fn readable(
    t: &Transaction<'_>,
    record: &CaseRecord,
    receiver: &Receiver<'_>,
) -> Result<Vec<PrivateField>, StoreError> {
    if record.state.author != receiver.user {
        let ended: bool = t
            .prepare_cached(ENDED)
            .and_then(|mut s| s.query_row([record.id.0], |row| row.get(0)))
            .map_err(error)?;
        let waits = planted::is(Bug::PrivateAnswerToTheLine) && record.state.waiting.contains(&receiver.user);
        if ended || !((receiver.reads)(&record.state) || waits) {
            return Ok(Vec::new());
        }
    }
    t.prepare_cached(OF_CASE)
        .and_then(|mut s| {
            s.query_map([record.id.0], |row| {
                Ok(PrivateField { key: row.get(0)?, value: row.get(1)?, version: count(row, 2)? })
            })?
            .collect()
        })
        .map_err(error)
}

/// Keeps answers; the cases that they change move on.
pub fn put(
    t: &Transaction<'_>,
    account: &Account,
    records: &[PrivateRecord],
    judge: &dyn Judge,
    now_ms: i64,
) -> Result<Vec<PrivateReceipt>, StoreError> {
    let mut changed: BTreeSet<CaseId> = BTreeSet::new();
    let mut receipts = Vec::with_capacity(records.len());
    for record in records {
        let code = one(t, account, record, judge)?;
        if code == Code::Ok {
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
        }
    }
    Ok(receipts)
}

fn one(
    t: &Transaction<'_>,
    account: &Account,
    record: &PrivateRecord,
    judge: &dyn Judge,
) -> Result<Code, StoreError> {
    if record.value.len() > PRIVATE_BYTES_MAX {
        return Ok(Code::RLimit);
    }
    // The case may be on its way, or not brought back yet.
    let Some(known) = case(t, &record.document)? else {
        return Ok(Code::RetryLater);
    };
    if known.state.author != account.user {
        return Ok(Code::RRole);
    }
    if !judge.is_private(&known.state, &record.key) {
        return Ok(Code::RSchema);
    }
    let version = t
        .prepare_cached("SELECT version FROM private_record WHERE document = ?1 AND key = ?2")
        .and_then(|mut s| s.query_row((record.document.0, &record.key), |row| count(row, 0)).optional())
        .map_err(error)?;
    if version.is_some_and(|version| version >= record.version) {
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
