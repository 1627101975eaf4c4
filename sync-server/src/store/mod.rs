//! Where the server's state is: a blocking seam of use-case methods, each one whole transaction. No transaction handle crosses it.
//!
//! An implementation guarantees: what a method returned as done is durable; sequence numbers of a partition are dense and become visible in
//! order; a receipt, once stored, is given back byte-equal for ever. It asks the pure [`Judge`] inside the sequencing transaction and may ask
//! it again after a lost race. [`conformance`] holds every implementation to that.

mod asks;
mod authority;
pub mod conformance;
mod files;
mod ledger;
pub mod notifications;
mod records;
mod situation;
pub mod sqlite;
mod uploads;
mod witness;
mod work;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use yuandian_document::{Act, ChangeHash, DeviceCertificate, Place};
use yuandian_model::ring::Sought;
use yuandian_model::{
    BlobHash, CaseId, CaseState, Conduct, DeviceId, DivisionCode, Epoch, Grant, Outcome, PartitionId,
    Principal, Refusal, Standing, UserId, Writing, catalogue::ActClass,
};
use yuandian_sync::StreamId;
use yuandian_sync::check::StreamSum;
use yuandian_sync::message::{CommitNumber, EndedLife, PartitionHead};

use crate::limits::BACKUP_STALE_MS;

pub use asks::{
    DocsAsk, DocsPage, Envelopes, ManifestAsk, ManifestPage, Opened, Page, PageAsk, ReadableBlob, Receiver,
    SealedAnswer,
};
pub use authority::{
    AppealLine, AppealOutcome, Authority, Concern, Forgotten, Look, NewAppeal, NewLook, PrivateAsk,
    PublishOutcome, Quarantined, RightsChange, SealedRecord, Whom,
};
pub use files::{FileRow, Files, FilesOutcome};
pub use ledger::{ChainTip, Ledger, Step, Verdict};
pub use notifications::Notifications;
pub use records::{ConsentLine, Going, HoursLine, LevelLine, Records, Redaction};
pub use situation::{ACT_SEQ, Adopted, Asked, Doings, Held, NoShow, Rights, Situation, named};
pub use sqlite::{SqliteStore, copies::check_copy};
pub use uploads::{Upload, UploadId, UploadOutcome};
pub use witness::{EvidenceQuestion, NewLink, Witness};
pub use work::{
    Batch, BlobRef, CommandPart, Committed, ContentWork, GateOutcome, Origin, Prepared, SavedDocument, Work,
};

/// Why the store did not do it. Nothing is half-done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No space.
    #[error("the disk of the database is full")]
    Full,
    /// Somebody else holds the database for too long.
    #[error("the database is busy")]
    Busy,
    /// Written by a newer version of this program.
    #[error("the database has schema {found}, this program knows up to {known}: start the newer program")]
    Newer {
        /// What the file says.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// A copy that a backup made.
    #[error(
        "this is a copy that a backup made: phones would take it for the server they know and lose what came after it. Put it back with `yuandian-server restore --data NEW-DIR --from BACKUP-DIR`, which begins a new epoch"
    )]
    Copy,
    /// Its cases are ordered by other partitions.
    #[error(
        "its cases are ordered by {found} digits of their division's code (0: all together), not by {wanted}: this is fixed with the first case"
    )]
    Partitioned {
        /// What the store was made with; 0 for one partition.
        found: u8,
        /// What was asked for.
        wanted: u8,
    },
    /// Not a database of this program.
    #[error("the file is no database of this program")]
    Foreign,
    /// Anything else: a damaged file, or a bug.
    #[error("the database failed: {0}")]
    Damaged(String),
}

/// A new invitation, by the hash of its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvitation {
    /// SHA-256 of the code.
    pub hash: [u8; 32],
    /// The right it gives.
    pub grant: Grant,
    /// On what its level rests.
    pub evidence: Option<String>,
    /// Until when it can be used, ms since 1970.
    pub until_ms: i64,
}

/// A device that wants in.
#[derive(Debug, Clone)]
pub struct Enrollment {
    /// SHA-256 of the invitation's code.
    pub invitation: [u8; 32],
    /// The device's keys, verified.
    pub certificate: DeviceCertificate,
    /// The signing key's name.
    pub signer: [u8; 16],
    /// The person's display name.
    pub name: String,
    /// Name and version of the app.
    pub app: String,
    /// The id a new person gets.
    pub new_user: UserId,
}

/// A device and the person it speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The device.
    pub device: DeviceId,
    /// Its signing key's public bytes.
    pub key: [u8; 32],
    /// The person.
    pub user: UserId,
    /// The person's display name.
    pub name: String,
    /// The rights given to the person and not taken back, in rising order; which of them are held, [`Account::at`] tells.
    pub grants: Vec<Grant>,
    /// Whether the device or its person was shut out for good.
    pub shut_out: bool,
    /// Whether the rights have changed since the token was given by which the device is known.
    pub greet: bool,
}

impl Account {
    /// Its person at a time, server's clock, ms since 1970.
    #[must_use]
    pub fn at(&self, now_ms: i64) -> Principal<'_> {
        Principal::new(self.user, &self.grants, now_ms)
    }
}

/// What became of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrollOutcome {
    /// In; also the answer to the same request again.
    Enrolled(Account),
    /// No such invitation.
    Unknown,
    /// Used by another device.
    Used,
    /// Too late.
    Expired,
    /// The person holds as many grants as one may.
    TooManyGrants,
    /// The device or its person was shut out for good.
    ShutOut,
}

/// What is decided about a case, with what the server keeps beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRecord {
    /// The case.
    pub id: CaseId,
    /// What the rule decided.
    pub state: CaseState,
    /// Where, as far as it is shared.
    pub place: Option<Place>,
    /// Which partition orders it.
    pub partition: PartitionId,
    /// When it was opened, server's clock, ms since 1970.
    pub opened_ms: i64,
    /// When it last moved, server's clock, ms since 1970.
    pub touched_ms: i64,
    /// Number of content changes taken: what a prepared change stands on.
    pub version: u64,
    /// The [`Prepared::cost`] of all its commits, bytes.
    pub log_bytes: u64,
    /// First words of its description, for lists.
    pub title: String,
    /// Number of its photos.
    pub photos: u32,
    /// Whether an answer has more than one value.
    pub conflict: bool,
    /// Whether it ended so long ago that it is in its people's own streams alone.
    pub aged: bool,
}

/// What an act is judged by beside itself, its case and its author's rights.
#[derive(Debug, Clone)]
pub struct Beside {
    /// The case.
    pub case: CaseId,
    /// Photos that its author has put into the case.
    pub photos: u32,
    /// What its author does beside it.
    pub conduct: Conduct,
    /// When it was written, as far as its phone can say it, ms since 1970.
    pub captured_ms: i64,
    /// When it came, server's clock, ms since 1970.
    pub received_ms: i64,
}

/// The pure decisions that the sequencing transaction needs.
pub trait Judge: Send + Sync {
    /// Judges an act on the stored state, by the version of the catalogue that the case was opened under; `schema`: the version that the
    /// act was written under, by which a case is opened.
    ///
    /// # Errors
    /// The rule's refusal.
    fn act(
        &self,
        state: Option<&CaseState>,
        act_and_schema: (&Act, u32),
        standing: &Standing,
        beside: Beside,
    ) -> Result<Outcome, Refusal>;

    /// Whether a case is work for those who hold it now, as far as it counts how much that is.
    fn occupies(&self, state: &CaseState) -> bool;

    /// Whether an act says that whoever holds a case did not come.
    fn expels(&self, state: &CaseState, act: &Act) -> bool;

    /// Whether somebody with this conduct could take a case now. `at_ms`: server's clock, ms since 1970.
    fn may_take(&self, state: &CaseState, conduct: &Conduct, at_ms: i64) -> bool;

    /// Whom a case looks for now among people nearby; none where it looks for nobody.
    fn sought(&self, state: &CaseState) -> Option<Sought>;

    /// The version of the catalogue by which a case, or the opening of one, is judged.
    fn rules_version(&self, state: Option<&CaseState>, schema: u32) -> u32;

    /// How an act gets along with others; none for `report` and for what the workflow does not know.
    fn class(&self, state: Option<&CaseState>, act: &Act) -> Option<ActClass>;

    /// What the person may write into a case, and whether only by a right that has ended. `received_ms`: server's clock, ms since 1970.
    ///
    /// # Errors
    /// `r_gone`, `r_role` or `r_scope` where it is nothing.
    fn may_write(
        &self,
        state: Option<&CaseState>,
        standing: &Standing,
        received_ms: i64,
    ) -> Result<(Writing, bool), Refusal>;

    /// Whether an answer under this key is a private one of the case.
    fn is_private(&self, state: &CaseState, key: &str) -> bool;

    /// Whether an argument of an act is words.
    fn is_words(&self, state: &CaseState, argument: &str) -> bool;

    /// Whether of the case's place only the cell may be known.
    fn shows_cell_alone(&self, state: &CaseState) -> bool;

    /// Until when a private answer is kept, ms since 1970; none while its case has not ended.
    fn kept_until_ms(&self, state: &CaseState, key: &str) -> Option<i64>;

    /// Whether anybody may know of the case.
    fn is_public(&self, state: &CaseState) -> bool;

    /// Whether anybody may follow the case as it stands.
    fn may_be_followed(&self, state: &CaseState) -> bool;

    /// The streams a case belongs in.
    fn streams(&self, state: &CaseState) -> BTreeSet<StreamId>;

    /// The partition that orders the cases of a division.
    fn partition(&self, grid: &DivisionCode) -> PartitionId;

    /// Whether work on the case has ended by its workflow.
    fn has_ended(&self, state: &CaseState) -> bool;

    /// The server's next act of its own in a case, and when, ms since 1970.
    fn own_act(&self, state: &CaseState) -> Option<(String, i64)>;

    /// The stage that a case which ended is opened again in; none for one that did not end.
    fn reopens_to(&self, state: &CaseState) -> Option<String>;
}

/// What a device told at a greeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// When, server's clock, ms since 1970.
    pub at_ms: i64,
    /// Name and version of its app.
    pub app: String,
    /// Documents it is willing to hold.
    pub budget: u32,
    /// Free space, bytes.
    pub free_bytes: Option<u64>,
    /// Documents that its budget has no room for.
    pub over: u64,
    /// Streams offered to it, with the cursors it told.
    pub streams: Vec<ContactStream>,
    /// The number for its next greeting and until when it is good, ms since 1970; not read back.
    pub next_nonce: Option<([u8; 32], i64)>,
}

/// A stream of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactStream {
    /// In which partition.
    pub partition: PartitionId,
    /// The stream.
    pub stream: StreamId,
    /// The epoch of its cursor; none before the first page.
    pub epoch: Option<Epoch>,
    /// Its cursor.
    pub cursor: u64,
    /// Whether its budget leaves room for lines only.
    pub lines_only: bool,
}

/// A device whose rights lead to more than it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverBudget {
    /// The device.
    pub device: DeviceId,
    /// Documents it is willing to hold.
    pub budget: u32,
    /// Documents it has lines of only.
    pub over: u64,
}

/// A stream that a case is in, or was in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseStream {
    /// In which partition.
    pub partition: PartitionId,
    /// The stream.
    pub stream: StreamId,
    /// Its last number there.
    pub seq: u64,
    /// The number since which it is there.
    pub since_seq: u64,
    /// Why and when it went, ms since 1970; none while it is present.
    pub gone: Option<(String, i64)>,
}

/// What became of an operator's wish about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerAct {
    /// Done, under this number.
    Done {
        /// The number.
        seq: u64,
    },
    /// It is so already.
    Unchanged,
    /// No such case.
    Unknown,
}

/// What timers did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// What the server did of itself: cases and acts.
    pub acted: Vec<(CaseId, String)>,
    /// Uploads that ended: their spool files can go.
    pub uploads: Vec<UploadId>,
    /// Files whose rows have gone: their bytes go next.
    pub going: Vec<BlobHash>,
    /// Whether a copy of the store is due.
    pub backup_due: bool,
    /// When the next timer is due, ms since 1970.
    pub next_due_ms: Option<i64>,
}

/// What a checked copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// When it was made, ms since 1970.
    pub made_ms: i64,
    /// Where its partitions stand.
    pub heads: Vec<PartitionHead>,
    /// Blobs that are stored whole beside it, rising.
    pub blobs: Vec<BlobHash>,
}

/// When copies of the store were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupState {
    /// The last that was checked, ms since 1970.
    pub last_ms: Option<i64>,
    /// Since when the server makes them itself, ms since 1970; none where it does not.
    pub since_ms: Option<i64>,
}

impl BackupState {
    /// For how long there has been no new copy, ms; none where nobody makes any.
    #[must_use]
    pub fn age_ms(&self, now_ms: i64) -> Option<i64> {
        self.last_ms.max(self.since_ms).map(|last| now_ms.saturating_sub(last))
    }

    /// Whether the operator must be told.
    #[must_use]
    pub fn is_stale(&self, now_ms: i64) -> bool {
        self.age_ms(now_ms).is_some_and(|age| age > BACKUP_STALE_MS)
    }
}

/// A case on the plain page.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseLine {
    /// What is decided.
    pub record: CaseRecord,
    /// Commits taken.
    pub commits: u64,
    /// Distinct files its photos name, and how many of them are stored.
    pub photos: (u64, u64),
    /// Heads of its document, rising; none where it has no content yet.
    pub heads: Vec<ChangeHash>,
}

/// The store.
pub trait Store: Authority + Files + Notifications + Records + Witness {
    /// Where the only partition stands.
    ///
    /// # Errors
    /// [`StoreError`], as for every method.
    fn head(&self) -> Result<PartitionHead, StoreError>;

    /// Digits of a division's code that name its partition, fixed when the store was made; none where there is one for all.
    fn partition_digits(&self) -> Option<u8>;

    /// Where every partition stands, rising by partition.
    fn heads(&self) -> Result<Vec<PartitionHead>, StoreError>;

    /// How far each of these lives still stands. A life that this log does not go back to is not named.
    fn ended(&self, lives: &BTreeSet<Epoch>) -> Result<Vec<EndedLife>, StoreError>;

    /// Proves that a transaction can be written.
    fn probe(&self, now_ms: i64) -> Result<(), StoreError>;

    /// Keeps invitations.
    fn invite(&self, invitations: &[NewInvitation]) -> Result<(), StoreError>;

    /// Uses an invitation: once, by one device, whose second request gets the same answer.
    fn enroll(&self, enrollment: &Enrollment, now_ms: i64) -> Result<EnrollOutcome, StoreError>;

    /// A device that is enrolled.
    fn account(&self, device: &DeviceId) -> Result<Option<Account>, StoreError>;

    /// Keeps a device's latest nonce; an earlier one is forgotten.
    fn put_nonce(&self, device: &DeviceId, nonce: &[u8; 32], until_ms: i64) -> Result<(), StoreError>;

    /// Spends a nonce and keeps a token (by its hash) for the device, in one; false if the nonce is not the device's, spent or too old.
    fn spend_nonce(&self, spend: &NonceSpend, now_ms: i64) -> Result<bool, StoreError>;

    /// Who holds a token that is still good.
    fn bearer(&self, token_hash: &[u8; 32], now_ms: i64) -> Result<Option<Account>, StoreError>;

    /// What a PUSH is prepared against.
    fn situation(&self, account: &Account, asked: &Asked, now_ms: i64) -> Result<Situation, StoreError>;

    /// The saved document of a case; `None` where it is missing and must be made from [`Store::changes`].
    fn document(&self, case: &CaseId) -> Result<Option<SavedDocument>, StoreError>;

    /// The content changes of a case that were taken, in order: the truth; with the version of the document that they come to.
    fn changes(&self, case: &CaseId) -> Result<(Vec<Vec<u8>>, u64), StoreError>;

    /// Orders, judges and keeps one PUSH in one transaction, which others may share: another thread may do it.
    fn commit(&self, batch: &Arc<Batch>, judge: &Arc<dyn Judge>) -> Result<Committed, StoreError>;

    /// News of streams.
    fn page(&self, ask: &PageAsk<'_>) -> Result<Page, StoreError>;

    /// Documents that a device has the lines of.
    fn docs(&self, ask: &DocsAsk<'_>) -> Result<DocsPage, StoreError>;

    /// What is in a stream.
    fn manifest(&self, ask: &ManifestAsk<'_>) -> Result<ManifestPage, StoreError>;

    /// Count and sum of a stream.
    fn stream_sum(&self, partition: PartitionId, stream: &StreamId) -> Result<StreamSum, StoreError>;

    /// Cases present in each of these streams.
    fn stream_counts(&self, streams: &[(StreamId, PartitionId)]) -> Result<Vec<u64>, StoreError>;

    /// Keeps what a device told at a greeting in place of what it told before, and the number for its next.
    fn greeted(&self, device: &DeviceId, contact: &Contact) -> Result<(), StoreError>;

    /// What a device told at its last greeting.
    fn contact(&self, device: &DeviceId) -> Result<Option<Contact>, StoreError>;

    /// Devices whose rights lead to more than they hold.
    fn over_budget(&self) -> Result<Vec<OverBudget>, StoreError>;

    /// Moves a case to another grid: gone there, present here, in one transaction.
    fn move_case(
        &self,
        case: &CaseId,
        to: &DivisionCode,
        judge: &dyn Judge,
        now_ms: i64,
    ) -> Result<ServerAct, StoreError>;

    /// Cases in which the server's own act is due, or something follows from their merge, the one that waits longest first. `now_ms`: server's
    /// clock, ms since 1970.
    fn own_due(&self, now_ms: i64) -> Result<Vec<CaseId>, StoreError>;

    /// Does the server's own act in a case, or what follows from its merge, if its time has come: the case in which it did something, and what.
    fn act_own(
        &self,
        case: &CaseId,
        judge: &dyn Judge,
        now_ms: i64,
    ) -> Result<Option<(CaseId, String)>, StoreError>;

    /// Opens a case that ended again.
    fn reopen_case(&self, case: &CaseId, judge: &dyn Judge, now_ms: i64) -> Result<ServerAct, StoreError>;

    /// One case.
    fn case(&self, case: &CaseId) -> Result<Option<CaseRecord>, StoreError>;

    /// Every stream that a case is in or was in within the horizon.
    fn case_streams(&self, case: &CaseId) -> Result<Vec<CaseStream>, StoreError>;

    /// Taken commits whose cases are in one of the streams; others are left out.
    fn envelopes(
        &self,
        numbers: &[CommitNumber],
        streams: &BTreeSet<StreamId>,
    ) -> Result<Envelopes, StoreError>;

    /// A blob that a case in one of the streams names, by a device that sent its bytes, and that is shared, the reader's own, or evidence that `reads` lets the reader see.
    fn readable_blob(
        &self,
        hash: &BlobHash,
        reader: &UserId,
        streams: &BTreeSet<StreamId>,
        reads: &dyn Fn(&CaseState) -> bool,
    ) -> Result<Option<ReadableBlob>, StoreError>;

    /// Opens an upload, or finds the one of the same device and hash. `wanted.stored` is ignored.
    fn open_upload(&self, wanted: &Upload) -> Result<UploadOutcome, StoreError>;

    /// An upload by its name, while it has not ended.
    fn upload(&self, id: &UploadId, now_ms: i64) -> Result<Option<Upload>, StoreError>;

    /// Ends an upload; false where there was none.
    fn end_upload(&self, id: &UploadId) -> Result<bool, StoreError>;

    /// Notes that a blob is stored whole and that the upload's device had its bytes, and moves every case in which that device names it on in
    /// its streams. Doing it again changes nothing. Who only knows a hash gets nothing by naming it.
    fn blob_stored(&self, upload: &Upload, now_ms: i64) -> Result<PartitionHead, StoreError>;

    /// Runs the timers that are due.
    fn sweep(&self, now_ms: i64) -> Result<Swept, StoreError>;

    /// Cases, the one that moved last first; all of them without a limit.
    fn cases(&self, limit: Option<u32>) -> Result<Vec<CaseLine>, StoreError>;

    /// How many blobs are stored whole, lost ones apart.
    fn blob_count(&self) -> Result<u64, StoreError>;

    /// Copies the whole store into a new file, synced and checked, while it serves.
    fn copy_to(&self, path: &Path, now_ms: i64) -> Result<Copied, StoreError>;

    /// Keeps that a checked copy is where it belongs: the numbers in it are safe, and the reminder starts again.
    fn backed_up(&self, copied: &Copied, now_ms: i64) -> Result<(), StoreError>;

    /// Lets [`Swept::backup_due`] come a day after the last copy, or never.
    fn remind_of_backups(&self, wanted: bool, now_ms: i64) -> Result<(), StoreError>;

    /// When copies were made.
    fn backup_state(&self) -> Result<BackupState, StoreError>;

    /// Keeps that a device told a cursor from the future.
    fn note_future(&self, device: &DeviceId, now_ms: i64) -> Result<(), StoreError>;

    /// The device that last told a cursor from the future, and when, ms since 1970.
    fn future_cursor(&self) -> Result<Option<(DeviceId, i64)>, StoreError>;

    /// Writes everything into the main file, before a stop.
    fn checkpoint(&self) -> Result<(), StoreError>;
}

/// A nonce to be spent for a token.
#[derive(Debug, Clone)]
pub struct NonceSpend {
    /// The device.
    pub device: DeviceId,
    /// The nonce.
    pub nonce: [u8; 32],
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// When the token ends, ms since 1970.
    pub token_until_ms: i64,
}
