//! What devices told at their last greeting: for the operator's questions, never for a decision.

use std::collections::BTreeSet;

use rusqlite::OptionalExtension;
use yuandian_model::{DeviceId, Epoch, PartitionId};
use yuandian_sync::StreamId;

use super::row::{count, signed};
use super::writing::Transaction;
use super::{error, people};
use crate::store::{Contact, ContactStream, OverBudget, StoreError};

/// Keeps a greeting in place of the last, and the number for the next.
pub fn keep(t: &Transaction<'_>, device: &DeviceId, contact: &Contact) -> Result<(), StoreError> {
    if let Some((nonce, until_ms)) = &contact.next_nonce {
        people::put_nonce(t, device, nonce, *until_ms)?;
    }
    t.prepare_cached(
        "INSERT INTO contact (device, at_ms, app, budget, free_bytes, over) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (device) DO UPDATE SET at_ms = ?2, app = ?3, budget = ?4, free_bytes = ?5, over = ?6",
    )
    .and_then(|mut s| {
        s.execute((
            device.0,
            contact.at_ms,
            &contact.app,
            contact.budget,
            contact.free_bytes.map(signed),
            signed(contact.over),
        ))
    })
    .map_err(error)?;
    let told: BTreeSet<(u32, &str)> =
        contact.streams.iter().map(|s| (s.partition.0, s.stream.0.as_str())).collect();
    for ContactStream { partition, stream, .. } in streams(t, device)? {
        if !told.contains(&(partition.0, stream.0.as_str())) {
            t.prepare_cached(
                "DELETE FROM contact_stream WHERE device = ?1 AND partition = ?2 AND stream = ?3",
            )
            .and_then(|mut s| s.execute((device.0, partition.0, &stream.0)))
            .map_err(error)?;
        }
    }
    for stream in &contact.streams {
        t.prepare_cached(
            "INSERT INTO contact_stream (device, partition, stream, epoch, cursor, lines_only)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (device, partition, stream) DO UPDATE SET epoch = ?4, cursor = ?5, lines_only = ?6",
        )
        .and_then(|mut s| {
            s.execute((
                device.0,
                stream.partition.0,
                &stream.stream.0,
                stream.epoch.map(|epoch| epoch.0),
                signed(stream.cursor),
                stream.lines_only,
            ))
        })
        .map_err(error)?;
    }
    Ok(())
}

pub const STREAMS: &str = "SELECT partition, stream, epoch, cursor, lines_only FROM contact_stream WHERE device = ?1 ORDER BY partition, stream";
pub const OVER: &str = "SELECT device, budget, over FROM contact WHERE over > 0 ORDER BY device";

fn streams(t: &Transaction<'_>, device: &DeviceId) -> Result<Vec<ContactStream>, StoreError> {
    t.prepare_cached(STREAMS)
        .and_then(|mut s| {
            s.query_map([device.0], |row| {
                Ok(ContactStream {
                    partition: PartitionId(row.get(0)?),
                    stream: StreamId(row.get(1)?),
                    epoch: row.get::<_, Option<[u8; 8]>>(2)?.map(Epoch),
                    cursor: count(row, 3)?,
                    lines_only: row.get(4)?,
                })
            })?
            .collect()
        })
        .map_err(error)
}

/// A device's last greeting.
pub fn find(t: &Transaction<'_>, device: &DeviceId) -> Result<Option<Contact>, StoreError> {
    let found = t
        .prepare_cached("SELECT at_ms, app, budget, free_bytes, over FROM contact WHERE device = ?1")
        .and_then(|mut s| {
            s.query_row([device.0], |row| {
                Ok(Contact {
                    at_ms: row.get(0)?,
                    app: row.get(1)?,
                    budget: row.get(2)?,
                    free_bytes: row.get::<_, Option<i64>>(3)?.map(i64::unsigned_abs),
                    over: count(row, 4)?,
                    streams: Vec::new(),
                    next_nonce: None,
                })
            })
            .optional()
        })
        .map_err(error)?;
    found.map(|contact| Ok(Contact { streams: streams(t, device)?, ..contact })).transpose()
}

/// Devices whose rights lead to more than they hold.
pub fn over_budget(t: &Transaction<'_>) -> Result<Vec<OverBudget>, StoreError> {
    t.prepare_cached(OVER)
        .and_then(|mut s| {
            s.query_map([], |row| {
                Ok(OverBudget { device: DeviceId(row.get(0)?), budget: row.get(1)?, over: count(row, 2)? })
            })?
            .collect()
        })
        .map_err(error)
}
