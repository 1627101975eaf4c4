//! What devices ask of the store, and what it gives.

use std::collections::BTreeSet;
use std::fmt;

use yuandian_document::{DeviceCertificate, SignedCommit};
use yuandian_model::{CaseId, CaseState, Epoch, PartitionId, UserId};
use yuandian_sync::message::{ManifestEntry, PartitionHead, PulledCase, StreamCheck, Wanted};
use yuandian_sync::{Cursor, StreamId};

/// A page of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The cases.
    pub cases: Vec<PulledCase>,
    /// Where each stream stands after them.
    pub cursors: Vec<Cursor>,
    /// Whether there is more.
    pub more: bool,
    /// Sums of the streams that the page completes.
    pub checks: Vec<StreamCheck>,
    /// Asked streams whose cursor says nothing here.
    pub resets: Vec<Cursor>,
    /// Whether a cursor counts numbers of this epoch that were never given: the sign of a copy that was started without a new epoch.
    pub from_the_future: bool,
    /// Last number inside a verified backup of the only partition.
    pub safe_seq: Option<u64>,
}

/// A private answer as the store has it.
#[derive(Clone, Copy)]
pub struct SealedAnswer<'a> {
    /// Who gave it: the case's author.
    pub author: &'a UserId,
    /// The case.
    pub case: &'a CaseId,
    /// The form's key, or `position`.
    pub key: &'a str,
    /// As it is kept.
    pub value: &'a [u8],
}

/// What became of opening a private answer.
#[derive(Clone, PartialEq, Eq)]
pub enum Opened {
    /// The answer.
    Answer(String),
    /// No key here opens it, nor will one.
    Lost,
    /// The keys cannot be read now.
    Later,
}

/// The code words of a case: for coming and for leaving.
pub type CodeWords = (String, String);

/// Who receives, of which cases they may read the private answers by their rights, and how those are opened.
#[derive(Clone, Copy)]
pub struct Receiver<'a> {
    /// The person.
    pub user: UserId,
    /// Asked of cases that have not ended.
    pub reads: &'a dyn Fn(&CaseState) -> bool,
    /// Asked of answers that they may read.
    pub opens: &'a dyn Fn(&SealedAnswer<'_>) -> Opened,
    /// The code words of a case of theirs, for coming and for leaving.
    pub words: &'a dyn Fn(&CaseId, &CaseState) -> Option<CodeWords>,
}

impl fmt::Debug for Receiver<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("user", &self.user).finish_non_exhaustive()
    }
}

/// What a PULL asks the store.
#[derive(Debug, Clone)]
pub struct PageAsk<'a> {
    /// Streams the receiver may hold, with their cursors.
    pub streams: &'a [Cursor],
    /// Who receives.
    pub receiver: Receiver<'a>,
    /// Bytes to aim at.
    pub bytes_max: usize,
    /// Whether sums are wanted of streams that do not move, too.
    pub check: bool,
}

/// What DOCS asks the store.
#[derive(Debug, Clone)]
pub struct DocsAsk<'a> {
    /// Documents in the order wanted.
    pub wanted: &'a [Wanted],
    /// Streams the receiver may hold.
    pub streams: &'a BTreeSet<StreamId>,
    /// Who receives.
    pub receiver: Receiver<'a>,
    /// Bytes to aim at.
    pub bytes_max: usize,
}

/// Documents, as many as fit, all of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocsPage {
    /// The epoch their numbers count in.
    pub epoch: Epoch,
    /// The cases.
    pub cases: Vec<PulledCase>,
}

/// What MANIFEST asks the store.
#[derive(Debug, Clone)]
pub struct ManifestAsk<'a> {
    /// The stream.
    pub stream: &'a StreamId,
    /// In which partition.
    pub partition: PartitionId,
    /// Entries after this case.
    pub after: Option<CaseId>,
    /// Entries at most.
    pub entries_max: usize,
}

/// A page of what is in a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestPage {
    /// Where the partition stands; none where it does not exist.
    pub head: Option<PartitionHead>,
    /// The cases present, rising.
    pub entries: Vec<ManifestEntry>,
    /// Whether there are more.
    pub more: bool,
}

/// Whole commits with certificates.
#[derive(Debug, Clone, Default)]
pub struct Envelopes {
    /// The commits.
    pub commits: Vec<SignedCommit>,
    /// Of the devices that signed them.
    pub certificates: Vec<DeviceCertificate>,
}

/// A blob that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadableBlob {
    /// A micro picture, kept in the database.
    Micro(Vec<u8>),
    /// A whole file among the blobs.
    Whole {
        /// Media type that its entry names.
        mime: String,
        /// Bytes.
        size: u64,
        /// The case through which an original is read that the reader did not send: the log is to say so.
        looked_at: Option<CaseId>,
    },
}
