//! Partitions: the counters that order everything, each with the epoch it counts in.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row};
use sha2::{Digest, Sha256};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{Epoch, PartitionId};
use yuandian_sync::message::{EndedLife, PartitionHead};

use super::error;
use super::row::{count, damaged, signed};
use super::writing::Transaction;
use crate::store::StoreError;

const COLUMNS: &str = "id, epoch, head, safe_seq";

fn read(row: &Row<'_>) -> rusqlite::Result<PartitionHead> {
    let safe_seq = row.get::<_, Option<i64>>(3)?.map(u64::try_from).transpose();
    Ok(PartitionHead {
        partition: PartitionId(row.get(0)?),
        epoch: Epoch(row.get(1)?),
        head: count(row, 2)?,
        safe_seq: safe_seq.map_err(|_| damaged(3, "count"))?,
    })
}

/// Where a partition stands; `None` where nothing was ever ordered in it.
pub fn find(t: &Transaction<'_>, partition: PartitionId) -> Result<Option<PartitionHead>, StoreError> {
    t.prepare_cached(&format!("SELECT {COLUMNS} FROM partition WHERE id = ?1"))
        .and_then(|mut statement| statement.query_row([partition.0], read).optional())
        .map_err(error)
}

/// Where the only partition stands, or in a deployment of many the one that names their epochs.
pub fn head(t: &Transaction<'_>) -> Result<PartitionHead, StoreError> {
    find(t, PartitionId::ONLY)?.ok_or_else(|| StoreError::Damaged("there is no partition".into()))
}

/// Every partition, rising.
pub fn heads(t: &Transaction<'_>) -> Result<Vec<PartitionHead>, StoreError> {
    t.prepare_cached(&format!("SELECT {COLUMNS} FROM partition ORDER BY id"))
        .and_then(|mut statement| statement.query_map([], read)?.collect())
        .map_err(error)
}

/// Takes the next `n` numbers; the last of them is the new head.
pub fn advance(t: &Transaction<'_>, partition: PartitionId, n: u64) -> Result<PartitionHead, StoreError> {
    try_advance(t, partition, n)?.ok_or_else(|| StoreError::Damaged("there is no such partition".into()))
}

/// [`advance`]; `None` where nothing was ever ordered in it.
pub fn try_advance(
    t: &Transaction<'_>,
    partition: PartitionId,
    n: u64,
) -> Result<Option<PartitionHead>, StoreError> {
    let n = n + u64::from(planted::is(Bug::NumberSkipped));
    t.prepare_cached(&format!("UPDATE partition SET head = head + ?2 WHERE id = ?1 RETURNING {COLUMNS}"))
        .and_then(|mut statement| statement.query_row((partition.0, signed(n)), read).optional())
        .map_err(error)
}

/// Where a partition stands; begins it where nothing was ever ordered in it. Its epoch follows from the one of the whole deployment, which is
/// random and drawn anew by every restore.
pub fn ensure(t: &Transaction<'_>, partition: PartitionId) -> Result<PartitionHead, StoreError> {
    if let Some(head) = find(t, partition)? {
        return Ok(head);
    }
    let epoch = epoch_of(&head(t)?.epoch, partition);
    t.prepare_cached("INSERT INTO partition (id, epoch, head) VALUES (?1, ?2, 0)")
        .and_then(|mut statement| statement.execute((partition.0, epoch.0)))
        .map_err(error)?;
    Ok(PartitionHead { partition, epoch, head: 0, safe_seq: None })
}

/// Keeps how far a life stands that a restore ends here.
pub fn end(t: &Transaction<'_>, life: &PartitionHead) -> Result<(), StoreError> {
    t.prepare_cached("INSERT OR IGNORE INTO ended_life (epoch, partition, last) VALUES (?1, ?2, ?3)")
        .and_then(|mut statement| statement.execute((life.epoch.0, life.partition.0, signed(life.head))))
        .map(|_| ())
        .map_err(error)
}

/// How far each of these lives still stands; nothing of one that is not known here.
pub fn ended(t: &Transaction<'_>, lives: &BTreeSet<Epoch>) -> Result<Vec<EndedLife>, StoreError> {
    let mut ended = Vec::new();
    for life in lives {
        let found = t
            .prepare_cached("SELECT partition, last FROM ended_life WHERE epoch = ?1")
            .and_then(|mut s| {
                s.query_row([life.0], |row| {
                    Ok(EndedLife { partition: PartitionId(row.get(0)?), epoch: *life, last: count(row, 1)? })
                })
                .optional()
            })
            .map_err(error)?;
        ended.extend(found);
    }
    Ok(ended)
}

/// The epoch of a partition in a life of the deployment.
pub fn epoch_of(life: &Epoch, partition: PartitionId) -> Epoch {
    if partition == PartitionId::ONLY {
        return *life;
    }
    let digest = Sha256::new().chain_update(life.0).chain_update(partition.0.to_be_bytes()).finalize();
    let mut epoch = [0; 8];
    epoch.copy_from_slice(&digest[..8]);
    Epoch(epoch)
}
