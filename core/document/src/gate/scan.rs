//! The pre-scan: everything that can be known about a change without handing it to Automerge.
//!
//! It allocates no more than the limits allow and expands no run: 57 bytes that declare 20 million operations are refused
//! after reading 57 bytes.

use automerge::{ActorId, ChangeHash};

use super::chunk::{self, Chunk};
use super::columns::{Column, Totals};
use super::leb::Bytes;
use super::limits::{
    ACTOR_BYTES_MAX, ACTOR_BYTES_MIN, DEPENDENCIES_MAX, MESSAGE_BYTES_MAX, OPERATION_COUNTER_END,
    OTHER_ACTORS_MAX, TIME_MAX,
};
use super::refusal::{Limit, Refusal, Structure};

/// What the pre-scan read. All of it is claimed by the change's author; nothing of it has been compared with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The plain change chunk, inflated if it came packed: the only form that is handed to Automerge and stored.
    pub bytes: Vec<u8>,
    /// The name of the change: SHA-256 over its type, length and body. The checksum has been compared with it.
    pub hash: ChangeHash,
    /// What the change builds on, in rising order.
    pub deps: Vec<ChangeHash>,
    /// Who wrote it.
    pub actor: ActorId,
    /// Whose operations it refers to, in rising order.
    pub other_actors: Vec<ActorId>,
    /// The number of this change among its actor's own, from 1.
    pub seq: u64,
    /// The counter of its first operation, from 1.
    pub start_op: u64,
    /// The author's clock, in seconds since 1970 if he kept to the convention. Evidence, never order.
    pub time: i64,
    /// The number of operations.
    pub operations: u64,
    /// The bytes behind the columns, which hold no operations (Automerge puts its author footer there).
    pub extra_bytes: usize,
}

/// Reads a change without Automerge.
///
/// # Errors
/// [`Refusal::Structure`] or [`Refusal::Limit`]; both are final for these bytes.
pub fn scan(raw: &[u8]) -> Result<Scanned, Refusal> {
    let chunk = chunk::unwrap(raw)?;
    let head = read_body(chunk.body())?;
    let Chunk { bytes, hash, .. } = chunk;
    Ok(Scanned { bytes, hash: ChangeHash(hash), ..head })
}

/// Reads the body. `bytes` and `hash` of the answer are still empty.
fn read_body(body: &[u8]) -> Result<Scanned, Refusal> {
    let mut bytes = Bytes::new(body);
    let deps = dependencies(&mut bytes)?;
    let actor = actor(&mut bytes)?;
    let seq = bytes.unsigned()?;
    if seq == 0 || seq >= OPERATION_COUNTER_END {
        return Err(Structure::Sequence.into());
    }
    let start_op = bytes.unsigned()?;
    if start_op == 0 {
        return Err(Structure::StartOp.into());
    }
    let time = bytes.signed()?;
    if !(-TIME_MAX..=TIME_MAX).contains(&time) {
        return Err(Limit::Time.into());
    }
    let message_length = bytes.unsigned()?;
    if message_length > MESSAGE_BYTES_MAX {
        return Err(Limit::Message.into());
    }
    bytes.text(message_length)?;
    let other_actors = other_actors(&mut bytes, &actor)?;
    let totals = columns(&mut bytes, 1 + other_actors.len() as u64)?;
    let operations = totals.operations;
    if start_op.checked_add(operations).is_none_or(|end| end > OPERATION_COUNTER_END) {
        return Err(Limit::OperationCounter.into());
    }
    Ok(Scanned {
        bytes: Vec::new(),
        hash: ChangeHash([0; 32]),
        deps,
        actor,
        other_actors,
        seq,
        start_op,
        time,
        operations,
        extra_bytes: bytes.len(),
    })
}

fn dependencies(bytes: &mut Bytes<'_>) -> Result<Vec<ChangeHash>, Refusal> {
    let count = bytes.unsigned()?;
    if count > DEPENDENCIES_MAX {
        return Err(Limit::Dependencies.into());
    }
    let mut deps: Vec<ChangeHash> = Vec::new();
    for _ in 0..count {
        let hash = ChangeHash(bytes.array::<32>()?);
        if deps.last().is_some_and(|before| *before >= hash) {
            return Err(Structure::Dependencies.into());
        }
        deps.push(hash);
    }
    Ok(deps)
}

fn actor(bytes: &mut Bytes<'_>) -> Result<ActorId, Refusal> {
    let length = bytes.unsigned()?;
    if !(ACTOR_BYTES_MIN..=ACTOR_BYTES_MAX).contains(&length) {
        return Err(Structure::ActorLength.into());
    }
    Ok(ActorId::from(bytes.take(length)?))
}

fn other_actors(bytes: &mut Bytes<'_>, author: &ActorId) -> Result<Vec<ActorId>, Refusal> {
    let count = bytes.unsigned()?;
    if count > OTHER_ACTORS_MAX {
        return Err(Limit::OtherActors.into());
    }
    let mut actors: Vec<ActorId> = Vec::new();
    for _ in 0..count {
        let other = actor(bytes)?;
        if other == *author || actors.last().is_some_and(|before| *before >= other) {
            return Err(Structure::Actors.into());
        }
        actors.push(other);
    }
    Ok(actors)
}

fn columns(bytes: &mut Bytes<'_>, actors: u64) -> Result<Totals, Refusal> {
    let count = bytes.unsigned()?;
    if count > Column::COUNT {
        return Err(Structure::ColumnSpec.into());
    }
    let mut listed: Vec<(Column, u64)> = Vec::new();
    for _ in 0..count {
        let column = Column::from_spec(bytes.unsigned()?).ok_or(Structure::ColumnSpec)?;
        if listed.last().is_some_and(|(before, _)| *before >= column) {
            return Err(Structure::ColumnSpec.into());
        }
        listed.push((column, bytes.unsigned()?));
    }
    let mut totals = Totals::default();
    for (column, length) in listed {
        totals.add(column, bytes.take(length)?, actors)?;
    }
    totals.agree()?;
    Ok(totals)
}
