//! A phone's machine: its disk, clocks and key, the real phone while its process runs, and the run of sync that is under way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use yuandian_device::ports::Ports;
use yuandian_device::{DeviceError, Phone};
use yuandian_document::SoftwareRoot;
use yuandian_model::{CaseId, DeviceId, DivisionCode, Role, UserId};
use yuandian_sync::{Machine, Request, RunReport};
use yuandian_vfs::{Disk, FaultBlobDir, Image};

use crate::machine::{ClockPort, Clocks, Drawn, NoProbe, START_MS};
use crate::reference::What;

/// The store on a phone's disk.
const STORE: &str = "phone.db";

/// A phone's machine.
pub struct Device {
    /// Its place in the world's list.
    pub index: usize,
    /// Who it speaks for.
    pub person: Person,
    /// Its id, once it is enrolled; a clone has its original's.
    pub id: Option<DeviceId>,
    /// How far it stood in each stream when it last kept an answer.
    pub cursors: BTreeMap<(String, u32), u64>,
    /// Its disk.
    pub disk: Disk,
    /// The process.
    pub phone: Option<Phone>,
    /// The run under way.
    pub run: Option<Run>,
    /// How the last run ended.
    pub last: Option<RunReport>,
    /// The token of the last HELLO, as long as the process lives.
    pub token: Option<String>,
    /// How far the wall clock is off, ms.
    pub skew_ms: i64,
    /// Until when the link is down, virtual ms.
    pub offline_until_ms: i64,
    /// Whether a power-on is on its way.
    pub rising: bool,
    /// Images of the disk to go back to.
    pub backups: Vec<Backup>,
    /// Heads at which its forms were last opened.
    pub seen: BTreeMap<CaseId, Vec<String>>,
    /// What a command was saving when the phone died over it.
    pub unsaid: Vec<(CaseId, What)>,
    /// Cases into which it has pushed.
    pub wrote: BTreeSet<CaseId>,
    /// Whether it ever went back to an image.
    pub restored: bool,
    /// Whose copy it is.
    pub cloned_from: Option<usize>,
    /// Faults of the disk that had struck when it was last looked at.
    pub struck_seen: u64,
    clocks: Arc<Clocks>,
    /// Which phone this is for the server; a clone has its original's.
    root: u64,
    /// Which disk this is: what no copy takes along.
    mark: u64,
    lives: u64,
    booted_ms: i64,
}

/// A person of the world.
#[derive(Debug, Clone)]
pub struct Person {
    /// Number, the same for a person's devices.
    pub number: usize,
    /// The id that the server gave.
    pub user: Option<UserId>,
    /// The right at the beginning.
    pub role: Role,
    /// Where it holds.
    pub grid: DivisionCode,
    /// Whether the person keeps to no rule.
    pub malicious: bool,
}

/// An image of a disk, and how many writes had been acknowledged when it was made.
#[derive(Clone)]
pub struct Backup {
    /// The files.
    pub image: Image,
    /// The world's count of saved writes.
    pub saved: usize,
    /// When, virtual ms.
    pub at_ms: i64,
}

/// A run of the sync machine.
pub struct Run {
    /// The machine.
    pub machine: Machine,
    /// Tells this run's timers from others'.
    pub number: u64,
    /// The request that is out, and its number.
    pub out: Option<(u64, Request)>,
    /// The timer that is set.
    pub timer_ms: Option<i64>,
    /// When it began, virtual ms.
    pub began_ms: i64,
    /// Requests sent.
    pub requests: u64,
    /// Before when a busy server wants no request, virtual ms.
    pub not_before_ms: i64,
}

impl Device {
    /// A phone that has never been opened. The seed decides what its disk loses.
    #[must_use]
    pub fn new(index: usize, person: Person, seed: u64) -> Self {
        Self {
            index,
            person,
            id: None,
            cursors: BTreeMap::new(),
            disk: Disk::new(seed),
            phone: None,
            run: None,
            last: None,
            token: None,
            skew_ms: 0,
            offline_until_ms: 0,
            rising: false,
            backups: Vec::new(),
            seen: BTreeMap::new(),
            unsaid: Vec::new(),
            wrote: BTreeSet::new(),
            restored: false,
            cloned_from: None,
            struck_seen: 0,
            clocks: Arc::default(),
            root: index as u64,
            mark: index as u64,
            lives: 0,
            booted_ms: 0,
        }
    }

    /// A second phone with a copy of this one's disk.
    #[must_use]
    pub fn clone_as(&self, index: usize, seed: u64) -> Self {
        let disk = Disk::with(seed, &self.disk.image());
        Self {
            disk,
            id: self.id,
            root: self.root,
            skew_ms: self.skew_ms,
            ..Self::new(index, self.person.clone(), seed)
        }
    }

    /// Shows the phone the time.
    pub fn tick(&self, now_ms: i64) {
        self.clocks.set(START_MS + now_ms + self.skew_ms, now_ms - self.booted_ms);
    }

    /// Opens the phone.
    ///
    /// # Errors
    /// The store's.
    pub fn open(&mut self, now_ms: i64) -> Result<(), DeviceError> {
        if self.disk.is_off() {
            self.disk.power_on();
            self.booted_ms = now_ms;
        }
        self.tick(now_ms);
        self.lives += 1;
        let ports = Ports {
            vfs: Some(self.disk.vfs().to_owned()),
            blobs: Box::new(FaultBlobDir::new(&self.disk)),
            clock: Box::new(ClockPort(self.clocks.clone())),
            randomness: Box::new(Drawn::new("device", self.index as u64, self.lives)),
            signer: Box::new(root_key(self.root)),
            space: Box::new(NoProbe),
            database_key: None,
            mark: format!("disk-{}", self.mark),
        };
        self.phone = Some(Phone::open(Path::new(STORE), ports)?);
        Ok(())
    }

    /// The process is gone, and with it what only memory knew.
    pub fn drop_process(&mut self) {
        self.run = None;
        self.phone = None;
        self.token = None;
    }

    /// Puts an earlier image on the disk, under a new mark where the platform can tell. The process must be gone.
    pub fn restore(&mut self, image: &Image, fresh_mark: Option<u64>) {
        self.disk.restore(image);
        self.cursors.clear();
        self.mark = fresh_mark.unwrap_or(self.mark);
    }

    /// Whether a disk fault has struck since this was last asked.
    pub fn fault_struck(&mut self) -> bool {
        let struck = self.disk.struck();
        std::mem::replace(&mut self.struck_seen, struck) < struck
    }
}

/// The root key of a phone, always the same for a number.
fn root_key(number: u64) -> SoftwareRoot {
    let mut drawn = Drawn::new("root", number, 0);
    loop {
        // A few values are no key: draw again.
        if let Ok(root) = SoftwareRoot::from_seed(&drawn.draw()) {
            return root;
        }
    }
}
