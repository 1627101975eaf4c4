//! Rights and their history: a right is never deleted, it ends.

use rusqlite::{OptionalExtension, Row};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{DeviceId, Grant, PastGrant, UserId};

use super::row::parsed;
use super::writing::Transaction;
use super::{error, held};
use crate::limits::{GRANTS_PER_USER_MAX, LATE_GRACE_MS};
use crate::store::{Rights, RightsChange, StoreError, Whom};

pub const HELD: &str = "SELECT role, grid FROM person_right WHERE user = ?1 AND ended_ms IS NULL";
pub const OF: &str =
    "SELECT role, grid, ended_ms FROM person_right WHERE user = ?1 AND (ended_ms IS NULL OR ended_ms >= ?2)";

/// What a person may now, rising.
pub fn held(t: &Transaction<'_>, user: &UserId) -> Result<Vec<Grant>, StoreError> {
    let kept = planted::is(Bug::EndedRightKept);
    let sql = if kept { "SELECT role, grid FROM person_right WHERE user = ?1" } else { HELD };
    let mut statement = t.prepare_cached(sql).map_err(error)?;
    let rows = statement
        .query_map([user.0], |row| {
            Ok(Grant { role: parsed(row, 0, "role")?, grid: parsed(row, 1, "division code")? })
        })
        .map_err(error)?;
    let mut grants = rows.collect::<rusqlite::Result<Vec<Grant>>>().map_err(error)?;
    grants.sort();
    Ok(grants)
}

/// Present rights, and those whose end is young enough to count for what was received up to `LATE_GRACE_MS` ago.
pub fn of(t: &Transaction<'_>, user: &UserId, now_ms: i64) -> Result<Rights, StoreError> {
    let mut rights = Rights::default();
    let mut statement = t.prepare_cached(OF).map_err(error)?;
    let mut rows = statement.query((user.0, now_ms.saturating_sub(2 * LATE_GRACE_MS))).map_err(error)?;
    while let Some(row) = rows.next().map_err(error)? {
        let (grant, ended_ms) = right(row).map_err(error)?;
        match ended_ms {
            None => rights.grants.push(grant),
            Some(ended_ms) => rights.past.push(PastGrant { grant, ended_ms }),
        }
    }
    rights.grants.sort();
    Ok(rights)
}

fn right(row: &Row<'_>) -> rusqlite::Result<(Grant, Option<i64>)> {
    Ok((Grant { role: parsed(row, 0, "role")?, grid: parsed(row, 1, "division code")? }, row.get(2)?))
}

/// Gives a right; how many it adds.
pub fn give(t: &Transaction<'_>, user: &UserId, grant: &Grant, now_ms: i64) -> Result<u64, StoreError> {
    if held(t, user)?.contains(grant) {
        return Ok(0);
    }
    t.execute(
        "INSERT INTO person_right (user, role, grid, since_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (user, role, grid, since_ms) DO UPDATE SET ended_ms = NULL",
        (user.0, grant.role.id(), grant.grid.as_str(), now_ms),
    )
    .map_err(error)?;
    changed(t, user)?;
    Ok(1)
}

/// Tokens given before are told to greet again.
pub(super) fn changed(t: &Transaction<'_>, user: &UserId) -> Result<(), StoreError> {
    t.execute("UPDATE person SET rights = rights + 1 WHERE user = ?1", [user.0]).map(|_| ()).map_err(error)
}

fn person(t: &Transaction<'_>, whom: &Whom) -> Result<Option<UserId>, StoreError> {
    let (sql, id) = match whom {
        Whom::User(user) => ("SELECT user FROM person WHERE user = ?1", user.0),
        Whom::Device(device) => ("SELECT user FROM device WHERE device = ?1", device.0),
    };
    t.query_row(sql, [id], |row| Ok(UserId(row.get(0)?))).optional().map_err(error)
}

pub fn grant(
    t: &Transaction<'_>,
    whom: &Whom,
    grant: &Grant,
    now_ms: i64,
) -> Result<RightsChange, StoreError> {
    let Some(user) = person(t, whom)? else {
        return Ok(RightsChange::Unknown);
    };
    let grants = held(t, &user)?;
    if !grants.contains(grant) && grants.len() >= GRANTS_PER_USER_MAX {
        return Ok(RightsChange::TooMany);
    }
    Ok(RightsChange::Done { user, count: give(t, &user, grant, now_ms)? })
}

pub fn revoke(
    t: &Transaction<'_>,
    whom: &Whom,
    grant: Option<&Grant>,
    now_ms: i64,
) -> Result<RightsChange, StoreError> {
    let Some(user) = person(t, whom)? else {
        return Ok(RightsChange::Unknown);
    };
    let ended = t
        .execute(
            "UPDATE person_right SET ended_ms = ?2 WHERE user = ?1 AND ended_ms IS NULL
             AND (?3 IS NULL OR role = ?3) AND (?4 IS NULL OR grid = ?4)",
            (user.0, now_ms, grant.map(|g| g.role.id()), grant.map(|g| g.grid.as_str())),
        )
        .map_err(error)?;
    if ended > 0 {
        changed(t, &user)?;
    }
    Ok(RightsChange::Done { user, count: ended as u64 })
}

pub fn shut(t: &Transaction<'_>, whom: &Whom, now_ms: i64) -> Result<RightsChange, StoreError> {
    let Some(user) = person(t, whom)? else {
        return Ok(RightsChange::Unknown);
    };
    let (sql, id) = match whom {
        Whom::User(user) => {
            revoke(t, whom, None, now_ms)?;
            ("UPDATE person SET shut_ms = ?2 WHERE user = ?1 AND shut_ms IS NULL", user.0)
        }
        Whom::Device(device) => {
            ("UPDATE device SET shut_ms = ?2 WHERE device = ?1 AND shut_ms IS NULL", device.0)
        }
    };
    let shut = t.execute(sql, (id, now_ms)).map_err(error)?;
    let devices: Vec<DeviceId> = match whom {
        Whom::Device(device) => vec![*device],
        Whom::User(user) => t
            .prepare_cached("SELECT device FROM device WHERE user = ?1")
            .and_then(|mut s| s.query_map([user.0], |row| Ok(DeviceId(row.get(0)?)))?.collect())
            .map_err(error)?,
    };
    for device in devices {
        held::revoke(t, &device, now_ms)?;
    }
    Ok(RightsChange::Done { user, count: shut as u64 })
}
