//! What an operator does to people's rights and to the server's keys.

use std::path::Path;

use yuandian_model::Grant;
use yuandian_sync::message::ServerKey;

use super::{AdminError, usable};
use crate::randomness::{Randomness, draw};
use crate::shell::{Place, ServeError};
use crate::store::{Authority, LevelLine, Records as _, RightsChange, SqliteStore, StoreError, Whom};

fn changed(whom: &Whom, change: Result<RightsChange, StoreError>) -> Result<u64, AdminError> {
    match change.map_err(ServeError::from)? {
        RightsChange::Done { count, .. } => Ok(count),
        RightsChange::TooMany => Err(AdminError::TooManyGrants),
        RightsChange::Unknown => Err(match whom {
            Whom::Device(device) => AdminError::UnknownDevice(*device),
            Whom::User(user) => AdminError::UnknownPerson(*user),
        }),
    }
}

fn store(data: &Path, randomness: &mut dyn Randomness) -> Result<SqliteStore, AdminError> {
    Ok(Place::open(data)?.store(randomness)?)
}

/// Gives a right, with what its level rests on; how many it adds, 0 where it was held already. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`].
pub fn grant(
    data: &Path,
    whom: &Whom,
    (grant, evidence): (&Grant, Option<&str>),
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<u64, AdminError> {
    usable(grant, now_ms)?;
    let store = store(data, randomness)?;
    let count = changed(whom, store.grant(whom, grant, now_ms))?;
    if let Some(evidence) = evidence {
        store.note_evidence(whom, grant, evidence).map_err(ServeError::from)?;
    }
    Ok(count)
}

/// Rights with a level that are held or will be, by person.
///
/// # Errors
/// [`AdminError`] of the data directory.
pub fn levels(data: &Path, randomness: &mut dyn Randomness) -> Result<Vec<LevelLine>, AdminError> {
    Ok(store(data, randomness)?.levels().map_err(ServeError::from)?)
}

/// Ends a right, or every right of a person; how many. A right without a unit means that role in that division for whatever unit, and with
/// whatever validity. What was captured before and only adds is still taken for a while.
/// `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`].
pub fn revoke(
    data: &Path,
    whom: &Whom,
    grant: Option<&Grant>,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<u64, AdminError> {
    changed(whom, store(data, randomness)?.revoke(whom, grant, now_ms))
}

/// Shuts a person with all devices, or one device, out for good: told to forget everything, its work kept apart. 0 where it was out already.
/// `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`].
pub fn shut_out(
    data: &Path,
    whom: &Whom,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<u64, AdminError> {
    let store = store(data, randomness)?;
    // What waits of it gets a last answer, which is signed.
    store.keys(&draw(randomness), now_ms).map_err(ServeError::from)?;
    changed(whom, store.shut_out(whom, now_ms))
}

/// Puts a new key in force, endorsed by the one before; all keys, newest first. `now_ms`: ms since 1970.
///
/// # Errors
/// [`AdminError`].
pub fn rotate_key(
    data: &Path,
    randomness: &mut dyn Randomness,
    now_ms: i64,
) -> Result<Vec<ServerKey>, AdminError> {
    let store = store(data, randomness)?;
    store.keys(&draw(randomness), now_ms).map_err(ServeError::from)?;
    Ok(store.rotate_key(&draw(randomness), now_ms).map_err(ServeError::from)?)
}
