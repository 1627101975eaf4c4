//! What is kept of people beside their cases: whom they do not want to meet, what they gave in private and took back, their hours; and how long
//! private answers stay. The fifth part of the seam; every method is one whole transaction.

use std::collections::BTreeSet;

use serde::Serialize;
use yuandian_model::{CaseId, UserId};

use super::{Judge, StoreError};

/// A stay of a volunteer that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoursLine {
    /// Its number in the ledger.
    pub id: u64,
    /// The volunteer.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// The case.
    pub case: CaseId,
    /// Its service.
    pub service: String,
    /// Where it lay.
    pub grid: String,
    /// When they came and left, ms since 1970.
    pub from_ms: i64,
    /// When they left.
    pub to_ms: i64,
    /// Minutes that count.
    pub minutes: u32,
    /// How many of the two code words were right.
    pub words: u8,
    /// Who confirmed it: whoever asked, a moderator, or the platform (all zeros) when its time came.
    pub confirmed_by: UserId,
    /// When, server's clock, ms since 1970.
    pub confirmed_ms: i64,
}

/// Something that was given in private, or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentLine {
    /// Its number in the ledger.
    pub id: u64,
    /// The case.
    pub case: CaseId,
    /// The question's key.
    pub key: String,
    /// Whether it was given.
    pub given: bool,
    /// When it came, server's clock, ms since 1970.
    pub at_ms: i64,
}

/// The store's part about people.
pub trait Records: Send + Sync {
    /// Keeps whom a person does not want to meet, in place of what was said before.
    ///
    /// # Errors
    /// [`StoreError`], as for every method.
    fn put_apart(&self, user: &UserId, others: &BTreeSet<UserId>, now_ms: i64) -> Result<(), StoreError>;

    /// The hours of one person, or of all, in the order in which they were confirmed.
    fn hours(&self, of: Option<&UserId>) -> Result<Vec<HoursLine>, StoreError>;

    /// What a person gave in private and took back, in its order.
    fn consents(&self, of: &UserId) -> Result<Vec<ConsentLine>, StoreError>;

    /// Cases with private answers whose time has come. `now_ms`: server's clock, ms since 1970.
    fn retention_due(&self, now_ms: i64) -> Result<Vec<CaseId>, StoreError>;

    /// Private answers of a case whose time has come go, and the next time is set; how many went.
    fn expire_private(&self, case: &CaseId, judge: &dyn Judge, now_ms: i64) -> Result<usize, StoreError>;
}
