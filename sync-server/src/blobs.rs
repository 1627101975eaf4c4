//! Where blobs are: a blocking seam, each blob named by its SHA-256 and never changed, over `object_store`.

use std::future::Future;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use futures_util::StreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use sha2::{Digest, Sha256};
use yuandian_model::BlobHash;

use crate::limits::READ_BYTES;

/// Why a blob could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No space.
    #[error("the disk of the blobs is full")]
    Full,
    /// Anything else.
    #[error("the blobs cannot be reached: {0}")]
    Unreachable(String),
}

/// Blobs by hash. Blocking; the caller has checked that the bytes have the hash.
pub trait Blobs: Send + Sync {
    /// Keeps a blob durably before it returns. Keeping it again changes nothing.
    ///
    /// # Errors
    /// [`BlobError`]; nothing is half-written.
    fn put(&self, hash: &BlobHash, bytes: Bytes) -> Result<(), BlobError>;

    /// Keeps what a source gives if it has the hash, as durably; gives the hash and the size that it has. Nothing is kept where it is another.
    ///
    /// # Errors
    /// [`BlobError`], also where the source cannot be read; nothing is half-written.
    fn put_from(&self, hash: &BlobHash, source: &mut dyn Read) -> Result<(BlobHash, u64), BlobError> {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).map_err(|e| unread(&e))?;
        let found = (BlobHash(Sha256::digest(&bytes).into()), bytes.len() as u64);
        if found.0 == *hash {
            self.put(hash, bytes.into())?;
        }
        Ok(found)
    }

    /// The blob's bytes, `None` where there is none.
    ///
    /// # Errors
    /// [`BlobError`].
    fn get(&self, hash: &BlobHash) -> Result<Option<Bytes>, BlobError>;

    /// How large a blob is, bytes; `None` where there is none.
    ///
    /// # Errors
    /// [`BlobError`].
    fn size(&self, hash: &BlobHash) -> Result<Option<u64>, BlobError>;

    /// A part of a blob: of a shorter one what there is of it, which may be nothing; `None` where there is no blob.
    ///
    /// # Errors
    /// [`BlobError`].
    fn read(&self, hash: &BlobHash, part: Range<u64>) -> Result<Option<Bytes>, BlobError>;

    /// Reads a blob through and tells what it has become: the hash and size of the bytes that are there. [`READ_BYTES`] of it are in memory.
    ///
    /// # Errors
    /// [`BlobError`].
    fn examine(&self, hash: &BlobHash) -> Result<Option<(BlobHash, u64)>, BlobError> {
        let (mut sum, mut at) = (Sha256::new(), 0);
        loop {
            let Some(bytes) = self.read(hash, at..at + READ_BYTES)? else {
                return Ok(None);
            };
            sum.update(&bytes);
            at += bytes.len() as u64;
            if (bytes.len() as u64) < READ_BYTES {
                return Ok(Some((BlobHash(sum.finalize().into()), at)));
            }
        }
    }

    /// Takes a blob away; nothing happens where there is none.
    ///
    /// # Errors
    /// [`BlobError`].
    fn remove(&self, hash: &BlobHash) -> Result<(), BlobError>;
}

/// Any `object_store`; by default a directory, synced before a put returns.
pub struct ObjectBlobs {
    store: Box<dyn ObjectStore>,
}

impl ObjectBlobs {
    /// Blobs in an existing directory.
    ///
    /// # Errors
    /// [`BlobError::Unreachable`] where the directory is not there.
    pub fn directory(path: &Path) -> Result<Self, BlobError> {
        let store = LocalFileSystem::new_with_prefix(path).map_err(error)?.with_fsync(true);
        Ok(Self { store: Box::new(store) })
    }
}

impl ObjectBlobs {
    /// Whether a blob is there, without reading it.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn holds(&self, hash: &BlobHash) -> Result<bool, BlobError> {
        Ok(self.size(hash)?.is_some())
    }

    /// Every blob that is there, in no order.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn all(&self) -> Result<Vec<BlobHash>, BlobError> {
        let mut list = self.store.list(None);
        let mut found = Vec::new();
        while let Some(object) = block_on(list.next()) {
            let object = object.map_err(error)?;
            found.extend(object.location.filename().and_then(|name| name.parse::<BlobHash>().ok()));
        }
        Ok(found)
    }
}

/// Bytes of a file that are in memory at a time where it is written: what every object store takes as a part.
const PUT_BYTES: u64 = 8 * 1024 * 1024;

fn unread(error: &std::io::Error) -> BlobError {
    BlobError::Unreachable(format!("an upload's bytes cannot be read: {error}"))
}

/// Two levels of folders, so that none gets too large to list.
fn key(hash: &BlobHash) -> Key {
    let name = hash.to_string();
    Key::from(format!("{}/{}/{name}", &name[..2], &name[2..4]))
}

#[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` takes")]
fn error(error: object_store::Error) -> BlobError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>()
            && matches!(io.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
        {
            return BlobError::Full;
        }
        cause = inner.source();
    }
    BlobError::Unreachable(error.to_string())
}

impl Blobs for ObjectBlobs {
    fn put(&self, hash: &BlobHash, bytes: Bytes) -> Result<(), BlobError> {
        let put =
            |mode| block_on(self.store.put_opts(&key(hash), bytes.clone().into(), PutOptions::from(mode)));
        match put(PutMode::Create) {
            Ok(_) => Ok(()),
            // Named by its hash, so it is the same; but perhaps from a put that was cut short just before its name was durable.
            Err(object_store::Error::AlreadyExists { .. }) => {
                put(PutMode::Overwrite).map(drop).map_err(error)
            }
            Err(e) => Err(error(e)),
        }
    }

    /// More than a piece is written in pieces, and gets its name when the last one was the right one.
    fn put_from(&self, hash: &BlobHash, source: &mut dyn Read) -> Result<(BlobHash, u64), BlobError> {
        let (mut sum, mut size) = (Sha256::new(), 0);
        let mut piece = || -> Result<(Bytes, BlobHash, u64), BlobError> {
            let mut bytes = Vec::new();
            source.take(PUT_BYTES).read_to_end(&mut bytes).map_err(|e| unread(&e))?;
            sum.update(&bytes);
            size += bytes.len() as u64;
            Ok((bytes.into(), BlobHash(sum.clone().finalize().into()), size))
        };
        let (first, found, size) = piece()?;
        if (first.len() as u64) < PUT_BYTES {
            if found == *hash {
                self.put(hash, first)?;
            }
            return Ok((found, size));
        }
        let mut upload = block_on(self.store.put_multipart(&key(hash))).map_err(error)?;
        let mut next = first;
        let written = loop {
            let last = (next.len() as u64) < PUT_BYTES;
            if !next.is_empty()
                && let Err(e) = block_on(upload.put_part(next.into()))
            {
                break Err(error(e));
            }
            match piece() {
                Err(e) => break Err(e),
                Ok((_, found, size)) if last => break Ok((found, size)),
                Ok((bytes, ..)) => next = bytes,
            }
        };
        match written {
            Ok((found, size)) if found == *hash => {
                block_on(upload.complete()).map(|_| (found, size)).map_err(error)
            }
            other => {
                // What was written has no name yet; a store that keeps it for a while loses only space.
                if let Err(e) = block_on(upload.abort()) {
                    tracing::warn!(reason = %e, "pieces of a file stay behind");
                }
                other
            }
        }
    }

    fn get(&self, hash: &BlobHash) -> Result<Option<Bytes>, BlobError> {
        let read = async { self.store.get(&key(hash)).await?.bytes().await };
        match block_on(read) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(error(e)),
        }
    }

    fn size(&self, hash: &BlobHash) -> Result<Option<u64>, BlobError> {
        match block_on(self.store.head(&key(hash))) {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(error(e)),
        }
    }

    fn read(&self, hash: &BlobHash, part: Range<u64>) -> Result<Option<Bytes>, BlobError> {
        // A range beyond the end is an error to most stores: ask for what is there.
        let Some(size) = self.size(hash)? else {
            return Ok(None);
        };
        let part = part.start..part.end.min(size);
        if part.is_empty() {
            return Ok(Some(Bytes::new()));
        }
        match block_on(self.store.get_range(&key(hash), part)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(error(e)),
        }
    }

    fn remove(&self, hash: &BlobHash) -> Result<(), BlobError> {
        match block_on(self.store.delete(&key(hash))) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(error(e)),
        }
    }
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread: the seam is blocking, `object_store` is not. Needs no runtime, and may run on a worker of one.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn a_blob_stays_as_it_was_first_put() {
        let place = tempfile::tempdir().unwrap();
        let blobs = ObjectBlobs::directory(place.path()).unwrap();
        let hash = BlobHash(Sha256::digest(b"bytes").into());
        assert_eq!(blobs.get(&hash).unwrap(), None);
        blobs.put(&hash, Bytes::from_static(b"bytes")).unwrap();
        blobs.put(&hash, Bytes::from_static(b"bytes")).unwrap();
        assert_eq!(blobs.get(&hash).unwrap().unwrap(), Bytes::from_static(b"bytes"));
        blobs.remove(&hash).unwrap();
        blobs.remove(&hash).unwrap();
        assert_eq!(blobs.get(&hash).unwrap(), None);
    }

    #[test]
    fn a_blob_is_read_in_parts_and_examined() {
        let place = tempfile::tempdir().unwrap();
        let blobs = ObjectBlobs::directory(place.path()).unwrap();
        let file: Vec<u8> = (0..READ_BYTES + 5).map(|n| (n % 251) as u8).collect();
        let hash = BlobHash(Sha256::digest(&file).into());
        let read = |part| blobs.read(&hash, part).unwrap();
        assert_eq!(
            (read(0..1), blobs.size(&hash).unwrap(), blobs.examine(&hash).unwrap()),
            (None, None, None)
        );
        blobs.put(&hash, Bytes::from(file.clone())).unwrap();
        assert_eq!(read(3..7).unwrap(), file[3..7]);
        assert_eq!(read(READ_BYTES..READ_BYTES + 99).unwrap(), file[file.len() - 5..], "to its end");
        assert_eq!(read(READ_BYTES + 5..READ_BYTES + 6).unwrap(), Bytes::new(), "beyond it");
        let size = file.len() as u64;
        assert_eq!(blobs.examine(&hash).unwrap(), Some((hash, size)));
        assert_eq!(blobs.all().unwrap(), [hash]);
        let other = Bytes::copy_from_slice(&file[1..]);
        block_on(blobs.store.put_opts(&key(&hash), other.into(), PutMode::Overwrite.into())).unwrap();
        let damaged = BlobHash(Sha256::digest(&file[1..]).into());
        assert_eq!(blobs.examine(&hash).unwrap(), Some((damaged, size - 1)));
    }

    #[test]
    fn a_large_file_gets_its_name_when_all_of_it_is_the_right_one() {
        let place = tempfile::tempdir().unwrap();
        let blobs = ObjectBlobs::directory(place.path()).unwrap();
        for size in [0, 5, PUT_BYTES - 1, PUT_BYTES, PUT_BYTES + 1, 2 * PUT_BYTES] {
            let file: Vec<u8> = (0..size).map(|n| (n % 253) as u8).collect();
            let hash = BlobHash(Sha256::digest(&file).into());
            let other = BlobHash([7; 32]);
            assert_eq!(blobs.put_from(&other, &mut &file[..]).unwrap(), (hash, size));
            assert_eq!(blobs.size(&other).unwrap(), None, "{size}");
            for _ in 0..2 {
                assert_eq!(blobs.put_from(&hash, &mut &file[..]).unwrap(), (hash, size));
                assert_eq!(blobs.examine(&hash).unwrap(), Some((hash, size)));
            }
        }
        assert_eq!(blobs.all().unwrap().len(), 6, "and nothing beside them");
    }

    #[test]
    fn a_missing_directory_is_an_error() {
        let place = tempfile::tempdir().unwrap();
        assert!(matches!(ObjectBlobs::directory(&place.path().join("none")), Err(BlobError::Unreachable(_))));
    }
}
