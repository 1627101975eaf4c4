//! What a phone needs from the machine it runs on. Everything the simulated world replaces is here.

use std::path::PathBuf;

use hkdf::Hkdf;
use sha2::Sha256;
use yuandian_document::Signer;
use yuandian_model::BlobHash;
use zeroize::Zeroize;

/// Clocks. The wall clock is evidence and never order; the monotonic one measures.
pub trait Clock: Send {
    /// Wall clock, ms since 1970.
    fn wall_ms(&self) -> i64;
    /// Monotonic clock, ms since any fixed moment.
    fn monotonic_ms(&self) -> u64;
}

/// Randomness for ids and keys.
pub trait Randomness: Send {
    /// Fills the bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// Photo files, named by their hash. Durable when `put` returns: written beside, synced, renamed, folder synced.
pub trait BlobDir: Send {
    /// Keeps a file; the same bytes twice are kept once.
    ///
    /// # Errors
    /// The system's.
    fn put(&mut self, hash: &BlobHash, bytes: &[u8]) -> std::io::Result<()>;
    /// Keeps a file under its SHA-256, which is found, as `accepted` is asked, while the bytes are being written: whoever presses a shutter
    /// waits for the slowest of the three and not for their sum. Gives the name; none where the file is not accepted, and then nothing is
    /// kept. A file that stands there under that name is replaced, whatever has become of it.
    ///
    /// # Errors
    /// The system's.
    fn keep(&mut self, bytes: &[u8], accepted: &mut dyn FnMut() -> bool)
    -> std::io::Result<Option<BlobHash>>;
    /// Reads a piece; shorter at the end of the file.
    ///
    /// # Errors
    /// The system's; `NotFound` where the file was removed behind our back.
    fn read(&self, hash: &BlobHash, offset: u64, length: u64) -> std::io::Result<Vec<u8>>;
    /// Whether the file is there.
    fn has(&self, hash: &BlobHash) -> bool;
    /// Removes a file that no row names any more, for good when it returns; one that is not there is no error.
    ///
    /// # Errors
    /// The system's.
    fn remove(&mut self, hash: &BlobHash) -> std::io::Result<()>;
    /// Where the file lies, for a platform that opens files itself; `None` where files have no paths.
    fn path(&self, hash: &BlobHash) -> Option<PathBuf>;
    /// Bytes of a file that is being fetched and is not whole yet; 0 where none are here.
    fn part_len(&self, hash: &BlobHash) -> u64;
    /// Puts bytes at this place of a file that is being fetched, and cuts off what is behind them. Need not be durable: what a crash leaves
    /// is held against the hash.
    ///
    /// # Errors
    /// The system's.
    fn put_part(&mut self, hash: &BlobHash, offset: u64, bytes: &[u8]) -> std::io::Result<()>;
    /// Reads a piece of a file that is being fetched; shorter at its end.
    ///
    /// # Errors
    /// The system's.
    fn read_part(&self, hash: &BlobHash, offset: u64, length: u64) -> std::io::Result<Vec<u8>>;
    /// A file that was being fetched is whole: it is a file like any other, durably, when this returns.
    ///
    /// # Errors
    /// The system's.
    fn part_is_whole(&mut self, hash: &BlobHash) -> std::io::Result<()>;
    /// Throws away what came of a file that is being fetched; none is no error.
    ///
    /// # Errors
    /// The system's.
    fn drop_part(&mut self, hash: &BlobHash) -> std::io::Result<()>;
}

/// Room left for capture.
pub trait SpaceProbe: Send {
    /// Free bytes, `None` where the system does not say.
    fn free_bytes(&self) -> Option<u64>;
}

/// Whether this build encrypts stores: the feature `sqlcipher`.
pub const ENCRYPTS: bool = cfg!(feature = "sqlcipher");

/// The key of an encrypted home: 32 bytes that were drawn by chance. Wiped when it is dropped, and never printed.
pub struct DatabaseKey(pub [u8; 32]);

impl DatabaseKey {
    /// A key for one purpose alone: HKDF-SHA-256.
    pub(crate) fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut out = [0; 32];
        let label = format!("yuandian phone 1: {purpose}");
        Hkdf::<Sha256>::new(None, &self.0).expand(label.as_bytes(), &mut out).expect("32 bytes are few");
        out
    }
}

impl Drop for DatabaseKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for DatabaseKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("DatabaseKey(…)")
    }
}

/// All of it. `Phone::open` takes this once and keeps it.
pub struct Ports {
    /// Name of the SQLite VFS; the system's where `None`.
    pub vfs: Option<String>,
    /// Photo files.
    pub blobs: Box<dyn BlobDir>,
    /// Clocks.
    pub clock: Box<dyn Clock>,
    /// Randomness.
    pub randomness: Box<dyn Randomness>,
    /// The device's root key.
    pub signer: Box<dyn Signer>,
    /// Room left.
    pub space: Box<dyn SpaceProbe>,
    /// Key of an encrypted store. Where [`ENCRYPTS`] is false, giving one is an error, never a silent plain file.
    pub database_key: Option<DatabaseKey>,
    /// What a copy of the store cannot take along (file identity, a backup-excluded nonce). Another mark than the store
    /// remembers means a copied or restored store: it goes on under a new incarnation.
    pub mark: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let key = DatabaseKey([5; 32]);
        let keys = ["store", "root key", "photo files"].map(|purpose| key.derived(purpose));
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2] && !keys.contains(&key.0));
        assert_eq!(format!("{key:?}"), "DatabaseKey(…)");
    }
}
