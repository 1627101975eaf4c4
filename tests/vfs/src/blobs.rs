//! Photo files of a phone and blobs of the server on a [`Disk`]: written beside, synced, renamed, folder synced.

use std::ops::Range;
use std::path::PathBuf;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use yuandian_device::ports::BlobDir;
use yuandian_model::BlobHash;
use yuandian_server::blobs::{BlobError, Blobs};

use crate::disk::Disk;

/// A phone's photo files on a disk.
pub struct FaultBlobDir(Disk);

impl FaultBlobDir {
    /// On this disk, beside its databases.
    #[must_use]
    pub fn new(disk: &Disk) -> Self {
        Self(disk.clone())
    }

    /// The name of a blob's file.
    #[must_use]
    pub fn name(hash: &BlobHash) -> String {
        format!("blobs/{hash}")
    }

    fn coming(hash: &BlobHash) -> String {
        format!("blobs/{hash}.coming")
    }
}

fn write(disk: &Disk, hash: &BlobHash, bytes: &[u8]) -> std::io::Result<()> {
    let name = FaultBlobDir::name(hash);
    let beside = format!("{name}.part");
    disk.write(&beside, bytes)?;
    disk.rename(&beside, &name)?;
    disk.sync_folder()
}

/// What is not there need not be removed.
fn gone(removed: std::io::Result<()>) -> std::io::Result<()> {
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl BlobDir for FaultBlobDir {
    fn put(&mut self, hash: &BlobHash, bytes: &[u8]) -> std::io::Result<()> {
        if self.0.length(&Self::name(hash)) == Some(bytes.len() as u64) {
            // There, but perhaps from a put that was cut short just before its name was durable.
            return self.0.sync_folder();
        }
        write(&self.0, hash, bytes)
    }

    fn keep(
        &mut self,
        bytes: &[u8],
        accepted: &mut dyn FnMut() -> bool,
    ) -> std::io::Result<Option<BlobHash>> {
        const BESIDE: &str = "blobs/taken.part";
        let written = self.0.write(BESIDE, bytes);
        if !accepted() {
            return gone(self.0.delete(BESIDE)).map(|()| None);
        }
        written?;
        let hash = BlobHash(Sha256::digest(bytes).into());
        self.0.rename(BESIDE, &Self::name(&hash))?;
        self.0.sync_folder()?;
        Ok(Some(hash))
    }

    fn read(&self, hash: &BlobHash, offset: u64, length: u64) -> std::io::Result<Vec<u8>> {
        self.0.read(&Self::name(hash), offset, length)
    }

    fn has(&self, hash: &BlobHash) -> bool {
        self.0.has(&Self::name(hash))
    }

    fn remove(&mut self, hash: &BlobHash) -> std::io::Result<()> {
        match self.0.delete(&Self::name(hash)) {
            Ok(()) => self.0.sync_folder(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn path(&self, _: &BlobHash) -> Option<PathBuf> {
        None
    }

    fn part_len(&self, hash: &BlobHash) -> u64 {
        self.0.length(&Self::coming(hash)).unwrap_or(0)
    }

    fn put_part(&mut self, hash: &BlobHash, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        let name = Self::coming(hash);
        let mut whole = if self.0.has(&name) { self.0.read(&name, 0, offset)? } else { Vec::new() };
        whole.extend_from_slice(bytes);
        self.0.write(&name, &whole)
    }

    fn read_part(&self, hash: &BlobHash, offset: u64, length: u64) -> std::io::Result<Vec<u8>> {
        self.0.read(&Self::coming(hash), offset, length)
    }

    fn part_is_whole(&mut self, hash: &BlobHash) -> std::io::Result<()> {
        self.0.rename(&Self::coming(hash), &Self::name(hash))?;
        self.0.sync_folder()
    }

    fn drop_part(&mut self, hash: &BlobHash) -> std::io::Result<()> {
        gone(self.0.delete(&Self::coming(hash)))
    }
}

/// The server's blobs on a disk.
pub struct FaultBlobs(Disk);

impl FaultBlobs {
    /// On this disk, beside its database.
    #[must_use]
    pub fn new(disk: &Disk) -> Self {
        Self(disk.clone())
    }
}

fn error(error: &std::io::Error) -> BlobError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => BlobError::Full,
        _ => BlobError::Unreachable(error.to_string()),
    }
}

impl Blobs for FaultBlobs {
    fn put(&self, hash: &BlobHash, bytes: Bytes) -> Result<(), BlobError> {
        // Whatever has become of a file of this name.
        write(&self.0, hash, &bytes).map_err(|e| error(&e))
    }

    fn get(&self, hash: &BlobHash) -> Result<Option<Bytes>, BlobError> {
        match self.0.read(&FaultBlobDir::name(hash), 0, u64::MAX) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(error(&e)),
        }
    }

    fn size(&self, hash: &BlobHash) -> Result<Option<u64>, BlobError> {
        Ok(self.get(hash)?.map(|bytes| bytes.len() as u64))
    }

    fn read(&self, hash: &BlobHash, part: Range<u64>) -> Result<Option<Bytes>, BlobError> {
        match self.0.read(&FaultBlobDir::name(hash), part.start, part.end.saturating_sub(part.start)) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(error(&e)),
        }
    }

    fn remove(&self, hash: &BlobHash) -> Result<(), BlobError> {
        match self.0.delete(&FaultBlobDir::name(hash)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(error(&e)),
            _ => Ok(()),
        }
    }
}
