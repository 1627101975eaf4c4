//! People, devices, rights, invitations, nonces and tokens.

use rusqlite::OptionalExtension;
use yuandian_document::cbor;
use yuandian_model::{DeviceId, Grant, OrgId, UserId, Vetting};

use super::writing::Transaction;
use super::{error, rights, timers};
use crate::limits::{GRANTS_PER_USER_MAX, TOKENS_PER_DEVICE_MAX};
use crate::store::{Account, EnrollOutcome, Enrollment, NewInvitation, NonceSpend, StoreError, Whom};

pub fn invite(t: &Transaction<'_>, invitations: &[NewInvitation]) -> Result<(), StoreError> {
    let mut statement = t
        .prepare_cached(
            "INSERT INTO invitation (hash, role, grid, unit, right_from_ms, right_until_ms, vetting, until_ms, evidence)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .map_err(error)?;
    for invitation in invitations {
        let Grant { role, grid, of, from_ms, until_ms, vetting } = &invitation.grant;
        let unit = of.as_ref().map(OrgId::as_str);
        statement
            .execute((
                invitation.hash,
                role.id(),
                grid.as_str(),
                unit,
                from_ms,
                until_ms,
                vetting.map(Vetting::id),
                invitation.until_ms,
                &invitation.evidence,
            ))
            .map_err(error)?;
    }
    Ok(())
}

struct Invitation {
    grant: Grant,
    until_ms: i64,
    used_by: Option<DeviceId>,
    evidence: Option<String>,
}

fn invitation(t: &Transaction<'_>, hash: &[u8; 32]) -> Result<Option<Invitation>, StoreError> {
    t.query_row(
        "SELECT role, grid, unit, right_from_ms, right_until_ms, vetting, until_ms, used_by, evidence FROM invitation WHERE hash = ?1",
        [hash],
        |row| {
            Ok(Invitation {
                grant: rights::right(row)?,
                until_ms: row.get(6)?,
                used_by: row.get::<_, Option<[u8; 16]>>(7)?.map(DeviceId),
                evidence: row.get(8)?,
            })
        },
    )
    .optional()
    .map_err(error)
}

pub fn enroll(t: &Transaction<'_>, wish: &Enrollment, now_ms: i64) -> Result<EnrollOutcome, StoreError> {
    let device = wish.certificate.device;
    let Some(found) = invitation(t, &wish.invitation)? else {
        return Ok(EnrollOutcome::Unknown);
    };
    match found.used_by {
        Some(other) if other != device => return Ok(EnrollOutcome::Used),
        None if found.until_ms <= now_ms => return Ok(EnrollOutcome::Expired),
        _ => {}
    }
    let known = account(t, &device)?;
    if known.as_ref().is_some_and(|account| account.shut_out) {
        return Ok(EnrollOutcome::ShutOut);
    }
    if found.used_by.is_none()
        && known.as_ref().is_some_and(|a| a.at(now_ms).told().len() >= GRANTS_PER_USER_MAX)
    {
        return Ok(EnrollOutcome::TooManyGrants);
    }
    let user = known.map_or(wish.new_user, |a| a.user);
    t.execute(
        "INSERT INTO person (user, name, since_ms) VALUES (?1, ?2, ?3) ON CONFLICT (user) DO UPDATE SET name = ?2",
        (user.0, &wish.name, now_ms),
    )
    .map_err(error)?;
    t.execute(
        "INSERT INTO device (device, user, key, app, since_ms) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (device) DO UPDATE SET key = ?3, app = ?4",
        (device.0, user.0, wish.certificate.key, &wish.app, now_ms),
    )
    .map_err(error)?;
    t.execute(
        "INSERT INTO certificate (device, signer, certificate) VALUES (?1, ?2, ?3)
         ON CONFLICT (device, signer) DO UPDATE SET certificate = ?3",
        (device.0, wish.signer, cbor::encode(&wish.certificate)),
    )
    .map_err(error)?;
    if found.used_by.is_none() {
        rights::give(t, &user, &found.grant, now_ms)?;
        if let Some(evidence) = &found.evidence {
            rights::note_evidence(t, &Whom::User(user), &found.grant, evidence)?;
        }
        t.execute(
            "UPDATE invitation SET used_by = ?2, used_ms = ?3 WHERE hash = ?1",
            (wish.invitation, device.0, now_ms),
        )
        .map_err(error)?;
    }
    match account(t, &device)? {
        Some(account) => Ok(EnrollOutcome::Enrolled(account)),
        None => Err(StoreError::Damaged("a device just written is not there".into())),
    }
}

pub fn account(t: &Transaction<'_>, device: &DeviceId) -> Result<Option<Account>, StoreError> {
    Ok(with_rights(t, device)?.map(|(account, _)| account))
}

/// A device's account and the version of its person's rights.
fn with_rights(t: &Transaction<'_>, device: &DeviceId) -> Result<Option<(Account, i64)>, StoreError> {
    let found = t
        .prepare_cached(
            "SELECT d.key, d.user, p.name, d.shut_ms IS NOT NULL OR p.shut_ms IS NOT NULL, p.rights
             FROM device d JOIN person p USING (user) WHERE d.device = ?1",
        )
        .and_then(|mut statement| {
            statement
                .query_row([device.0], |row| {
                    let account = Account {
                        device: *device,
                        key: row.get(0)?,
                        user: UserId(row.get(1)?),
                        name: row.get(2)?,
                        grants: Vec::new(),
                        shut_out: row.get(3)?,
                        greet: false,
                    };
                    Ok((account, row.get(4)?))
                })
                .optional()
        })
        .map_err(error)?;
    let Some((mut account, version)) = found else {
        return Ok(None);
    };
    account.grants = rights::held(t, &account.user)?;
    Ok(Some((account, version)))
}

/// A person's display name.
pub fn name(t: &Transaction<'_>, user: &UserId) -> Result<String, StoreError> {
    t.prepare_cached("SELECT name FROM person WHERE user = ?1")
        .and_then(|mut statement| statement.query_row([user.0], |row| row.get(0)))
        .map_err(error)
}

/// Whether somebody with this id was ever enrolled.
pub fn is_known(t: &Transaction<'_>, user: &UserId) -> Result<bool, StoreError> {
    t.prepare_cached("SELECT 1 FROM person WHERE user = ?1")
        .and_then(|mut statement| statement.exists([user.0]))
        .map_err(error)
}

pub fn put_nonce(
    t: &Transaction<'_>,
    device: &DeviceId,
    nonce: &[u8; 32],
    until_ms: i64,
) -> Result<(), StoreError> {
    t.execute(
        "INSERT INTO nonce (device, nonce, until_ms) VALUES (?1, ?2, ?3)
         ON CONFLICT (device) DO UPDATE SET nonce = ?2, until_ms = ?3",
        (device.0, nonce, until_ms),
    )
    .map_err(error)?;
    timers::set(t, timers::NONCE, &device.0, until_ms)
}

pub fn spend_nonce(t: &Transaction<'_>, spend: &NonceSpend, now_ms: i64) -> Result<bool, StoreError> {
    let spent = t
        .execute(
            "DELETE FROM nonce WHERE device = ?1 AND nonce = ?2 AND until_ms > ?3",
            (spend.device.0, spend.nonce, now_ms),
        )
        .map_err(error)?;
    if spent == 0 {
        return Ok(false);
    }
    timers::clear(t, timers::NONCE, &spend.device.0)?;
    t.execute(
        "INSERT INTO token (hash, device, until_ms, rights)
         SELECT ?1, d.device, ?3, p.rights FROM device d JOIN person p USING (user) WHERE d.device = ?2",
        (spend.token_hash, spend.device.0, spend.token_until_ms),
    )
    .map_err(error)?;
    timers::set(t, timers::TOKEN, &spend.token_hash, spend.token_until_ms)?;
    // The oldest beyond the limit end early; their timers find nothing and that is fine.
    t.execute(
        "DELETE FROM token WHERE device = ?1 AND hash NOT IN
         (SELECT hash FROM token WHERE device = ?1 ORDER BY until_ms DESC, hash LIMIT ?2)",
        (spend.device.0, TOKENS_PER_DEVICE_MAX),
    )
    .map_err(error)?;
    Ok(true)
}

pub fn bearer(t: &Transaction<'_>, hash: &[u8; 32], now_ms: i64) -> Result<Option<Account>, StoreError> {
    let found = t
        .prepare_cached("SELECT device, rights FROM token WHERE hash = ?1 AND until_ms > ?2")
        .and_then(|mut statement| {
            statement
                .query_row((hash, now_ms), |row| Ok((DeviceId(row.get(0)?), row.get::<_, i64>(1)?)))
                .optional()
        })
        .map_err(error)?;
    let Some((device, greeted)) = found else {
        return Ok(None);
    };
    Ok(with_rights(t, &device)?
        .map(|(account, version)| Account { greet: account.shut_out || version != greeted, ..account }))
}
