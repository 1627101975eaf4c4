//! Who was told private answers of somebody else stands in the server's log, whatever its disk did meanwhile.

use yuandian_server::store::{Authority as _, SqliteStore};

use crate::invariant::{Broken, Invariant, Step, hold};
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
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::of_seed;
    use yuandian_model::UserId;

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
