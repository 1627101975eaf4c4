//! Whom this person calls.

use serde::{Deserialize, Serialize};
use yuandian_model::DivisionCode;
use yuandian_model::catalogue::Calls;
use yuandian_model::division::Level;

use crate::error::{DeviceError, Result};
use crate::phone::Phone;

/// Somebody who can be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactView {
    /// The division that it answers for.
    pub grid: String,
    /// For what: `community`.
    pub calls: String,
    /// Who answers, zh-Hans.
    pub title: String,
    /// In English.
    pub title_en: String,
    /// The number as it is dialled in the city.
    pub telephone: String,
}

impl Phone {
    /// Whom this person calls to reach their community, by the catalogue in force: of the division of their first right, or, before the phone speaks
    /// for somebody, of the city. None where the catalogue names nobody.
    ///
    /// # Errors
    /// The store's.
    pub fn community_contact(&self) -> Result<Option<ContactView>> {
        let grid = match self.person() {
            Ok(person) => person.grants.into_iter().next().map(|grant| grant.grid),
            Err(DeviceError::NotEnrolled | DeviceError::ShutOut { .. }) => None,
            Err(error) => return Err(error),
        };
        let city = || self.divisions.codes(Level::City).into_iter().next();
        let found = grid.or_else(city).and_then(|grid: DivisionCode| {
            let contact = self.catalogue().contact(Calls::Community, &grid)?;
            Some(ContactView {
                grid: contact.grid.to_string(),
                calls: contact.calls.id().to_owned(),
                title: contact.title.zh.clone(),
                title_en: contact.title.en.clone(),
                telephone: contact.telephone.clone(),
            })
        });
        Ok(found)
    }
}
