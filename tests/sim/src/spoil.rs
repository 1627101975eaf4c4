//! Files that are removed or damaged behind everybody's back: on phones by cleaners and worn memory, on a server whose files are older than
//! its database. What is promised of photos holds all the same, or its person is told.

use yuandian_model::BlobHash;
use yuandian_server::verify::{How, verify};
use yuandian_vfs::{Disk, FaultBlobDir, FaultBlobs};

use crate::fault::Fault;
use crate::input::Part;
use crate::invariant::{Broken, Invariant, Step};
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
}
