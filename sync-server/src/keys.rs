//! A key for each person who gives private answers, kept apart from the answers that it seals. Destroyed, it takes every copy of them with it.
//!
//! What a method returned as done is durable. A key stands in no log, error or message.

#![allow(clippy::disallowed_methods, reason = "keys are files of their own")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use yuandian_model::UserId;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// The key of one person's private answers.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectKey([u8; KEY_BYTES]);

impl SubjectKey {
    /// The key of these bytes, which nobody can guess.
    #[must_use]
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey")
    }
}

/// The keys cannot be read or written now.
#[derive(Debug, thiserror::Error)]
#[error("the keys in {place} cannot be used: {source}; check that the directory is there and may be written")]
pub struct KeyError {
    /// Where they are.
    pub place: String,
    /// Why.
    pub source: io::Error,
}

/// Keys by person. Blocking.
pub trait SubjectKeys: Send + Sync {
    /// A person's key; none where there is none or it was destroyed.
    ///
    /// # Errors
    /// [`KeyError`], as for every method: try again later.
    fn get(&self, user: &UserId) -> Result<Option<SubjectKey>, KeyError>;

    /// Keeps a fresh key for a person who has none, and gives the one that is kept: an existing one wins.
    ///
    /// # Errors
    /// [`KeyError`]; nothing is half-written.
    fn make(&self, user: &UserId, fresh: SubjectKey) -> Result<SubjectKey, KeyError>;

    /// Destroys a person's key. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`KeyError`]: it may be there still. To be repeated until it is done.
    fn destroy(&self, user: &UserId) -> Result<(), KeyError>;

    /// Everybody who has a key.
    ///
    /// # Errors
    /// [`KeyError`].
    fn users(&self) -> Result<BTreeSet<UserId>, KeyError>;
}

/// Makes one set of keys hold what another holds: new and other ones are taken over, those of people who were `erased` are destroyed in it and not
/// taken over. What `to` has beside that it keeps: answers of an older backup may need it.
///
/// # Errors
/// [`KeyError`]; doing it again goes on.
pub fn mirror(
    from: &dyn SubjectKeys,
    to: &dyn SubjectKeys,
    erased: &BTreeSet<UserId>,
) -> Result<(), KeyError> {
    for user in to.users()?.intersection(erased) {
        to.destroy(user)?;
    }
    for user in from.users()?.difference(erased) {
        // None where it was destroyed since.
        let Some(key) = from.get(user)? else { continue };
        let there = to.get(user)?;
        if there.as_ref() == Some(&key) {
            continue;
        }
        if there.is_some() {
            to.destroy(user)?;
        }
        to.make(user, key)?;
    }
    Ok(())
}

/// One file for each person in a directory of its own, readable by the server's account alone; the directory is made with the first key.
///
/// Destroying overwrites the file before it goes. A disk that writes elsewhere than it is told (copy on write, flash) may keep the old block for a
/// while.
pub struct DirectoryKeys {
    directory: PathBuf,
    /// Held by who writes.
    writing: Mutex<()>,
}

/// What a key's file ends in.
const KEY: &str = ".key";
/// What it ends in while it is written.
const UNFINISHED: &str = ".key.part";

impl DirectoryKeys {
    /// The keys in a directory, which need not exist yet.
    #[must_use]
    pub fn at(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), writing: Mutex::default() }
    }

    fn path(&self, user: &UserId, ending: &str) -> PathBuf {
        self.directory.join(format!("{user}{ending}"))
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, source: io::Error) -> KeyError {
        KeyError { place: self.directory.display().to_string(), source }
    }

    fn read(&self, user: &UserId) -> io::Result<Option<SubjectKey>> {
        let bytes = match fs::read(self.path(user, KEY)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        // Anything else than a key, such as one whose destruction was cut short, opens nothing.
        let bytes = <[u8; KEY_BYTES]>::try_from(bytes).ok().filter(|bytes| *bytes != [0; KEY_BYTES]);
        Ok(bytes.map(SubjectKey))
    }

    fn write(&self, user: &UserId, key: &SubjectKey) -> io::Result<()> {
        make_directory(&self.directory)?;
        let unfinished = self.path(user, UNFINISHED);
        let mut file = private_file().create(true).truncate(true).open(&unfinished)?;
        file.write_all(&key.0)?;
        file.sync_all()?;
        fs::rename(&unfinished, self.path(user, KEY))?;
        synced(&self.directory)
    }

    /// Overwrites a file with zeros, then removes it.
    fn wipe(&self, path: &Path) -> io::Result<()> {
        let mut file = match private_file().open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        file.write_all(&[0; KEY_BYTES])?;
        file.sync_all()?;
        fs::remove_file(path)?;
        synced(&self.directory)
    }
}

impl SubjectKeys for DirectoryKeys {
    fn get(&self, user: &UserId) -> Result<Option<SubjectKey>, KeyError> {
        self.read(user).map_err(|error| self.failed(error))
    }

    fn make(&self, user: &UserId, fresh: SubjectKey) -> Result<SubjectKey, KeyError> {
        let _alone = self.writing();
        if let Some(key) = self.get(user)? {
            return Ok(key);
        }
        self.write(user, &fresh).map_err(|error| self.failed(error))?;
        Ok(fresh)
    }

    fn destroy(&self, user: &UserId) -> Result<(), KeyError> {
        let _alone = self.writing();
        let paths = [UNFINISHED, KEY].map(|ending| self.path(user, ending));
        paths.iter().try_for_each(|path| self.wipe(path)).map_err(|error| self.failed(error))
    }

    fn users(&self) -> Result<BTreeSet<UserId>, KeyError> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(error) => return Err(self.failed(error)),
        };
        let mut users = BTreeSet::new();
        for entry in entries {
            let name = entry.map_err(|error| self.failed(error))?.file_name();
            users.extend(
                name.to_string_lossy().strip_suffix(KEY).and_then(|name| name.parse::<UserId>().ok()),
            );
        }
        Ok(users)
    }
}

/// A file that its owner alone may read and write.
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a directory that its owner alone may look into, and its name durable.
fn make_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), synced)
}

fn synced(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Keys in memory, for a world that is not on any disk.
#[derive(Default)]
pub struct MemoryKeys(Mutex<BTreeMap<UserId, SubjectKey>>);

impl MemoryKeys {
    fn keys(&self) -> MutexGuard<'_, BTreeMap<UserId, SubjectKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every key that is there.
    #[must_use]
    pub fn all(&self) -> BTreeMap<UserId, SubjectKey> {
        self.keys().clone()
    }
}

impl SubjectKeys for MemoryKeys {
    fn get(&self, user: &UserId) -> Result<Option<SubjectKey>, KeyError> {
        Ok(self.keys().get(user).cloned())
    }

    fn make(&self, user: &UserId, fresh: SubjectKey) -> Result<SubjectKey, KeyError> {
        Ok(self.keys().entry(*user).or_insert(fresh).clone())
    }

    fn destroy(&self, user: &UserId) -> Result<(), KeyError> {
        self.keys().remove(user);
        Ok(())
    }

    fn users(&self) -> Result<BTreeSet<UserId>, KeyError> {
        Ok(self.keys().keys().copied().collect())
    }
}

#[cfg(test)]
mod tests;
