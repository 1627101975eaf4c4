//! Commits that wait for what they miss: kept with their bytes and the answer that they wait, until what they miss comes or their time is over.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use rusqlite::{OptionalExtension, Row};
use yuandian_document::keys::Signature;
use yuandian_document::{Envelope, SignedCommit, cbor};
use yuandian_model::refusal::Facts;
use yuandian_model::{CaseId, Code, CommitId, DeviceId, PartitionId, UserId};

use super::keys::Sealer;
use super::row::{case, damaged};
use super::writing::Transaction;
use super::{error, partitions, quarantine, timers};
use crate::store::{Adopted, Concern, Held, Prepared, StoreError, Verdict};
use yuandian_document::limits::{MICRO_BYTES_MAX, MICROS_PER_COMMIT_MAX};

/// An adopted verdict's encoding, bytes, far below this.
const ADOPTED_BYTES_MAX: usize = 64 * 1024;
/// Micro pictures of one commit with what is around them, bytes.
const MICROS_BYTES_MAX: usize = MICROS_PER_COMMIT_MAX * (MICRO_BYTES_MAX + 16) + 16;

#[derive(Encode, Decode)]
#[cbor(map)]
struct AdoptedRow {
    #[n(0)]
    code: Code,
    #[n(1)]
    facts: Facts,
    #[n(2)]
    act_seq: Option<u64>,
}

/// Micro pictures as one column.
pub fn micros_blob<'a>(micros: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    cbor::encode(&micros.map(|bytes| ByteVec::from(bytes.to_vec())).collect::<Vec<ByteVec>>())
}

/// And back.
pub fn micros(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<Vec<u8>>> {
    let found: Vec<ByteVec> = cbor::decode("micros", row.get_ref(column)?.as_blob()?, MICROS_BYTES_MAX)
        .map_err(|_| damaged(column, "micro pictures"))?;
    Ok(found.into_iter().map(Vec::from).collect())
}

const COLUMNS: &str = "id, user, envelope, signature, micros, received_ms, due_ms, adopted";

fn read(row: &Row<'_>) -> rusqlite::Result<Held> {
    let adopted = match row.get_ref(7)?.as_blob_or_null()? {
        None => None,
        Some(bytes) => {
            let adopted: AdoptedRow =
                cbor::decode("adopted", bytes, ADOPTED_BYTES_MAX).map_err(|_| damaged(7, "verdict"))?;
            Some(Adopted { code: adopted.code, facts: adopted.facts, act_seq: adopted.act_seq })
        }
    };
    Ok(Held {
        id: CommitId(row.get(0)?),
        user: UserId(row.get(1)?),
        commit: SignedCommit { envelope: row.get(2)?, signature: Signature(row.get(3)?) },
        micros: micros(row, 4)?,
        received_ms: row.get(5)?,
        due_ms: row.get(6)?,
        adopted,
    })
}

pub const OF_CASE: &str = "SELECT id, user, envelope, signature, micros, received_ms, due_ms, adopted FROM held WHERE document = ?1 ORDER BY ordinal";
pub const RIPE: &str = "SELECT document FROM held WHERE due_ms <= ?1 ORDER BY due_ms LIMIT 1";

/// What waits in these cases, in the order it came.
pub fn of_cases(
    t: &Transaction<'_>,
    cases: &BTreeSet<CaseId>,
) -> Result<BTreeMap<CaseId, Vec<Held>>, StoreError> {
    let mut found = BTreeMap::new();
    for case in cases {
        let held: Vec<Held> = t
            .prepare_cached(OF_CASE)
            .and_then(|mut s| s.query_map([case.0], read)?.collect())
            .map_err(error)?;
        if !held.is_empty() {
            found.insert(*case, held);
        }
    }
    Ok(found)
}

/// The answer to what waits.
pub fn receipt(t: &Transaction<'_>, id: &CommitId) -> Result<Option<Vec<u8>>, StoreError> {
    t.prepare_cached("SELECT receipt FROM held WHERE id = ?1")
        .and_then(|mut s| s.query_row([id.0], |row| row.get(0)).optional())
        .map_err(error)
}

/// What is to be judged for the last time, of the case that waits longest.
pub fn ripe(t: &Transaction<'_>, now_ms: i64) -> Result<Vec<Held>, StoreError> {
    let case: Option<CaseId> = t
        .prepare_cached(RIPE)
        .and_then(|mut s| s.query_row([now_ms], |row| Ok(CaseId(row.get(0)?))).optional())
        .map_err(error)?;
    let Some(case) = case else {
        return Ok(Vec::new());
    };
    let mut held = of_cases(t, &BTreeSet::from([case]))?.remove(&case).unwrap_or_default();
    held.retain(|held| held.due_ms <= now_ms);
    Ok(held)
}

/// Keeps a commit that waits.
pub fn keep(t: &Transaction<'_>, item: &Prepared, due_ms: i64, receipt: &[u8]) -> Result<(), StoreError> {
    let adopted = item.adopted.as_ref().map(|adopted| {
        let row = AdoptedRow { code: adopted.code, facts: adopted.facts.clone(), act_seq: adopted.act_seq };
        cbor::encode(&row)
    });
    t.prepare_cached(
        "INSERT INTO held (id, device, user, document, received_ms, due_ms, receipt, adopted, envelope, signature, micros)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )
    .and_then(|mut s| {
        s.execute(rusqlite::params![
            item.id.0,
            item.envelope.device.0,
            item.user.0,
            item.envelope.document.0,
            item.received_ms,
            due_ms,
            receipt,
            adopted,
            item.commit.envelope,
            item.commit.signature.0,
            micros_blob(item.micros.iter().map(|(_, bytes)| bytes.as_slice())),
        ])
    })
    .map_err(error)?;
    timers::set(t, timers::HELD, &item.id.0, due_ms)
}

/// Waits no longer.
pub fn forget(t: &Transaction<'_>, id: &CommitId) -> Result<(), StoreError> {
    t.prepare_cached("DELETE FROM held WHERE id = ?1").and_then(|mut s| s.execute([id.0])).map_err(error)?;
    timers::clear(t, timers::HELD, &id.0)
}

/// Gives something that waits its final answer without taking it.
fn close(t: &Transaction<'_>, held: &Held, verdict: &Verdict, now_ms: i64) -> Result<(), StoreError> {
    let envelope: Envelope = held.commit.open().map_err(|e| StoreError::Damaged(e.to_string()))?;
    let partition = case(t, &envelope.document)?.map_or(PartitionId::ONLY, |record| record.partition);
    let epoch = partitions::find(t, partition)?
        .map_or_else(|| partitions::head(t).map(|h| h.epoch), |h| Ok(h.epoch))?;
    let receipt = Sealer::new(t)?.receipt(held.id, verdict, (None, epoch), held.received_ms);
    t.prepare_cached(
        "INSERT INTO commit_log (id, document, kind, grp, device, user, received_ms, code, receipt, envelope, signature, partition)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, x'', ?10, ?11)",
    )
    .and_then(|mut s| {
        s.execute(rusqlite::params![
            held.id.0,
            envelope.document.0,
            envelope.kind as i64,
            envelope.group.0,
            envelope.device.0,
            held.user.0,
            held.received_ms,
            verdict.code.id(),
            receipt,
            held.commit.signature.0,
            partition.0,
        ])
    })
    .map_err(error)?;
    for (concern, detail) in &verdict.concerns {
        let subject = quarantine::Subject {
            commit: held.id,
            envelope: &envelope,
            user: held.user,
            code: verdict.code,
            kept: Some((&held.commit, micros_blob(held.micros.iter().map(Vec::as_slice)))),
        };
        quarantine::put(t, &subject, *concern, detail, now_ms)?;
    }
    forget(t, &held.id)
}

/// Its own device has replaced it.
pub fn drop_replaced(t: &Transaction<'_>, id: &CommitId, now_ms: i64) -> Result<(), StoreError> {
    let held = t
        .prepare_cached(&format!("SELECT {COLUMNS} FROM held WHERE id = ?1"))
        .and_then(|mut s| s.query_row([id.0], read).optional())
        .map_err(error)?;
    match held {
        Some(held) => close(t, &held, &Verdict::still(Code::Dup), now_ms),
        None => Ok(()),
    }
}

/// Its device was shut out.
pub fn revoke(t: &Transaction<'_>, device: &DeviceId, now_ms: i64) -> Result<(), StoreError> {
    let held: Vec<Held> = t
        .prepare_cached(&format!("SELECT {COLUMNS} FROM held WHERE device = ?1"))
        .and_then(|mut s| s.query_map([device.0], read)?.collect())
        .map_err(error)?;
    let verdict =
        Verdict { concerns: vec![(Concern::Revoked, String::new())], ..Verdict::still(Code::RRevoked) };
    for held in held {
        close(t, &held, &verdict, now_ms)?;
    }
    Ok(())
}

/// Opens the window, or moves its end.
pub fn open_refill(t: &Transaction<'_>, until_ms: i64) -> Result<(), StoreError> {
    t.execute(
        "INSERT INTO refill (id, until_ms) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET until_ms = ?1",
        [until_ms],
    )
    .map(|_| ())
    .map_err(error)
}

/// Until when phones bring back what a restored server has lost, ms since 1970; 0 where it never was.
pub fn refill_until(t: &Transaction<'_>) -> Result<i64, StoreError> {
    t.query_row("SELECT coalesce((SELECT until_ms FROM refill WHERE id = 1), 0)", [], |row| row.get(0))
        .map_err(error)
}
