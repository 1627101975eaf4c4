//! A phone's home in a temporary folder, with ports that a test holds the strings of.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use yuandian_device::platform::FolderBlobs;
use yuandian_device::ports::{BlobDir, Clock, DatabaseKey, ENCRYPTS, Ports, Randomness, SpaceProbe};
use yuandian_device::{Phone, Result};
use yuandian_document::SoftwareRoot;

/// When the tests' first phone is switched on, ms since 1970.
pub const START_MS: i64 = 1_780_000_000_000;

/// A clock that moves only when it is told to.
#[derive(Clone)]
pub struct ScriptedClock(Arc<AtomicI64>);

impl ScriptedClock {
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for ScriptedClock {
    fn wall_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
    fn monotonic_ms(&self) -> u64 {
        self.wall_ms().unsigned_abs()
    }
}

/// The same bytes for the same words.
struct SeededRandomness {
    words: String,
    drawn: u64,
}

impl Randomness for SeededRandomness {
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

/// As much room as a test says.
struct Room(Arc<AtomicU64>);

impl SpaceProbe for Room {
    fn free_bytes(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed))
    }
}

/// Where one phone lives.
pub struct Home {
    folder: TempDir,
    number: u8,
    encrypted: bool,
    mark: String,
    opened: Cell<u32>,
    pub clock: ScriptedClock,
}

impl Home {
    /// Encrypted where this build can do so: what is tested is then tested of encrypted phones.
    pub fn new(number: u8) -> Self {
        Self { encrypted: ENCRYPTS, ..Self::plain(number) }
    }

    /// Never encrypted.
    pub fn plain(number: u8) -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            number,
            encrypted: false,
            mark: format!("mark {number}"),
            opened: Cell::new(0),
            clock: ScriptedClock(Arc::new(AtomicI64::new(START_MS))),
        }
    }

    /// The same folder's contents elsewhere: what a backup or a second phone would hold. Only the mark cannot be taken along.
    pub fn copy(&self) -> Self {
        let copy = Self {
            mark: format!("copy of {}", self.mark),
            encrypted: self.encrypted,
            ..Self::plain(self.number)
        };
        copy_folder(self.folder.path(), copy.folder.path());
        copy.clock.advance(self.clock.wall_ms() - START_MS);
        copy
    }

    pub fn store(&self) -> PathBuf {
        self.folder.path().join("phone.db")
    }

    pub fn ports(&self) -> Ports {
        self.opened.set(self.opened.get() + 1);
        Ports {
            vfs: None,
            blobs: Box::new(FolderBlobs::new(self.folder.path().join("blobs"), self.key().as_ref()).unwrap()),
            clock: Box::new(self.clock.clone()),
            randomness: Box::new(SeededRandomness {
                words: format!("{} {}", self.mark, self.opened.get()),
                drawn: 0,
            }),
            signer: Box::new(SoftwareRoot::from_seed(&[self.number; 32]).unwrap()),
            space: Box::new(NoProbe),
            database_key: self.key(),
            mark: self.mark.clone(),
        }
    }

    pub fn try_open(&self) -> Result<Phone> {
        Phone::open(&self.store(), self.ports())
    }

    pub fn open(&self) -> Phone {
        self.try_open().unwrap()
    }

    /// As [`Home::open`], with photo files kept by somebody else.
    pub fn open_with(&self, blobs: Box<dyn BlobDir>) -> Phone {
        Phone::open(&self.store(), Ports { blobs, ..self.ports() }).unwrap()
    }

    /// The phone is switched off and on again.
    pub fn open_again(&self, phone: Phone) -> Phone {
        drop(phone);
        self.open()
    }

    /// As [`Home::open_again`], of a phone that a driver has used.
    pub fn open_again_shared(&self, phone: Arc<Mutex<Phone>>) -> Phone {
        drop(Arc::try_unwrap(phone).ok().unwrap());
        self.open()
    }

    /// As [`Home::open`], on a disk whose free bytes a test decides.
    pub fn open_with_room(&self, free: Arc<AtomicU64>) -> Phone {
        Phone::open(&self.store(), Ports { space: Box::new(Room(free)), ..self.ports() }).unwrap()
    }

    /// Everything in the store, table by table, a line of hex and text a row. The phone must be closed.
    pub fn tables(&self) -> BTreeMap<String, Vec<u8>> {
        let db = self.opened();
        let names: Vec<String> = {
            let mut statement = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
            statement.query_map([], |r| r.get(0)).unwrap().map(|name| name.unwrap()).collect()
        };
        names.into_iter().map(|name| (name.clone(), table(&db, &name))).collect()
    }

    /// A number out of the store. The phone must be closed.
    pub fn count(&self, sql: &str) -> i64 {
        self.opened().query_row(sql, [], |r| r.get(0)).unwrap()
    }

    fn key(&self) -> Option<DatabaseKey> {
        self.encrypted.then(|| DatabaseKey([7; 32]))
    }

    /// Whether words can be read in the store's file or its log.
    pub fn on_disk(&self, words: &str) -> bool {
        let files = [self.store(), self.store().with_file_name("phone.db-wal")];
        files.iter().any(|file| contains(&std::fs::read(file).unwrap_or_default(), words.as_bytes()))
    }

    /// The store by itself. The phone must be closed.
    pub fn opened(&self) -> Connection {
        let db = Connection::open(self.store()).unwrap();
        if self.encrypted {
            db.pragma_update(None, "key", format!("x'{}'", "07".repeat(32))).unwrap();
        }
        db
    }
}

fn table(db: &Connection, name: &str) -> Vec<u8> {
    let mut statement = db.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut bytes = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            match row.get_ref(column).unwrap() {
                ValueRef::Text(part) | ValueRef::Blob(part) => bytes.extend_from_slice(part),
                ValueRef::Integer(number) => bytes.extend_from_slice(number.to_string().as_bytes()),
                ValueRef::Null | ValueRef::Real(_) => {}
            }
            bytes.push(b'\n');
        }
    }
    bytes
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Whether some bytes stand somewhere in others.
pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

impl Home {
    /// What a failing disk does to a photo file.
    pub fn flip_a_bit_of(&self, hash: &str) {
        let path = self.folder.path().join("blobs").join(&hash[..2]).join(hash);
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
    }
}
