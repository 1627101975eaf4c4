//! A phone on a disk that fails as planned: the same clock and the same randomness in every run, so that what it writes is the same, too.

use std::path::Path;

use sha2::{Digest, Sha256};
use yuandian_device::ports::{Clock, Ports, Randomness, SpaceProbe};
use yuandian_device::{Phone, Result};
use yuandian_document::SoftwareRoot;
use yuandian_vfs::{Disk, FaultBlobDir};

/// Name of the store on the disk.
pub const STORE: &str = "phone.db";
/// When a phone is first switched on, ms since 1970.
const START_MS: i64 = 1_780_000_000_000;
/// How long each life of its process begins after the one before, ms.
const LIFE_MS: i64 = 60_000;

/// Whose phone, and how often it was opened before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Whose.
    pub number: u8,
    /// How often it was opened before.
    pub opened: u32,
}

/// A clock that stands still within a life.
struct Standing(i64);

impl Clock for Standing {
    fn wall_ms(&self) -> i64 {
        self.0
    }
    fn monotonic_ms(&self) -> u64 {
        self.0.unsigned_abs()
    }
}

/// The same bytes for the same words.
struct Words {
    words: String,
    drawn: u64,
}

impl Words {
    fn of(words: impl std::fmt::Display) -> Self {
        Self { words: words.to_string(), drawn: 0 }
    }
}

impl Randomness for Words {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            self.drawn += 1;
            let block = Sha256::digest(format!("{} {}", self.words, self.drawn));
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

struct NoProbe;

impl SpaceProbe for NoProbe {
    fn free_bytes(&self) -> Option<u64> {
        None
    }
}

/// Opens the phone on this disk.
///
/// # Errors
/// Those of [`Phone::open`].
pub fn open(disk: &Disk, life: Life) -> Result<Phone> {
    let Life { number, opened } = life;
    let ports = Ports {
        vfs: Some(disk.vfs().to_owned()),
        blobs: Box::new(FaultBlobDir::new(disk)),
        clock: Box::new(Standing(START_MS + LIFE_MS * i64::from(opened))),
        randomness: Box::new(Words::of(format_args!("phone {number} life {opened}"))),
        signer: Box::new(SoftwareRoot::from_seed(&[number; 32])?),
        space: Box::new(NoProbe),
        database_key: None,
        mark: format!("phone {number}"),
    };
    Phone::open(Path::new(STORE), ports)
}
