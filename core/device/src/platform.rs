//! The ports on an ordinary computer: system clocks and randomness, a folder of photo files, a root key in a file of mode 600.
//!
//! With a key nothing of a home lies open: the store is encrypted by SQLCipher, photo files and the root key in frames. The three keys are derived from
//! the one that is given, which was drawn by chance: no pass phrase is stretched here.
#![allow(clippy::disallowed_methods, reason = "this is where the phone meets the real machine")]

mod folder;
mod frames;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use yuandian_document::{Signer, SoftwareRoot};

use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::ports::{Clock, DatabaseKey, Ports, Randomness, SpaceProbe};
use crate::store;

pub use folder::FolderBlobs;
use frames::Frames;

/// Name of the store in a home.
const STORE: &str = "phone.db";
/// What a store begins with that is not encrypted.
const PLAIN: [u8; 16] = *b"SQLite format 3\0";
/// Name of the root key in a home.
const ROOT_KEY: &str = "root.key";
/// Folder of photo files in a home.
const BLOBS: &str = "blobs";

/// Opens the phone that lives in a folder, making it where needed; with a key, everything of it is encrypted.
///
/// # Errors
/// [`DeviceError::InUse`] where another process has it open, [`DeviceError::WrongKey`] where the key does not fit, and nothing is changed
/// then, [`DeviceError::Invalid`] for a key where this build encrypts nothing, and those of [`Phone::open`].
pub fn open_home(home: &Path, key: Option<&DatabaseKey>) -> Result<Phone> {
    store::can_use(key)?;
    fs::create_dir_all(home)?;
    let had_root = home.join(ROOT_KEY).exists();
    let root = root_key(home, key.map(|key| Frames::of(key, "root key")).as_ref())?;
    match open_home_with(home, key, Box::new(root)) {
        // A root key that was made now under a wrong key would shut the right one out.
        Err(refused @ DeviceError::WrongKey { .. }) if !had_root => {
            gone(fs::remove_file(home.join(ROOT_KEY)))?;
            Err(refused)
        }
        // The root key has opened.
        Err(DeviceError::WrongKey { .. }) => {
            Err(DeviceError::Damaged("the store does not begin as an encrypted one".into()))
        }
        opened => opened,
    }
}

/// [`open_home`] with a root key that the platform keeps. No file of the home tells a wrong key from a damaged store then: both are
/// [`DeviceError::WrongKey`].
///
/// # Errors
/// Those of [`open_home`]; [`DeviceError::KeyStore`] while the platform gives no key.
pub fn open_home_with(home: &Path, key: Option<&DatabaseKey>, root: Box<dyn Signer>) -> Result<Phone> {
    store::can_use(key)?;
    fs::create_dir_all(home)?;
    let store = home.join(STORE);
    let blobs = FolderBlobs::new(home.join(BLOBS), key)?;
    OpenOptions::new().create(true).append(true).open(&store)?;
    let ports = Ports {
        vfs: None,
        blobs: Box::new(blobs),
        clock: Box::new(SystemClock(Instant::now())),
        randomness: Box::new(SystemRandomness),
        signer: root,
        space: Box::new(NoProbe),
        database_key: key.map(|key| DatabaseKey(key.derived("store"))),
        mark: file_identity(&store)?,
    };
    match Phone::open(&store, ports) {
        Err(DeviceError::WrongKey { .. }) => Err(DeviceError::WrongKey { encrypted: !lies_open(&store) }),
        opened => opened,
    }
}

/// Whether a phone lives in a folder already.
#[must_use]
pub fn is_home(home: &Path) -> bool {
    home.join(STORE).exists() || home.join(ROOT_KEY).exists()
}

/// Whether a store is one that is not encrypted.
fn lies_open(store: &Path) -> bool {
    let mut begins = [0; PLAIN.len()];
    File::open(store).and_then(|mut file| file.read_exact(&mut begins)).is_ok() && begins == PLAIN
}

/// Where and as which file the store exists: a copied folder has another.
fn file_identity(store: &Path) -> Result<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let meta = fs::metadata(store)?;
        Ok(format!("{}:{}", meta.dev(), meta.ino()))
    }
    #[cfg(not(unix))]
    {
        Ok(fs::canonicalize(store)?.display().to_string())
    }
}

/// The home's root key, made at the first opening. Two first openings at once agree on one: the first to be published stays.
fn root_key(home: &Path, frames: Option<&Frames>) -> Result<SoftwareRoot> {
    let path = home.join(ROOT_KEY);
    if !path.exists() {
        let mut seed = [0; 32];
        SystemRandomness.fill(&mut seed);
        // A few values are no key: draw again.
        while SoftwareRoot::from_seed(&seed).is_err() {
            SystemRandomness.fill(&mut seed);
        }
        publish_once(&path, &frames.map_or_else(|| Ok(seed.to_vec()), |frames| frames.whole(&seed))?)?;
    }
    let written = fs::read(&path)?;
    let encrypted = written.starts_with(&frames::MAGIC);
    let seed = match frames {
        Some(frames) if encrypted => frames.read(&mut File::open(&path)?, 0, u64::MAX),
        None if !encrypted => Ok(written),
        _ => Err(io::ErrorKind::InvalidData.into()),
    };
    let seed = seed.map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => DeviceError::WrongKey { encrypted },
        _ => error.into(),
    })?;
    let seed = seed.try_into().map_err(|_| DeviceError::Damaged("root.key has a wrong length".into()))?;
    Ok(SoftwareRoot::from_seed(&seed)?)
}

/// Whole or not at all, and never over one that is there.
fn publish_once(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("part-{}", std::process::id()));
    write_synced(&beside, |file| file.write_all(bytes))?;
    let published = match fs::hard_link(&beside, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(path),
    };
    fs::remove_file(&beside)?;
    published
}

/// Written beside, synced, renamed, folder synced: whole or not at all.
fn durable(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let beside = path.with_extension("part");
    write_synced(&beside, write)?;
    fs::rename(&beside, path)?;
    sync_folder(path)
}

/// A file that only its owner reads, on disk when this returns.
fn write_synced(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    write(&mut file)?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path.parent().ok_or(io::ErrorKind::InvalidInput)?)?.sync_all()
}

/// The machine's clocks. Monotonic from the start of the process.
pub struct SystemClock(Instant);

impl Clock for SystemClock {
    fn wall_ms(&self) -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
    }
    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The machine's randomness.
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("a system without randomness cannot make keys");
    }
}

/// No word on free space: the system's own "disk full" decides.
struct NoProbe;

impl SpaceProbe for NoProbe {
    fn free_bytes(&self) -> Option<u64> {
        None
    }
}

/// What is not there need not be removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(home: &Path, frames: Option<&Frames>) -> Result<Vec<u8>> {
        Ok(yuandian_document::Signer::root_public(&root_key(home, frames)?).unwrap().to_vec())
    }

    #[test]
    fn a_root_key_is_made_once_and_never_replaced() {
        for frames in [None, Some(Frames::new(&[7; 32]))] {
            let home = tempfile::tempdir().unwrap();
            let first = public(home.path(), frames.as_ref()).unwrap();
            publish_once(&home.path().join(ROOT_KEY), &[9; 32]).unwrap();
            assert_eq!(first, public(home.path(), frames.as_ref()).unwrap());
            assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left beside it");
        }
    }

    #[test]
    fn a_root_key_opens_with_its_own_key_alone() {
        let one = Frames::new(&[1; 32]);
        for (made, opened, encrypted) in [
            (Some(&one), Some(&Frames::new(&[2; 32])), true),
            (Some(&one), None, true),
            (None, Some(&one), false),
        ] {
            let home = tempfile::tempdir().unwrap();
            let first = public(home.path(), made).unwrap();
            assert_eq!(public(home.path(), opened), Err(DeviceError::WrongKey { encrypted }));
            assert_eq!(public(home.path(), made).unwrap(), first, "nothing was changed");
        }
    }
}
