//! What people do beside a case, for the rule that lets them take one or ask: what they work on, how often they did not come, what they asked
//! today.

use std::collections::{BTreeMap, BTreeSet};

use yuandian_model::{CaseId, CaseState, UserId};

use super::error;
use super::row::signed;
use super::writing::Transaction;
use crate::limits::ASKING_MS;
use crate::store::{CaseRecord, Doings, Judge, NoShow, StoreError};

pub const AT_WORK: &str = "SELECT document FROM at_work WHERE user = ?1";
pub const NO_SHOWS: &str = "SELECT at_ms FROM no_show WHERE user = ?1 ORDER BY at_ms";
/// Requests by their authors, the newest first: services of neighbour help begin with `help.`.
pub const ASKED: &str = "SELECT id FROM case_row WHERE author = ?1 AND opened_ms > ?2 AND service >= 'help.' AND service < 'help/'";
/// Requests for help of which somebody was told private answers.
pub const DOORS: &str = "SELECT DISTINCT l.document FROM private_look l JOIN case_row c ON c.id = l.document
     WHERE l.user = ?1 AND l.at_ms > ?2 AND c.service >= 'help.' AND c.service < 'help/'";
pub const APART: &str =
    "SELECT other FROM apart WHERE user = ?1 UNION SELECT user FROM apart WHERE other = ?1";

/// What these people do. `now_ms`: server's clock, ms since 1970.
pub fn of(
    t: &Transaction<'_>,
    users: &BTreeSet<UserId>,
    now_ms: i64,
) -> Result<BTreeMap<UserId, Doings>, StoreError> {
    users.iter().map(|user| Ok((*user, one(t, user, now_ms)?))).collect()
}

fn one(t: &Transaction<'_>, user: &UserId, now_ms: i64) -> Result<Doings, StoreError> {
    let working_on = t
        .prepare_cached(AT_WORK)
        .and_then(|mut s| s.query_map([user.0], |row| Ok(CaseId(row.get(0)?)))?.collect())
        .map_err(error)?;
    let no_shows_ms = t
        .prepare_cached(NO_SHOWS)
        .and_then(|mut s| s.query_map([user.0], |row| row.get(0))?.collect())
        .map_err(error)?;
    let opened = t
        .prepare_cached(ASKED)
        .and_then(|mut s| s.query_map((user.0, now_ms - ASKING_MS), |row| Ok(CaseId(row.get(0)?)))?.collect())
        .map_err(error)?;
    let doors = t
        .prepare_cached(DOORS)
        .and_then(|mut s| s.query_map((user.0, now_ms - ASKING_MS), |row| Ok(CaseId(row.get(0)?)))?.collect())
        .map_err(error)?;
    let apart = t
        .prepare_cached(APART)
        .and_then(|mut s| s.query_map([user.0], |row| Ok(UserId(row.get(0)?)))?.collect())
        .map_err(error)?;
    Ok(Doings { working_on, no_shows_ms, opened, doors, apart })
}

/// Keeps who works on a case after what was decided about it.
pub fn work(
    t: &Transaction<'_>,
    (before, after): (Option<&CaseRecord>, &CaseRecord),
    judge: &dyn Judge,
) -> Result<(), StoreError> {
    let at_work = |state: &CaseState| -> BTreeSet<UserId> {
        if judge.occupies(state) { state.holders.iter().copied().collect() } else { BTreeSet::new() }
    };
    let was = before.map(|before| at_work(&before.state)).unwrap_or_default();
    let is = at_work(&after.state);
    for user in is.difference(&was) {
        t.prepare_cached("INSERT OR IGNORE INTO at_work (user, document) VALUES (?1, ?2)")
            .and_then(|mut s| s.execute((user.0, after.id.0)))
            .map_err(error)?;
    }
    for user in was.difference(&is) {
        t.prepare_cached("DELETE FROM at_work WHERE user = ?1 AND document = ?2")
            .and_then(|mut s| s.execute((user.0, after.id.0)))
            .map_err(error)?;
    }
    Ok(())
}

/// Keeps who did not come.
pub fn not_come(t: &Transaction<'_>, no_shows: &[NoShow]) -> Result<(), StoreError> {
    for missed in no_shows {
        t.prepare_cached(
            "INSERT OR IGNORE INTO no_show (user, document, act_seq, at_ms) VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut s| s.execute((missed.user.0, missed.document.0, signed(missed.act_seq), missed.at_ms)))
        .map_err(error)?;
    }
    Ok(())
}
