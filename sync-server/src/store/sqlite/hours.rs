//! Hours of volunteers: a row for each stay that counts, only ever added to.

use yuandian_model::{CaseId, Stay, UserId};

use super::error;
use super::row::count;
use super::writing::Transaction;
use crate::store::{CaseRecord, HoursLine, StoreError};

/// Writes down the stays of a case that count since it was confirmed. What stands here already stays as it is.
pub fn add(t: &Transaction<'_>, after: &CaseRecord) -> Result<(), StoreError> {
    let state = &after.state;
    let Some(confirmed) = state.progress.steps.last() else { return Ok(()) };
    // Who never came has no hours.
    for (stay, minutes) in state
        .progress
        .stays
        .iter()
        .filter_map(|stay| stay.minutes.filter(|minutes| *minutes > 0).map(|minutes| (stay, minutes)))
    {
        t.prepare_cached(
            "INSERT INTO hours (user, document, service, grid, from_ms, to_ms, minutes, words, confirmed_by, confirmed_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (user, document, from_ms) DO NOTHING",
        )
        .and_then(|mut s| {
            s.execute(rusqlite::params![
                stay.user.0,
                after.id.0,
                state.service.0,
                state.grid.as_str(),
                stay.in_ms,
                stay.out_ms.unwrap_or(stay.in_ms),
                minutes,
                said(stay),
                confirmed.by.0,
                confirmed.at_ms,
            ])
        })
        .map_err(error)?;
    }
    Ok(())
}

/// How many of the two code words were right.
fn said(stay: &Stay) -> u8 {
    u8::from(stay.in_word == Some(true)) + u8::from(stay.out_word == Some(true))
}

/// The ledger, of one person or of all, the first first.
pub fn list(t: &Transaction<'_>, of: Option<&UserId>) -> Result<Vec<HoursLine>, StoreError> {
    t.prepare_cached(
        "SELECT h.id, h.user, coalesce(p.name, ''), h.document, h.service, h.grid, h.from_ms, h.to_ms, h.minutes, h.words, h.confirmed_by,
             h.confirmed_ms
         FROM hours h LEFT JOIN person p ON p.user = h.user WHERE ?1 IS NULL OR h.user = ?1 ORDER BY h.id",
    )
    .and_then(|mut s| {
        s.query_map([of.map(|user| user.0)], |row| {
            Ok(HoursLine {
                id: count(row, 0)?,
                user: UserId(row.get(1)?),
                name: row.get(2)?,
                case: CaseId(row.get(3)?),
                service: row.get(4)?,
                grid: row.get(5)?,
                from_ms: row.get(6)?,
                to_ms: row.get(7)?,
                minutes: row.get(8)?,
                words: row.get(9)?,
                confirmed_by: UserId(row.get(10)?),
                confirmed_ms: row.get(11)?,
            })
        })?
        .collect()
    })
    .map_err(error)
}
