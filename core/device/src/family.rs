//! Whom this person has named as family: they are told first of an alarm, before whoever works the grid and the centre. Who is named
//! need not have agreed: they hear of each alarm, and of none once they keep this person apart.

use serde::{Deserialize, Serialize};
use yuandian_model::UserId;
use yuandian_model::limits::FAMILY_MAX;

use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::meta;

/// Somebody of the family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relative {
    /// Who.
    pub user: UserId,
    /// What this person calls them.
    pub name: String,
}

impl Phone {
    /// The family that this person has named, in the order in which it was.
    ///
    /// # Errors
    /// The store's.
    pub fn family(&self) -> Result<Vec<Relative>> {
        let kept = meta::get(&self.db, meta::FAMILY)?;
        Ok(kept.map(|bytes| serde_json::from_slice(&bytes)).transpose()?.unwrap_or_default())
    }

    /// Names somebody as family, or takes it back; alarms from now on tell them.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for oneself and for more than [`FAMILY_MAX`]; the store's.
    pub fn name_family(&mut self, user: &UserId, name: &str, is: bool) -> Result<Vec<Relative>> {
        if self.person().is_ok_and(|person| person.user == *user) {
            return Err(DeviceError::invalid("user", "that is yourself"));
        }
        let mut all = self.family()?;
        all.retain(|known| known.user != *user);
        if is {
            if all.len() >= FAMILY_MAX {
                return Err(DeviceError::invalid("user", format!("at most {FAMILY_MAX} people")));
            }
            all.push(Relative { user: *user, name: name.to_owned() });
        }
        meta::set(&self.db, meta::FAMILY, &serde_json::to_vec(&all)?)?;
        Ok(all)
    }

    /// As a report says it; none where nobody is named.
    pub(crate) fn family_told(&self) -> Result<Option<String>> {
        let ids: Vec<String> = self.family()?.iter().map(|relative| relative.user.to_string()).collect();
        Ok((!ids.is_empty()).then(|| ids.join(",")))
    }
}
