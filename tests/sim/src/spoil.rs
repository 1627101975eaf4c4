//! Files that are removed or damaged behind everybody's back: on phones by cleaners and worn memory, on a server whose files are older than
//! its database. And what is promised of files, which holds all the same, or its person is told.

use sha2::{Digest, Sha256};
use yuandian_device::Phone;
use yuandian_model::{BlobHash, CaseId};
use yuandian_server::verify::{How, verify};
use yuandian_vfs::{Disk, FaultBlobDir, FaultBlobs};

use crate::check::{damaged, needs_person};
use crate::fault::Fault;
use crate::input::Part;
use crate::invariant::{Broken, Invariant, Step, hold};
use crate::reference::Saved;
use crate::world::World;

/// Photo files of a disk, whole or not.
fn files(disk: &Disk) -> Vec<BlobHash> {
    let folder = FaultBlobDir::name(&BlobHash([0; 32])).replace(&BlobHash([0; 32]).to_string(), "");
    disk.names().iter().filter_map(|name| name.strip_prefix(&folder)?.parse().ok()).collect()
}

/// Chances a minute that a file of the server is spoiled.
const SERVER_CHANCES: usize = 3;

/// Takes a file away, or flips one of its bits; which one. Among these where any of them are there.
fn spoil(disk: &Disk, drawn: usize, gone: bool, among: impl Fn(&BlobHash) -> bool) -> Option<BlobHash> {
    let mut there = files(disk);
    if there.iter().any(&among) {
        there.retain(among);
    }
    let hash = *there.get(drawn % there.len().max(1))?;
    let name = FaultBlobDir::name(&hash);
    let length = usize::try_from(disk.length(&name)?).ok()?;
    let done = if gone { disk.lose(&name) } else { disk.flip(&name, drawn % length.max(1)) };
    done.then_some(hash)
}

impl World {
    /// A cleaner, or worn memory, gets at a photo file of a phone.
    pub fn spoil_phone(&mut self, index: usize) {
        let among = [Fault::FileCleaned, Fault::FileDamaged];
        let Some(fault) = self.faults.pick(&among, Part::Machines, &mut self.input) else { return };
        let drawn = self.input.below(Part::Machines, 256);
        let gone = fault == Fault::FileCleaned;
        // What nobody else has is what matters.
        let only_here = |hash: &BlobHash| !self.server.disk.has(&FaultBlobDir::name(hash));
        let Some(hash) = spoil(&self.devices[index].disk, drawn, gone, only_here) else { return };
        self.spoiled.insert((index, hash));
        let facts = [20, u8::try_from(index).unwrap_or(255)];
        self.trace
            .add(self.now_ms, &facts, || format!("the file {hash} of phone {index} is spoiled ({fault:?})"));
    }

    /// A file of the server is gone or damaged; half of the time its operator looks at once.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn spoil_server(&mut self) -> Step {
        let mut strikes = || self.faults.strikes(Fault::BlobsBehind, Part::Operator, &mut self.input);
        if !(0..SERVER_CHANCES).any(|_| strikes()) {
            return Ok(());
        }
        let drawn = self.input.below(Part::Operator, 256);
        let Some(hash) = spoil(&self.server.disk, drawn / 4, drawn.is_multiple_of(2), |_| true) else {
            return Ok(());
        };
        self.server_lost.insert(hash);
        self.trace.add(self.now_ms, &[21], || format!("the server's file {hash} is spoiled"));
        if drawn & 2 == 0 { self.look_through_files() } else { Ok(()) }
    }

    /// The operator has every stored file read through.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn look_through_files(&mut self) -> Step {
        let (false, Some(store)) = (self.server_lost.is_empty(), self.server.store().cloned()) else {
            return Ok(());
        };
        self.server.disk.forget_faults();
        let how = How { copies: None, lost_max: None, notes: true };
        let before = self.heads();
        let looked = verify(&*store, &FaultBlobs::new(&self.server.disk), how, self.server_ms())
            .map_err(|e| Broken::new(Invariant::ServerNeverFails, e.to_string()))?;
        self.unlogged_since(before);
        if !looked.lost.is_empty() {
            self.there_is_news();
        }
        self.trace.add(self.now_ms, &[22], || format!("the server has lost {} files", looked.lost.len()));
        Ok(())
    }

    /// An original that the server does not hold is whole on its phone. Whether it is not there yet.
    pub(crate) fn check_photo_file(
        &self,
        index: usize,
        phone: &Phone,
        case: CaseId,
        hash: &BlobHash,
    ) -> Step<bool> {
        if self.spoiled.contains(&(index, *hash)) || self.server.disk.has(&FaultBlobDir::name(hash)) {
            return Ok(false);
        }
        let bytes = phone.blob(hash, 0, u64::MAX).unwrap_or_default();
        let found = BlobHash(Sha256::digest(&bytes).into());
        hold(found == *hash, Invariant::PhotosTrue, || {
            format!("the original {hash} of {case} is not on phone {index} ({} bytes)", bytes.len())
        })?;
        Ok(true)
    }

    /// A phone tells of no file that nobody has taken or damaged.
    pub(crate) fn check_files_told(&self, index: usize, phone: &Phone) -> Step {
        let told = phone.attention().map_err(|e| damaged(&e))?;
        for kept in told.iter().filter(|entry| entry.act == "photo").flat_map(|entry| &entry.kept) {
            let spoiled = |hash: &BlobHash| kept.contains(&hash.to_string());
            let known = self.spoiled.iter().any(|(of, hash)| *of == index && spoiled(hash));
            hold(known, Invariant::PhotosTrue, || format!("phone {index} misses {kept}, which nobody took"))?;
        }
        Ok(())
    }

    /// Whether a photo file was removed or damaged on its phone, and its person was told.
    pub(crate) fn is_told_of_file(&self, saved: &Saved, hash: &BlobHash) -> Step<bool> {
        for device in self.devices.iter().filter(|device| device.person.number == saved.person) {
            if let (true, Some(phone)) = (self.spoiled.contains(&(device.index, *hash)), &device.phone)
                && needs_person(phone, saved)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(crate) fn check_photo_stored(&self, saved: &Saved, hash: &BlobHash) -> Step {
        let mut stored = None;
        self.server.disk.each_file(|name, bytes| {
            if name == FaultBlobDir::name(hash) {
                stored = Some(BlobHash(Sha256::digest(bytes).into()));
            }
        });
        hold(stored == Some(*hash), Invariant::PhotosTrue, || {
            format!(
                "the original {hash} of {} from phone {} is not on the server: {stored:?}",
                saved.case, saved.device
            )
        })
    }
}
