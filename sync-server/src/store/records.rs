//! What is kept of people beside their cases: whom they do not want to meet, what they gave in private and took back, their hours; and how long
//! private answers stay. The fifth part of the seam; every method is one whole transaction.

use std::collections::BTreeSet;

use serde::Serialize;
use yuandian_model::{CaseId, Grant, Role, UserId, Vetting};

use super::{Judge, StoreError, Whom};

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

/// A right with a level, and on what it rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LevelLine {
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Where.
    pub grid: String,
    /// How closely they were looked at.
    pub level: Vetting,
    /// Since when, server's clock, ms since 1970.
    pub since_ms: i64,
    /// When it ends; never where none.
    pub until_ms: Option<i64>,
    /// What the level rests on, in the operator's words.
    pub evidence: Option<String>,
}

/// Words that are to go from a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Going {
    /// These, wherever they stand and whoever wrote them.
    Words(Vec<String>),
    /// Numbers of telephones, identity cards and cars that stand in what this person wrote; doors and how to get in as well where of the case's
    /// place only the cell may be known.
    GivenAwayBy(UserId),
}

/// A document's next generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redaction {
    /// The case.
    pub case: CaseId,
    /// How often its document was made again by then; as before where nothing went.
    pub generation: u32,
    /// When, server's clock, ms since 1970.
    pub at_ms: i64,
    /// Why, in the words of whoever wanted it.
    pub because: String,
    /// Letters that went.
    pub letters: u64,
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

    /// Keeps on what the level of a right rests; false where no such right is held.
    fn note_evidence(&self, whom: &Whom, grant: &Grant, evidence: &str) -> Result<bool, StoreError>;

    /// Rights with a level that nobody has ended, by person.
    fn levels(&self) -> Result<Vec<LevelLine>, StoreError>;

    /// Makes a case's document and its acts again without words that are to go, moves it on for everybody who holds it and has the log cut; none
    /// of a case that is not there. Where there are no such words, nothing is done.
    fn redact(
        &self,
        what: (&CaseId, &Going),
        because: &str,
        judge: &dyn Judge,
        now_ms: i64,
    ) -> Result<Option<Redaction>, StoreError>;

    /// Every document that was made again, or those of one case: by case and generation.
    fn redactions(&self, of: Option<&CaseId>) -> Result<Vec<Redaction>, StoreError>;

    /// Cases with private answers whose time has come. `now_ms`: server's clock, ms since 1970.
    fn retention_due(&self, now_ms: i64) -> Result<Vec<CaseId>, StoreError>;

    /// Private answers of a case whose time has come go, and the next time is set; how many went.
    fn expire_private(&self, case: &CaseId, judge: &dyn Judge, now_ms: i64) -> Result<usize, StoreError>;
}
