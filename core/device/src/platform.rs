//! The ports on an ordinary computer: system clocks and randomness, a folder of photo files, a root key in a file of mode 600.
#![allow(clippy::disallowed_methods, reason = "this is where the phone meets the real machine")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use yuandian_document::SoftwareRoot;
use yuandian_model::BlobHash;

use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::ports::{BlobDir, Clock, Ports, Randomness, SpaceProbe};

/// Name of the store in a home.
const STORE: &str = "phone.db";
/// Name of the root key in a home.
const ROOT_KEY: &str = "root.key";
/// Folder of photo files in a home.
const BLOBS: &str = "blobs";

/// Opens the phone that lives in a folder, making it where needed.
///
/// # Errors
/// [`DeviceError::InUse`] where another process has it open, and those of [`Phone::open`].
pub fn open_home(home: &Path) -> Result<Phone> {
    fs::create_dir_all(home)?;
    let store = home.join(STORE);
    let root = root_key(home)?;
    let blobs = FolderBlobs::new(home.join(BLOBS))?;
    OpenOptions::new().create(true).append(true).open(&store)?;
    let ports = Ports {
        vfs: None,
        blobs: Box::new(blobs),
        clock: Box::new(SystemClock(Instant::now())),
        randomness: Box::new(SystemRandomness),
        signer: Box::new(root),
        space: Box::new(NoProbe),
        database_key: None,
        mark: file_identity(&store)?,
    };
    Phone::open(&store, ports)
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
fn root_key(home: &Path) -> Result<SoftwareRoot> {
    let path = home.join(ROOT_KEY);
    if !path.exists() {
        let mut seed = [0; 32];
        SystemRandomness.fill(&mut seed);
        // A few values are no key: draw again.
        while SoftwareRoot::from_seed(&seed).is_err() {
            SystemRandomness.fill(&mut seed);
        }
        publish_once(&path, &seed)?;
    }
    let seed = fs::read(&path)?;
    let seed = seed.try_into().map_err(|_| DeviceError::Damaged("root.key has a wrong length".into()))?;
    Ok(SoftwareRoot::from_seed(&seed)?)
}

/// Whole or not at all, and never over one that is there.
fn publish_once(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("part-{}", std::process::id()));
    write_synced(&beside, bytes)?;
    let published = match fs::hard_link(&beside, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder(path),
    };
    fs::remove_file(&beside)?;
    published
}

/// Written beside, synced, renamed, folder synced: whole or not at all.
fn durable(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("part");
    write_synced(&beside, bytes)?;
    fs::rename(&beside, path)?;
    sync_folder(path)
}

/// A file that only its owner reads, on disk when this returns.
fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
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

/// A file while it is being taken.
const TAKEN: &str = "taken.part";

/// A folder of photo files in 256 sub-folders.
pub struct FolderBlobs {
    folder: PathBuf,
    /// Whether every sub-folder is there for good.
    laid_out: bool,
}

impl FolderBlobs {
    /// In this folder, made where needed.
    ///
    /// # Errors
    /// The system's.
    pub fn new(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        // What was being taken when the phone died is nobody's.
        gone(fs::remove_file(folder.join(TAKEN)))?;
        Ok(Self { folder, laid_out: false })
    }

    fn path(&self, hash: &BlobHash) -> PathBuf {
        path_in(&self.folder, hash)
    }

    /// Where a file grows that is being fetched.
    fn coming(&self, hash: &BlobHash) -> PathBuf {
        Self::path(self, hash).with_extension("coming")
    }

    /// All sub-folders are made before the first file, so that no later one waits for its own to be durable.
    fn lay_out(&mut self) -> io::Result<()> {
        if !self.laid_out {
            for number in 0..=u8::MAX {
                fs::create_dir_all(self.folder.join(format!("{number:02x}")))?;
            }
            File::open(&self.folder)?.sync_all()?;
            self.laid_out = true;
        }
        Ok(())
    }

    /// Does what needs the sub-folders; once more where somebody has tidied them away.
    fn in_folders<T>(&mut self, mut work: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        self.lay_out()?;
        match work() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.laid_out = false;
                self.lay_out()?;
                work()
            }
            done => done,
        }
    }
}

impl BlobDir for FolderBlobs {
    fn put(&mut self, hash: &BlobHash, bytes: &[u8]) -> io::Result<()> {
        let path = Self::path(self, hash);
        if fs::metadata(&path).is_ok_and(|m| m.len() == bytes.len() as u64) {
            // There, but perhaps from a put that was cut short just before its name was durable.
            return sync_folder(&path);
        }
        self.in_folders(|| durable(&path, bytes))
    }

    fn keep(&mut self, bytes: &[u8], accepted: &mut dyn FnMut() -> bool) -> io::Result<Option<BlobHash>> {
        // One phone has the folder, and keeps one file at a time.
        let folder = self.folder.clone();
        let beside = folder.join(TAKEN);
        self.in_folders(|| {
            let (written, hash, accepted) = std::thread::scope(|scope| {
                let written = scope.spawn(|| write_synced(&beside, bytes));
                let hash = scope.spawn(|| BlobHash(Sha256::digest(bytes).into()));
                let accepted = accepted();
                (joined(written), joined(hash), accepted)
            });
            if !accepted || written.is_err() {
                gone(fs::remove_file(&beside))?;
                return if accepted { written.map(|()| None) } else { Ok(None) };
            }
            let path = path_in(&folder, &hash);
            fs::rename(&beside, &path)?;
            sync_folder(&path)?;
            Ok(Some(hash))
        })
    }

    fn read(&self, hash: &BlobHash, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        read_piece(&Self::path(self, hash), offset, length)
    }

    fn has(&self, hash: &BlobHash) -> bool {
        Self::path(self, hash).is_file()
    }

    fn remove(&mut self, hash: &BlobHash) -> io::Result<()> {
        let path = Self::path(self, hash);
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(&path),
            other => gone(other),
        }
    }

    fn path(&self, hash: &BlobHash) -> Option<PathBuf> {
        Some(Self::path(self, hash))
    }

    fn part_len(&self, hash: &BlobHash) -> u64 {
        fs::metadata(self.coming(hash)).map_or(0, |part| part.len())
    }

    fn put_part(&mut self, hash: &BlobHash, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let path = self.coming(hash);
        let mut file = self.in_folders(|| {
            let mut options = OpenOptions::new();
            options.create(true).write(true).truncate(false).open(&path)
        })?;
        file.set_len(offset)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    fn read_part(&self, hash: &BlobHash, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        read_piece(&self.coming(hash), offset, length)
    }

    fn part_is_whole(&mut self, hash: &BlobHash) -> io::Result<()> {
        let (part, path) = (self.coming(hash), Self::path(self, hash));
        File::open(&part)?.sync_all()?;
        fs::rename(&part, &path)?;
        sync_folder(&path)
    }

    fn drop_part(&mut self, hash: &BlobHash) -> io::Result<()> {
        gone(fs::remove_file(self.coming(hash)))
    }
}

fn path_in(folder: &Path, hash: &BlobHash) -> PathBuf {
    let name = hash.to_string();
    folder.join(&name[..2]).join(name)
}

/// What a thread of one's own gives; its panic goes on here.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What is not there need not be removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn read_piece(path: &Path, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_kept_whole_or_not_at_all_and_replaces_what_was_damaged() {
        let home = tempfile::tempdir().unwrap();
        let mut blobs = FolderBlobs::new(home.path().join("blobs")).unwrap();
        let bytes = vec![7; 100_000];
        let hash = BlobHash(Sha256::digest(&bytes).into());
        assert_eq!(blobs.keep(&bytes, &mut || false).unwrap(), None);
        assert!(!blobs.has(&hash) && !home.path().join("blobs/taken.part").exists(), "nothing is left of it");
        assert_eq!(blobs.keep(&bytes, &mut || true).unwrap(), Some(hash));
        fs::write(FolderBlobs::path(&blobs, &hash), vec![8; 100_000]).unwrap();
        assert_eq!(blobs.keep(&bytes, &mut || true).unwrap(), Some(hash));
        assert_eq!(blobs.read(&hash, 0, u64::MAX).unwrap(), bytes);
        // A cleaner takes the folders away: they are made again.
        fs::remove_dir_all(home.path().join("blobs")).unwrap();
        fs::create_dir(home.path().join("blobs")).unwrap();
        assert_eq!(blobs.keep(&bytes, &mut || true).unwrap(), Some(hash));
        assert!(blobs.has(&hash));
    }

    #[test]
    fn a_root_key_is_made_once_and_never_replaced() {
        let home = tempfile::tempdir().unwrap();
        let first = yuandian_document::Signer::root_public(&root_key(home.path()).unwrap()).unwrap();
        publish_once(&home.path().join(ROOT_KEY), &[9; 32]).unwrap();
        let second = yuandian_document::Signer::root_public(&root_key(home.path()).unwrap()).unwrap();
        assert_eq!(first, second);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
