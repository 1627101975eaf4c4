//! Photo files in a folder, plain or in frames that only a key opens.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use yuandian_model::BlobHash;

use super::frames::Frames;
use super::{durable, gone, sync_folder, write_synced};
use crate::ports::{BlobDir, DatabaseKey};

/// A file while it is being taken.
const TAKEN: &str = "taken.part";

/// A folder of photo files in 256 sub-folders.
pub struct FolderBlobs {
    folder: PathBuf,
    /// How files are written where they are encrypted.
    frames: Option<Frames>,
    /// Whether every sub-folder is there for good.
    laid_out: bool,
}

impl FolderBlobs {
    /// In this folder, made where needed; with a key, files are encrypted.
    ///
    /// # Errors
    /// The system's.
    pub fn new(folder: PathBuf, key: Option<&DatabaseKey>) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        // What was being taken when the phone died is nobody's.
        gone(fs::remove_file(folder.join(TAKEN)))?;
        Ok(Self { folder, frames: key.map(|key| Frames::of(key, "photo files")), laid_out: false })
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

    /// Bytes of what a file holds.
    fn length(&self, path: &Path) -> io::Result<u64> {
        match self.frames {
            Some(_) => Frames::plain_len(&mut File::open(path)?),
            None => Ok(fs::metadata(path)?.len()),
        }
    }

    fn piece(&self, path: &Path, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        if let Some(frames) = &self.frames {
            return frames.read(&mut file, offset, length);
        }
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
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
        if self.length(&path).is_ok_and(|length| length == bytes.len() as u64) {
            // There, but perhaps from a put that was cut short just before its name was durable.
            return sync_folder(&path);
        }
        let frames = self.frames.clone();
        self.in_folders(|| durable(&path, |file| write(frames.as_ref(), file, bytes)))
    }

    fn keep(&mut self, bytes: &[u8], accepted: &mut dyn FnMut() -> bool) -> io::Result<Option<BlobHash>> {
        // One phone has the folder, and keeps one file at a time.
        let (folder, frames) = (self.folder.clone(), self.frames.clone());
        let beside = folder.join(TAKEN);
        self.in_folders(|| {
            let (written, hash, accepted) = std::thread::scope(|scope| {
                let written =
                    scope.spawn(|| write_synced(&beside, |file| write(frames.as_ref(), file, bytes)));
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
        self.piece(&Self::path(self, hash), offset, length)
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
        self.frames.is_none().then(|| Self::path(self, hash))
    }

    fn part_len(&self, hash: &BlobHash) -> u64 {
        self.length(&self.coming(hash)).unwrap_or(0)
    }

    fn put_part(&mut self, hash: &BlobHash, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let path = self.coming(hash);
        let mut file = self.in_folders(|| {
            let mut options = OpenOptions::new();
            options.create(true).read(true).write(true).truncate(false).open(&path)
        })?;
        if let Some(frames) = &self.frames {
            return frames.put(&mut file, offset, bytes);
        }
        file.set_len(offset)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    fn read_part(&self, hash: &BlobHash, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        self.piece(&self.coming(hash), offset, length)
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

fn write(frames: Option<&Frames>, file: &mut File, bytes: &[u8]) -> io::Result<()> {
    match frames {
        Some(frames) => frames.write(file, bytes),
        None => file.write_all(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(what: impl Fn(&Path, &dyn Fn() -> FolderBlobs)) {
        for key in [None, Some(DatabaseKey([7; 32]))] {
            let home = tempfile::tempdir().unwrap();
            let folder = home.path().join("blobs");
            what(&folder, &|| FolderBlobs::new(folder.clone(), key.as_ref()).unwrap());
        }
    }

    #[test]
    fn a_file_is_kept_whole_or_not_at_all_and_replaces_what_was_damaged() {
        both(|folder, open| {
            let mut blobs = open();
            let bytes = vec![7; 100_000];
            let hash = BlobHash(Sha256::digest(&bytes).into());
            assert_eq!(blobs.keep(&bytes, &mut || false).unwrap(), None);
            assert!(!blobs.has(&hash) && !folder.join(TAKEN).exists(), "nothing is left of it");
            assert_eq!(blobs.keep(&bytes, &mut || true).unwrap(), Some(hash));
            fs::write(FolderBlobs::path(&blobs, &hash), vec![8; 100_000]).unwrap();
            assert_eq!(blobs.keep(&bytes, &mut || true).unwrap(), Some(hash));
            assert_eq!(blobs.read(&hash, 0, u64::MAX).unwrap(), bytes);
            // A cleaner takes the folders away: they are made again.
            fs::remove_dir_all(folder).unwrap();
            fs::create_dir(folder).unwrap();
            assert_eq!(blobs.keep(&bytes, &mut || true).unwrap(), Some(hash));
            assert!(blobs.has(&hash));
        });
    }

    #[test]
    fn a_file_that_comes_in_pieces_is_a_file_like_any_other() {
        both(|_, open| {
            let bytes: Vec<u8> = (0..150_000_u32).map(|at| (at % 251) as u8).collect();
            let hash = BlobHash(Sha256::digest(&bytes).into());
            open().put_part(&hash, 0, &bytes[..40_000]).unwrap();
            let mut blobs = open();
            assert_eq!(blobs.part_len(&hash), 40_000);
            blobs.put_part(&hash, 40_000, &bytes[40_000..]).unwrap();
            assert_eq!(blobs.read_part(&hash, 39_999, 2).unwrap(), bytes[39_999..40_001]);
            blobs.part_is_whole(&hash).unwrap();
            assert_eq!((blobs.part_len(&hash), blobs.read(&hash, 0, u64::MAX).unwrap()), (0, bytes.clone()));
            // The same bytes again are there already, and are not written again.
            let before = fs::metadata(FolderBlobs::path(&blobs, &hash)).unwrap().modified().unwrap();
            blobs.put(&hash, &bytes).unwrap();
            assert_eq!(fs::metadata(FolderBlobs::path(&blobs, &hash)).unwrap().modified().unwrap(), before);
        });
    }

    #[test]
    fn in_frames_no_file_lies_open_and_none_has_a_path_to_give_away() {
        both(|_, open| {
            let mut blobs = open();
            let bytes = b"a doorplate, and who lives behind it".repeat(9);
            let hash = blobs.keep(&bytes, &mut || true).unwrap().unwrap();
            let written = fs::read(FolderBlobs::path(&blobs, &hash)).unwrap();
            let open = written.windows(9).any(|window| window == b"doorplate");
            assert_eq!(open, BlobDir::path(&blobs, &hash).is_some());
            assert_eq!(open, blobs.frames.is_none());
        });
    }
}
