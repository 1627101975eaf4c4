//! The part of the seam about people.

use std::collections::BTreeSet;

use yuandian_model::{CaseId, Grant, UserId};

use super::{SqliteStore, consents, error, hours, redaction, retention, rights};
use crate::store::{ConsentLine, Going, HoursLine, Judge, LevelLine, Records, Redaction, StoreError, Whom};

pub const APART_OF: &str = "SELECT other FROM apart WHERE user = ?1";

impl Records for SqliteStore {
    fn put_apart(&self, user: &UserId, others: &BTreeSet<UserId>, now_ms: i64) -> Result<(), StoreError> {
        // A greeting tells it each time.
        let known: BTreeSet<UserId> = self.read(|t| {
            t.prepare_cached(APART_OF)
                .and_then(|mut s| s.query_map([user.0], |row| Ok(UserId(row.get(0)?)))?.collect())
                .map_err(error)
        })?;
        if known == *others {
            return Ok(());
        }
        self.write(|t| {
            t.execute("DELETE FROM apart WHERE user = ?1", [user.0]).map_err(error)?;
            for other in others {
                t.prepare_cached("INSERT INTO apart (user, other, since_ms) VALUES (?1, ?2, ?3)")
                    .and_then(|mut s| s.execute((user.0, other.0, now_ms)))
                    .map_err(error)?;
            }
            Ok(())
        })
    }

    fn hours(&self, of: Option<&UserId>) -> Result<Vec<HoursLine>, StoreError> {
        self.read(|t| hours::list(t, of))
    }

    fn consents(&self, of: &UserId) -> Result<Vec<ConsentLine>, StoreError> {
        self.read(|t| consents::list(t, of))
    }

    fn note_evidence(&self, whom: &Whom, grant: &Grant, evidence: &str) -> Result<bool, StoreError> {
        self.write(|t| rights::note_evidence(t, whom, grant, evidence))
    }

    fn levels(&self) -> Result<Vec<LevelLine>, StoreError> {
        self.read(rights::levels)
    }

    fn redact(
        &self,
        what: (&CaseId, &Going),
        because: &str,
        judge: &dyn Judge,
        now_ms: i64,
    ) -> Result<Option<Redaction>, StoreError> {
        self.write(|t| redaction::redact(t, what, because, judge, now_ms))
    }

    fn redactions(&self, of: Option<&CaseId>) -> Result<Vec<Redaction>, StoreError> {
        self.read(|t| redaction::list(t, of))
    }

    fn retention_due(&self, now_ms: i64) -> Result<Vec<CaseId>, StoreError> {
        self.read(|t| retention::due(t, now_ms))
    }

    fn expire_private(&self, case: &CaseId, judge: &dyn Judge, now_ms: i64) -> Result<usize, StoreError> {
        self.write(|t| retention::expire(t, case, judge, now_ms))
    }
}
