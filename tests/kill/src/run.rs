//! What the threads of a run share: the count of kills, the findings, the link, what has been delivered.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use yuandian_programs::proxy::Proxy;

use crate::book::Told;
use crate::findings::Findings;

/// The grid that everybody lives and works in.
pub const GRID: &str = "410102001";
/// The answer that only a case's author writes here.
pub const KEY: &str = "amount";
/// How long a kill may take on average before the run is given up.
const PER_KILL: Duration = Duration::from_secs(6);
/// How long the run may take beside its kills.
const BESIDE: Duration = Duration::from_secs(120);

/// What the threads of a run share.
pub struct Run {
    /// Programs, data and homes.
    pub place: Place,
    /// The link between phones and server.
    pub proxy: Proxy,
    /// What was found wrong.
    pub findings: Findings,
    /// Kills to make.
    pub wanted: usize,
    phone_kills: AtomicUsize,
    server_kills: AtomicUsize,
    commands: AtomicUsize,
    delivered: Mutex<Vec<Told>>,
    deadline: Instant,
}

/// Where everything is.
pub struct Place {
    /// The program of a phone.
    pub phone: PathBuf,
    /// The program of the server.
    pub server: PathBuf,
    /// The server's data.
    pub data: PathBuf,
    /// The phones' homes.
    pub homes: PathBuf,
    /// Photos as the phones are given them.
    pub photos: PathBuf,
}

impl Run {
    /// A run that has killed nothing yet.
    pub fn new(place: Place, proxy: Proxy, wanted: usize) -> Self {
        let kills = u32::try_from(wanted).unwrap_or(u32::MAX);
        Self {
            place,
            proxy,
            findings: Findings::default(),
            wanted,
            phone_kills: AtomicUsize::new(0),
            server_kills: AtomicUsize::new(0),
            commands: AtomicUsize::new(0),
            delivered: Mutex::default(),
            deadline: Instant::now() + BESIDE + PER_KILL.saturating_mul(kills),
        }
    }

    /// Whether there is more to kill, time to do it, and nothing so wrong that it would only repeat itself.
    pub fn goes_on(&self) -> bool {
        self.kills() < self.wanted && !self.is_late() && self.findings.len() < 20
    }

    /// Whether the run has taken too long.
    pub fn is_late(&self) -> bool {
        Instant::now() > self.deadline
    }

    /// A running phone was killed.
    pub fn killed_a_phone(&self) {
        self.phone_kills.fetch_add(1, Ordering::Relaxed);
    }

    /// A running server was killed.
    pub fn killed_the_server(&self) {
        self.server_kills.fetch_add(1, Ordering::Relaxed);
    }

    /// A command was started.
    pub fn began_a_command(&self) {
        self.commands.fetch_add(1, Ordering::Relaxed);
    }

    /// Kills of phones, of the server, and commands so far.
    pub fn counts(&self) -> (usize, usize, usize) {
        let read = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (read(&self.phone_kills), read(&self.server_kills), read(&self.commands))
    }

    /// Kills so far.
    pub fn kills(&self) -> usize {
        let (phones, servers, _) = self.counts();
        phones + servers
    }

    /// What the server has receipted and nobody has looked for there since: taken by who looks.
    pub fn delivered(&self) -> MutexGuard<'_, Vec<Told>> {
        self.delivered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
