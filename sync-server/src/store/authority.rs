//! Authority in the store: rights and their ends, the server's keys, what waits, what an operator has to look at, appeals, private answers.
//! The second half of the seam; every method is one whole transaction.

use std::collections::BTreeSet;
use std::fmt;

use yuandian_document::{SignedCatalogueError, SignedCommit};
use yuandian_model::catalogue::CatalogueFile;
use yuandian_model::{CaseId, Code, CommitId, DeviceId, Grant, UserId};
use yuandian_sync::message::{AppealAnswer, PrivateReceipt, ServerKey};

use super::{Account, Held, Judge, StoreError};

/// Who is meant by an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// A person.
    User(UserId),
    /// The person that a device speaks for; shut out, the device alone.
    Device(DeviceId),
}

/// What became of a change of rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RightsChange {
    /// Done for this person; how many rights, devices or persons it touched. 0: it was so already.
    Done {
        /// The person.
        user: UserId,
        /// How many.
        count: u64,
    },
    /// No such person or device.
    Unknown,
    /// The person holds as many rights as one may.
    TooMany,
}

/// Why something is on the operator's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// Taken after its author's right had ended.
    Late,
    /// After a restore, the rule would say something else than the verdict that stands.
    Contradiction,
    /// Refused for what no honest phone writes.
    Hostile,
    /// What it builds on never came.
    Missing,
    /// Its author was shut out.
    Revoked,
    /// Acts of a case that no phone brought back after a restore.
    Lost,
}

impl Concern {
    /// Every concern.
    pub const ALL: [Concern; 6] = [
        Concern::Late,
        Concern::Contradiction,
        Concern::Hostile,
        Concern::Missing,
        Concern::Revoked,
        Concern::Lost,
    ];

    /// Its word in lists and columns.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Concern::Late => "late",
            Concern::Contradiction => "contradiction",
            Concern::Hostile => "hostile",
            Concern::Missing => "missing",
            Concern::Revoked => "revoked",
            Concern::Lost => "lost",
        }
    }
}

/// A line of the operator's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Its number.
    pub id: u64,
    /// Why.
    pub concern: Concern,
    /// The commit.
    pub commit: CommitId,
    /// The case.
    pub document: CaseId,
    /// The device.
    pub device: DeviceId,
    /// The author.
    pub user: UserId,
    /// When it was put here, ms since 1970.
    pub at_ms: i64,
    /// The outcome that its author was told.
    pub code: Code,
    /// What there is to say about it, like the numbers of lost acts.
    pub detail: String,
    /// The commit and its micro pictures, where they are kept only here.
    pub kept: Option<(SignedCommit, Vec<Vec<u8>>)>,
}

/// An appeal to be kept.
#[derive(Debug, Clone)]
pub struct NewAppeal {
    /// The commit's id.
    pub id: CommitId,
    /// The case.
    pub document: CaseId,
    /// As it was sent.
    pub commit: SignedCommit,
    /// Its micro pictures.
    pub micros: Vec<Vec<u8>>,
    /// In the person's words.
    pub reason: String,
}

/// What became of an appeal's arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppealOutcome {
    /// Kept; the same one again has the same number.
    Kept(u64),
    /// Too many of the device wait for an answer.
    TooMany,
}

/// An appeal that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealLine {
    /// Its number.
    pub ticket: u64,
    /// The commit's id.
    pub commit: CommitId,
    /// The case.
    pub document: CaseId,
    /// The device.
    pub device: DeviceId,
    /// The person.
    pub user: UserId,
    /// When it came, ms since 1970.
    pub received_ms: i64,
    /// In the person's words.
    pub reason: String,
    /// Whether it was granted; none while nobody has answered.
    pub granted: Option<bool>,
    /// The operator's words.
    pub words: String,
    /// The commit with its micro pictures.
    pub kept: (SignedCommit, Vec<Vec<u8>>),
}

/// What became of a catalogue that was to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishOutcome {
    /// Signed and kept.
    Done {
        /// Its version.
        version: u32,
        /// Its size, signed.
        bytes: usize,
    },
    /// It cannot be signed: nothing was kept.
    Refused(SignedCatalogueError),
}

/// What was erased of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Cases that they opened.
    pub cases: u64,
    /// Private answers that were there.
    pub answers: u64,
    /// Originals that were theirs alone.
    pub files: u64,
}

/// A private answer as it is kept. Its bytes are opaque here; none take the answer back.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedRecord {
    /// The case.
    pub document: CaseId,
    /// The form's key, or `position`.
    pub key: String,
    /// Sealed by the hub.
    pub value: Vec<u8>,
    /// Rises with every change by its writer.
    pub version: u64,
}

impl fmt::Debug for SealedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedRecord").field("document", &self.document).finish_non_exhaustive()
    }
}

/// Private answers on their way into the store.
#[derive(Clone, Copy)]
pub struct PrivateAsk<'a> {
    /// Who writes.
    pub account: &'a Account,
    /// What is written.
    pub records: &'a [SealedRecord],
    /// Whether the writer's key opens what is kept under a case and a key: what it does not open is replaced by whatever version comes.
    pub opens: &'a dyn Fn(&CaseId, &str, &[u8]) -> bool,
}

/// Private answers of a case that are about to be told to somebody who did not give them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLook {
    /// The case.
    pub document: CaseId,
    /// Keys with their versions, rising.
    pub answers: Vec<(String, u64)>,
}

/// That somebody was told private answers of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Who.
    pub who: UserId,
    /// The person's display name as it is now.
    pub name: String,
    /// When for the first time in this content, server's clock, ms since 1970.
    pub at_ms: i64,
    /// Which answers.
    pub keys: Vec<String>,
}

/// The second half of [`super::Store`].
pub trait Authority: Send + Sync {
    /// The server's keys, the one in force first. Where there is none yet, the first is made from the seed.
    ///
    /// # Errors
    /// [`StoreError`], as for every method.
    fn keys(&self, seed: &[u8; 32], now_ms: i64) -> Result<Vec<ServerKey>, StoreError>;

    /// Keeps keys that a device believes and this log has forgotten, where one of its own vouches for them: only to check what they signed.
    fn believe_keys(&self, told: &[ServerKey]) -> Result<(), StoreError>;

    /// Puts a new key in force, endorsed by the one before.
    fn rotate_key(&self, seed: &[u8; 32], now_ms: i64) -> Result<Vec<ServerKey>, StoreError>;

    /// Signs for a purpose with the key in force.
    fn notice(
        &self,
        purpose: yuandian_document::Purpose,
        message: Vec<u8>,
    ) -> Result<yuandian_sync::message::SignedNotice, StoreError>;

    /// The holidays that are known now, in any words that differ where they do. Where they are others than before, what the server is to do
    /// of itself is looked at anew in every case: its time may be another, or may be known at last.
    fn days_known(&self, days: &str, now_ms: i64) -> Result<(), StoreError>;

    /// Numbers of the versions of the catalogue that are kept, rising.
    fn catalogue_versions(&self) -> Result<Vec<u32>, StoreError>;

    /// A kept version of the catalogue: the bytes of a [`yuandian_document::SignedCatalogue`].
    fn catalogue(&self, version: u32) -> Result<Option<Vec<u8>>, StoreError>;

    /// Signs a catalogue with the key in force and keeps it; what was kept under its number is replaced.
    fn publish(&self, files: &[CatalogueFile<'_>], now_ms: i64) -> Result<PublishOutcome, StoreError>;

    /// A phone says that it holds a version that is not known here.
    fn note_told_catalogue(&self, version: u32) -> Result<(), StoreError>;

    /// The highest version that a phone said it holds and that was not known here then.
    fn told_catalogue(&self) -> Result<Option<u32>, StoreError>;

    /// Gives a right.
    fn grant(&self, whom: &Whom, grant: &Grant, now_ms: i64) -> Result<RightsChange, StoreError>;

    /// Ends a right, or all of a person.
    fn revoke(&self, whom: &Whom, grant: Option<&Grant>, now_ms: i64) -> Result<RightsChange, StoreError>;

    /// Shuts a person or a device out for good: all its rights end, what waits of it goes to the operator's list.
    fn shut_out(&self, whom: &Whom, now_ms: i64) -> Result<RightsChange, StoreError>;

    /// Erases what is private of a person and ends their account; none of somebody unknown. Others keep reading the cases, without them.
    fn forget_person(
        &self,
        user: &UserId,
        judge: &dyn Judge,
        now_ms: i64,
    ) -> Result<Option<Forgotten>, StoreError>;

    /// Everybody who was forgotten, by id, with when, ms since 1970: a backup of before is told again.
    fn forgotten(&self) -> Result<Vec<(UserId, i64)>, StoreError>;

    /// Whether what was erased is still to be taken out of the keys and the log.
    fn erasure_due(&self) -> Result<bool, StoreError>;

    /// Takes what was erased out of the log as well, which ends the erasure: the keys go before; false where readers are in the way, and it is still due.
    fn scrub(&self) -> Result<bool, StoreError>;

    /// Held commits whose time has come, all those of the case that waits longest: they are judged together, in order.
    fn ripe(&self, now_ms: i64) -> Result<Vec<Held>, StoreError>;

    /// The operator's list, oldest first, with what is kept of the commits.
    fn quarantine(&self) -> Result<Vec<Quarantined>, StoreError>;

    /// Takes a line off the operator's list; false where there is none.
    fn settle(&self, id: u64) -> Result<bool, StoreError>;

    /// Keeps an appeal.
    fn appeal(&self, account: &Account, appeal: &NewAppeal, now_ms: i64)
    -> Result<AppealOutcome, StoreError>;

    /// Appeals, oldest first.
    fn appeals(&self) -> Result<Vec<AppealLine>, StoreError>;

    /// Writes down an answer; false where the appeal is unknown or answered.
    fn answer(&self, ticket: u64, granted: bool, words: &str, now_ms: i64) -> Result<bool, StoreError>;

    /// Answers to a device's appeals since a time, ms since 1970.
    fn answers(&self, device: &DeviceId, since_ms: i64) -> Result<Vec<AppealAnswer>, StoreError>;

    /// Keeps private answers, one outcome each; the cases they change move on in their streams.
    fn put_private(
        &self,
        ask: &PrivateAsk<'_>,
        judge: &dyn Judge,
        now_ms: i64,
    ) -> Result<Vec<PrivateReceipt>, StoreError>;

    /// Writes down what is about to be told to a person, once for each content of a case's answers; false where it must not be told any more,
    /// because a case's author was forgotten since it was read.
    fn note_looks(&self, reader: &UserId, looks: &[NewLook], now_ms: i64) -> Result<bool, StoreError>;

    /// Who was told private answers of a case, the first first.
    fn looks(&self, case: &CaseId) -> Result<Vec<Look>, StoreError>;

    /// Everybody of whom private answers are kept.
    fn subjects(&self) -> Result<BTreeSet<UserId>, StoreError>;

    /// Private answers that an older version of this program kept as they were given, each with its author; none where they are sealed.
    fn plain_private(&self) -> Result<Vec<(UserId, SealedRecord)>, StoreError>;

    /// Puts these in place of the same versions of what was plain; after that nothing is.
    fn seal_private(&self, sealed: &[SealedRecord]) -> Result<(), StoreError>;

    /// Opens the refill window of a server that was restored: until then phones bring back what they authored. Milliseconds since 1970.
    fn open_refill(&self, until_ms: i64) -> Result<(), StoreError>;
}
