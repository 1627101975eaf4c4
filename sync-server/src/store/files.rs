//! Stored files in the store: which are whole, which nobody names any more, which a case holds for the law. The third part of the seam; every
//! method is one whole transaction.
//!
//! A file that nobody names waits, is condemned, waits again and goes: first its row, then its bytes, so that no row ever names bytes that are
//! gone. A file whose bytes are missing or damaged is *lost*: its row stays, nobody is told that it is stored, and who has its bytes sends them
//! again.

use yuandian_model::{BlobHash, CaseId, DeviceId};

use super::{StoreError, UploadId};

/// A file as its row tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRow {
    /// SHA-256 of its bytes.
    pub hash: BlobHash,
    /// Bytes.
    pub size: u64,
    /// Since when its bytes are known to be missing or damaged, ms since 1970.
    pub lost_ms: Option<i64>,
}

/// What became of a wish about a case and its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilesOutcome {
    /// Done.
    Done,
    /// It is so already.
    Unchanged,
    /// The case is held: its files stay.
    Held,
    /// No such case.
    Unknown,
}

/// The store's part about files.
pub trait Files: Send + Sync {
    /// Keeps what a client says of its file beside the hash; none where it says nothing more. False where there is no such upload.
    ///
    /// # Errors
    /// [`StoreError`], as for every method.
    fn describe_upload(&self, id: &UploadId, metadata: Option<&str>) -> Result<bool, StoreError>;

    /// Lets a case name no file any more, as the law may ask for. What no other case names goes in time; a later commit may name files again.
    fn release_files(&self, case: &CaseId, now_ms: i64) -> Result<FilesOutcome, StoreError>;

    /// Holds a case: files that it names, or named, stay until it is let go.
    fn hold_case(&self, case: &CaseId, held: bool, now_ms: i64) -> Result<FilesOutcome, StoreError>;

    /// Cases that are held, rising.
    fn held_cases(&self) -> Result<Vec<CaseId>, StoreError>;

    /// Whether a file's row has gone and its bytes are to follow. Asked again just before they do.
    fn is_going(&self, hash: &BlobHash) -> Result<bool, StoreError>;

    /// A file's bytes are gone, too.
    fn blob_gone(&self, hash: &BlobHash) -> Result<(), StoreError>;

    /// Files with a hash above one, rising, so many at most: lost ones among them.
    fn files(&self, after: Option<&BlobHash>, limit: u32) -> Result<Vec<FileRow>, StoreError>;

    /// Lost files that a device named, so many at most, rising.
    fn lost_of(&self, device: &DeviceId, limit: u32) -> Result<Vec<BlobHash>, StoreError>;

    /// A file's bytes are missing or damaged: the cases that named it as stored move on without it. False where it is no news.
    fn blob_lost(&self, hash: &BlobHash, now_ms: i64) -> Result<bool, StoreError>;

    /// A lost file's bytes are there again: its cases move on with it. False where it was not lost.
    fn blob_found(&self, hash: &BlobHash, now_ms: i64) -> Result<bool, StoreError>;

    /// Bytes without a row, as an upload that was cut short before its last step leaves: they go like what nobody names. False where they are
    /// known, or on their way already.
    fn blob_stray(&self, hash: &BlobHash, now_ms: i64) -> Result<bool, StoreError>;
}
