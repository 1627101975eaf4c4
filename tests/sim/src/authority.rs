//! What the authority does in a world: rights end and come back, the server is restored from a copy, and a long time passes.

use std::path::Path;
use std::sync::Arc;

use yuandian_model::{Epoch, Grant};
use yuandian_server::limits::AGE_OUT_MS;
use yuandian_server::store::{Authority as _, Copied, RightsChange, SqliteStore, Store as _, Whom};
use yuandian_vfs::FaultBlobDir;

use crate::fault::Fault;
use crate::input::Part;
use crate::invariant::{Broken, Invariant, Step};
use crate::reference::Rights;
use crate::server::{DATABASE, Server};
use crate::world::{MINUTE_MS, World};

/// A copy beside the server's database while it is made.
const COPY: &str = "copy.db";
/// How long a restored server may take until nothing waits for phones that refill it.
const REFILLED_MS: i64 = yuandian_server::limits::HELD_MS + yuandian_server::limits::REFILL_MS + MINUTE_MS;
/// Restores of a world's server.
const RESTORES_MAX: u32 = 2;
/// A tick runs so many timers at most: after a long time there are more.
const TICKS: usize = 8;

/// A copy of the server that was checked, as it lies somewhere else.
pub struct ServerCopy {
    database: Vec<u8>,
    copied: Copied,
    rights: Rights,
}

impl ServerCopy {
    /// The bytes of its database.
    pub(crate) fn database(&self) -> &[u8] {
        &self.database
    }
}

impl Server {
    /// Copies the server and tells it so. None where its disk does not let it.
    pub(crate) fn back_up(&mut self, rights: Rights, now_ms: i64) -> Option<ServerCopy> {
        let store = self.store()?.clone();
        self.disk.lose(COPY);
        let copied = store.backup_to(Path::new(COPY), now_ms).ok()?;
        let database = self.disk.read(COPY, 0, u64::MAX).ok()?;
        self.disk.lose(COPY);
        self.keep_keys(&store)?;
        store.backed_up(&copied, now_ms).ok()?;
        Some(ServerCopy { database, copied, rights })
    }

    /// Everything is lost but a copy, which begins a new life.
    fn restore(&mut self, copy: &ServerCopy, life: Epoch, now_ms: i64) -> Result<(), String> {
        self.stop();
        self.disk.forget_faults();
        if self.disk.is_off() {
            self.disk.power_on();
        }
        let kept: Vec<String> = copy.copied.blobs.iter().map(FaultBlobDir::name).collect();
        for name in self.disk.names().iter().filter(|name| !kept.contains(name)) {
            self.disk.lose(name);
        }
        self.disk.write(DATABASE, &copy.database).map_err(|e| e.to_string())?;
        let store = SqliteStore::restored(Path::new(DATABASE), Some(self.disk.vfs()), life, now_ms)
            .map_err(|e| e.to_string())?;
        self.lose_keys(&store).ok_or_else(|| "nobody knows who was forgotten".to_owned())?;
        self.begin(Arc::new(store));
        Ok(())
    }
}

impl World {
    /// What the authority does now, if it does something.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn authority(&mut self, index: usize) -> Step {
        if self.faults.strikes(Fault::RightsChanged, Part::Operator, &mut self.input) {
            self.change_rights(index);
        }
        if self.faults.has(Fault::ServerRestored) && self.server.is_up() {
            match self.input.below(Part::Operator, 8) {
                // The key that signs must be in the copy: phones believe no other afterwards.
                1 | 2 if !self.reference.cases().is_empty() => {
                    // What a copy calls stored was read through.
                    self.look_through_files()?;
                    let now = self.server_ms();
                    if let Some(copy) = self.server.back_up(self.reference.rights(), now) {
                        self.trace.add(self.now_ms, b"copy", || "the server is copied".to_owned());
                        self.copy = Some(copy);
                        self.reference.copied();
                    }
                    self.after_server_step()?;
                }
                3 | 4 if self.restores < RESTORES_MAX => self.restore_server()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn change_rights(&mut self, index: usize) {
        let person = self.devices[index].person.clone();
        let (Some(user), Some(store)) = (person.user, self.server.store().filter(|_| self.server.is_up()))
        else {
            return;
        };
        let (grant, now) = (Grant::new(person.role, person.grid.clone()), self.server_ms());
        let held = self.reference.has_right(user, person.role, &person.grid);
        let changed = if held {
            store.revoke(&Whom::User(user), Some(&grant), now)
        } else {
            store.grant(&Whom::User(user), &grant, now)
        };
        if !matches!(changed, Ok(RightsChange::Done { .. })) {
            return;
        }
        if held {
            self.reference.revoked(user, person.role, &person.grid);
        } else {
            self.reference.granted(user, person.role, &person.grid);
        }
        self.trace.add(self.now_ms, &[15, u8::from(held)], || {
            format!("the right of person {} {}", person.number, if held { "ends" } else { "is back" })
        });
    }

    fn restore_server(&mut self) -> Step {
        let Some(copy) = self.copy.take() else { return Ok(()) };
        self.restores += 1;
        self.refill_until_ms = self.server_ms() + yuandian_server::limits::REFILL_MS;
        let (life, now) = (Epoch([2 + u8::try_from(self.restores).unwrap_or(0); 8]), self.server_ms());
        self.faults.note(Fault::ServerRestored);
        self.reference.restored(copy.rights.clone());
        // What the log has had since the copy is lost with the rest.
        self.looked.clear();
        self.server
            .restore(&copy, life, now)
            .map_err(|e| Broken::new(Invariant::StoresIntact, format!("a copy does not open: {e}")))?;
        self.trace.add(self.now_ms, b"restore", || "the server is restored from its copy".to_owned());
        self.look_through_files()
    }

    /// After the first quiet: the time until nothing waits for a refill any more, or until what has ended is old. True where time has passed.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn time_passes(&mut self) -> Step<bool> {
        let long = self.faults.is_enabled(Fault::LongPause);
        if !long && self.restores == 0 {
            return Ok(false);
        }
        let passed = if long { AGE_OUT_MS + MINUTE_MS } else { REFILLED_MS };
        self.now_ms += passed;
        // A run that was under way slept as long.
        self.devices
            .iter_mut()
            .filter_map(|device| device.run.as_mut())
            .for_each(|run| run.began_ms += passed);
        self.reference.aged = long;
        if long {
            self.reference.time_passes();
            self.faults.note(Fault::LongPause);
        }
        self.trace.add(self.now_ms, b"later", || "a long time has passed".to_owned());
        for _ in 0..TICKS {
            self.tick()?;
        }
        Ok(true)
    }
}
