//! How this person hears of requests nearby: the 500 m cell of their home, and when they are not woken. The platform learns the cell and never
//! the place; who tells nothing hears of what is near later.

use yuandian_model::{Cell500, Quiet, Reach, Wgs84};

use crate::Position;
use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::meta;

impl Phone {
    /// Keeps where this person is at home, as the cell of 500 m around it, and when they are not woken; the platform hears it with the next
    /// greeting. None takes the home back.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for a place that is none on Earth and a quiet time that is none of a day; the store's.
    pub fn set_reach(&mut self, home: Option<&Position>, quiet: Quiet) -> Result<Reach> {
        let home = home.map(|home| Wgs84::new(home.lng, home.lat)).transpose();
        let home = home.map_err(|error| DeviceError::invalid("home", error.to_string()))?;
        self.keep_reach(Reach { home: home.map(Cell500::of), quiet })
    }

    /// Keeps when this person is not woken; where they are at home stays as they said it, for the phone knows the cell alone.
    ///
    /// # Errors
    /// Those of [`Phone::set_reach`].
    pub fn set_quiet(&mut self, quiet: Quiet) -> Result<Reach> {
        let home = self.reach()?.and_then(|reach| reach.home);
        self.keep_reach(Reach { home, quiet })
    }

    fn keep_reach(&mut self, reach: Reach) -> Result<Reach> {
        if !reach.quiet.is_of_a_day() {
            return Err(DeviceError::invalid("quiet", "minutes of a day: 0 to 1439"));
        }
        meta::set(&self.db, meta::REACH, &serde_json::to_vec(&reach)?)?;
        // The next run greets.
        meta::unset(&self.db, meta::TOKEN)?;
        Ok(reach)
    }

    /// What was said of it; none before.
    ///
    /// # Errors
    /// The store's.
    pub fn reach(&self) -> Result<Option<Reach>> {
        let kept = meta::get(&self.db, meta::REACH)?;
        Ok(kept.map(|bytes| serde_json::from_slice(&bytes)).transpose()?)
    }
}
