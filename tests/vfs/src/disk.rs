//! The disk: files with what of them is durable, names, numbered operations and the faults planned for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fault::{Cut, Fault, Op, Trouble};
use crate::random::Random;
use crate::sqlite::Registration;

/// What a flash writes whole or not at all, bytes.
const SECTOR: usize = 512;

/// A machine's disk. Clones are the same disk.
#[derive(Clone)]
pub struct Disk {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    state: Mutex<State>,
    registration: Registration,
}

/// The files of a disk at one moment, as a backup or a copy would have them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    files: BTreeMap<String, Vec<u8>>,
}

impl Image {
    /// Names and bytes.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }
}

/// Something written and not yet synced.
#[derive(Debug, Clone)]
enum Unsynced {
    /// What was there before, and how long the file was.
    Write { offset: usize, old: Vec<u8>, new: Vec<u8>, old_size: usize },
    /// What was cut off, and how long the file was.
    Truncate { size: usize, old_size: usize, tail: Vec<u8> },
}

#[derive(Debug, Clone, Default)]
struct File {
    bytes: Vec<u8>,
    unsynced: Vec<Unsynced>,
}

/// A name that changed and is not yet synced.
#[derive(Debug, Clone)]
enum Renamed {
    Created(String),
    Deleted(String, File),
    Moved { from: String, to: String, over: Option<File> },
}

/// Everything behind the lock.
pub(crate) struct State {
    files: BTreeMap<String, File>,
    names: Vec<Renamed>,
    operations: u64,
    counts: BTreeMap<Op, u64>,
    planned: BTreeMap<u64, Fault>,
    struck: u64,
    full_for: u64,
    life: u64,
    off: bool,
    random: Random,
    /// Lock levels of SQLite, by file and handle.
    locks: BTreeMap<String, BTreeMap<u64, i32>>,
    handles: u64,
}

impl Disk {
    /// An empty disk. The seed decides what a power cut loses.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with(seed, &Image::default())
    }

    /// A disk that holds a copy of another's files.
    #[must_use]
    pub fn with(seed: u64, image: &Image) -> Self {
        let state = State {
            files: BTreeMap::new(),
            names: Vec::new(),
            operations: 0,
            counts: BTreeMap::new(),
            planned: BTreeMap::new(),
            struck: 0,
            full_for: 0,
            life: 0,
            off: false,
            random: Random::new(seed),
            locks: BTreeMap::new(),
            handles: 0,
        };
        let inner = Arc::new_cyclic(|weak| Inner {
            state: Mutex::new(state),
            registration: Registration::new(weak.clone()),
        });
        let disk = Self { inner };
        disk.restore(image);
        disk
    }

    /// The name of this disk among SQLite's VFSs. Connections need `locking_mode=EXCLUSIVE` before WAL: there is no shared memory. The
    /// disk must live as long as its connections.
    #[must_use]
    pub fn vfs(&self) -> &str {
        self.inner.registration.name()
    }

    /// Operations done or struck so far: the number of the next one.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// How many operations of a kind there were.
    #[must_use]
    pub fn count(&self, op: Op) -> u64 {
        self.state().counts.get(&op).copied().unwrap_or(0)
    }

    /// Plans a fault for the operation of this number. Faults for numbers that have passed never strike.
    pub fn plan(&self, operation: u64, fault: Fault) {
        self.state().planned.insert(operation, fault);
    }

    /// Forgets what was planned and what was full.
    pub fn forget_faults(&self) {
        let mut state = self.state();
        state.planned.clear();
        state.full_for = 0;
    }

    /// Faults that have struck, each operation that found the disk full among them.
    #[must_use]
    pub fn struck(&self) -> u64 {
        self.state().struck
    }

    /// Stops the machine now, between operations.
    pub fn cut(&self, cut: Cut) {
        self.state().stop(cut, None);
    }

    /// Whether the machine has stopped.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.state().off
    }

    /// Starts the machine again. Files that were open before stay dead for ever: drop their connections.
    pub fn power_on(&self) {
        let mut state = self.state();
        state.off = false;
        state.life += 1;
        state.locks.clear();
    }

    /// A copy of all files as the running system sees them.
    #[must_use]
    pub fn image(&self) -> Image {
        let state = self.state();
        Image { files: state.files.iter().map(|(name, file)| (name.clone(), file.bytes.clone())).collect() }
    }

    /// Makes the files those of an image, all of it durable. No connection may be open.
    pub fn restore(&self, image: &Image) {
        let mut state = self.state();
        let file = |bytes: &Vec<u8>| File { bytes: bytes.clone(), unsynced: Vec::new() };
        state.files = image.files.iter().map(|(name, bytes)| (name.clone(), file(bytes))).collect();
        state.names.clear();
    }

    /// Names of all files.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.state().files.keys().cloned().collect()
    }

    /// Looks at every byte of every file. Costs no operation.
    pub fn each_file(&self, mut look: impl FnMut(&str, &[u8])) {
        for (name, file) in &self.state().files {
            look(name, &file.bytes);
        }
    }

    /// Takes a file away behind everybody's back, as a cleaner does. False where there is none.
    pub fn lose(&self, name: &str) -> bool {
        self.state().files.remove(name).is_some()
    }

    /// Flips one bit of a file behind everybody's back. False where there is no such byte.
    pub fn flip(&self, name: &str, byte: usize) -> bool {
        let mut state = self.state();
        let found = state.files.get_mut(name).and_then(|file| file.bytes.get_mut(byte));
        found.map(|byte| *byte ^= 1).is_some()
    }

    /// Writes a whole file: made, written, synced.
    ///
    /// # Errors
    /// `StorageFull`, or what was planned; a part of the file may be there.
    pub fn write(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let mut state = self.state();
        state.create(name)?;
        state.truncate(name, 0)?;
        state.write(name, 0, bytes)?;
        Ok(state.sync(name)?)
    }

    /// Reads a piece of a file; shorter at its end.
    ///
    /// # Errors
    /// `NotFound`, or what was planned.
    pub fn read(&self, name: &str, offset: u64, length: u64) -> std::io::Result<Vec<u8>> {
        let mut state = self.state();
        let short = match state.step(Op::Read, None) {
            Err(Trouble::Short) => true,
            other => {
                other?;
                false
            }
        };
        let file = state.files.get(name).ok_or(Trouble::NotFound)?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(file.bytes.len());
        let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(file.bytes.len());
        let end = if short { start + (end - start) / 2 } else { end };
        Ok(file.bytes[start..end].to_vec())
    }

    /// Gives a file another name, over one that may be there.
    ///
    /// # Errors
    /// `NotFound`, or what was planned.
    pub fn rename(&self, from: &str, to: &str) -> std::io::Result<()> {
        let mut state = self.state();
        state.step(Op::Rename, None)?;
        let file = state.files.remove(from).ok_or(Trouble::NotFound)?;
        let over = state.files.insert(to.to_owned(), file);
        state.names.push(Renamed::Moved { from: from.to_owned(), to: to.to_owned(), over });
        Ok(())
    }

    /// Makes every name durable.
    ///
    /// # Errors
    /// What was planned.
    pub fn sync_folder(&self) -> std::io::Result<()> {
        let mut state = self.state();
        state.step(Op::SyncFolder, None)?;
        state.names.clear();
        Ok(())
    }

    /// Takes a file away; durable once the folder is synced.
    ///
    /// # Errors
    /// `NotFound`, or what was planned.
    pub fn delete(&self, name: &str) -> std::io::Result<()> {
        Ok(self.state().delete(name, false)?)
    }

    /// Whether the file is there. Costs no operation.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.state().files.contains_key(name)
    }

    /// Bytes of a file; `None` where it is not there. Costs no operation.
    #[must_use]
    pub fn length(&self, name: &str) -> Option<u64> {
        self.state().files.get(name).map(|file| file.bytes.len() as u64)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state()
    }
}

impl Inner {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A panic in a world poisons only its own disk, and the world ends with it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// One operation begins: counted, and struck if so planned.
    fn step(&mut self, op: Op, write: Option<(&str, usize, &[u8])>) -> Result<(), Trouble> {
        if self.off {
            return Err(Trouble::Off);
        }
        let number = self.operations;
        self.operations += 1;
        *self.counts.entry(op).or_default() += 1;
        if let Some(fault) = self.planned.remove(&number) {
            self.struck += 1;
            match fault {
                Fault::Cut(cut) => {
                    self.stop(cut, write);
                    return Err(Trouble::Off);
                }
                Fault::Full(operations) => self.full_for = operations,
                Fault::Error => return Err(Trouble::Error),
                Fault::ShortRead if op == Op::Read => return Err(Trouble::Short),
                Fault::ShortRead => {}
            }
        }
        if op.needs_room() && self.full_for > 0 {
            self.full_for -= 1;
            self.struck += 1;
            return Err(Trouble::Full);
        }
        Ok(())
    }

    fn stop(&mut self, cut: Cut, write: Option<(&str, usize, &[u8])>) {
        if self.off {
            return;
        }
        self.off = true;
        if cut == Cut::Power {
            if let Some((name, offset, bytes)) = write {
                let sectors = self.random.below(bytes.len() / SECTOR + 1);
                self.put(name, offset, &bytes[..(sectors * SECTOR).min(bytes.len())]);
            }
            self.lose_unsynced();
        }
    }

    /// The power goes: of everything unsynced a part is gone.
    fn lose_unsynced(&mut self) {
        let odds = [0, 32, 128, 224, 256];
        let kept = odds[self.random.below(odds.len())];
        let Self { files, names, random, .. } = self;
        files.values_mut().for_each(|file| file.lose_unsynced(random, kept));
        let names_kept = random.below(names.len() + 1);
        for change in std::mem::take(names).split_off(names_kept).into_iter().rev() {
            match change {
                Renamed::Created(name) => {
                    files.remove(&name);
                }
                Renamed::Deleted(name, mut file) => {
                    file.lose_unsynced(random, kept);
                    files.insert(name, file);
                }
                Renamed::Moved { from, to, over } => {
                    if let Some(file) = files.remove(&to) {
                        files.insert(from, file);
                    }
                    if let Some(mut over) = over {
                        over.lose_unsynced(random, kept);
                        files.insert(to, over);
                    }
                }
            }
        }
    }

    fn put(&mut self, name: &str, offset: usize, bytes: &[u8]) {
        let Some(file) = self.files.get_mut(name) else { return };
        let old_size = file.bytes.len();
        let end = offset + bytes.len();
        let old = file.bytes[offset.min(old_size)..end.min(old_size)].to_vec();
        if end > old_size {
            file.bytes.resize(end, 0);
        }
        file.bytes[offset..end].copy_from_slice(bytes);
        file.unsynced.push(Unsynced::Write { offset, old, new: bytes.to_vec(), old_size });
    }

    /// Whether a handle of this life may still be used.
    pub(crate) fn alive(&self, life: u64) -> Result<(), Trouble> {
        if self.off || self.life != life { Err(Trouble::Off) } else { Ok(()) }
    }

    /// A new handle and the life it belongs to.
    pub(crate) fn handle(&mut self) -> (u64, u64) {
        self.handles += 1;
        (self.handles, self.life)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Makes a file where there is none.
    pub(crate) fn create(&mut self, name: &str) -> Result<(), Trouble> {
        if self.files.contains_key(name) {
            return self.alive(self.life);
        }
        self.step(Op::Create, None)?;
        self.files.insert(name.to_owned(), File::default());
        self.names.push(Renamed::Created(name.to_owned()));
        Ok(())
    }

    pub(crate) fn write(&mut self, name: &str, offset: usize, bytes: &[u8]) -> Result<(), Trouble> {
        self.step(Op::Write, Some((name, offset, bytes)))?;
        if !self.files.contains_key(name) {
            return Err(Trouble::NotFound);
        }
        self.put(name, offset, bytes);
        Ok(())
    }

    /// Fills the buffer from the file and says how many bytes there were.
    pub(crate) fn fill(&mut self, name: &str, offset: usize, into: &mut [u8]) -> Result<usize, Trouble> {
        self.step(Op::Read, None)?;
        let file = self.files.get(name).ok_or(Trouble::NotFound)?;
        let start = offset.min(file.bytes.len());
        let length = into.len().min(file.bytes.len() - start);
        into[..length].copy_from_slice(&file.bytes[start..start + length]);
        Ok(length)
    }

    pub(crate) fn size(&self, name: &str) -> Result<usize, Trouble> {
        self.files.get(name).map(|file| file.bytes.len()).ok_or(Trouble::NotFound)
    }

    pub(crate) fn truncate(&mut self, name: &str, size: usize) -> Result<(), Trouble> {
        let file = self.files.get(name).ok_or(Trouble::NotFound)?;
        if file.bytes.len() == size {
            return self.alive(self.life);
        }
        self.step(Op::Truncate, None)?;
        let file = self.files.get_mut(name).ok_or(Trouble::NotFound)?;
        let old_size = file.bytes.len();
        let tail = file.bytes.split_off(size.min(old_size));
        file.bytes.resize(size, 0);
        file.unsynced.push(Unsynced::Truncate { size, old_size, tail });
        Ok(())
    }

    /// The file and its name are durable, and with its name every earlier change of a name: they go through one journal.
    pub(crate) fn sync(&mut self, name: &str) -> Result<(), Trouble> {
        self.step(Op::Sync, None)?;
        self.files.get_mut(name).ok_or(Trouble::NotFound)?.unsynced.clear();
        let made = self.names.iter().rposition(|change| matches!(change, Renamed::Created(n) if n == name));
        self.names.drain(..made.map_or(0, |index| index + 1));
        Ok(())
    }

    pub(crate) fn delete(&mut self, name: &str, durable: bool) -> Result<(), Trouble> {
        if !self.files.contains_key(name) {
            self.alive(self.life)?;
            return Err(Trouble::NotFound);
        }
        self.step(Op::Delete, None)?;
        if let Some(file) = self.files.remove(name) {
            self.names.push(Renamed::Deleted(name.to_owned(), file));
        }
        if durable {
            self.names.clear();
        }
        Ok(())
    }

    /// A file that nobody can name is gone.
    pub(crate) fn forget(&mut self, name: &str) {
        self.files.remove(name);
        self.names.retain(|change| !matches!(change, Renamed::Created(created) if created == name));
    }

    /// SQLite's five lock levels; false where another handle's level forbids it.
    pub(crate) fn lock(&mut self, name: &str, handle: u64, level: i32) -> bool {
        let levels = self.locks.entry(name.to_owned()).or_default();
        let highest =
            levels.iter().filter(|(other, _)| **other != handle).map(|(_, l)| *l).max().unwrap_or(0);
        // Shared beside reserved is fine; pending lets no new reader in; exclusive is alone.
        let free = match level {
            0 => true,
            1 => highest < 3,
            2 | 3 => highest < 2,
            _ => highest == 0,
        };
        if free {
            levels.insert(handle, level);
        }
        free
    }

    pub(crate) fn unlock(&mut self, name: &str, handle: u64, level: i32) {
        let levels = self.locks.entry(name.to_owned()).or_default();
        if level == 0 {
            levels.remove(&handle);
        } else {
            levels.insert(handle, level);
        }
    }

    pub(crate) fn is_reserved(&self, name: &str) -> bool {
        self.locks.get(name).is_some_and(|levels| levels.values().any(|level| *level >= 2))
    }
}

impl File {
    /// Goes back to what is durable, then keeps so many of 256 of the sectors written since.
    fn lose_unsynced(&mut self, random: &mut Random, kept: u64) {
        let since = std::mem::take(&mut self.unsynced);
        for change in since.iter().rev() {
            match change {
                Unsynced::Write { offset, old, old_size, .. } => {
                    let start = *offset.min(old_size);
                    self.bytes[start..start + old.len()].copy_from_slice(old);
                    self.bytes.truncate(*old_size);
                }
                Unsynced::Truncate { size, old_size, tail } => {
                    self.bytes.truncate(*size.min(old_size));
                    self.bytes.extend_from_slice(tail);
                }
            }
        }
        for change in since {
            match change {
                Unsynced::Write { offset, new, .. } => self.keep_some(random, kept, offset, &new),
                Unsynced::Truncate { size, .. } if random.chance(kept) => self.bytes.resize(size, 0),
                Unsynced::Truncate { .. } => {}
            }
        }
    }

    /// Keeps some sectors of a write, by their place on the disk.
    fn keep_some(&mut self, random: &mut Random, kept: u64, offset: usize, new: &[u8]) {
        let mut at = 0;
        while at < new.len() {
            let end = new.len().min((offset + at) / SECTOR * SECTOR + SECTOR - offset);
            if random.chance(kept) {
                if self.bytes.len() < offset + end {
                    self.bytes.resize(offset + end, 0);
                }
                self.bytes[offset + at..offset + end].copy_from_slice(&new[at..end]);
            }
            at = end;
        }
    }
}
