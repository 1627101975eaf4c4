//! Spool files: the bytes of unfinished uploads. A file's length is the offset; nothing else remembers it.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::fs::{File, OpenOptions};

use crate::store::UploadId;

pub struct Spool {
    directory: PathBuf,
    writing: Arc<Mutex<BTreeSet<UploadId>>>,
}

/// The right to write one upload; ends when dropped.
pub struct Writing {
    id: UploadId,
    writing: Arc<Mutex<BTreeSet<UploadId>>>,
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Spool {
    pub fn new(directory: PathBuf) -> Self {
        Self { directory, writing: Arc::default() }
    }

    fn path(&self, id: &UploadId) -> PathBuf {
        self.directory.join(hex::encode(id.0))
    }

    /// Takes the upload for writing; `None` while another request writes it.
    pub fn take(&self, id: &UploadId) -> Option<Writing> {
        let free = self.writing.lock().unwrap_or_else(PoisonError::into_inner).insert(*id);
        free.then(|| Writing { id: *id, writing: self.writing.clone() })
    }

    /// Bytes that are here.
    pub async fn length(&self, id: &UploadId) -> io::Result<u64> {
        match tokio::fs::metadata(self.path(id)).await {
            Ok(file) => Ok(file.len()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(e) => Err(e),
        }
    }

    /// Opens for appending, making the file if there is none.
    pub async fn append(&self, id: &UploadId) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).open(self.path(id)).await
    }

    /// All bytes.
    pub async fn read(&self, id: &UploadId) -> io::Result<Vec<u8>> {
        tokio::fs::read(self.path(id)).await
    }

    /// Forgets the bytes.
    pub async fn remove(&self, id: &UploadId) {
        if let Err(e) = tokio::fs::remove_file(self.path(id)).await
            && e.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(reason = %e, "a spool file stays");
        }
    }
}
