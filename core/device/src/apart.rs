//! Whom this person does not want to meet. The platform hears it with the next greeting: neither is sent to the other's door, and neither is told
//! why.

use serde::{Deserialize, Serialize};
use yuandian_model::limits::APART_MAX;
use yuandian_model::{CaseId, UserId};
use yuandian_sync::Person;

use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::{cases, meta, people};

/// Somebody whom this person does not want to meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart {
    /// Who.
    pub user: UserId,
    /// The name by which they were known here then.
    pub name: String,
}

impl Phone {
    /// Everybody whom this person does not want to meet, in the order in which it was said.
    ///
    /// # Errors
    /// The store's.
    pub fn apart(&self) -> Result<Vec<Apart>> {
        let kept = meta::get(&self.db, meta::APART)?;
        Ok(kept.map(|bytes| serde_json::from_slice(&bytes)).transpose()?.unwrap_or_default())
    }

    /// Says that this person does not want to meet somebody, or takes it back.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for oneself and for more than [`APART_MAX`]; the store's.
    pub fn keep_apart(&mut self, other: &UserId, name: &str, apart: bool) -> Result<Vec<Apart>> {
        if *other == self.person()?.user {
            return Err(DeviceError::invalid("user", "that is yourself"));
        }
        let mut all = self.apart()?;
        all.retain(|known| known.user != *other);
        if apart {
            if all.len() >= APART_MAX {
                return Err(DeviceError::invalid("user", format!("at most {APART_MAX} people")));
            }
            all.push(Apart { user: *other, name: name.to_owned() });
        }
        meta::set(&self.db, meta::APART, &serde_json::to_vec(&all)?)?;
        // The next run greets.
        meta::unset(&self.db, meta::TOKEN)?;
        Ok(all)
    }

    /// The same of those whom one met in a case: whoever asked, or whoever came.
    ///
    /// # Errors
    /// As [`Phone::keep_apart`]; [`DeviceError::NotFound`] for a case that is not here, [`DeviceError::Invalid`] where nobody else is in it.
    pub fn keep_apart_from(&mut self, case: &CaseId, apart: bool) -> Result<Vec<Apart>> {
        let me = self.person()?.user;
        let facts = cases::case(&self.db, case)?.ok_or_else(|| DeviceError::not_found("case", case))?.facts;
        let looked = people::told(&self.db, case)?.looks.into_iter().map(|look| look.who);
        let met: Vec<Person> = if facts.author.user == me {
            facts.holders.into_iter().chain(looked).collect()
        } else {
            vec![facts.author]
        };
        let mut all = None;
        for person in met.iter().filter(|person| person.user != me) {
            all = Some(self.keep_apart(&person.user, &person.name, apart)?);
        }
        all.ok_or_else(|| DeviceError::invalid("case", "nobody else has come to this case"))
    }

    /// For the greeting: none where nothing was ever said.
    pub(crate) fn apart_told(&self) -> Result<Option<Vec<UserId>>> {
        if meta::get(&self.db, meta::APART)?.is_none() {
            return Ok(None);
        }
        let mut users: Vec<UserId> = self.apart()?.into_iter().map(|apart| apart.user).collect();
        users.sort_unstable();
        Ok(Some(users))
    }
}
