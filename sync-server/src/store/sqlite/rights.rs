//! Rights and their history: a right is never deleted, it ends: by somebody's hand, or of itself when its time is over.

use rusqlite::{OptionalExtension, Row};
use yuandian_model::planted::{self, Bug};
use yuandian_model::{DeviceId, Grant, OrgId, PastGrant, Principal, UserId, Vetting};

use super::row::parsed;
use super::writing::Transaction;
use super::{error, held, timers};
use crate::limits::{GRANTS_PER_USER_MAX, LATE_GRACE_MS};
use crate::store::{LevelLine, Rights, RightsChange, StoreError, Whom};

pub const HELD: &str = "SELECT role, grid, unit, from_ms, until_ms, vetting FROM person_right WHERE user = ?1 AND ended_ms IS NULL";
pub const OF: &str = "SELECT role, grid, unit, from_ms, until_ms, vetting, ended_ms FROM person_right
     WHERE user = ?1 AND (ended_ms IS NULL OR ended_ms >= ?2)";
pub const NEXT: &str = "SELECT min(at_ms) FROM (
     SELECT until_ms AS at_ms FROM person_right WHERE user = ?1 AND ended_ms IS NULL
     UNION ALL SELECT from_ms FROM person_right WHERE user = ?1 AND ended_ms IS NULL AND from_ms > ?2)";

/// What a person was given and nobody has taken back, rising. Whether it is held is a question of the time.
pub fn held(t: &Transaction<'_>, user: &UserId) -> Result<Vec<Grant>, StoreError> {
    let kept = planted::is(Bug::EndedRightKept);
    let sql = if kept {
        "SELECT role, grid, unit, from_ms, until_ms, vetting FROM person_right WHERE user = ?1"
    } else {
        HELD
    };
    let mut statement = t.prepare_cached(sql).map_err(error)?;
    let rows = statement.query_map([user.0], right).map_err(error)?;
    let mut grants = rows.collect::<rusqlite::Result<Vec<Grant>>>().map_err(error)?;
    grants.sort();
    Ok(grants)
}

/// Rights given, and those whose end is young enough to count for what was received up to `LATE_GRACE_MS` ago.
pub fn of(t: &Transaction<'_>, user: &UserId, now_ms: i64) -> Result<Rights, StoreError> {
    let mut rights = Rights::default();
    let mut statement = t.prepare_cached(OF).map_err(error)?;
    let mut rows = statement.query((user.0, now_ms.saturating_sub(2 * LATE_GRACE_MS))).map_err(error)?;
    while let Some(row) = rows.next().map_err(error)? {
        let grant = right(row).map_err(error)?;
        match row.get(6).map_err(error)? {
            None => rights.grants.push(grant),
            Some(ended_ms) => rights.past.push(PastGrant { grant, ended_ms }),
        }
    }
    rights.grants.sort();
    Ok(rights)
}

/// A right from the first six columns: role, grid, unit, from, until, level.
pub(super) fn right(row: &Row<'_>) -> rusqlite::Result<Grant> {
    let grant = Grant::new(parsed(row, 0, "role")?, parsed(row, 1, "division code")?);
    let of = match row.get_ref(2)?.as_str_or_null()? {
        Some(_) => Some(parsed(row, 2, "unit")?),
        None => None,
    };
    let vetting = match row.get_ref(5)?.as_str_or_null()? {
        Some(_) => Some(parsed(row, 5, "level")?),
        None => None,
    };
    Ok(Grant { of, from_ms: row.get(3)?, until_ms: row.get(4)?, vetting, ..grant })
}

/// Gives a right; how many it adds.
pub fn give(t: &Transaction<'_>, user: &UserId, grant: &Grant, now_ms: i64) -> Result<u64, StoreError> {
    if held(t, user)?.contains(grant) {
        return Ok(0);
    }
    let Grant { role, grid, of, from_ms, until_ms, vetting } = grant;
    let unit = of.as_ref().map(OrgId::as_str);
    t.execute(
        "INSERT INTO person_right (user, role, grid, unit, from_ms, until_ms, since_ms, vetting) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (user.0, role.id(), grid.as_str(), unit, from_ms, until_ms, now_ms, vetting.map(Vetting::id)),
    )
    .map_err(error)?;
    changed(t, user)?;
    wait(t, user, now_ms)?;
    Ok(1)
}

/// A right of a person has begun or ended of itself: noted, tokens are told to greet again, and the next time is set.
pub(super) fn turn(t: &Transaction<'_>, user: &UserId, now_ms: i64) -> Result<(), StoreError> {
    t.execute(
        "UPDATE person_right SET ended_ms = until_ms WHERE user = ?1 AND ended_ms IS NULL AND until_ms <= ?2",
        (user.0, now_ms),
    )
    .map_err(error)?;
    changed(t, user)?;
    wait(t, user, now_ms)
}

/// Sets the timer of a person's rights to the next time that one of them begins or ends.
fn wait(t: &Transaction<'_>, user: &UserId, now_ms: i64) -> Result<(), StoreError> {
    let next: Option<i64> = t
        .prepare_cached(NEXT)
        .and_then(|mut statement| statement.query_row((user.0, now_ms), |row| row.get(0)))
        .map_err(error)?;
    match next {
        Some(due_ms) => timers::set(t, timers::RIGHT, &user.0, due_ms),
        None => timers::clear(t, timers::RIGHT, &user.0),
    }
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
    let full = Principal::new(user, &grants, now_ms).told().len() >= GRANTS_PER_USER_MAX;
    if !grants.contains(grant) && full {
        return Ok(RightsChange::TooMany);
    }
    Ok(RightsChange::Done { user, count: give(t, &user, grant, now_ms)? })
}

/// On what the level of a right rests.
pub fn note_evidence(
    t: &Transaction<'_>,
    whom: &Whom,
    grant: &Grant,
    evidence: &str,
) -> Result<bool, StoreError> {
    let Some(user) = person(t, whom)? else { return Ok(false) };
    let Grant { role, grid, of, from_ms, until_ms, vetting } = grant;
    let noted = t
        .execute(
            "UPDATE person_right SET evidence = ?8 WHERE user = ?1 AND ended_ms IS NULL AND role = ?2 AND grid = ?3
             AND unit IS ?4 AND from_ms IS ?5 AND until_ms IS ?6 AND vetting IS ?7",
            (
                user.0,
                role.id(),
                grid.as_str(),
                of.as_ref().map(OrgId::as_str),
                from_ms,
                until_ms,
                vetting.map(Vetting::id),
                evidence,
            ),
        )
        .map_err(error)?;
    Ok(noted > 0)
}

/// Rights with a level that nobody has ended.
pub fn levels(t: &Transaction<'_>) -> Result<Vec<LevelLine>, StoreError> {
    let line = |row: &Row<'_>| {
        Ok(LevelLine {
            user: UserId(row.get(0)?),
            name: row.get(1)?,
            role: parsed(row, 2, "role")?,
            grid: row.get(3)?,
            level: parsed(row, 4, "level")?,
            since_ms: row.get(5)?,
            until_ms: row.get(6)?,
            evidence: row.get(7)?,
        })
    };
    t.prepare_cached(
        "SELECT r.user, p.name, r.role, r.grid, r.vetting, r.since_ms, r.until_ms, r.evidence
         FROM person_right r JOIN person p ON p.user = r.user
         WHERE r.ended_ms IS NULL AND r.vetting IS NOT NULL ORDER BY r.user, r.id",
    )
    .and_then(|mut s| s.query_map([], line)?.collect())
    .map_err(error)
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
    let unit = grant.and_then(|g| g.of.as_ref()).map(OrgId::as_str);
    let ended = t
        .execute(
            "UPDATE person_right SET ended_ms = min(?2, ifnull(until_ms, ?2)) WHERE user = ?1 AND ended_ms IS NULL
             AND (?3 IS NULL OR role = ?3) AND (?4 IS NULL OR grid = ?4) AND (?5 IS NULL OR unit = ?5)",
            (user.0, now_ms, grant.map(|g| g.role.id()), grant.map(|g| g.grid.as_str()), unit),
        )
        .map_err(error)?;
    if ended > 0 {
        changed(t, &user)?;
        wait(t, &user, now_ms)?;
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
