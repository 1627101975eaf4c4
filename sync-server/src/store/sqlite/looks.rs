//! Who was told private answers of somebody else: one row for each person and each content of a case's answers, written before they go out.

use rusqlite::OptionalExtension;
use yuandian_model::planted::{self, Bug};
use yuandian_model::{CaseId, UserId};
use yuandian_sync::StreamId;

use super::membership::{self, Step};
use super::row::case;
use super::writing::Transaction;
use super::{error, partitions};
use crate::store::{Look, NewLook, StoreError};

pub const KNOWN: &str = "SELECT 1 FROM private_look WHERE document = ?1 AND user = ?2 AND answers = ?3";
pub const OF_CASE: &str =
    "SELECT l.user, p.name, l.at_ms, l.answers FROM private_look l JOIN person p ON p.user = l.user
     WHERE l.document = ?1 ORDER BY l.at_ms, l.user, l.answers";

/// The answers of a look in one text: a line each with key and version.
fn content(look: &NewLook) -> String {
    look.answers.iter().map(|(key, version)| format!("{key} {version}\n")).collect()
}

fn keys(content: &str) -> Vec<String> {
    content.lines().filter_map(|line| line.rsplit_once(' ')).map(|(key, _)| key.to_owned()).collect()
}

/// Whether all of these stand in the log already.
pub fn known(t: &Transaction<'_>, reader: &UserId, looks: &[NewLook]) -> Result<bool, StoreError> {
    for look in looks {
        let there: Option<()> = t
            .prepare_cached(KNOWN)
            .and_then(|mut s| s.query_row((look.document.0, reader.0, content(look)), |_| Ok(())).optional())
            .map_err(error)?;
        if there.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes down those that are new, and moves their cases on for their authors, who are shown them; false where a case's author was forgotten since
/// its answers were read. `now_ms`: server's clock, ms since 1970.
pub fn note(
    t: &Transaction<'_>,
    reader: &UserId,
    looks: &[NewLook],
    now_ms: i64,
) -> Result<bool, StoreError> {
    for look in looks {
        let new = t.prepare_cached(
            "INSERT OR IGNORE INTO private_look (document, user, answers, at_ms) SELECT c.id, ?2, ?3, ?4 FROM case_row c
             WHERE c.id = ?1 AND NOT EXISTS (SELECT 1 FROM erased e WHERE e.user = c.author)",
        )
        .and_then(|mut s| s.execute((look.document.0, reader.0, content(look), now_ms)))
        .map_err(error)?;
        if new > 0
            && !planted::is(Bug::LookNotShown)
            && let Some(record) = case(t, &look.document)?
        {
            let head = partitions::advance(t, record.partition, 1)?;
            let step = Step { partition: record.partition, document: record.id, seq: head.head, now_ms };
            membership::touch_one(t, &step, &StreamId::user(&record.state.author))?;
        }
    }
    known(t, reader, looks)
}

/// Looks at a case's answers, the oldest first.
pub fn of_case(t: &Transaction<'_>, case: &CaseId) -> Result<Vec<Look>, StoreError> {
    t.prepare_cached(OF_CASE)
        .and_then(|mut s| {
            s.query_map([case.0], |row| {
                let content: String = row.get(3)?;
                Ok(Look {
                    who: UserId(row.get(0)?),
                    name: row.get(1)?,
                    at_ms: row.get(2)?,
                    keys: keys(&content),
                })
            })?
            .collect()
        })
        .map_err(error)
}
