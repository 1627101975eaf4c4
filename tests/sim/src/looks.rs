//! Who was told private answers of somebody else stands in the server's log, whatever its disk did meanwhile, and is shown to whoever asked; and
//! what was answered goes when its time has come.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use yuandian_model::{CaseId, UserId};
use yuandian_server::store::{Authority as _, SqliteStore};
use yuandian_vfs::Disk;

use crate::invariant::{Broken, Invariant, Step, hold};
use crate::server::DATABASE;
use crate::world::World;

impl World {
    /// At rest: everybody whom a reply told private answers of somebody else since the server was last restored stands in the log.
    ///
    /// # Errors
    /// [`Invariant::LooksLogged`].
    pub fn check_looks(&self, store: &SqliteStore) -> Step {
        for (case, user) in &self.looked {
            let looks =
                store.looks(case).map_err(|e| Broken::new(Invariant::ServerNeverFails, e.to_string()))?;
            hold(looks.iter().any(|look| look.who == *user), Invariant::LooksLogged, || {
                format!("{user} was told a private answer of {case}, and the log does not say so")
            })?;
            self.check_shown(case, user)?;
        }
        Ok(())
    }

    /// A look is shown on the phones of whoever asked, where they have their own case whole.
    fn check_shown(&self, case: &CaseId, user: &UserId) -> Step {
        let Some(author) = self.reference.cases().get(case).map(|known| known.author) else { return Ok(()) };
        let own = self.devices.iter().filter(|device| device.person.user == Some(author));
        for device in own.filter(|device| !device.person.malicious) {
            let Some(view) = device.phone.as_ref().and_then(|phone| phone.case(case).ok()) else { continue };
            let shown = view.looks.iter().any(|look| look.user == user.to_string());
            hold(shown || view.heads.is_empty(), Invariant::LooksShown, || {
                format!(
                    "phone {} does not show that {user} was told a private answer of {case}",
                    device.index
                )
            })?;
        }
        Ok(())
    }

    /// At rest: exact places of cases that ended a month ago are gone.
    ///
    /// # Errors
    /// [`Invariant::AnswersEnd`].
    pub fn check_answers_end(&self) -> Step {
        if !self.reference.aged {
            return Ok(());
        }
        let left =
            places(&self.server.disk).map_err(|e| Broken::new(Invariant::StoresIntact, e.to_string()))?;
        let over =
            left.iter().find(|case| self.reference.old.contains(case) && !self.reference.is_vague(case));
        hold(over.is_none(), Invariant::AnswersEnd, || {
            format!("the exact place of {over:?}, which ended a month ago, is still there")
        })
    }
}

/// Cases of which the server has an exact place.
fn places(disk: &Disk) -> rusqlite::Result<Vec<CaseId>> {
    let copy = Disk::with(0, &disk.image());
    let db = Connection::open_with_flags_and_vfs(Path::new(DATABASE), OpenFlags::default(), copy.vfs())?;
    db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let mut rows =
        db.prepare("SELECT document FROM private_record WHERE key = 'position' AND value <> x''")?;
    rows.query_map([], |row| Ok(CaseId(row.get(0)?)))?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::of_seed;

    #[test]
    fn a_look_that_is_not_in_the_log_is_seen() {
        let mut world = (0..)
            .map(|seed| {
                let mut world = World::new(&of_seed(seed), false).unwrap();
                world.run().unwrap();
                world
            })
            .find(|world| !world.looked.is_empty())
            .unwrap();
        let store = world.server.store().cloned().unwrap();
        assert_eq!(world.check_looks(&store), Ok(()));
        let (case, _) = *world.looked.first().unwrap();
        world.looked.insert((case, UserId([0xee; 16])));
        assert_eq!(world.check_looks(&store).unwrap_err().invariant, Invariant::LooksLogged);
    }
}
