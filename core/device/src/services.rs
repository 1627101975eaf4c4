//! What a person can open: services of the catalogue in force that her rights let her create, as the city arranges them, those that are
//! opened most here first.

use serde::{Deserialize, Serialize};
use yuandian_model::Role;
use yuandian_model::catalogue::Service;

use crate::error::{DeviceError, Result};
use crate::phone::Phone;
use crate::store::rows;

/// Cases, the latest first, among which is counted what is opened most here: what was common years ago is not what is wanted now.
const COUNTED_MAX: u32 = 2_000;

/// A service that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLine {
    /// Its id.
    pub id: String,
    /// What people read, zh-Hans.
    pub title: String,
    /// In English.
    pub title_en: String,
    /// What it is listed under (大类).
    pub group: String,
    /// What people read of that.
    pub group_text: String,
    /// In English.
    pub group_text_en: String,
    /// Of the latest cases here, how many are of it.
    pub used: u64,
    /// Photos that are wanted with it.
    pub photos: u32,
}

impl Phone {
    /// Services that this person may open now, by the best knowledge of the server's clock; those of a resident, before the phone speaks for
    /// somebody. With a text those that it finds, the best first
    /// (code, words, pinyin or its first letters); without one those that are opened most here first, the others by their groups.
    ///
    /// # Errors
    /// [`crate::DeviceError::ShutOut`]; the store's.
    pub fn services(&self, text: &str) -> Result<Vec<ServiceLine>> {
        let actor = match self.person() {
            Ok(person) => Some(person.actor()),
            Err(DeviceError::NotEnrolled) => None,
            Err(error) => return Err(error),
        };
        let opens = |service: &Service| match &actor {
            Some(actor) => actor.at(self.server_ms()).opens_in(service).is_ok(),
            None => service.create.contains(&Role::Resident),
        };
        let used = rows::most_used(&self.db, COUNTED_MAX)?;
        let times = |service: &Service| used.get(&service.id.0).copied().unwrap_or_default();
        let catalogue = self.catalogue();
        let mut found = catalogue.find(text, None);
        found.retain(|service| opens(service));
        if text.trim().is_empty() {
            found.sort_by_key(|service| (std::cmp::Reverse(times(service)), &service.group, &service.id));
        }
        let line = |service: &Service| {
            let group = catalogue.groups().find(|(id, _)| *id == service.group).map(|(_, title)| title);
            ServiceLine {
                id: service.id.0.clone(),
                title: service.title.zh.clone(),
                title_en: service.title.en.clone(),
                group: service.group.clone(),
                group_text: group.map(|title| title.zh.clone()).unwrap_or_default(),
                group_text_en: group.map(|title| title.en.clone()).unwrap_or_default(),
                used: times(service),
                photos: service.evidence.before_min,
            }
        };
        Ok(found.into_iter().map(line).collect())
    }
}
