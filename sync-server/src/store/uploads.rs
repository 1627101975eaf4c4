//! Uploads as the store knows them.

use yuandian_model::{BlobHash, DeviceId};

/// Random name of an upload: a capability.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UploadId(pub [u8; 16]);

// Who knows the name may write: it does not stand in logs.
impl std::fmt::Debug for UploadId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UploadId(…)")
    }
}

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its name.
    pub id: UploadId,
    /// The promised hash.
    pub hash: BlobHash,
    /// The promised size, bytes.
    pub size: u64,
    /// Who sends.
    pub device: DeviceId,
    /// When it ends unless it moves, ms since 1970.
    pub until_ms: i64,
    /// Whether the blob is stored and this device has sent it whole already; that another has does not count.
    pub stored: bool,
    /// What the client said of it in `Upload-Metadata`; none where that was the hash alone.
    pub metadata: Option<String>,
}

/// What became of a wish to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadOutcome {
    /// Go on here.
    Open(Upload),
    /// No accepted commit of the device names it with this size.
    NotReferenced,
    /// Too many unfinished ones.
    TooMany,
}
