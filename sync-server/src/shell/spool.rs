//! Spool files: the bytes of unfinished uploads. A file's length is the offset; nothing else remembers it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

use crate::store::UploadId;

/// How long one who wants to know the offset waits for a writer that was asked to stop, ms.
const TAKE_OVER_MS_MAX: u64 = 10_000;

/// End of the name of a file whose bytes do not count yet.
const BESIDE: &str = ".piece";

pub struct Spool {
    directory: PathBuf,
    writers: Arc<Writers>,
}

#[derive(Default)]
struct Writers {
    /// Each with the bell that asks it to stop.
    now: Mutex<BTreeMap<UploadId, Arc<Notify>>>,
    left: Notify,
}

impl Writers {
    fn now(&self) -> MutexGuard<'_, BTreeMap<UploadId, Arc<Notify>>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to write one upload; ends when dropped.
pub struct Writing {
    id: UploadId,
    asked_to_stop: Arc<Notify>,
    writers: Arc<Writers>,
}

impl Writing {
    /// Waits until somebody asks this writer to stop.
    pub async fn asked_to_stop(&self) {
        self.asked_to_stop.notified().await;
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.writers.now().remove(&self.id);
        self.writers.left.notify_waiters();
    }
}

impl Spool {
    pub fn new(directory: PathBuf) -> Self {
        Self { directory, writers: Arc::default() }
    }

    /// Where an upload's bytes are.
    pub fn path(&self, id: &UploadId) -> PathBuf {
        self.directory.join(hex::encode(id.0))
    }

    /// Takes the upload for writing; `None` while another request writes it.
    pub fn take(&self, id: &UploadId) -> Option<Writing> {
        match self.writers.now().entry(*id) {
            Entry::Occupied(_) => None,
            Entry::Vacant(free) => {
                let asked_to_stop = free.insert(Arc::default()).clone();
                Some(Writing { id: *id, asked_to_stop, writers: self.writers.clone() })
            }
        }
    }

    /// Takes the upload from whoever writes it: a client that asks for the offset has given up the connection it was sending on, though the
    /// server may not know yet. `None` where the writer does not stop in time.
    pub async fn take_over(&self, id: &UploadId) -> Option<Writing> {
        let taking = async {
            loop {
                let mut left = pin!(self.writers.left.notified());
                // Listening before looking: a writer that leaves in between is heard.
                left.as_mut().enable();
                if let Some(writing) = self.take(id) {
                    return writing;
                }
                if let Some(writer) = self.writers.now().get(id) {
                    writer.notify_one();
                }
                left.await;
            }
        };
        tokio::time::timeout(Duration::from_millis(TAKE_OVER_MS_MAX), taking).await.ok()
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

    fn path_beside(&self, id: &UploadId) -> PathBuf {
        self.directory.join(format!("{}{BESIDE}", hex::encode(id.0)))
    }

    /// Opens an empty file beside the upload's own, for bytes that do not count yet.
    pub async fn beside(&self, id: &UploadId) -> io::Result<File> {
        File::create(self.path_beside(id)).await
    }

    /// Lets the bytes beside count: appended and synced.
    pub async fn take_in(&self, id: &UploadId) -> io::Result<()> {
        let mut beside = File::open(self.path_beside(id)).await?;
        let mut file = self.append(id).await?;
        tokio::io::copy(&mut beside, &mut file).await?;
        file.flush().await?;
        file.sync_all().await
    }

    /// Forgets the bytes beside.
    pub async fn remove_beside(&self, id: &UploadId) {
        gone(tokio::fs::remove_file(self.path_beside(id)).await);
    }

    /// Every upload that has a file here.
    pub async fn held(&self) -> io::Result<Vec<UploadId>> {
        let mut files = tokio::fs::read_dir(&self.directory).await?;
        let mut held = Vec::new();
        while let Some(file) = files.next_entry().await? {
            let (mut id, name) = ([0; 16], file.file_name());
            let name = name.to_str().map(|name| name.strip_suffix(BESIDE).unwrap_or(name));
            if name.is_some_and(|name| hex::decode_to_slice(name, &mut id).is_ok()) {
                held.push(UploadId(id));
            }
        }
        Ok(held)
    }

    /// Forgets the bytes, also those beside.
    pub async fn remove(&self, id: &UploadId) {
        gone(tokio::fs::remove_file(self.path(id)).await);
        self.remove_beside(id).await;
    }
}

fn gone(removed: io::Result<()>) {
    if let Err(e) = removed
        && e.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(reason = %e, "a spool file stays");
    }
}
