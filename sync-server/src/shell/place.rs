//! The data directory: `yuandian.db`, `blobs/`, `spool/`, `backups/`, `keys/`, and the lock that lets only one server use it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use yuandian_model::Epoch;

use super::ServeError;
use super::backup::RESTORING;
use crate::keys::DirectoryKeys;
use crate::randomness::{Randomness, draw};
use crate::store::SqliteStore;

/// The database's file.
pub const DATABASE: &str = "yuandian.db";

/// The keys' directory.
pub(super) const KEYS: &str = "keys";

/// A data directory.
pub struct Place {
    root: PathBuf,
    // The lock ends with the file handle, also when the process is killed.
    _lock: Option<File>,
}

impl Place {
    /// Makes what is missing and locks it for a server.
    ///
    /// # Errors
    /// [`ServeError::Locked`], [`ServeError::Place`].
    pub fn lock(root: &Path) -> Result<Self, ServeError> {
        let mut place = Self::open(root)?;
        let path = root.join("serve.lock");
        let at = |source| ServeError::Place { path: path.display().to_string(), source };
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(at)?;
        match file.try_lock() {
            Ok(()) => place._lock = Some(file),
            Err(TryLockError::WouldBlock) => {
                return Err(ServeError::Locked(root.display().to_string()));
            }
            Err(TryLockError::Error(source)) => return Err(at(source)),
        }
        Ok(place)
    }

    /// Makes what is missing; for commands that work beside a server.
    ///
    /// # Errors
    /// [`ServeError::Place`].
    pub fn open(root: &Path) -> Result<Self, ServeError> {
        if root.join(RESTORING).exists() {
            return Err(ServeError::HalfRestored(root.display().to_string()));
        }
        Self::bare(root)
    }

    /// The same, also where a restore is going on.
    pub(super) fn bare(root: &Path) -> Result<Self, ServeError> {
        let place = Self { root: root.to_owned(), _lock: None };
        for path in [root.to_owned(), place.blobs(), place.spool()] {
            std::fs::create_dir_all(&path)
                .map_err(|source| ServeError::Place { path: path.display().to_string(), source })?;
        }
        Ok(place)
    }

    /// The database; a new one begins its first epoch.
    ///
    /// # Errors
    /// [`ServeError::Store`].
    pub fn store(&self, randomness: &mut dyn Randomness) -> Result<SqliteStore, ServeError> {
        Ok(SqliteStore::open(&self.root.join(DATABASE), Epoch(draw(randomness)))?)
    }

    /// Where whole blobs are.
    #[must_use]
    pub fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    /// The keys of private answers: in a directory of their own, which may be on another disk, or inside.
    #[must_use]
    pub fn keys(&self, elsewhere: Option<&Path>) -> DirectoryKeys {
        DirectoryKeys::at(elsewhere.unwrap_or(&self.root.join(KEYS)))
    }

    /// Where the server keeps backups of itself.
    #[must_use]
    pub fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// Where unfinished uploads are.
    #[must_use]
    pub fn spool(&self) -> PathBuf {
        self.root.join("spool")
    }
}
