//! The server's keys. The newest signs; each later one carries the word of the one before.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::OptionalExtension;
use yuandian_document::keys::KeyId;
use yuandian_document::keys::Signature;
use yuandian_document::{DeviceKey, Purpose, cbor};
use yuandian_model::{CommitId, Epoch};
use yuandian_sync::message::{Receipt, ServerKey, SignedNotice};

use super::error;
use super::writing::Transaction;
use crate::store::{StoreError, Verdict};

/// The key in force.
fn newest(t: &Transaction<'_>) -> Result<Option<DeviceKey>, StoreError> {
    Ok(newest_seed(t)?.map(|seed| DeviceKey::from_seed(&seed)))
}

fn newest_seed(t: &Transaction<'_>) -> Result<Option<[u8; 32]>, StoreError> {
    t.prepare_cached("SELECT seed FROM server_key ORDER BY ordinal DESC LIMIT 1")
        .and_then(|mut s| s.query_row([], |row| row.get(0)).optional())
        .map_err(error)
}

fn none() -> StoreError {
    StoreError::Damaged("the server has no key".into())
}

/// The key in force; a store without one is used before it was made ready.
pub fn signer(t: &Transaction<'_>) -> Result<DeviceKey, StoreError> {
    newest(t)?.ok_or_else(none)
}

/// Every key, newest first; after them those that signed before the server was restored.
pub fn all(t: &Transaction<'_>) -> Result<Vec<ServerKey>, StoreError> {
    t.prepare_cached(
        "SELECT public, since_ms, endorser, endorsement FROM
         (SELECT public, since_ms, endorser, endorsement, 1 AS own, ordinal FROM server_key
          UNION ALL SELECT public, since_ms, endorser, endorsement, 0, ordinal FROM believed_key)
         ORDER BY own DESC, ordinal DESC",
    )
    .and_then(|mut s| {
        s.query_map([], |row| {
            Ok(ServerKey {
                public: row.get(0)?,
                since_ms: row.get(1)?,
                endorser: row.get::<_, Option<[u8; 16]>>(2)?.map(KeyId),
                endorsement: row.get::<_, Option<[u8; 64]>>(3)?.map(Signature),
            })
        })?
        .collect()
    })
    .map_err(error)
}

/// Keeps of the keys told those that a known one vouches for.
pub fn believe(t: &Transaction<'_>, told: &[ServerKey]) -> Result<(), StoreError> {
    let known = all(t)?;
    for key in ServerKey::believed(known.clone(), told).iter().skip(known.len()) {
        t.prepare_cached(
            "INSERT OR IGNORE INTO believed_key (public, since_ms, endorser, endorsement) VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut s| {
            s.execute((key.public, key.since_ms, key.endorser.map(|id| id.0), key.endorsement.map(|word| word.0)))
        })
        .map_err(error)?;
    }
    Ok(())
}

/// Puts a key in force, endorsed by the one before if there is one.
pub fn add(t: &Transaction<'_>, seed: &[u8; 32], now_ms: i64) -> Result<(), StoreError> {
    let key = DeviceKey::from_seed(seed);
    let before = newest(t)?;
    let endorsement = before.as_ref().map(|before| before.sign(Purpose::ServerKey, &key.public()).0);
    t.execute(
        "INSERT INTO server_key (seed, public, since_ms, endorser, endorsement) VALUES (?1, ?2, ?3, ?4, ?5)",
        (seed, key.public(), now_ms, before.map(|before| before.id().0), endorsement),
    )
    .map(|_| ())
    .map_err(error)
}

/// Signs a message with the key in force.
pub fn notice(t: &Transaction<'_>, purpose: Purpose, message: Vec<u8>) -> Result<SignedNotice, StoreError> {
    let key = signer(t)?;
    let signature = key.sign(purpose, &message);
    Ok(SignedNotice { message, signer: key.id(), signature })
}

/// The canonical bytes of a receipt, signed where there is a key already.
pub fn sealed(t: &Transaction<'_>, receipt: Receipt) -> Result<Vec<u8>, StoreError> {
    let key = newest(t)?;
    Ok(cbor::encode(&match key {
        Some(key) => receipt.seal(&key),
        None => receipt,
    }))
}

/// The key that signed last, ready to sign again: making it ready costs as much as a signature.
#[derive(Default)]
pub struct Ready(Mutex<Option<([u8; 32], Arc<DeviceKey>)>>);

impl Ready {
    /// Seals with the key in force.
    pub fn sealer(&self, t: &Transaction<'_>) -> Result<Sealer, StoreError> {
        let seed = newest_seed(t)?.ok_or_else(none)?;
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, key)) = &*last
            && *of == seed
        {
            return Ok(Sealer(Arc::clone(key)));
        }
        let key = Arc::new(DeviceKey::from_seed(&seed));
        *last = Some((seed, Arc::clone(&key)));
        Ok(Sealer(key))
    }
}

/// Seals receipts of one transaction.
pub struct Sealer(Arc<DeviceKey>);

impl Sealer {
    /// With the key in force.
    pub fn new(t: &Transaction<'_>) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(signer(t)?)))
    }

    /// The canonical bytes of a signed receipt; `seq` with the epoch that it counts in.
    pub fn receipt(
        &self,
        commit: CommitId,
        verdict: &Verdict,
        (seq, epoch): (Option<u64>, Epoch),
        received_ms: i64,
    ) -> Vec<u8> {
        let receipt = Receipt {
            commit,
            code: verdict.code,
            seq,
            epoch,
            received_ms,
            facts: verdict.facts.clone(),
            signer: None,
            signature: None,
            rules: verdict.rules,
        };
        cbor::encode(&receipt.seal(&self.0))
    }
}
