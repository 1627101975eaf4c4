//! What somebody has typed on a screen and not sent: a note half written, a form that is no draft of a case. It waits in the store for them to come
//! back, whatever became of the screen, the process and the battery meanwhile. Sync knows nothing of it.

use std::collections::BTreeMap;

use crate::error::{DeviceError, Result};
use crate::limits::{TYPED_CHARS_MAX, TYPED_PLACE_CHARS_MAX};
use crate::phone::Phone;
use crate::store::typed;

impl Phone {
    /// Keeps what stands in the fields of a screen, by their names, in place of what was kept there before. No fields: it was sent, or given up.
    /// `place` is the screen's name, to be chosen by the app. What was kept longest ago goes where more than
    /// [`TYPED_PLACES_MAX`](crate::limits::TYPED_PLACES_MAX) screens are waiting.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for a name of no letters or more than [`TYPED_PLACE_CHARS_MAX`], and for more than [`TYPED_CHARS_MAX`]
    /// letters: what was kept before stays. The store's.
    pub fn keep_typed(&mut self, place: &str, fields: &BTreeMap<String, String>) -> Result<()> {
        if place.is_empty() || place.chars().count() > TYPED_PLACE_CHARS_MAX {
            return Err(DeviceError::invalid("place", format!("1 to {TYPED_PLACE_CHARS_MAX} letters")));
        }
        let letters =
            fields.iter().map(|(name, text)| name.chars().count() + text.chars().count()).sum::<usize>();
        if letters > TYPED_CHARS_MAX {
            return Err(DeviceError::invalid("fields", format!("at most {TYPED_CHARS_MAX} letters")));
        }
        let tx = self.db.unchecked_transaction()?;
        typed::put(&tx, place, fields, self.ports.clock.wall_ms())?;
        tx.commit()?;
        Ok(())
    }

    /// What was kept of a screen; nothing where nothing is.
    ///
    /// # Errors
    /// The store's.
    pub fn typed(&self, place: &str) -> Result<BTreeMap<String, String>> {
        typed::get(&self.db, place)
    }
}
